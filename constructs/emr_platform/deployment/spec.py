"""What ``deployment.yaml`` may say: how environments are shipped."""

from __future__ import annotations

from pydantic import Field

from emr_platform.deployment.pipeline_spec import NamePattern, PipelineSpec
from emr_platform.environment.spec import Protection
from emr_platform.spec import Items, Name, SpecModel
from emr_platform.tenants.tiers import Tier

MOST_ENVIRONMENTS = 256
"""Jobs that one matrix of GitHub Actions may have.

https://docs.github.com/en/actions/reference/limits
"""


class WaveSpec(SpecModel):
    """A wave of environments that are deployed at the same time.

    It is for those that fit all that it says; one that says nothing is for every environment.
    """

    name: Name = Field(description="Name of the wave, for example canary.")
    environments: Items[NamePattern] = Field(
        default=(),
        description="Names of environments, in which * stands for any text and ? for any character.",
    )
    tiers: Items[Tier] = Field(
        default=(),
        description="Tiers of environments. One that has a file of its own counts as silo.",
    )
    regions: Items[str] = Field(default=(), description="Regions of environments.")
    protection: Protection | None = Field(
        default=None, description="Only environments with this protection. Left out: both."
    )


DEFAULT_WAVES: tuple[WaveSpec, ...] = (
    WaveSpec(name="canary", protection="destroy"),
    WaveSpec(name="shared", tiers=("shared",)),
    # Those that use a shared environment, which is not a canary itself.
    WaveSpec(name="canary-tenants", protection="destroy"),
    WaveSpec(name="pool", tiers=("pool",)),
    WaveSpec(name="bridge", tiers=("bridge",)),
    WaveSpec(name="silo"),
)
"""First what may be lost; then what others build on; then tenants, those first who have least of their own."""


class DeploymentSpec(SpecModel):
    """How environments are shipped."""

    waves: Items[WaveSpec] = Field(
        default=DEFAULT_WAVES,
        min_length=1,
        description="The waves, in their order. Left out: canary, shared, canary-tenants, pool, bridge, silo.",
    )
    most_environments_at_once: int = Field(
        default=MOST_ENVIRONMENTS,
        ge=1,
        le=MOST_ENVIRONMENTS,
        description="Environments of one wave. What is more follows in further waves.",
    )
    pipeline: PipelineSpec | None = Field(
        default=None, description="A pipeline on AWS that deploys them. Left out: none."
    )
