"""The environment file as a whole: its spec, its loader, and the rules that need more than one part."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emr_platform.environment.loader import LoadedEnvironment, load_environment
    from emr_platform.environment.spec import EnvironmentSpec

__all__ = ["EnvironmentSpec", "LoadedEnvironment", "load_environment"]

_MODULES = {
    "EnvironmentSpec": "spec",
    "LoadedEnvironment": "loader",
    "load_environment": "loader",
}


def __getattr__(name: str) -> Any:
    """Load the spec and the loader only for those who ask for them: reading YAML needs neither."""
    if name in _MODULES:
        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
