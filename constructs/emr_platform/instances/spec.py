"""What a user may declare about the instances of a cluster: groups or fleets, and their volumes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from emr_platform.automatic_scaling.spec import AutomaticScaling
from emr_platform.configurations.spec import Configurations
from emr_platform.problems import Path
from emr_platform.spec import (
    MOST_NODES,
    MOST_UNITS,
    InstanceType,
    Items,
    SpecModel,
    TextMatching,
    UsDollarsPerHour,
)

Market = Literal["on_demand", "spot"]
VolumeType = Literal["gp2", "gp3", "io1", "st1", "sc1", "standard"]
SpotAllocationStrategy = Literal[
    "capacity_optimized",
    "price_capacity_optimized",
    "lowest_price",
    "diversified",
    "capacity_optimized_prioritized",
]
OnDemandAllocationStrategy = Literal["lowest_price", "prioritized"]

AmiId = Annotated[
    str, TextMatching(r"ami-([0-9a-f]{8}|[0-9a-f]{17})", "the id of an Amazon Machine Image, ami-…")
]
"""The id of an Amazon Machine Image."""


class EbsSpec(SpecModel):
    """EBS data volumes of each instance. Mirrors the EMR API's ``EbsBlockDeviceConfig``."""

    type: VolumeType = Field(default="gp3", description="Volume type.")
    size_gib: int = Field(ge=1, le=16384, description="Size of each volume in GiB.")
    volumes_per_instance: int = Field(
        default=1, ge=1, le=25, description="Volumes on each instance."
    )
    iops: int | None = Field(
        default=None, ge=1, le=256_000, description="I/O operations per second (gp3, io1)."
    )
    throughput_mib_per_second: int | None = Field(
        default=None, ge=1, le=4_000, description="Throughput in MiB per second (gp3)."
    )


def _form(value: Any) -> str:
    return (
        "one kind of volume" if isinstance(value, Mapping | EbsSpec) else "several kinds of volumes"
    )


EbsVolumes = Annotated[
    Annotated[EbsSpec, Tag("one kind of volume")]
    | Annotated[Items[EbsSpec], Field(min_length=1), Tag("several kinds of volumes")],
    Discriminator(_form),
]
"""EBS data volumes of one kind, or a list of several kinds."""


def volumes(ebs: EbsVolumes | None) -> Iterator[tuple[Path, EbsSpec]]:
    """Each kind of data volume, with its path from the key ``ebs``."""
    if isinstance(ebs, EbsSpec):
        yield (), ebs
    elif ebs is not None:
        for position, kind in enumerate(ebs):
            yield (position,), kind


class _InstanceSpec(SpecModel):
    """What instances of one type have, in a group or in a fleet."""

    ebs: EbsVolumes | None = Field(
        default=None,
        description="EBS data volumes; a list for several kinds. "
        "Left out: EMR's default for the instance type.",
    )
    ami_id: AmiId | None = Field(
        default=None,
        description="Custom AMI of these instances, for types of different architectures. "
        "Left out: the cluster's.",
    )
    configurations: Configurations = Field(
        default=(), description="Classifications for these nodes only; they win over the cluster's."
    )


class _PurchaseSpec(SpecModel):
    """How the instances of a group are bought."""

    type: InstanceType = Field(description="EC2 instance type.")
    market: Market = Field(
        default="on_demand", description="Whether to buy On-Demand or Spot capacity."
    )
    bid_price_usd: UsDollarsPerHour | None = Field(
        default=None,
        description="The most to pay per Spot instance and hour, in US dollars. "
        "Left out: the On-Demand price.",
    )


class InstanceGroupSpec(_InstanceSpec, _PurchaseSpec):
    """Instances of one type. Mirrors ``InstanceGroupConfig`` of the EMR API."""


class PrimaryGroupSpec(InstanceGroupSpec):
    """The primary node, or the three of a cluster with high availability."""

    type: InstanceType = Field(default="m6g.xlarge", description="EC2 instance type.")
    count: Literal[1, 3] = Field(
        default=1, description="Number of primary nodes. 3: high availability."
    )


class CoreGroupSpec(InstanceGroupSpec):
    """The core nodes, which run tasks and hold HDFS."""

    type: InstanceType = Field(default="m6g.xlarge", description="EC2 instance type.")
    count: int = Field(
        default=1, ge=1, le=MOST_NODES, description="Number of core nodes to start with."
    )
    automatic_scaling: AutomaticScaling | None = Field(
        default=None,
        description="Rules by which EMR changes the number of nodes, or EMR's own JSON of a policy. "
        "Left out: as scaling says, or a fixed size.",
    )


class TaskGroupSpec(InstanceGroupSpec):
    """Nodes that run tasks and hold no data."""

    type: InstanceType = Field(default="m6g.xlarge", description="EC2 instance type.")
    count: int = Field(ge=0, le=MOST_NODES, description="Number of nodes to start with.")
    automatic_scaling: AutomaticScaling | None = Field(
        default=None,
        description="Rules by which EMR changes the number of nodes, or EMR's own JSON of a policy. "
        "Left out: as scaling says, or a fixed size.",
    )


class _SpotPurchaseSpec(SpecModel):
    """How the instances of one type of a fleet are bought."""

    priority: Annotated[float, Field(ge=0, le=1_000_000)] | None = Field(
        default=None,
        description="Which type is taken first with a prioritized allocation strategy; "
        "0 is the highest. Left out: the lowest.",
    )
    bid_price_usd: UsDollarsPerHour | None = Field(
        default=None,
        description="The most to pay per Spot instance and hour, in US dollars. "
        "Left out: bid_price_percent.",
    )
    bid_price_percent: Annotated[float, Field(gt=0, le=10_000)] | None = Field(
        default=None,
        description="The most to pay for a Spot instance, in percent of the On-Demand price. "
        "Left out: 100.",
    )


class PrimaryFleetInstanceTypeSpec(_InstanceSpec, _SpotPurchaseSpec):
    """One instance type that the primary node may have."""


class FleetInstanceTypeSpec(_InstanceSpec, _SpotPurchaseSpec):
    """One instance type of a fleet. Mirrors ``InstanceTypeConfig`` of the EMR API."""

    weight: int = Field(
        default=1,
        ge=1,
        le=MOST_NODES,
        description="How many units of the fleet's capacity an instance of this type counts for.",
    )


class CapacityReservationsSpec(SpecModel):
    """How a fleet uses EC2 capacity reservations. Mirrors ``OnDemandCapacityReservationOptions``."""

    preference: Literal["open", "none"] = Field(
        default="open",
        description="open: any open reservation with matching attributes. none: no such reservation.",
    )
    usage_strategy: Literal["use_capacity_reservations_first"] | None = Field(
        default=None,
        description="use_capacity_reservations_first: reservations before other capacity. "
        "Left out: by the allocation strategy alone.",
    )
    resource_group_arn: (
        Annotated[
            str,
            TextMatching(
                r"arn:aws[a-z-]*:resource-groups:[a-z0-9-]+:\d{12}:group/\S+",
                "the ARN of a resource group of capacity reservations",
            ),
        ]
        | None
    ) = Field(
        default=None,
        description="Resource group of the targeted reservations. Left out: none.",
    )


class OnDemandProvisioningSpec(SpecModel):
    """How a fleet's On-Demand capacity is bought. Mirrors ``OnDemandProvisioningSpecification``."""

    allocation_strategy: OnDemandAllocationStrategy = Field(
        default="lowest_price",
        description="lowest_price: the cheapest type first. prioritized: by priority.",
    )
    capacity_reservations: CapacityReservationsSpec | None = Field(
        default=None,
        description="How EC2 capacity reservations are used. Left out: by EC2's default.",
    )


class SpotProvisioningSpec(SpecModel):
    """How a fleet's Spot capacity is bought. Mirrors ``SpotProvisioningSpecification``."""

    allocation_strategy: SpotAllocationStrategy = Field(
        default="price_capacity_optimized",
        description="By what EC2 chooses among the types and zones.",
    )
    timeout_minutes: int = Field(
        default=60,
        ge=5,
        le=1440,
        description="Minutes to wait for Spot capacity while the cluster starts.",
    )
    timeout_action: Literal["switch_to_on_demand", "terminate_cluster"] = Field(
        default="switch_to_on_demand",
        description="What is done about Spot capacity that has not come by then.",
    )


class OnDemandResizingSpec(SpecModel):
    """How On-Demand capacity is bought while the cluster runs. Mirrors ``OnDemandResizingSpecification``."""

    timeout_minutes: Annotated[int, Field(ge=5, le=10080)] | None = Field(
        default=None, description="Minutes to wait for capacity. Left out: EMR's default."
    )
    allocation_strategy: OnDemandAllocationStrategy | None = Field(
        default=None, description="By what EC2 chooses. Left out: as when the cluster started."
    )
    capacity_reservations: CapacityReservationsSpec | None = Field(
        default=None,
        description="How EC2 capacity reservations are used. Left out: as at the start.",
    )


class SpotResizingSpec(SpecModel):
    """How Spot capacity is bought while the cluster runs. Mirrors ``SpotResizingSpecification``."""

    timeout_minutes: Annotated[int, Field(ge=5, le=10080)] | None = Field(
        default=None, description="Minutes to wait for capacity. Left out: EMR's default."
    )
    allocation_strategy: SpotAllocationStrategy | None = Field(
        default=None, description="By what EC2 chooses. Left out: as when the cluster started."
    )


class FleetResizingSpec(SpecModel):
    """How capacity is bought when a fleet grows later. Mirrors ``InstanceFleetResizingSpecifications``."""

    on_demand: OnDemandResizingSpec | None = Field(
        default=None, description="On-Demand capacity. Left out: EMR's defaults."
    )
    spot: SpotResizingSpec | None = Field(
        default=None, description="Spot capacity. Left out: EMR's defaults."
    )


class _FleetSpec(SpecModel):
    on_demand: OnDemandProvisioningSpec = Field(
        default=OnDemandProvisioningSpec(), description="How On-Demand capacity is bought."
    )
    spot: SpotProvisioningSpec = Field(
        default=SpotProvisioningSpec(), description="How Spot capacity is bought."
    )


class PrimaryFleetSpec(_FleetSpec):
    """The primary node, of whichever of some types can be had."""

    types: dict[InstanceType, PrimaryFleetInstanceTypeSpec] = Field(
        default={"m6g.xlarge": PrimaryFleetInstanceTypeSpec()},
        min_length=1,
        max_length=30,
        description="Instance types that the node may have, by name.",
    )
    market: Market = Field(
        default="on_demand", description="Whether to buy On-Demand or Spot capacity."
    )
    count: Literal[1, 3] = Field(
        default=1, description="Number of primary nodes. 3: high availability."
    )


class InstanceFleetSpec(_FleetSpec):
    """Instances of several types, bought by capacity. Mirrors ``InstanceFleetConfig`` of the EMR API."""

    types: dict[InstanceType, FleetInstanceTypeSpec] = Field(
        min_length=1,
        max_length=30,
        description="Instance types to choose from, by name.",
    )
    on_demand_capacity: int = Field(
        default=0, ge=0, le=MOST_UNITS, description="Units of On-Demand capacity to start with."
    )
    spot_capacity: int = Field(
        default=0, ge=0, le=MOST_UNITS, description="Units of Spot capacity to start with."
    )
    resize: FleetResizingSpec | None = Field(
        default=None,
        description="How capacity is bought while the cluster runs. Left out: EMR's defaults.",
    )


class InstanceFleetsSpec(SpecModel):
    """Instance fleets instead of instance groups: several types for each role, bought by capacity."""

    primary: PrimaryFleetSpec = Field(default=PrimaryFleetSpec(), description="The primary node.")
    core: InstanceFleetSpec | None = Field(
        default=None, description="The core nodes. Left out: the primary node does all the work."
    )
    task: InstanceFleetSpec | None = Field(
        default=None, description="Nodes that run tasks and hold no data. Left out: none."
    )
    subnet_indexes: (
        Annotated[Items[Annotated[int, Field(ge=0, le=199)]], Field(min_length=1)] | None
    ) = Field(
        default=None,
        description="Which of the network's cluster subnets EMR may choose from, counted from 0. "
        "All nodes run in the one that it chooses. Left out: all of them.",
    )


class RootVolumeSpec(SpecModel):
    """The EBS root volume of every node."""

    size_gib: int | None = Field(
        default=None, ge=1, le=16_384, description="Size in GiB. Left out: EMR's default."
    )
    iops: int | None = Field(
        default=None,
        ge=1,
        le=256_000,
        description="I/O operations per second. Left out: EMR's default.",
    )
    throughput_mib_per_second: int | None = Field(
        default=None,
        ge=1,
        le=4_000,
        description="Throughput in MiB per second. Left out: EMR's default.",
    )
