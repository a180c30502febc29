"""The network: what may be declared, the rules, and the constructs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emr_platform.network.spec import (
    ExistingVpcSpec,
    FlowLogsSpec,
    NewVpcSpec,
    SharedVpcSpec,
)

if TYPE_CHECKING:
    from emr_platform.network.construct import (
        ExistingNetwork,
        Network,
        NetworkResources,
        SharedNetwork,
    )

__all__ = [
    "ExistingNetwork",
    "ExistingVpcSpec",
    "FlowLogsSpec",
    "Network",
    "NetworkResources",
    "NewVpcSpec",
    "SharedNetwork",
    "SharedVpcSpec",
]


def __getattr__(name: str) -> Any:
    """Load a construct, and with it the CDK, only for those who ask for one."""
    if name in {"ExistingNetwork", "Network", "NetworkResources", "SharedNetwork"}:
        from emr_platform.network import construct

        return getattr(construct, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
