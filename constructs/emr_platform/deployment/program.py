"""What belongs to the program that makes templates, of all files of a project; and what it is built on.

As the files say it, at any revision. What is installed now is another matter.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path, PurePosixPath

from emr_platform.synthesis.inputs import file_digest

DISTRIBUTION = "emr-platform"

PROGRAM_FOLDERS = ("constructs", "stacks")
"""Folders of a project with code that makes templates, and the data that it reads."""

PROGRAM_FILES = ("cdk.json", "cdk.context.json")
"""Files that the CDK reads. Python modules that lie beside them are part of the program, too."""

WITHOUT_INFLUENCE = tuple(
    f"constructs/emr_platform/{name}"
    for name in (
        *("changes", "cli", "deployment", "importers", "isolation", "operations"),
        *("template_check", "testing", "validation_plugin.py"),
    )
)
"""Parts of the library that look at files and templates, and make none."""

PYTHON_LOCKS = "requirements/*.txt"
NODE_LOCK = "package-lock.json"
NODE_PACKAGES = ("aws-cdk",)
"""Packages of Node that a deployment goes by."""


@dataclass(frozen=True, slots=True)
class Program:
    """What makes templates.

    Attributes:
        files: SHA-256 of each file of the program, by its path from the folder of the project.
        versions: The version of each package that it is built on, as lock files have it.
    """

    files: Mapping[str, str]
    versions: Mapping[str, str]


def is_program(path: str) -> bool:
    """Whether a file has a part in making templates.

    Args:
        path: The file, from the folder of the project, with slashes.
    """
    parts = PurePosixPath(path).parts
    if path in PROGRAM_FILES:
        return True
    if len(parts) == 1:
        return path.endswith(".py")
    if parts[0] not in PROGRAM_FOLDERS:
        return False
    return not any(path == part or path.startswith(f"{part}/") for part in WITHOUT_INFLUENCE)


def program_of(root: Path, paths: Iterable[str]) -> Program:
    """The program of a project.

    Args:
        root: The folder of the project.
        paths: The project's files, from there, with slashes. What is not there is passed over.

    Returns:
        The files that have a part in making templates, and the packages.
    """
    files: dict[str, str] = {}
    versions: dict[str, str] = {}
    for path in sorted(paths):
        file = root / path
        if not file.is_file():
            continue
        if is_program(path):
            files[path] = file_digest(file)
        elif PurePosixPath(path).match(PYTHON_LOCKS):
            versions |= _python_versions(file.read_text(encoding="utf-8", errors="replace"))
        elif path == NODE_LOCK:
            versions |= _node_versions(file.read_text(encoding="utf-8", errors="replace"))
    return Program(files, versions)


@cache
def packages_of_program() -> frozenset[str]:
    """The Python packages that the library needs to make templates, and what those need in turn.

    Tools for development do not count: a new linter deploys nothing.

    Returns:
        Their names, normalized; none if the library is not installed.
    """
    found: set[str] = set()
    waiting = [DISTRIBUTION]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        try:
            wanted = requires(name) or []
        except PackageNotFoundError:
            # Wanted on other systems only.
            continue
        found.add(name)
        waiting += [_normalized(each) for each in wanted if "extra ==" not in each]
    return frozenset(found)


_PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)


def _python_versions(text: str) -> dict[str, str]:
    wanted = packages_of_program()
    pins: dict[str, list[str]] = {}
    for name, version in _PIN.findall(text):
        if not wanted or _normalized(name) in wanted:
            pins.setdefault(_normalized(name), []).append(version)
    return {name: " or ".join(sorted(versions)) for name, versions in pins.items()}


def _node_versions(text: str) -> dict[str, str]:
    try:
        packages = json.loads(text)["packages"]
        return {name: str(packages[f"node_modules/{name}"]["version"]) for name in NODE_PACKAGES}
    except (KeyError, TypeError, ValueError):
        # Whatever it is, a change of it is one.
        return {NODE_LOCK: text}


def _normalized(requirement: str) -> str:
    name = re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]
    return re.sub(r"[-_.]+", "-", name).lower()
