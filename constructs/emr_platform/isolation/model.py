"""What a look at environments finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from emr_platform.isolation.facts import Access
from emr_platform.isolation.policies import Source, Statement


@dataclass(frozen=True, slots=True)
class Reason:
    """A place that makes a finding so.

    Attributes:
        text: What stands there, in words; empty where the place says it all.
        source: Where it stands.
    """

    text: str
    source: Source


@dataclass(frozen=True, slots=True)
class Finding:
    """That an environment can get at something of others.

    Attributes:
        id: What it is called when it is accepted: ``STACK/LOGICAL_ID/SERVICE:ACCESS``.
        environment: The environment that can.
        who: Who of it: stack and logical id, with what tells more.
        access: What it can do.
        service: What it is a matter of: a service of AWS in policies, or ``network``.
        actions: The actions, or the ports.
        targets: What it is done to: by environment, what it is called.
        reasons: What makes it so.
        not_stopping: What denies something of the kind, and does not stop this.
        certain: Whether what is unknown makes no difference.
        accepted: Why it is accepted, if it is.
        documented: Whether the reason is one of ours, and not of who asks.
    """

    id: str
    environment: str
    who: str
    access: Access
    service: str
    actions: tuple[str, ...]
    targets: Mapping[str, tuple[str, ...]]
    reasons: tuple[Reason, ...]
    not_stopping: tuple[Reason, ...] = ()
    certain: bool = True
    accepted: str | None = None
    documented: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that cannot be judged.

    Attributes:
        id: What it is called when it is accepted.
        environment: The environment that it is in.
        message: What is not known.
        source: Where it stands.
        accepted: Why it is accepted, if it is.
    """

    id: str
    environment: str
    message: str
    source: Source
    accepted: str | None = None


@dataclass(frozen=True)
class Isolation:
    """What was found.

    Attributes:
        environments: Names, in order.
        findings: In the order of environments.
        gaps: What cannot be judged.
        not_looked_at: Types of resources that nothing is known of, with their number.
        unused: What was accepted and is not there.
        tiers: By environment, the tiers of its stacks; empty for those that no tenants file makes.
        called: By environment, the names that its stacks may begin with.
    """

    environments: tuple[str, ...]
    findings: tuple[Finding, ...]
    gaps: tuple[Gap, ...]
    not_looked_at: Mapping[str, int] = field(default_factory=dict)
    unused: tuple[str, ...] = ()
    tiers: Mapping[str, str] = field(default_factory=dict)
    called: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def open_findings(self) -> tuple[Finding, ...]:
        """The findings that nobody has accepted."""
        return tuple(each for each in self.findings if each.accepted is None)

    @property
    def open_gaps(self) -> tuple[Gap, ...]:
        """What cannot be judged, and nobody has accepted."""
        return tuple(each for each in self.gaps if each.accepted is None)

    @property
    def are_apart(self) -> bool:
        """Whether the proof is complete, but for what is accepted."""
        return not self.open_findings and not self.open_gaps

    def between(self, one: str, other: str) -> list[Finding]:
        """What one environment can do to another."""
        return [each for each in self.findings if each.environment == one and other in each.targets]


def reason_of(statement: Statement) -> Reason:
    """The statement of a policy as a reason."""
    if statement.source.name:
        sid = f", {statement.sid}" if statement.sid else ""
        return Reason(f"AWS managed policy {statement.source.name}{sid}", statement.source)
    return Reason(statement.sid or "", statement.source)
