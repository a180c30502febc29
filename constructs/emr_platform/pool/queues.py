"""The queues of a shared cluster, as YARN's capacity scheduler has them. Pure functions."""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import Decimal

from emr_platform.pool.names import queue_name
from emr_platform.tenants.tenancy import PoolTenant

_ALL = Decimal(100)
_CONTAINERS = 100_000
_APPLICATIONS = 1_000


def queue_settings(tenants: Iterable[PoolTenant]) -> dict[str, str]:
    """The settings of all queues of a cluster.

    The queue ``default``, where jobs go that name none, has what is not guaranteed to tenants, and may use whatever is
    free: the capacities of a level have to add up to 100.

    Args:
        tenants: All tenants of the cluster, of which the guaranteed shares add up to 100 percent or less.

    Returns:
        Properties of EMR's classification ``capacity-scheduler``, without the ``yarn.scheduler.capacity.root.`` that
        all their names begin with: ``queues``, ``acme.capacity``.

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
    settings = {"queues": ",".join(shares)}
    for name, (guaranteed, maximum) in shares.items():
        settings[f"{name}.capacity"] = _text(guaranteed)
        settings[f"{name}.maximum-capacity"] = _text(maximum)
        # Otherwise as many as the guaranteed share of all: without a share, none at all.
        settings[f"{name}.maximum-applications"] = str(_APPLICATIONS)
        settings[f"{name}.user-limit-factor"] = str(_user_limit_factor(guaranteed, maximum))
    return settings


def _user_limit_factor(guaranteed: Decimal, maximum: Decimal) -> int:
    """How many times what is guaranteed to its queue a single user may have.

    All of a tenant's applications are of one user, who could have no more than what is guaranteed by YARN's default, 1.
    In a queue without a guaranteed share, YARN counts in containers of the size that is asked for.
    """
    return math.ceil(maximum / guaranteed) if guaranteed else _CONTAINERS


def _text(percent: Decimal) -> str:
    """A number without an exponent, and without zeros that say nothing."""
    text = f"{percent:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
