"""What belongs to the program, and what it is built on."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from emr_platform.deployment.program import (
    WITHOUT_INFLUENCE,
    is_program,
    packages_of_program,
    program_of,
)

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("app.py", True),
        ("cdk.json", True),
        ("cdk.context.json", True),
        ("stacks/environment.py", True),
        ("constructs/emr_platform/catalog/data.json", True),
        ("constructs/emr_platform/spec.py", True),
        ("constructs/emr_platform/cli/validate.py", False),
        ("constructs/emr_platform/validation_plugin.py", False),
        ("constructs/emr_platform/changes/model.py", False),
        ("constructs/emr_platform/changes_of_mine/model.py", True),
        ("README.md", False),
        ("docs/conf.py", False),
        ("tests/stacks/test_app.py", False),
        ("environments/dev.yaml", False),
        ("environments/scripts/install.py", False),
        ("package.json", False),
    ],
)
def test_what_makes_templates(path: str, expected: bool) -> None:
    assert is_program(path) is expected


def imported(file: Path) -> set[str]:
    """The modules that a file names in its imports, also those within functions."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def file_of(module: str) -> Path | None:
    root = ROOT / "constructs" if module.split(".")[0] == "emr_platform" else ROOT
    path = root.joinpath(*module.split("."))
    for candidate in (path.with_suffix(".py"), path / "__init__.py"):
        if candidate.is_file():
            return candidate
    return None


def test_the_app_uses_nothing_of_what_has_no_influence() -> None:
    # The pipeline is no environment, and quotas are checked when all templates are made.
    left_out = {"stacks.pipeline", "stacks.quotas"}
    waiting = {"app"}
    used: dict[str, Path] = {}
    while waiting:
        module = waiting.pop()
        file = file_of(module)
        if module in used or module in left_out or file is None:
            continue
        used[module] = file
        waiting |= {
            name for name in imported(file) if name.split(".")[0] in ("emr_platform", "stacks")
        }

    paths = {file.relative_to(ROOT).as_posix() for file in used.values()}
    assert "constructs/emr_platform/cluster/construct.py" in paths
    assert sorted(path for path in paths if not is_program(path)) == []


def test_what_has_no_influence_is_there() -> None:
    assert [path for path in WITHOUT_INFLUENCE if not (ROOT / path).exists()] == []


def test_packages_of_the_program_are_those_that_it_needs() -> None:
    packages = packages_of_program()

    assert {"emr-platform", "aws-cdk-lib", "jsii", "pydantic-core", "constructs"} <= packages
    assert not {"ruff", "pytest", "boto3", "moto"} & packages


LOCK = """\
aws-cdk-lib=={cdk} \\
    --hash=sha256:00
    # via emr-platform
ruff=={ruff} \\
    --hash=sha256:00
typing-extensions==4.15.0 ; python_version < '3.13' \\
    --hash=sha256:00
"""


def versions(folder: Path, *, cdk: str, ruff: str, cli: str) -> dict[str, str]:
    (folder / "requirements").mkdir(exist_ok=True)
    (folder / "requirements" / "development.txt").write_text(LOCK.format(cdk=cdk, ruff=ruff))
    lock = {"packages": {"": {}, "node_modules/aws-cdk": {"version": cli}}}
    (folder / "package-lock.json").write_text(json.dumps(lock))
    paths = ["requirements/development.txt", "package-lock.json", "not-there.py"]
    program = program_of(folder, paths)
    assert program.files == {}
    return dict(program.versions)


def test_versions_of_tools_do_not_count(tmp_path: Path) -> None:
    first = versions(tmp_path, cdk="2.275.0", ruff="0.17.1", cli="2.1148.1")

    assert first == {
        "aws-cdk": "2.1148.1",
        "aws-cdk-lib": "2.275.0",
        "typing-extensions": "4.15.0",
    }
    assert versions(tmp_path, cdk="2.275.0", ruff="0.17.2", cli="2.1148.1") == first
    assert versions(tmp_path, cdk="2.276.0", ruff="0.17.1", cli="2.1148.1") != first
    assert versions(tmp_path, cdk="2.275.0", ruff="0.17.1", cli="2.1149.0") != first


def test_lock_file_that_cannot_be_read_counts_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "package-lock.json").write_text("[]")

    assert program_of(tmp_path, ["package-lock.json"]).versions == {"package-lock.json": "[]"}
