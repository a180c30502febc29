"""The users of the result store: who they are, and the functions that make them."""

from __future__ import annotations

RESOURCE_TYPE = "Custom::ResultStoreUsers"
"""CloudFormation's name for the custom resource that makes databases and users."""
