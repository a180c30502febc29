"""What a user may declare about an EMR cluster. The words are those of the EMR API."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from emr_platform.acknowledged_warnings.spec import Acknowledgements
from emr_platform.configurations.spec import Configurations
from emr_platform.instances.spec import (
    AmiId,
    CoreGroupSpec,
    InstanceFleetsSpec,
    PrimaryGroupSpec,
    RootVolumeSpec,
    TaskGroupSpec,
)
from emr_platform.metastore.spec import MetastoreSpec
from emr_platform.presets.spec import Presets
from emr_platform.security_configuration.forms import SecurityConfiguration
from emr_platform.spec import (
    MOST_UNITS,
    Allowed,
    Items,
    KmsKeyArn,
    Name,
    S3Uri,
    SecurityGroupId,
    SpecModel,
    Tags,
    TextMatching,
)
from emr_platform.steps.spec import BootstrapActionSpec, StepSpec

ReleaseLabel = Annotated[
    str,
    TextMatching(r"emr-(spark-)?\d{1,2}\.\d{1,3}\.\d{1,3}", "a release label such as emr-7.12.0"),
]
"""An EMR release label, ``emr-7.12.0`` or ``emr-spark-8.0.0``."""


class ManagedScalingSpec(SpecModel):
    """EMR managed scaling. Mirrors ``ManagedScalingPolicy`` of the EMR API."""

    unit: Literal["instances", "vcpu", "instance_fleet_units"] | None = Field(
        default=None,
        description="What the limits count: core and task instances, their vCPUs, "
        "or the units of instance fleets. Left out: instances, or the units of the fleets.",
    )
    minimum: int = Field(ge=1, le=MOST_UNITS, description="Least capacity, core nodes included.")
    maximum: int = Field(ge=1, le=MOST_UNITS, description="Most capacity, core nodes included.")
    max_core: int | None = Field(
        default=None,
        ge=1,
        le=MOST_UNITS,
        description="Most capacity of core nodes. Left out: the maximum.",
    )
    max_on_demand: int | None = Field(
        default=None,
        ge=0,
        le=MOST_UNITS,
        description="Most On-Demand capacity. Left out: the maximum.",
    )
    strategy: Literal["default", "advanced"] = Field(
        default="default",
        description="default: EMR decides. advanced: it weighs cost and speed as "
        "utilization_performance_index says.",
    )
    utilization_performance_index: Literal[1, 25, 50, 75, 100] | None = Field(
        default=None,
        description="For the strategy advanced. 1: save resources. 100: finish quickly. "
        "50: as much of one as of the other.",
    )


class AdditionalSecurityGroupsSpec(SpecModel):
    """Existing security groups that nodes get besides the managed ones; at most four each.

    Each must carry the tag ``for-use-with-amazon-emr-managed-policies: true``, or EMR may not use it.
    """

    primary: Items[SecurityGroupId] = Field(
        default=(),
        max_length=4,
        description="For the primary node. Each must carry the tag "
        "for-use-with-amazon-emr-managed-policies: true, or EMR may not use it.",
    )
    core_and_task: Items[SecurityGroupId] = Field(
        default=(),
        max_length=4,
        description="For core and task nodes. Each must carry the tag "
        "for-use-with-amazon-emr-managed-policies: true, or EMR may not use it.",
    )


class ClusterSpec(SpecModel):
    """An EMR cluster on EC2. Mirrors the EMR API's ``RunJobFlow``."""

    release: ReleaseLabel = Field(description="Release label, e.g. emr-7.12.0.")
    applications: Items[
        Annotated[str, TextMatching(r"[A-Za-z][A-Za-z0-9-]*", "the name of an application")]
    ] = Field(default=("Spark",), description="Applications to install, by EMR's names.")
    primary: PrimaryGroupSpec = Field(default=PrimaryGroupSpec(), description="The primary node.")
    core: CoreGroupSpec | None = Field(
        default=None, description="The core nodes. Left out: the primary node does all the work."
    )
    task: dict[Name, TaskGroupSpec] = Field(
        default_factory=dict, max_length=48, description="Task instance groups by name."
    )
    instance_fleets: InstanceFleetsSpec | None = Field(
        default=None,
        description="Instance fleets, instead of primary, core and task. "
        "Left out: instance groups.",
    )
    scaling: ManagedScalingSpec | None = Field(
        default=None, description="Managed scaling of core and task nodes. Left out: fixed size."
    )
    configurations: Configurations = Field(
        default=(), description="Classifications, as a mapping or as EMR's list."
    )
    metastore: MetastoreSpec = Field(
        default="local",
        description="Where Hive, Spark, Presto and Trino keep what they know of tables. "
        "local: on the primary node, so that it ends with the cluster. glue: the AWS Glue Data "
        "Catalog. A mapping with glue or mysql says more.",
    )
    presets: Presets = Field(
        default=(),
        description="Presets, as a list of names or as a mapping to what each lets you say.",
    )
    bootstrap: dict[Name, BootstrapActionSpec] = Field(
        default_factory=dict,
        max_length=16,
        description="Bootstrap actions by name, run in this order.",
    )
    steps: Items[StepSpec] = Field(
        default=(),
        max_length=256,
        description="Steps that run when the cluster has started, in this order.",
    )
    lifecycle: Literal["long_running", "transient"] = Field(
        default="long_running",
        description="long_running: the cluster waits for further steps. "
        "transient: it ends itself after its last step.",
    )
    step_concurrency: int = Field(
        default=1, ge=1, le=256, description="Steps that may run at the same time."
    )
    idle_timeout_minutes: Annotated[int, Field(ge=1, le=10080)] | None = Field(
        default=None,
        description="Idle minutes after which the cluster ends itself. Left out: never.",
    )
    termination_protection: bool | None = Field(
        default=None,
        description="Whether the cluster refuses to be terminated. "
        "Left out: true if protection is retain.",
    )
    log_uri: S3Uri | None = Field(
        default=None, description="Where EMR writes logs. Left out: the environment's log bucket."
    )
    log_encryption_key_arn: KmsKeyArn | None = Field(
        default=None,
        description="KMS key that EMR encrypts the logs with. Left out: the bucket's own encryption.",
    )
    security_configuration: SecurityConfiguration | None = Field(
        default=None,
        description="Encryption, authentication and authorization: declared here, an existing "
        "security configuration by name, or EMR's own JSON document. "
        "Left out: encrypted disks and IMDSv2, as far as the release can.",
    )
    root_volume: RootVolumeSpec = Field(
        default=RootVolumeSpec(), description="Root volume of every node."
    )
    ami_id: AmiId | None = Field(
        default=None, description="Custom AMI of all nodes. Left out: the AMI of the release."
    )
    os_release: (
        Annotated[
            str,
            TextMatching(
                r"\d{1,4}\.\d{1,3}\.\d{8}(\.\d+)?", "an Amazon Linux release such as 2.0.20220606.1"
            ),
        ]
        | None
    ) = Field(
        default=None,
        description="Amazon Linux release of the nodes. Left out: the newest that the EMR release knows.",
    )
    placement_group: Literal["spread", "none"] | None = Field(
        default=None,
        description="spread: the three primary nodes of a cluster with high availability run on "
        "different hardware. Left out: none.",
    )
    unhealthy_node_replacement: bool | None = Field(
        default=None,
        description="Whether EMR replaces core nodes that it finds unhealthy. Left out: EMR's default.",
    )
    decommission_timeout_minutes: Annotated[int, Field(ge=1, le=525600)] | None = Field(
        default=None,
        description="Minutes that a node which is taken away has to finish what runs on it; "
        "Spot instances that EC2 takes back have seconds. Left out: EMR's default, 60.",
    )
    scale_down_behavior: Literal["terminate_at_task_completion", "terminate_at_instance_hour"] = (
        Field(
            default="terminate_at_task_completion",
            description="When instances end that are not needed any more.",
        )
    )
    visible_to_all_users: bool = Field(
        default=True,
        description="Whether all principals of the account that may use EMR see the cluster, "
        "and not its creator alone.",
    )
    additional_info: dict[str, Annotated[JsonValue, Allowed("anything that JSON has")]] | None = (
        Field(
            default=None,
            description="EMR's AdditionalInfo, for what AWS support asks for. Left out: none.",
        )
    )
    subnet_index: int = Field(
        default=0,
        ge=0,
        le=199,
        description="Which of the network's cluster subnets to run in, counted from 0.",
    )
    session_manager: bool = Field(
        default=False,
        description="Whether nodes can be reached by Session Manager, a shell without SSH.",
    )
    read_result_store_secret: bool = Field(
        default=False,
        description="Whether nodes may read the result store's administrator secret. "
        "They can always connect to the result store.",
    )
    result_store_users: Items[Name] = Field(
        default=(),
        description="Users of the result store whose secrets nodes may read, to connect as them.",
    )
    additional_security_groups: AdditionalSecurityGroupsSpec = Field(
        default=AdditionalSecurityGroupsSpec(),
        description="Existing security groups for the nodes.",
    )
    data_access: dict[Name, Literal["read", "read_write"]] | None = Field(
        default=None,
        description="Data buckets that nodes may use. Left out: read_write on all of them.",
    )
    tags: Tags = Field(default_factory=dict, description="Tags of the cluster and its instances.")
    acknowledge: Acknowledgements = Field(
        default_factory=dict,
        description="Why warnings about this cluster do not matter, by the id of their rule.",
    )
