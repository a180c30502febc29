"""EMR clusters: what may be declared, the rules, and the construct."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emr_platform.cluster.spec import (
    AdditionalSecurityGroupsSpec,
    BootstrapActionSpec,
    ClusterSpec,
    CommandStepSpec,
    CoreGroupSpec,
    EbsSpec,
    JarStepSpec,
    ManagedScalingSpec,
    PrimaryGroupSpec,
    RootVolumeSpec,
    ScriptStepSpec,
    SparkSubmitStepSpec,
    TaskGroupSpec,
)

if TYPE_CHECKING:
    from emr_platform.cluster.construct import EmrCluster

__all__ = [
    "AdditionalSecurityGroupsSpec",
    "BootstrapActionSpec",
    "ClusterSpec",
    "CommandStepSpec",
    "CoreGroupSpec",
    "EbsSpec",
    "EmrCluster",
    "JarStepSpec",
    "ManagedScalingSpec",
    "PrimaryGroupSpec",
    "RootVolumeSpec",
    "ScriptStepSpec",
    "SparkSubmitStepSpec",
    "TaskGroupSpec",
]


def __getattr__(name: str) -> Any:
    """Load the construct, and with it the CDK, only for those who ask for it."""
    if name == "EmrCluster":
        from emr_platform.cluster.construct import EmrCluster

        return EmrCluster
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
