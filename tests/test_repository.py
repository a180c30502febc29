"""What must hold for the files of the repository as a whole."""

import json
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from emr_platform import __version__
from tests.repository_files import repository_files

ROOT = Path(__file__).parents[1]
PYTHON_LOCK = ROOT / "requirements" / "development.txt"
NODE_LOCK = ROOT / "package-lock.json"

# Joined here, so that this file does not find itself.
REGISTRIES = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
    )
]
# The homes of EMR's own users are the same on every cluster.
HOME = re.compile(r"(/home/(?!(hadoop|ec2-user)\b)\w+/|/Users/\w+/|(?<![\w.])/(root)/)")


def lines_with(pattern: re.Pattern[str]) -> Iterator[str]:
    for path in repository_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), start=1):
            if pattern.search(line):
                yield f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}"


@cache
def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def declared_requirements() -> list[Requirement]:
    project = pyproject()["project"]
    groups = [
        project["dependencies"],
        *project["optional-dependencies"].values(),
        *pyproject()["dependency-groups"].values(),
    ]
    return [Requirement(text) for group in groups for text in group]


@cache
def locked_versions() -> dict[str, set[str]]:
    """The versions that the lock file holds of each package: several if markers choose."""
    versions: dict[str, set[str]] = {}
    for name, version in re.findall(
        r"^([a-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", PYTHON_LOCK.read_text(), re.MULTILINE
    ):
        versions.setdefault(canonicalize_name(name), set()).add(version)
    return versions


def test_files_are_the_same_in_an_archive(tmp_path: Path) -> None:
    """Without git, ``.gitignore`` alone tells what belongs to the repository."""
    files = {path.relative_to(ROOT) for path in repository_files()}
    folders = {file.parent for file in files if len(file.parts) > 1}
    made = [
        *(".venv/lib/x.py", "node_modules/a/b.js", "cdk.out/manifest.json", "dist/x.whl"),
        *("tests/__pycache__/x.cpython-311.pyc", "constructs/x.egg-info/PKG-INFO", "a/.idea/b"),
    ]
    for name in [*files, *map(Path, made)]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / ".gitignore").write_bytes((ROOT / ".gitignore").read_bytes())

    assert {path.relative_to(tmp_path) for path in repository_files(tmp_path)} == files
    assert len(files) > 300
    assert {Path("tests"), Path("stacks"), Path("docs")} <= folders


def test_no_path_of_somebodys_machine() -> None:
    here = re.compile(rf"{re.escape(str(ROOT))}\b" if len(ROOT.parts) > 2 else r"(?!)")
    assert [*lines_with(HOME), *lines_with(here)] == []


def test_no_package_registry_is_named() -> None:
    assert list(lines_with(re.compile("|".join(map(re.escape, REGISTRIES))))) == []


@pytest.mark.parametrize("lock", [PYTHON_LOCK, NODE_LOCK], ids=lambda path: path.name)
def test_lock_files_leave_the_index_to_the_machine(lock: Path) -> None:
    # npm notes where authors of packages ask for money.
    text = re.sub(r'"funding": (\{[^}]*\}|\[[^\]]*\])', "", lock.read_text(encoding="utf-8"))
    assert "://" not in text
    assert "index-url" not in text
    assert "find-links" not in text


def test_source_root_is_no_package() -> None:
    # It would take the place of the library of that name, and `import aws_cdk` would fail.
    assert not (ROOT / "constructs" / "__init__.py").exists()


@pytest.mark.parametrize("requirement", declared_requirements(), ids=str)
def test_python_lock_satisfies(requirement: Requirement) -> None:
    locked = locked_versions().get(canonicalize_name(requirement.name), set())
    assert locked, f"{requirement.name} is not locked: run `make lock`"
    for version in locked:
        assert requirement.specifier.contains(version), "run `make lock`"


def test_python_lock_holds_nothing_that_was_dropped() -> None:
    # uv notes under each pin who wants it; a note that names this project is a direct wish.
    wanted_by_us = {
        canonicalize_name(name)
        for name, notes in re.findall(
            r"^([a-z0-9._-]+)(?:\[[^\]]*\])?==[^#]*((?:^ +#.*\n)+)",
            PYTHON_LOCK.read_text(),
            re.MULTILINE,
        )
        if "(pyproject.toml" in notes
    }
    declared = {canonicalize_name(requirement.name) for requirement in declared_requirements()}
    assert wanted_by_us == declared, "run `make lock`"


def test_every_python_package_is_locked_by_hash() -> None:
    pins = re.split(r"^(?=[a-z0-9])", PYTHON_LOCK.read_text(), flags=re.MULTILINE)[1:]
    assert len(pins) > 20
    assert [pin.split()[0] for pin in pins if "--hash=sha256:" not in pin] == []


def test_node_lock_is_that_of_the_package_file() -> None:
    declared = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    packages = json.loads(NODE_LOCK.read_text(encoding="utf-8"))["packages"]
    assert packages[""]["devDependencies"] == declared["devDependencies"]
    assert {
        name: packages[f"node_modules/{name}"]["version"] for name in declared["devDependencies"]
    } == declared["devDependencies"], "versions in package.json are exact"


def test_changelog_ends_with_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    released = [
        heading
        for heading in re.findall(r"^## \[?([^\]\s]+)", changelog, re.MULTILINE)
        if heading[0].isdigit()
    ]
    assert released[0] == __version__
