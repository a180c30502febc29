"""The whole environment file."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from emr_platform.acknowledged_warnings.spec import Acknowledgements
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.identity.spec import IdentitySpec, SshSpec
from emr_platform.network.spec import NetworkSpec, NewVpcSpec
from emr_platform.result_store.spec import ResultStoreSpec
from emr_platform.spec import Name, SpecModel, Tags, TextMatching
from emr_platform.storage.spec import StorageSpec

Protection = Literal["retain", "destroy"]


class EnvironmentSpec(SpecModel):
    """One environment: everything that is deployed, and deleted, together."""

    name: Name = Field(description="Name of the environment; the first part of every stack's name.")
    account: Annotated[str, TextMatching(r"\d{12}", "twelve digits")] | None = Field(
        default=None,
        description="AWS account, twelve digits in quotes. "
        "Left out: the account of the caller's credentials.",
    )
    region: Annotated[
        str, TextMatching(r"[a-z]{2,4}(-[a-z]+)+-\d", "a region such as eu-west-1")
    ] = Field(description="AWS region, e.g. eu-west-1.")
    protection: Protection = Field(
        default="retain",
        description="retain: stacks and data are protected from deletion. "
        "destroy: they may be deleted (data only with a second key on the command line).",
    )
    tags: Tags = Field(default_factory=dict, description="Tags of everything in the environment.")
    identity: IdentitySpec = Field(default=IdentitySpec(), description="How IAM roles are made.")
    network: NetworkSpec = Field(default=NewVpcSpec(), description="The VPC.")
    storage: StorageSpec = Field(default=StorageSpec(), description="The S3 buckets.")
    ssh: SshSpec | None = Field(default=None, description="SSH access. Left out: none.")
    result_store: ResultStoreSpec | None = Field(
        default=None, description="The MySQL result store. Left out: none."
    )
    clusters: dict[Name, ClusterSpec] = Field(
        default_factory=dict, description="EMR clusters by name."
    )
    acknowledge: Acknowledgements = Field(
        default_factory=dict,
        description="Why warnings do not matter in this environment, by the id of their rule.",
    )
