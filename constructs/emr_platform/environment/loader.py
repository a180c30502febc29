"""Reads an environment file and checks all of it: text, YAML, spec, and the rules of AWS."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from emr_platform.environment.empty_values import empty_values
from emr_platform.environment.known_parts import KnownParts
from emr_platform.environment.rules import environment_problems, part_problems
from emr_platform.environment.schema_errors import schema_problems
from emr_platform.environment.script_rules import LocalScripts
from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.environment.text import read_text
from emr_platform.environment.yaml_source import parse
from emr_platform.environment.yaml_tree import MappingNode, Node, ScalarNode, locate, plain
from emr_platform.problems import InvalidSpecError, Problem, in_file_order
from emr_platform.problems import Path as ProblemPath
from emr_platform.security_configuration.forms import DOCUMENT_KEYS
from emr_platform.security_configuration.places import KEY, document_path
from emr_platform.tenants.tenancy import Tenancy


@dataclass(frozen=True, slots=True)
class LoadedEnvironment:
    """An environment that AWS would accept, as far as can be told without asking it.

    Attributes:
        spec: What the file declares.
        path: The file. Paths of scripts in the spec are relative to its directory.
        warnings: What is legal but unwise, in the order of the file.
        acknowledged: What would be warned of, had the file not acknowledged it.
        read_again: Reads the document that the spec was made from.
        tenancy: What the environment is to a tenant; None for one that has a file of its own.
    """

    spec: EnvironmentSpec
    path: Path
    warnings: tuple[Problem, ...]
    acknowledged: tuple[Problem, ...]
    read_again: Callable[[], Node | None] = field(repr=False, compare=False)
    tenancy: Tenancy | None = None

    def located(self, problem: Problem) -> Problem:
        """A problem of the spec with its place in the file, and its path as the file has it."""
        # The document is read again: kept for all of many files, it would fill the memory.
        root = self.read_again()
        return _placed(problem, root, str(self.path)) if root else problem


def load_environment(path: str | Path) -> LoadedEnvironment:
    """Read and check an environment file.

    Args:
        path: The file, YAML or JSON in UTF-8.

    Returns:
        The environment, with its warnings.

    Raises:
        InvalidSpecError: The file cannot be read, or the environment has errors. It lists every
            error and warning with its place in the file.
    """
    file = Path(path)
    return load_environment_text(read_text(file), file=file)


def load_environment_text(text: str, *, file: str | Path) -> LoadedEnvironment:
    """Check the text of an environment file, as an editor would that has not saved it yet.

    Args:
        text: The content of the file.
        file: Where the file is, or would be. Named in every problem; its directory is where paths
            of scripts begin.

    Returns:
        The environment, with its warnings.

    Raises:
        InvalidSpecError: The environment has errors.
    """
    # What is made here is in use until the end, so that a search for garbage finds nothing.
    searching = gc.isenabled()
    gc.disable()
    try:
        return _load(text.removeprefix("\ufeff"), Path(file))
    finally:
        if searching:
            gc.enable()


def _load(text: str, file: Path) -> LoadedEnvironment:
    root, problems = parse(text, str(file))
    if root is None:
        raise InvalidSpecError(in_file_order(problems))
    return check_document(root, problems, file=file, read_again=lambda: parse(text, str(file))[0])


def check_document(
    root: Node,
    problems: Sequence[Problem] = (),
    *,
    file: Path,
    read_again: Callable[[], Node | None],
    completed: Callable[[EnvironmentSpec], EnvironmentSpec] | None = None,
    tenancy: Tenancy | None = None,
    known: KnownParts | None = None,
    scripts: LocalScripts | None = None,
    places: Node | None = None,
) -> LoadedEnvironment:
    """Check a document that was read already.

    Args:
        root: The document.
        problems: What was found when it was read.
        file: The file that it is from. Its directory is where paths of scripts begin.
        read_again: Reads the document again, for who asks where something stands in it.
        completed: Adds what the document does not say. Default: it says everything.
        tenancy: What the environment is to a tenant. Default: it has a file of its own.
        known: Parts of other environments, of which many are alike. Default: none.
        scripts: The scripts beside the file, if some were read already. Default: they are read.
        places: Where values stand, if that is more than the document has. Default: the document.

    Returns:
        The environment, with its warnings.

    Raises:
        InvalidSpecError: The environment has errors.
    """
    scripts = scripts or LocalScripts(file.parent)
    document = known.document(root) if known else plain(root)
    errors = empty_values(root, document, EnvironmentSpec)
    try:
        spec = EnvironmentSpec.model_validate(document)
    except ValidationError as error:
        errors += error.errors(include_url=False)
    found = list(problems)
    if errors:
        found += schema_problems(errors, model=EnvironmentSpec, root=root, file=str(file))
        sound = _sound_parts(plain(root), [error["loc"] for error in errors])
        more = part_problems(sound, scripts, tenancy) if sound else []
        found += [_placed(problem, root, str(file)) for problem in more]
        raise InvalidSpecError(in_file_order(found))
    if known:
        known.keep(root, spec)
    if completed:
        spec = completed(spec)
    more = environment_problems(spec, scripts, tenancy)
    placed = (_placed(problem, places or root, str(file)) for problem in more)
    found = in_file_order([*found, *placed])
    if any(problem.severity == "error" for problem in found):
        raise InvalidSpecError(found)
    return LoadedEnvironment(
        spec=spec,
        path=file,
        warnings=tuple(problem for problem in found if problem.is_warning),
        acknowledged=tuple(problem for problem in found if not problem.is_warning),
        read_again=read_again,
        tenancy=tenancy,
    )


def declared_name(path: Path) -> str | None:
    """The name of the environment that a file describes, whatever else is in it.

    Args:
        path: The file.

    Returns:
        The name; None if the file cannot be read that far.
    """
    try:
        root, _ = parse(read_text(path).removeprefix("\ufeff"), str(path))
    except InvalidSpecError:
        return None
    entry = root.entries.get("name") if isinstance(root, MappingNode) else None
    name = entry.node.value if entry and isinstance(entry.node, ScalarNode) else None
    return name if isinstance(name, str) else None


def _sound_parts(document: Any, faults: Iterable[tuple[int | str, ...]]) -> EnvironmentSpec | None:
    """The environment without the parts that have faults, so that the rules can look at the rest."""
    if not isinstance(document, dict):
        return None
    # Which account, region and name it is makes no difference to a part by itself.
    sound = {"name": "sound", "region": "us-east-1", **document}
    clusters = sound.get("clusters")
    sound_clusters = dict(clusters) if isinstance(clusters, dict) else {}
    for part, *inner in faults:
        if part in ("name", "region"):
            sound[part] = {"name": "sound", "region": "us-east-1"}[part]
        elif part == "clusters" and inner:
            sound_clusters.pop(inner[0], None)
        else:
            sound.pop(part, None)
    if "clusters" in sound:
        sound["clusters"] = sound_clusters
    try:
        return EnvironmentSpec.model_validate(sound)
    except ValidationError:
        return None


def _placed(problem: Problem, root: Node, file: str) -> Problem:
    place = locate(root, _written(problem.path, root))
    return replace(problem, path=place.path, location=place.mark.location(file))


def _written(path: ProblemPath, root: Node) -> ProblemPath:
    """A path of the spec as EMR's own document of a security configuration has it, if the file has that."""
    if KEY in path:
        start = path.index(KEY) + 1
        node = locate(root, path[:start]).node
        if isinstance(node, MappingNode) and any(key in node.entries for key in DOCUMENT_KEYS):
            return (*path[:start], *document_path(path[start:]))
    return path
