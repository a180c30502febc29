"""Resources of the types that nobody models."""

from __future__ import annotations

import logging

from emr_platform.operations.local_aws.resources.model import (
    Declared,
    Existing,
    Made,
    ResourceType,
)

logger = logging.getLogger(__name__)


class Unmodelled(ResourceType):
    """Can be referred to, and is nothing else."""

    name = "AWS::Unmodelled::Resource"

    def create(self, declared: Declared) -> Made:
        """Make nothing, and say so in the log."""
        logger.warning(
            "%s is accepted, and nothing made: %s", declared.type_name, declared.logical_id
        )
        return Made(declared.physical_name)

    def update(self, existing: Existing, declared: Declared) -> Made:  # noqa: ARG002
        """Keep what references see."""
        return existing.made

    def delete(self, existing: Existing) -> None:
        """Delete nothing."""


def stand_in(physical_id: str, attribute: str) -> str:
    """What stands for an attribute that nobody models: a text that says which, or an ARN of that."""
    if attribute.endswith("Arn"):
        return f"arn:aws:local:::{physical_id}"
    return f"{physical_id}-{attribute.replace('.', '-')}"
