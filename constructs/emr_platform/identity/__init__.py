"""IAM roles and shell access."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emr_platform.identity.spec import IdentitySpec, SshSpec

if TYPE_CHECKING:
    from emr_platform.identity.construct import BaseClusterRoles, ClusterRoles

__all__ = ["BaseClusterRoles", "ClusterRoles", "IdentitySpec", "SshSpec"]


def __getattr__(name: str) -> Any:
    """Load the construct, and with it the CDK, only for those who ask for it."""
    if name in {"BaseClusterRoles", "ClusterRoles"}:
        from emr_platform.identity import construct

        return getattr(construct, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
