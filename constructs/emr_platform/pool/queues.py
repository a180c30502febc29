"""The queues of a shared cluster, as YARN's capacity scheduler has them. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from emr_platform.pool.names import queue_name
from emr_platform.tenants.tenancy import PoolTenant

CLASSIFICATION = "capacity-scheduler"
"""EMR's classification for them."""

_ROOT = "yarn.scheduler.capacity.root"
_ALL = Decimal(100)


def capacity_scheduler_properties(tenants: Iterable[PoolTenant]) -> dict[str, str]:
    """The settings of all queues of a cluster.

    Args:
        tenants: All tenants of the cluster, of which the guaranteed shares add up to 100 percent or less.

    Returns:
        Properties of ``capacity-scheduler``. The queue ``default``, where jobs go that name none, has what is not
        guaranteed to tenants, and may use whatever is free: the capacities of a level have to add up to 100.

    See https://hadoop.apache.org/docs/stable/hadoop-yarn/hadoop-yarn-site/CapacityScheduler.html.
    """
    shares = {
        queue_name(tenant.name): (
            Decimal(str(tenant.pool.queue.guaranteed_percent)),
            Decimal(str(tenant.pool.queue.maximum_percent)),
        )
        for tenant in sorted(tenants, key=lambda tenant: tenant.name)
    }
    left = _ALL - sum((guaranteed for guaranteed, _ in shares.values()), Decimal())
    shares = {"default": (left, _ALL), **shares}
    properties = {f"{_ROOT}.queues": ",".join(shares)}
    for name, (guaranteed, maximum) in shares.items():
        properties[f"{_ROOT}.{name}.capacity"] = _text(guaranteed)
        properties[f"{_ROOT}.{name}.maximum-capacity"] = _text(maximum)
    return properties


def _text(percent: Decimal) -> str:
    """A number without an exponent, and without zeros that say nothing."""
    text = f"{percent:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
