"""Compares templates with files that were committed, and says what differs and what deploying it would do."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from emr_platform.templates.model import Stack, TemplateError, normal
from emr_platform.templates.reading import parse
from emr_platform.testing.masking import masked
from emr_platform.testing.synthesis import Synthesized
from emr_platform.testing.yaml_template import as_yaml

Json = Any

MOST_LINES: Final = 200
"""More lines of difference are counted, not shown."""

_ENDINGS: Final = (".json", ".yaml", ".yml")
_updates = False


def update_by_default(updates: bool) -> None:
    """Whether snapshots are written where a test does not say; the pytest plugin sets it.

    Args:
        updates: Whether they are.
    """
    global _updates  # noqa: PLW0603 - what the command line of pytest says holds for all
    _updates = updates


def assert_matches_snapshot(
    templates: Synthesized | Mapping[str, Json], path: str | Path, *, update: bool | None = None
) -> None:
    """Assert that templates are as they were when somebody looked at them last.

    What changes with every release of the CDK is masked. A failure shows what differs, resource by
    resource, and what deploying it over what the snapshot has would replace or lose.

    Args:
        templates: A template, as plain data; or templates by the names of their stacks, or what was
            synthesized.
        path: The file of the snapshot, ``*.yaml`` or ``*.json``. For several templates: a folder, which has a
            file ``STACK.yaml`` for each and nothing else.
        update: Whether to write the snapshot instead. Default: if pytest runs with ``--update-templates``,
            or with ``--snapshot-update`` of syrupy.

    Raises:
        AssertionError: They differ, or there is no snapshot.
        ValueError: The file is neither YAML nor JSON.
    """
    __tracebackhide__ = True
    path = Path(path)
    writes = _updates if update is None else update
    plain = templates.templates if isinstance(templates, Synthesized) else templates
    if "Resources" in plain:
        if path.suffix not in _ENDINGS:
            raise ValueError(f"{path}: a snapshot of a template is *.yaml or *.json")
        expected = {path: masked(plain)}
        left: list[Path] = []
    else:
        expected = {path / f"{name}.yaml": masked(template) for name, template in plain.items()}
        left = sorted({*path.glob("*.yaml")} - expected.keys())
    if writes:
        _write(expected, left)
        return
    found = [text for file, template in expected.items() for text in _differences(file, template)]
    found += [f"{file}: there is no such stack any more" for file in left]
    if found:
        raise AssertionError("\n".join([*found, "pytest --update-templates accepts this"]))


def as_text(template: Mapping[str, Json], path: Path) -> str:
    """A template as the file of a snapshot has it."""
    if path.suffix == ".json":
        return json.dumps(template, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    return as_yaml(template)


def _write(expected: Mapping[Path, Mapping[str, Json]], left: list[Path]) -> None:
    for file, template in expected.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(as_text(template, file), encoding="utf-8")
    for file in left:
        file.unlink()


def _differences(file: Path, template: Mapping[str, Json]) -> Iterator[str]:
    if not file.exists():
        yield f"{file}: there is no snapshot yet"
        return
    text = file.read_text(encoding="utf-8")
    if text == as_text(template, file):
        return
    try:
        old = parse(text, name=file.stem, place=str(file))
    except TemplateError as error:
        yield str(error)
        return
    new = parse(as_text(template, file), name=file.stem, place=str(file))
    lines = [*_changed(_content(old), _content(new))]
    yield f"{file}: the template is another one" if lines else f"{file}: is written in another way"
    yield from lines[:MOST_LINES]
    if len(lines) > MOST_LINES:
        yield f"  … and {len(lines) - MOST_LINES} more lines"
    yield from _deployed(old, new)


def _content(stack: Stack) -> Mapping[str, Json]:
    from emr_platform.templates.yaml_text import load_yaml

    plain = json.loads(stack.text) if stack.text.lstrip().startswith("{") else load_yaml(stack.text)
    content: Mapping[str, Json] = normal(plain)
    return content


def _changed(old: Mapping[str, Json], new: Mapping[str, Json]) -> Iterator[str]:
    """What differs, under the names of what it is in."""
    for section in dict.fromkeys((*old, *new)):
        before, after = _entries(section, old), _entries(section, new)
        for name in dict.fromkeys((*before, *after)):
            if before.get(name) != after.get(name):
                yield from _entry(section, name, before.get(name), after.get(name))


def _entries(section: str, template: Mapping[str, Json]) -> Mapping[str, Json]:
    """What is in a section; a text, such as the description, is one entry without a name."""
    content = template.get(section, {})
    return content if isinstance(content, Mapping) else {"": content}


def _entry(section: str, name: str, before: Json, after: Json) -> Iterator[str]:
    state = " (new)" if before is None else " (gone)" if after is None else ""
    types = [
        each["Type"] for each in (after, before) if isinstance(each, Mapping) and "Type" in each
    ]
    place = f"{section}.{name}" if name else section
    yield "  ".join(["", place, *types[:1]]) + state
    # The first lines name two files, and the next one the place in them.
    old, new = _lines(section, before), _lines(section, after)
    for line in [*difflib.unified_diff(old, new, n=2, lineterm="")][3:]:
        yield "    ⋮" if line.startswith("@@") else f"    {line[:1]} {line[1:]}".rstrip()


def _lines(section: str, value: Json) -> list[str]:
    if value is None:
        return []
    _, first, *lines = as_yaml({section: {"_": value}}).splitlines()
    return [line.removeprefix(" " * 4) for line in lines] or [first.partition(": ")[2]]


def _deployed(old: Stack, new: Stack) -> Iterator[str]:
    from emr_platform.changes.compare import compare
    from emr_platform.changes.report import as_text as report

    comparison = compare({old.name: old}, {new.name: new})
    if comparison.stopping or comparison.refusals:
        yield "Deployed over what the snapshot has:"
        yield from (f"  {line}" for line in report(comparison).splitlines() if line)
