"""What a comparison finds: changes of properties, of resources, of stacks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from emr_platform.changes.behaviour import Effect
from emr_platform.changes.holdings import Fate


class Kind(StrEnum):
    """What happens to a resource."""

    REFUSED = "refused"
    REPLACED = "replaced"
    MAY_BE_REPLACED = "may be replaced"
    REMOVED = "removed"
    UPDATED = "updated"
    ADDED = "added"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class PropertyChange:
    """A place in a resource's properties that changes.

    Attributes:
        path: The place, ``Instances.CoreInstanceGroup.InstanceCount``.
        before: What is there before, as people read it; None if nothing.
        after: What is there afterwards; None if nothing.
        effect: What it does to the resource.
        because: Why it changes although the template does not say so: what it refers to changes.
    """

    path: str
    before: str | None
    after: str | None
    effect: Effect
    because: str | None = None


@dataclass(frozen=True, slots=True)
class ResourceChange:
    """What happens to one resource.

    Attributes:
        stack: Name of its stack.
        logical_id: Its logical id.
        type: Its type.
        kind: What happens to it.
        path: Where the construct is in the CDK app, or None.
        properties: What changes in it, most severe first.
        fate: What becomes of the old resource if it is removed, or is or may be replaced.
        lost: What is lost for good.
        notes: What else is to be known.
        stops: Whether it is or may be replaced, or what it is or holds is lost, or it is refused.
        is_allowed: Whether the caller has accepted that.
    """

    stack: str
    logical_id: str
    type: str
    kind: Kind
    path: str | None = None
    properties: tuple[PropertyChange, ...] = ()
    fate: Fate | None = None
    lost: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    stops: bool = False
    is_allowed: bool = False

    @property
    def severity(self) -> int:
        """The place in a report: 0 is the most severe."""
        order = (
            self.kind is Kind.REFUSED,
            self.kind is Kind.REPLACED and bool(self.lost),
            self.kind is Kind.REMOVED and self.stops,
            self.kind is Kind.REPLACED,
            self.kind is Kind.MAY_BE_REPLACED,
            self.kind is Kind.REMOVED,
            self.kind is Kind.UPDATED,
            self.kind is Kind.ADDED,
        )
        return order.index(True) if True in order else len(order)


@dataclass(frozen=True, slots=True)
class StackChange:
    """What happens to one stack.

    Attributes:
        name: Name of the stack.
        is_new: It does not exist before.
        is_left: It is not part of what is deployed, and stays as it is.
        resources: What happens to its resources, most severe first; those without a change as well.
        refusals: Why CloudFormation would refuse to deploy it.
        notes: What else is to be known.
    """

    name: str
    is_new: bool
    is_left: bool
    resources: tuple[ResourceChange, ...]
    refusals: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def severity(self) -> int:
        """The place in a report: 0 is the most severe."""
        return min((change.severity for change in self.resources), default=len(Kind) + 1)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What deploying one set of stacks over another does.

    Attributes:
        stacks: Those with the most severe changes first.
    """

    stacks: tuple[StackChange, ...]

    @property
    def stopping(self) -> tuple[ResourceChange, ...]:
        """The changes that replace or lose something which nobody has accepted."""
        return tuple(
            change
            for stack in self.stacks
            for change in stack.resources
            if change.stops and not change.is_allowed
        )

    @property
    def refusals(self) -> tuple[str, ...]:
        """Why CloudFormation would refuse the deployment, besides what single resources say."""
        return tuple(refusal for stack in self.stacks for refusal in stack.refusals)

    def count(self, kind: Kind) -> int:
        """How many resources something happens to."""
        return sum(change.kind is kind for stack in self.stacks for change in stack.resources)
