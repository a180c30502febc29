"""What an environment is to its tenant, and what it shares with others."""

from __future__ import annotations

from dataclasses import dataclass, field

from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.pool.spec import PoolSpec
from emr_platform.tenants.tiers import TenantTier, Tier


@dataclass(frozen=True, slots=True)
class PoolTenant:
    """A tenant's environment that uses a shared cluster, as the shared environment knows it.

    Attributes:
        name: Name of the tenant's environment.
        pool: What it has of the shared environment.
    """

    name: str
    pool: PoolSpec


@dataclass(frozen=True, slots=True)
class Tenancy:
    """What an environment of a tenants file is besides its own declaration.

    Attributes:
        tier: Its tier.
        tenant: Whose it is; None for a shared environment.
        shared: The environment whose network (``bridge``) or cluster (``pool``) it uses; None for the others.
        pool: What it has of the shared environment; for ``pool`` only.
        serves: For a shared environment only: the tiers that it is there for.
        pool_tenants: For a shared environment only: its tenants of the tier ``pool``, by their names' order.
    """

    tier: Tier
    tenant: str | None = None
    shared: EnvironmentSpec | None = None
    pool: PoolSpec | None = None
    serves: frozenset[TenantTier] = frozenset()
    pool_tenants: tuple[PoolTenant, ...] = field(default=())
