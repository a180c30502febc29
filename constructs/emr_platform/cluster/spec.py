"""What a user may declare about an EMR cluster. The words are those of the EMR API."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from emr_platform.cluster.configurations import Configurations
from emr_platform.spec import (
    InstanceType,
    Items,
    Name,
    S3Uri,
    SecurityGroupId,
    SpecModel,
    Tags,
    TextMatching,
    UsDollarsPerHour,
)

Market = Literal["on_demand", "spot"]
ActionOnFailure = Literal["continue", "cancel_and_wait", "terminate_cluster"]
VolumeType = Literal["gp2", "gp3", "io1", "st1", "sc1", "standard"]

_OBJECT_URI = r"(s3://[a-z0-9][a-z0-9.-]+|bucket://[a-z0-9-]+)/\S*[^\s/]"

ReleaseLabel = Annotated[
    str,
    TextMatching(r"emr-(spark-)?\d{1,2}\.\d{1,3}\.\d{1,3}", "a release label such as emr-7.12.0"),
]
"""An EMR release label, ``emr-7.12.0`` or ``emr-spark-8.0.0``."""

ScriptLocation = Annotated[
    str,
    TextMatching(
        rf"{_OBJECT_URI}|[^\s:/][^:]*", "a relative path, s3://bucket/key or bucket://name/key"
    ),
    Field(max_length=1024),
]
"""A script: a path relative to the environment file, ``s3://bucket/key`` or ``bucket://name/key``."""


class EbsSpec(SpecModel):
    """EBS data volumes of each instance of a group. Mirrors the EMR API's ``EbsConfiguration``."""

    type: VolumeType = Field(default="gp3", description="Volume type.")
    size_gib: int = Field(ge=1, le=16384, description="Size of each volume in GiB.")
    volumes_per_instance: int = Field(default=1, ge=1, description="Volumes on each instance.")
    iops: int | None = Field(
        default=None, ge=1, description="I/O operations per second (gp3, io1)."
    )
    throughput_mib_per_second: int | None = Field(
        default=None, ge=1, description="Throughput in MiB per second (gp3)."
    )


class InstanceGroupSpec(SpecModel):
    """Instances of one type. Mirrors ``InstanceGroupConfig`` of the EMR API."""

    type: InstanceType = Field(description="EC2 instance type.")
    market: Market = Field(
        default="on_demand", description="Whether to buy On-Demand or Spot capacity."
    )
    bid_price_usd: UsDollarsPerHour | None = Field(
        default=None,
        description="The most to pay per Spot instance and hour, in US dollars. "
        "Left out: the On-Demand price.",
    )
    ebs: EbsSpec | None = Field(
        default=None, description="EBS data volumes. Left out: EMR's default for the instance type."
    )
    configurations: Configurations = Field(
        default=(), description="Classifications for this group only; they win over the cluster's."
    )


class PrimaryGroupSpec(InstanceGroupSpec):
    """The primary node."""

    type: InstanceType = Field(default="m6g.xlarge", description="EC2 instance type.")
    count: Literal[1] = Field(default=1, description="Number of primary nodes.")


class CoreGroupSpec(InstanceGroupSpec):
    """The core nodes, which run tasks and hold HDFS."""

    type: InstanceType = Field(default="m6g.xlarge", description="EC2 instance type.")
    count: int = Field(default=1, ge=1, description="Number of core nodes to start with.")


class TaskGroupSpec(InstanceGroupSpec):
    """Nodes that run tasks and hold no data."""

    type: InstanceType = Field(default="m6g.xlarge", description="EC2 instance type.")
    count: int = Field(ge=0, description="Number of nodes to start with.")


class ManagedScalingSpec(SpecModel):
    """EMR managed scaling. Mirrors ``ComputeLimits`` of the EMR API."""

    unit: Literal["instances", "vcpu"] = Field(
        default="instances",
        description="What the limits count: core and task instances, or their vCPUs.",
    )
    minimum: int = Field(ge=1, description="Least capacity, core nodes included.")
    maximum: int = Field(ge=1, description="Most capacity, core nodes included.")
    max_core: int | None = Field(
        default=None, ge=1, description="Most capacity of core nodes. Left out: the maximum."
    )
    max_on_demand: int | None = Field(
        default=None, ge=0, description="Most On-Demand capacity. Left out: the maximum."
    )


class RootVolumeSpec(SpecModel):
    """The EBS root volume of every node."""

    size_gib: int | None = Field(
        default=None, ge=1, description="Size in GiB. Left out: EMR's default."
    )
    iops: int | None = Field(
        default=None, ge=1, description="I/O operations per second. Left out: EMR's default."
    )
    throughput_mib_per_second: int | None = Field(
        default=None, ge=1, description="Throughput in MiB per second. Left out: EMR's default."
    )


class BootstrapActionSpec(SpecModel):
    """A script that runs on every node before EMR installs the applications."""

    script: ScriptLocation = Field(
        description="The script; a local one is shipped to the config bucket."
    )
    args: Items[str] = Field(default=(), description="Arguments of the script.")


class _StepSpec(SpecModel):
    name: Annotated[
        str, TextMatching(r"[^<>$|`\r\n]{1,256}", "1 to 256 characters without < > $ | `")
    ] = Field(description="Name of the step.")
    on_failure: ActionOnFailure = Field(
        default="continue", description="What becomes of the cluster if the step fails."
    )


class ScriptStepSpec(_StepSpec):
    """A step that runs a shell script on the primary node."""

    script: ScriptLocation = Field(
        description="The script; a local one is shipped to the config bucket."
    )
    args: Items[str] = Field(default=(), description="Arguments of the script.")


class SparkSubmitStepSpec(_StepSpec):
    """A step that runs ``spark-submit``."""

    spark_submit: Items[str] = Field(
        min_length=1, description="Arguments of spark-submit, the application's own at the end."
    )


class JarStepSpec(_StepSpec):
    """A step that runs a Hadoop JAR."""

    jar: Annotated[
        str,
        TextMatching(
            rf"{_OBJECT_URI}|command-runner\.jar|file:///\S+|/\S+",
            "s3://…, bucket://…, command-runner.jar, or a path on the primary node",
        ),
    ] = Field(description="The JAR: s3://…, bucket://…, or a path on the primary node.")
    main_class: str | None = Field(
        default=None, description="Class to run. Left out: the one that the JAR's manifest names."
    )
    args: Items[str] = Field(default=(), description="Arguments of the class.")
    properties: dict[str, str] = Field(
        default_factory=dict, description="Java properties of the step."
    )


class CommandStepSpec(_StepSpec):
    """A step that runs a command on the primary node through command-runner.jar."""

    command: Items[str] = Field(min_length=1, description="The command and its arguments.")


_STEP_KINDS: dict[str, type] = {
    "script": ScriptStepSpec,
    "spark_submit": SparkSubmitStepSpec,
    "jar": JarStepSpec,
    "command": CommandStepSpec,
}


def _step_kind(value: Any) -> str | None:
    """Tell the kinds of step apart by the key that only one of them has; None where that fails."""
    if isinstance(value, dict):
        kinds = [key for key in _STEP_KINDS if key in value]
    else:
        kinds = [key for key, spec in _STEP_KINDS.items() if isinstance(value, spec)]
    return f"{kinds[0]} step" if len(kinds) == 1 else None


StepSpec = Annotated[
    Annotated[ScriptStepSpec, Tag("script step")]
    | Annotated[SparkSubmitStepSpec, Tag("spark_submit step")]
    | Annotated[JarStepSpec, Tag("jar step")]
    | Annotated[CommandStepSpec, Tag("command step")],
    Discriminator(
        _step_kind,
        custom_error_type="one_of",
        custom_error_message="a step is a mapping that says one thing to run: {allowed}",
        custom_error_context={
            "allowed": "a mapping with exactly one of script, spark_submit, jar and command",
            "choices": " ".join(_STEP_KINDS),
        },
    ),
]
"""One step: a script, a spark-submit, a JAR or a command."""


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
    """A long-running EMR cluster of instance groups. Mirrors the EMR API's ``RunJobFlow``."""

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
    scaling: ManagedScalingSpec | None = Field(
        default=None, description="Managed scaling of core and task nodes. Left out: fixed size."
    )
    configurations: Configurations = Field(
        default=(), description="Classifications, as a mapping or as EMR's list."
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
    root_volume: RootVolumeSpec = Field(
        default=RootVolumeSpec(), description="Root volume of every node."
    )
    subnet_index: int = Field(
        default=0,
        ge=0,
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
    additional_security_groups: AdditionalSecurityGroupsSpec = Field(
        default=AdditionalSecurityGroupsSpec(),
        description="Existing security groups for the nodes.",
    )
    data_access: dict[Name, Literal["read", "read_write"]] | None = Field(
        default=None,
        description="Data buckets that nodes may use. Left out: read_write on all of them.",
    )
    tags: Tags = Field(default_factory=dict, description="Tags of the cluster and its instances.")
