"""How much a tenant has to itself."""

from __future__ import annotations

from typing import Literal

TenantTier = Literal["silo", "bridge", "pool"]
"""``silo``: everything. ``bridge``: everything but the network. ``pool``: a part of a shared cluster."""

Tier = Literal["silo", "bridge", "pool", "shared"]
"""The tier of a tenant's environment, or ``shared`` for one that tenants of bridge and pool use."""
