"""What may be declared about a tenant of a shared cluster."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from emr_platform.security_configuration.values import RoleArn
from emr_platform.spec import Items, Name, SpecModel
from emr_platform.storage.spec import BucketAccess

Percent = Annotated[float, Field(ge=0, le=100)]


class QueueSpec(SpecModel):
    """A tenant's queue of YARN's capacity scheduler."""

    guaranteed_percent: Percent = Field(
        default=0.0,
        description="Part of the cluster that the tenant gets whenever it asks for it, in percent.",
    )
    maximum_percent: Percent = Field(
        default=100.0, description="Part of the cluster that the tenant never exceeds, in percent."
    )


class PoolSpec(SpecModel):
    """What a tenant of the tier ``pool`` has of the shared environment."""

    cluster: Name | None = Field(
        default=None,
        description="Which cluster of the shared environment. Left out: the only one that it has.",
    )
    queue: QueueSpec = Field(default=QueueSpec(), description="The tenant's queue.")
    data: dict[Name, BucketAccess] | None = Field(
        default=None,
        description="Data buckets of the shared environment in which the tenant has a prefix of its "
        "own, and what it may do there. Left out: read_write in all of them.",
    )
    glue_database: bool = Field(
        default=True, description="Whether the tenant has a database in the AWS Glue Data Catalog."
    )
    submitters: Items[RoleArn] = Field(
        default=(),
        description="Roles of people and programs that may submit steps as the tenant. "
        "Left out: those whom somebody lets assume the tenant's submitter role later.",
    )
