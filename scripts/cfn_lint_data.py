"""What the scripts of this folder read of cfn-lint: where its data lies, and which version it is."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
from pathlib import Path
from typing import Any


def data_folder() -> Path:
    """The folder ``data/schemas`` of the installed cfn-lint.

    Raises:
        ModuleNotFoundError: cfn-lint is not installed.
    """
    specification = importlib.util.find_spec("cfnlint")
    if specification is None or specification.origin is None:
        raise ModuleNotFoundError("cfn-lint is not installed")
    return Path(specification.origin).parent / "data/schemas"


def source(what: str) -> str:
    """Where data comes from, with version and licence.

    Args:
        what: What was condensed, such as ``CloudFormation registry schemas``.
    """
    version = importlib.metadata.version("cfn-lint")
    return (
        f"{what}, condensed from cfn-lint {version} "
        "(https://github.com/aws-cloudformation/cfn-lint), licensed under MIT-0"
    )


def load(path: Path) -> Any:
    """Read a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


def compact(value: Any) -> str:
    """Write JSON on one line, without spaces."""
    return json.dumps(value, separators=(",", ":"))
