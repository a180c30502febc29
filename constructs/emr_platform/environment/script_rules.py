"""Rules about scripts that lie beside an environment file. They read files, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from emr_platform import problems
from emr_platform.cluster.references import is_local_script, scripts
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.rule import Finding, RuleBook

SCRIPT_RULES: RuleBook[LocalScript] = RuleBook()

_BOOTSTRAP = "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-plan-bootstrap.html"
_FIRST_LINE_BYTES = 256


@dataclass(frozen=True, slots=True)
class LocalScript:
    """A script that is shipped to the config bucket.

    Attributes:
        path: The keys that lead to its name in the environment.
        name: Its name there.
        file: Where it is.
        first_line: Its first line, or the beginning of it; None if it cannot be read.
    """

    path: problems.Path
    name: str
    file: Path
    first_line: bytes | None


class LocalScripts:
    """The scripts in a directory, each looked at once: many tenants have the same.

    It is there for one check; who checks again, after a script may have changed, makes another one.

    Attributes:
        directory: Where paths of scripts begin, that of the environment file.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._read: dict[str, tuple[Path, bytes | None]] = {}

    def of(self, spec: EnvironmentSpec) -> Iterator[LocalScript]:
        """All local scripts of all clusters of an environment."""
        for name, cluster in spec.clusters.items():
            yield from self.of_cluster(cluster, "clusters", name)

    def of_cluster(self, cluster: ClusterSpec, *prefix: str) -> Iterator[LocalScript]:
        """All local scripts of one cluster.

        Args:
            cluster: The cluster.
            prefix: The keys that lead to it. Default: paths begin in the cluster.
        """
        for path, name in scripts(cluster):
            if is_local_script(name):
                if name not in self._read:
                    file = self.directory / name
                    self._read[name] = (file, _first_line(file))
                yield LocalScript((*prefix, *path), name, *self._read[name])


def _first_line(file: Path) -> bytes | None:
    try:
        with file.open("rb") as stream:
            return stream.readline(_FIRST_LINE_BYTES)
    except (OSError, ValueError):
        return None


def _why_unreadable(file: Path) -> str:
    try:
        if file.is_dir():
            return "is a directory"
        return "cannot be read" if file.exists() else "does not exist"
    except (OSError, ValueError):
        # By a name that no file can have, such as one that is too long.
        return "does not exist"


@SCRIPT_RULES.rule(
    "EMR-SCRIPT-001",
    what="A local script is a file that can be read.",
    why="There is nothing to ship to the config bucket otherwise.",
    source=_BOOTSTRAP,
)
def script_exists(script: LocalScript) -> Iterator[Finding]:
    """The script can be opened."""
    if script.first_line is None:
        found = _why_unreadable(script.file)
        allowed = "the path of a file, from the directory of the environment file"
        yield Finding(script.path, f"the file {script.name} {found}", allowed)


@SCRIPT_RULES.rule(
    "EMR-SCRIPT-002",
    what="A script is not empty.",
    why="An empty script most often means that saving it failed.",
    source=_BOOTSTRAP,
)
def script_is_not_empty(script: LocalScript) -> Iterator[Finding]:
    """The script has content."""
    if script.first_line == b"":
        yield Finding(script.path, f"the file {script.name} is empty", "a script")


@SCRIPT_RULES.rule(
    "EMR-SCRIPT-003",
    what="The first line of a script names its interpreter.",
    why="Without it, what runs the script depends on who starts it.",
    source=_BOOTSTRAP,
    severity="warning",
)
def script_names_interpreter(script: LocalScript) -> Iterator[Finding]:
    """The script begins with ``#!``."""
    if script.first_line and not script.first_line.startswith(b"#!"):
        message = f"the file {script.name} does not begin with #!"
        yield Finding(script.path, message, "#!/bin/bash as the first line")


@SCRIPT_RULES.rule(
    "EMR-SCRIPT-004",
    what="A script has the line ends of Linux.",
    why="Linux looks for an interpreter named /bin/bash with a carriage return, and finds none.",
    source=_BOOTSTRAP,
)
def script_has_linux_line_ends(script: LocalScript) -> Iterator[Finding]:
    """No carriage return behind the interpreter."""
    line = script.first_line or b""
    if line.startswith(b"#!") and line.endswith(b"\r\n"):
        message = f"the lines of {script.name} end as on Windows"
        yield Finding(script.path, message, "a line feed alone at the end of lines")
