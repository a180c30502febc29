"""A tenant of a shared cluster: its roles, its part of the buckets, its queue, its database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emr_platform.pool.spec import PoolSpec, QueueSpec

if TYPE_CHECKING:
    from emr_platform.pool.construct import PoolShare, SharedBucket, SharedCluster
    from emr_platform.pool.host import as_pool_host
    from emr_platform.pool.queues_construct import ClusterQueues

__all__ = [
    "ClusterQueues",
    "PoolShare",
    "PoolSpec",
    "QueueSpec",
    "SharedBucket",
    "SharedCluster",
    "as_pool_host",
]


def __getattr__(name: str) -> Any:
    """Load what is more than plain data, and with constructs the CDK, only for those who ask for it."""
    if name == "as_pool_host":
        from emr_platform.pool.host import as_pool_host

        return as_pool_host
    if name in {"PoolShare", "SharedBucket", "SharedCluster"}:
        from emr_platform.pool import construct

        return getattr(construct, name)
    if name == "ClusterQueues":
        from emr_platform.pool.queues_construct import ClusterQueues

        return ClusterQueues
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
