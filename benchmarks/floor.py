"""The least that the CDK could take for the same templates: ``floor.js``, and the aws-cdk-lib that it needs."""

from __future__ import annotations

import json
import shutil
import sys
import tarfile
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from benchmarks.processes import Usage, measure

ROOT = Path(__file__).parents[1]
NODE = Path(sys.executable).with_name("node")
_SCRIPT = Path(__file__).with_name("floor.js")


def library() -> Path:
    """The folder with the JavaScript of aws-cdk-lib: the very files that its Python package brings along."""
    target = ROOT / "build" / "floor" / version("aws-cdk-lib") / "node_modules"
    if not target.is_dir():
        partly = target.with_name("unpacking")
        shutil.rmtree(partly, ignore_errors=True)
        for archive in _archives():
            with tarfile.open(archive) as tar:
                tar.extractall(partly / "archive", filter="data")
            package = partly / "archive" / "package"
            name = json.loads((package / "package.json").read_text(encoding="utf-8"))["name"]
            (partly / "modules" / name).parent.mkdir(parents=True, exist_ok=True)
            package.rename(partly / "modules" / name)
        (partly / "modules").rename(target)
        shutil.rmtree(partly)
    return target


def _archives() -> Iterator[Path]:
    # Importing the packages would start the CDK in this process.
    for name in ("aws_cdk", "constructs"):
        package = find_spec(name)
        if package and package.origin:
            yield from Path(package.origin).parent.rglob("*.jsii.tgz")


def emit(assembly: Path, output: Path, *, environment: Mapping[str, str]) -> Usage:
    """Write the templates of a cloud assembly once more.

    Args:
        assembly: The cloud assembly.
        output: Where the other one goes.
        environment: Environment variables that the CDK's command line sets.
    """
    shutil.rmtree(output, ignore_errors=True)
    return measure(
        [NODE, _SCRIPT, assembly],
        directory=output.parent,
        environment={
            **environment,
            "CDK_OUTDIR": str(output),
            "NODE_PATH": str(library()),
        },
    )


def check_same_templates(assembly: Path, floor: Path) -> None:
    """Make sure that the floor is one: to the byte.

    Raises:
        AssertionError: A template is missing or differs.
    """
    templates = [path.relative_to(assembly) for path in assembly.rglob("*.template.json")]
    assert templates, f"no templates in {assembly}"
    for path in templates:
        assert (assembly / path).read_bytes() == (floor / path).read_bytes(), path
