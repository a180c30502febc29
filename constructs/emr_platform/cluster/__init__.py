"""EMR clusters: what may be declared, the rules, and the construct."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emr_platform.cluster.spec import (
    AdditionalSecurityGroupsSpec,
    ClusterSpec,
    ManagedScalingSpec,
)
from emr_platform.instances.spec import (
    CapacityReservationsSpec,
    CoreGroupSpec,
    EbsSpec,
    FleetInstanceTypeSpec,
    FleetResizingSpec,
    InstanceFleetSpec,
    InstanceFleetsSpec,
    OnDemandProvisioningSpec,
    OnDemandResizingSpec,
    PrimaryFleetInstanceTypeSpec,
    PrimaryFleetSpec,
    PrimaryGroupSpec,
    RootVolumeSpec,
    SpotProvisioningSpec,
    SpotResizingSpec,
    TaskGroupSpec,
)
from emr_platform.steps.spec import (
    BootstrapActionSpec,
    CommandStepSpec,
    JarStepSpec,
    ScriptStepSpec,
    SparkSubmitStepSpec,
)

if TYPE_CHECKING:
    from emr_platform.cluster.construct import EmrCluster

__all__ = [
    "AdditionalSecurityGroupsSpec",
    "BootstrapActionSpec",
    "CapacityReservationsSpec",
    "ClusterSpec",
    "CommandStepSpec",
    "CoreGroupSpec",
    "EbsSpec",
    "EmrCluster",
    "FleetInstanceTypeSpec",
    "FleetResizingSpec",
    "InstanceFleetSpec",
    "InstanceFleetsSpec",
    "JarStepSpec",
    "ManagedScalingSpec",
    "OnDemandProvisioningSpec",
    "OnDemandResizingSpec",
    "PrimaryFleetInstanceTypeSpec",
    "PrimaryFleetSpec",
    "PrimaryGroupSpec",
    "RootVolumeSpec",
    "ScriptStepSpec",
    "SparkSubmitStepSpec",
    "SpotProvisioningSpec",
    "SpotResizingSpec",
    "TaskGroupSpec",
]


def __getattr__(name: str) -> Any:
    """Load the construct, and with it the CDK, only for those who ask for it."""
    if name == "EmrCluster":
        from emr_platform.cluster.construct import EmrCluster

        return EmrCluster
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
