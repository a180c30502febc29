"""Tells tenants files from environment files."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TypeVar

from emr_platform.environment.text import read_text
from emr_platform.environment.yaml_source import parse
from emr_platform.environment.yaml_tree import MappingNode
from emr_platform.problems import InvalidSpecError, Problem
from emr_platform.tenants.tenants_document import TenantsDocument

D = TypeVar("D", bound=TenantsDocument)

# A first look that costs nothing; whoever passes it is read.
_MAY_BE_TENANTS_FILE = re.compile(r"""(?:^|[{,\s])["']?tenants["']?\s*:""")


def tenants_document(file: Path) -> TenantsDocument | None:
    """Read a file if it is a tenants file.

    Args:
        file: The file.

    Returns:
        The tenants file; None for anything else, also for what cannot be read.
    """
    return read_as(TenantsDocument, file)


def reading_problems(file: Path) -> list[Problem]:
    """Why a file cannot be read that may be a tenants file; empty where it can, or is something else.

    Args:
        file: The file.
    """
    try:
        text = read_text(file).removeprefix("\ufeff")
    except InvalidSpecError as error:
        return list(error.problems)
    if not _MAY_BE_TENANTS_FILE.search(text):
        return []
    root, problems = parse(text, str(file))
    return [] if isinstance(root, MappingNode) else list(problems)


def read_as(kind: type[D], file: Path) -> D | None:
    """Read a file if it is a tenants file.

    Args:
        kind: What to read it as.
        file: The file.

    Returns:
        The tenants file; None for anything else, also for what cannot be read.
    """
    try:
        text = read_text(file).removeprefix("\ufeff")
    except InvalidSpecError:
        return None
    if not _MAY_BE_TENANTS_FILE.search(text):
        return None
    root, problems = parse(text, str(file))
    if not isinstance(root, MappingNode) or "tenants" not in root.entries:
        return None
    return kind(file, root, tuple(problems))
