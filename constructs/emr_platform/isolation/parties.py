"""Who acts, what is acted on, and everything that there is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from emr_platform.isolation.conditions import Known
from emr_platform.isolation.environments import Environments
from emr_platform.isolation.names import Naming, Offered
from emr_platform.isolation.policies import Source, Statement
from emr_platform.isolation.symbols import Symbols
from emr_platform.templates.model import Stack


@dataclass(frozen=True, slots=True)
class Unjudged:
    """Something that keeps the proof from being complete.

    Attributes:
        id: What it is called when it is accepted.
        environment: The environment that it is in.
        message: What is not known, and what that means.
        source: Where it stands.
    """

    id: str
    environment: str
    message: str
    source: Source


@dataclass(frozen=True, slots=True, eq=False)
class Actor:
    """Somebody who acts: a role, a user, a group's members.

    Attributes:
        environment: The environment.
        stack: Name of the stack.
        logical_id: Logical id; the name of one that is in no template.
        arn: Its ARN.
        account: Its account.
        tags: Its tags.
        statements: What the policies say that are attached.
        boundary: What its permissions boundary says; None if it has none.
        trusted: Services of AWS that act as it.
    """

    environment: str
    stack: str
    logical_id: str
    arn: str
    account: str
    tags: Mapping[str, str]
    statements: tuple[Statement, ...]
    boundary: tuple[Statement, ...] | None
    trusted: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What it is called in reports."""
        return f"{self.stack}/{self.logical_id}"


@dataclass(frozen=True, slots=True)
class Part:
    """What makes a target a part of something that others have parts of as well.

    Attributes:
        name: What it is called in reports.
        within: The environment whose thing it is a part of; None for something in no template.
        holds: Whether somebody else who reads it finds something there. Where all just read, nobody does.
        is_guarded: Whether it is what the shared environment itself uses, where tenants may have parts that bear
            their names.
        only: The actions that it is about; None for all.
        values: What is known of requests that are about this part.
        statements: Those that make it the environment's.
    """

    name: str
    within: str | None
    holds: bool = True
    is_guarded: bool = False
    only: frozenset[str] | None = None
    values: Mapping[str, Known] = field(default_factory=dict)
    statements: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """Something that is acted on.

    Attributes:
        environment: The environment.
        stack: Name of the stack.
        logical_id: Logical id.
        type: CloudFormation's type.
        kinds: Services and their types of resources, as the facts have them.
        text: The ARN that policies are held against.
        account: Its account.
        tags: Its tags.
        policy: Its own policy; None if nothing of the kind has one.
        vpc: The VPC that it is in, or None.
        anonymous: The ARN, with all names that AWS makes up made the same.
        part: What makes it a part of something; None for a resource of a template.
    """

    environment: str
    stack: str
    logical_id: str
    type: str
    kinds: tuple[tuple[str, str], ...]
    text: str
    account: str
    tags: Mapping[str, str]
    policy: tuple[Statement, ...] | None = None
    vpc: str | None = None
    anonymous: str = ""
    part: Part | None = None

    @property
    def name(self) -> str:
        """What it is called in reports."""
        return self.part.name if self.part else f"{self.stack}/{self.logical_id}"


@dataclass
class World:
    """Everything in the templates that were read.

    Attributes:
        symbols: The characters of names.
        namings: Who resolves values, by the stack's name.
        environments: Whose the stacks are.
        offered: What stacks have for each other.
        uses: By tenant, the shared environments that it uses.
        actors: Those who act.
        targets: What is acted on.
        unjudged: What is not known.
        not_looked_at: Types of resources that nothing is known of, with their number.
    """

    symbols: Symbols
    namings: dict[str, Naming]
    environments: Environments = field(default_factory=Environments)
    offered: Offered = field(default_factory=Offered)
    uses: dict[str, frozenset[str]] = field(default_factory=dict)
    actors: list[Actor] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    unjudged: list[Unjudged] = field(default_factory=list)
    not_looked_at: dict[str, int] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """Names of all environments, in order."""
        return sorted({naming.environment for naming in self.namings.values()})

    @property
    def stacks(self) -> Iterator[tuple[Naming, Stack]]:
        """All stacks, with who resolves their values."""
        for naming in self.namings.values():
            yield naming, naming.stack
