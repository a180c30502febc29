"""EMR clusters: what may be declared, the rules, and the construct."""

from __future__ import annotations

from importlib import import_module
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
    from emr_platform.cluster.base import BaseCluster, ClusterUseError, LogLocation
    from emr_platform.cluster.construct import EmrCluster
    from emr_platform.cluster.imported import ImportedCluster

__all__ = [
    "AdditionalSecurityGroupsSpec",
    "BaseCluster",
    "BootstrapActionSpec",
    "CapacityReservationsSpec",
    "ClusterSpec",
    "ClusterUseError",
    "CommandStepSpec",
    "CoreGroupSpec",
    "EbsSpec",
    "EmrCluster",
    "FleetInstanceTypeSpec",
    "FleetResizingSpec",
    "ImportedCluster",
    "InstanceFleetSpec",
    "InstanceFleetsSpec",
    "JarStepSpec",
    "LogLocation",
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


_WITH_CDK = {
    "BaseCluster": "base",
    "ClusterUseError": "base",
    "EmrCluster": "construct",
    "ImportedCluster": "imported",
    "LogLocation": "base",
}


def __getattr__(name: str) -> Any:
    """Load a construct, and with it the CDK, only for those who ask for one."""
    if name in _WITH_CDK:
        return getattr(import_module(f"{__name__}.{_WITH_CDK[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
