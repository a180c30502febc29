"""What a tenants file and the parameters of a template may say."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, JsonValue, Tag

from emr_platform.network.spec import Cidr
from emr_platform.pool.spec import PoolSpec
from emr_platform.spec import Allowed, Items, Name, SpecModel, Tags, TextMatching
from emr_platform.tenants.tiers import TenantTier

ParameterName = Annotated[
    str,
    TextMatching(
        r"[a-z][a-z0-9_]{0,62}", "lower-case letters, digits and underscores, a letter first"
    ),
]
"""The name of a template's parameter, ``core_count``."""

ParameterValue = Annotated[str | bool | int | float, Allowed("text, a number, true or false")]
"""What a tenant may give for a parameter."""

ParameterType = Literal["text", "integer", "number", "boolean"]


class ParameterSpec(SpecModel):
    """A parameter of a template."""

    description: Annotated[str, Field(min_length=1, max_length=500)] = Field(
        description="What the parameter is for, and its unit."
    )
    type: ParameterType = Field(default="text", description="Kind of its values.")
    default: ParameterValue | None = Field(
        default=None,
        description="Value for tenants that give none. Left out: every tenant has to give one.",
    )
    minimum: int | float | None = Field(
        default=None, description="Least value of a number. Left out: no limit."
    )
    maximum: int | float | None = Field(
        default=None, description="Greatest value of a number. Left out: no limit."
    )
    allowed: Items[ParameterValue] = Field(
        default=(), description="The values that there are. Left out: all of its type."
    )


class AddressPoolSpec(SpecModel):
    """Where the address ranges of networks come from."""

    cidr: Cidr = Field(description="Address range of the whole pool.")
    prefix_length: Annotated[int, Field(ge=16, le=24)] = Field(
        default=20,
        description="Size of each environment's range, as in CIDR notation: 20 is 4096 addresses.",
    )
    reserved: Items[Cidr] = Field(
        default=(),
        description="Ranges that are never given out: offices, other networks that are connected.",
    )


def _pool_form(value: Any) -> str:
    return "range" if isinstance(value, str) else "mapping"


AddressPoolForm = Annotated[
    Annotated[Cidr, Tag("range")] | Annotated[AddressPoolSpec, Tag("mapping")],
    Discriminator(_pool_form),
]
"""An address pool: its range alone, or a mapping that says more."""

TemplatePath = Annotated[str, Field(min_length=1, max_length=500)]


class StageSpec(SpecModel):
    """One of several environments of a tenant, where it differs from the others."""

    template: TemplatePath | None = Field(
        default=None, description="Another template, from the folder of the tenants file."
    )
    account: Annotated[str, TextMatching(r"\d{12}", "twelve digits")] | None = Field(
        default=None, description="AWS account. Left out: as in the template."
    )
    region: (
        Annotated[str, TextMatching(r"[a-z]{2,4}(-[a-z]+)+-\d", "a region such as eu-west-1")]
        | None
    ) = Field(default=None, description="AWS region. Left out: as in the template.")
    parameters: dict[ParameterName, ParameterValue] = Field(
        default_factory=dict, description="Values of the template's parameters."
    )
    overrides: dict[str, JsonValue] = Field(
        default_factory=dict,
        description="Parts of an environment, laid over the template's: mappings key by key, at any "
        "depth; anything else as a whole. A key without a value takes out what the template says.",
    )
    tags: Tags = Field(
        default_factory=dict, description="Tags, besides those that the template gives."
    )


class TenantSpec(StageSpec):
    """A tenant: a row of the tenants file."""

    tier: TenantTier = Field(
        default="silo",
        description="silo: everything is its own. bridge: it shares a network. "
        "pool: it shares a cluster.",
    )
    shared: Name | None = Field(
        default=None,
        description="Which shared environment it uses, for bridge and pool. Left out: the only one.",
    )
    pool: PoolSpec | None = Field(
        default=None, description="What it has of a shared cluster, for pool."
    )
    environments: dict[Name, StageSpec] = Field(
        default_factory=dict,
        description="Environments of the tenant, whose names follow its own: acme-staging. "
        "Left out: one, named like the tenant.",
    )


class SharedSpec(StageSpec):
    """An environment that tenants of bridge and pool use."""

    serves: Items[Literal["bridge", "pool"]] = Field(
        default=("bridge", "pool"),
        min_length=1,
        description="Tiers that it is there for: without pool it is a network and no cluster.",
    )
    pool: PoolSpec | None = Field(
        default=None,
        description="What its tenants of pool have, where their rows say nothing else.",
    )


class TenantsFileSpec(SpecModel):
    """A tenants file: environments that are made from templates."""

    template: TemplatePath | None = Field(
        default=None, description="The template, from the folder of the tenants file."
    )
    address_pool: AddressPoolForm | None = Field(
        default=None,
        description="Where networks get their addresses from: a range, or a mapping that says more. "
        "Left out: every template or tenant says it itself.",
    )
    shared: dict[Name, SharedSpec] = Field(
        default_factory=dict,
        description="Environments that tenants of bridge and pool use, by name.",
    )
    tenants: dict[Name, TenantSpec] = Field(description="Tenants by name.")
