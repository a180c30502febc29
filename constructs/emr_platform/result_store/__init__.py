"""The result store: what may be declared, the rules, and the construct."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emr_platform.result_store.spec import ResultStoreSpec

if TYPE_CHECKING:
    from emr_platform.result_store.construct import BaseResultStore, ResultStore

__all__ = ["BaseResultStore", "ResultStore", "ResultStoreSpec"]


def __getattr__(name: str) -> Any:
    """Load the construct, and with it the CDK, only for those who ask for it."""
    if name in {"BaseResultStore", "ResultStore"}:
        from emr_platform.result_store import construct

        return getattr(construct, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
