"""The buckets: what may be declared, the rules, and the construct."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emr_platform.storage.spec import (
    BucketAccess,
    ConfigBucketSpec,
    DataBucketSpec,
    ExternalBucketSpec,
    LogBucketSpec,
    StorageSpec,
)

if TYPE_CHECKING:
    from emr_platform.storage.construct import BaseStorage, Storage

__all__ = [
    "BaseStorage",
    "BucketAccess",
    "ConfigBucketSpec",
    "DataBucketSpec",
    "ExternalBucketSpec",
    "LogBucketSpec",
    "Storage",
    "StorageSpec",
]


def __getattr__(name: str) -> Any:
    """Load the construct, and with it the CDK, only for those who ask for it."""
    if name in {"BaseStorage", "Storage"}:
        from emr_platform.storage import construct

        return getattr(construct, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
