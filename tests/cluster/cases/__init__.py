"""What each rule lets through and what it refuses: one module for each module of rules.

Each module has a list ``CASES`` of ``(rule id, let through, refused)``; what is in the two lists are
values of a :class:`ClusterSpec`, whose release is emr-7.12.0 where they do not say.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from typing import Any

Values = Mapping[str, Any]
Case = tuple[str, list[Values], list[Values]]


def all_cases() -> list[Case]:
    """The cases of all modules beside this one."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    return [case for module in modules for case in module.CASES]
