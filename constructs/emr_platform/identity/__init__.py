"""IAM roles and shell access."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emr_platform.identity.spec import IdentitySpec, SshSpec

if TYPE_CHECKING:
    from emr_platform.identity.construct import ClusterRoles

__all__ = ["ClusterRoles", "IdentitySpec", "SshSpec"]


def __getattr__(name: str) -> Any:
    """Load the construct, and with it the CDK, only for those who ask for it."""
    if name == "ClusterRoles":
        from emr_platform.identity.construct import ClusterRoles

        return ClusterRoles
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
