"""The environment file as a whole: its spec, its loader, and the rules that need more than one part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emr_platform.environment.spec import EnvironmentSpec

if TYPE_CHECKING:
    from emr_platform.environment.loader import LoadedEnvironment, load_environment

__all__ = ["EnvironmentSpec", "LoadedEnvironment", "load_environment"]

_IN_LOADER = frozenset({"LoadedEnvironment", "load_environment"})


def __getattr__(name: str) -> Any:
    """Load the loader only for those who ask for it: it needs the spec, which lives beside it."""
    if name in _IN_LOADER:
        from emr_platform.environment import loader

        return getattr(loader, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
