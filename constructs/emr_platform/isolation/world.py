"""Finds out from templates who acts in which environment, and what is acted on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from emr_platform.isolation.documents import items_of
from emr_platform.isolation.environments import SILO, environments_of, plain_tags, tag_of
from emr_platform.isolation.imports import imports_of
from emr_platform.isolation.matching import HOLE, anonymous
from emr_platform.isolation.names import Naming
from emr_platform.isolation.parties import Actor, Target, Unjudged, World
from emr_platform.isolation.policies import (
    Condition,
    Principals,
    Source,
    Statement,
    managed,
    statements,
)
from emr_platform.isolation.symbols import Symbols
from emr_platform.isolation.targets import (
    DATABASE_LOGS,
    DATABASE_SNAPSHOTS,
    DATABASE_USERS,
    FUNCTION_LOGS,
    FUNCTIONS,
    HARMLESS,
    OF_NODES,
    SHAPES,
    STACK,
    TABLES,
    Shape,
)
from emr_platform.isolation.unread import unread
from emr_platform.problems import Path
from emr_platform.tags import TIER_TAG
from emr_platform.templates.model import Resource, Stack
from emr_platform.templates.reading import NESTED_STACK

Json = Any

_POLICIES: Final = {
    "AWS::S3::BucketPolicy": ("Bucket", "PolicyDocument"),
    "AWS::SecretsManager::ResourcePolicy": ("SecretId", "ResourcePolicy"),
    "AWS::SNS::TopicPolicy": ("Topics", "PolicyDocument"),
    "AWS::SQS::QueuePolicy": ("Queues", "PolicyDocument"),
}
"""Types that hold the policy of another resource: the property that names it, and the policy's."""

_ATTACHED: Final = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")
_INLINE: Final = {
    "AWS::IAM::RolePolicy": "RoleName",
    "AWS::IAM::UserPolicy": "UserName",
    "AWS::IAM::GroupPolicy": "GroupName",
}
ACTORS: Final = {
    "AWS::IAM::Role": "Roles",
    "AWS::IAM::User": "Users",
    "AWS::IAM::Group": "Groups",
}
"""Types of those who act, with the property in which a policy names them."""


def world_of(stacks: Iterable[Stack]) -> World:
    """Find out who and what there is.

    Args:
        stacks: The stacks of all environments.
    """
    stacks = list(stacks)
    environments = environments_of(stacks)
    world = World(Symbols(), {}, environments)
    for stack in stacks:
        _note(world, Naming(stack, environments.of[stack.name], world.symbols, world.offered))
    # What they are given may come from any stack.
    for naming in list(world.namings.values()):
        _note_nested(world, naming)
    _Reader(world).read()
    world.uses = _uses(world)
    return world


def _note(world: World, naming: Naming) -> None:
    world.namings[naming.stack.name] = naming
    world.offered.add(naming)


def _note_nested(world: World, naming: Naming) -> None:
    for logical_id, stack in naming.stack.nested.items():
        inner = naming.nested(logical_id, stack)
        _note(world, inner)
        _note_nested(world, inner)


def _uses(world: World) -> dict[str, frozenset[str]]:
    """By tenant, the shared environments that it imports from."""
    found: dict[str, set[str]] = {}
    shared = world.environments.shared
    for naming, stack in world.stacks:
        if naming.environment in shared or tag_of(stack, TIER_TAG) == SILO:
            continue
        for name, _ in imports_of(stack, naming):
            for other, _ in world.offered.exporting(name, naming.place):
                if other.environment in shared:
                    found.setdefault(naming.environment, set()).add(other.environment)
    return {name: frozenset(others) for name, others in found.items()}


class _Reader:
    """Fills a world."""

    def __init__(self, world: World) -> None:
        self._world = world
        # Policies of resources, and of those who act, by the name that they are attached to.
        self._policies: dict[str, list[Statement]] = {}
        self._attached: dict[str, list[Statement]] = {}
        self._customer_managed: dict[str, tuple[Statement, ...]] = {}
        self._named: dict[str, tuple[Naming, Source]] = {}

    def read(self) -> None:
        everything = [
            (naming, logical_id, resource)
            for naming, stack in self._world.stacks
            for logical_id, resource in stack.resources.items()
            if naming.holds(resource.condition)
        ]
        self._world.unjudged += unread(self._world.stacks, everything)
        for naming, logical_id, resource in everything:
            self._note_policies(naming, logical_id, resource)
        known = set()
        for naming, logical_id, resource in everything:
            if resource.type in ACTORS or resource.type == "AWS::IAM::InstanceProfile":
                known.add(naming.name(logical_id))
            if resource.type in ACTORS:
                self._world.actors.append(self._actor(naming, logical_id, resource))
        for naming, logical_id, resource in everything:
            self._targets(naming, logical_id, resource)
        self._outsiders(known, everything)
        for naming, stack in self._world.stacks:
            self._world.targets += _made(
                naming, "", STACK, "AWS::CloudFormation::Stack", stack.tags, name=stack.name
            )

    # --- Policies --------------------------------------------------------------------------

    def _note_policies(self, naming: Naming, logical_id: str, resource: Resource) -> None:
        properties, path = resource.properties, ("Resources", logical_id, "Properties")
        if resource.type in _POLICIES:
            names, document = _POLICIES[resource.type]
            found = list(statements(properties.get(document), naming, (*path, document)))
            for name in naming.texts(properties.get(names)):
                self._policies.setdefault(name, []).extend(found)
        elif resource.type == "AWS::Lambda::Permission":
            for name in naming.texts(properties.get("FunctionName")):
                statement = _permission(properties, naming, path)
                self._policies.setdefault(name, []).append(statement)
        elif resource.type in _ATTACHED:
            document = "PolicyDocument"
            said = tuple(statements(properties.get(document), naming, (*path, document)))
            if resource.type == "AWS::IAM::ManagedPolicy":
                self._customer_managed[naming.reference(logical_id)] = said
            for key in ACTORS.values():
                self._attach(naming, properties.get(key), said, (*path, key))
        elif resource.type in _INLINE:
            said = tuple(
                statements(properties.get("PolicyDocument"), naming, (*path, "PolicyDocument"))
            )
            self._attach(naming, properties.get(_INLINE[resource.type]), said, path)

    def _attach(self, naming: Naming, names: Json, said: Iterable[Statement], path: Path) -> None:
        for name in naming.texts(names):
            self._attached.setdefault(name, []).extend(said)
            self._named.setdefault(name, (naming, Source(naming.stack.place, path)))

    # --- Those who act ---------------------------------------------------------------------

    def _actor(self, naming: Naming, logical_id: str, resource: Resource) -> Actor:
        properties, path = resource.properties, ("Resources", logical_id, "Properties")
        said = list(self._attached.get(naming.name(logical_id), ()))
        inline = properties.get("Policies")
        for policy, where in items_of(inline, (*path, "Policies")):
            document = policy.get("PolicyDocument") if isinstance(policy, dict) else None
            said += statements(document, naming, (*where, "PolicyDocument"))
        for arn in naming.texts(properties.get("ManagedPolicyArns")):
            place = Source(naming.stack.place, (*path, "ManagedPolicyArns"))
            said += self._of_managed(naming, logical_id, arn, place) or ()
        boundary = None
        for arn in naming.texts(properties.get("PermissionsBoundary")):
            # One that is not known takes nothing away: that is the worst case.
            found = self._customer_managed.get(arn)
            boundary = managed(_managed_name(arn) or "") if found is None else found
        trust = tuple(
            statements(
                properties.get("AssumeRolePolicyDocument"),
                naming,
                (*path, "AssumeRolePolicyDocument"),
            )
        )
        return Actor(
            environment=naming.environment,
            stack=naming.stack.name,
            logical_id=logical_id,
            arn=naming.attribute(logical_id, "Arn"),
            account=naming.place.account,
            tags=tags(naming, resource),
            statements=tuple(said),
            boundary=boundary,
            trusted=tuple(s for each in trust if each.principals for s in each.principals.services),
        )

    def _of_managed(
        self, naming: Naming, logical_id: str, arn: str, place: Source
    ) -> Iterable[Statement] | None:
        known = self._customer_managed.get(arn)
        if known is None and (name := _managed_name(arn)):
            known = managed(name)
        if known is None:
            readable = self._world.symbols.readable(arn)
            self._world.unjudged.append(
                Unjudged(
                    f"{naming.stack.name}/{logical_id}/policy",
                    naming.environment,
                    f"the managed policy {readable} is not known: "
                    f"what {naming.stack.name}/{logical_id} may do by it cannot be judged",
                    place,
                )
            )
        return known

    def _outsiders(self, known: set[str], everything: list[tuple[Naming, str, Resource]]) -> None:
        """Those who are in no template, but get policies or act for a cluster."""
        outside = {name: place for name, place in self._named.items() if name not in known}
        for naming, logical_id, resource in everything:
            if resource.type == "AWS::EMR::Cluster":
                for key in ("ServiceRole", "AutoScalingRole", "JobFlowRole"):
                    for text in naming.texts(resource.properties.get(key)):
                        name = text.rpartition("/")[2]
                        if name not in known:
                            path = ("Resources", logical_id, "Properties", key)
                            outside.setdefault(name, (naming, Source(naming.stack.place, path)))
        for name, (naming, source) in outside.items():
            readable = self._world.symbols.readable(name)
            self._world.unjudged.append(
                Unjudged(
                    f"{naming.stack.name}/{readable}/outside",
                    naming.environment,
                    f"{readable} is in no template: what else it may do cannot be judged",
                    source,
                )
            )
            self._world.actors.append(
                Actor(
                    environment=naming.environment,
                    stack=naming.stack.name,
                    logical_id=readable,
                    arn=f"arn:{naming.place.partition}:iam::{naming.place.account}:role/{name}",
                    account=naming.place.account,
                    tags={},
                    statements=tuple(self._attached.get(name, ())),
                    boundary=None,
                )
            )

    # --- What is acted on ------------------------------------------------------------------

    def _targets(self, naming: Naming, logical_id: str, resource: Resource) -> None:
        shape, world = SHAPES.get(resource.type), self._world
        if shape is None:
            if resource.type == NESTED_STACK and logical_id not in naming.stack.nested:
                self._without_template(naming, logical_id)
            is_custom = resource.type.startswith(("Custom::", "AWS::CloudFormation::Custom"))
            if resource.type not in HARMLESS and not is_custom:
                count = world.not_looked_at.get(resource.type, 0)
                world.not_looked_at[resource.type] = count + 1
            return
        given, policy = tags(naming, resource), self._policy(naming, logical_id, resource)
        vpcs = naming.texts(resource.properties.get("VpcId"))
        world.targets += _made(
            naming,
            logical_id,
            shape,
            resource.type,
            given,
            policy=policy,
            vpc=vpcs[0] if len(vpcs) == 1 else None,
        )
        if resource.type == "AWS::EMR::Cluster":
            for made, what in OF_NODES:
                name = naming.name(logical_id, made)
                world.targets += _made(naming, logical_id, made, what, given, name=name)
        elif resource.type in ("AWS::RDS::DBInstance", "AWS::RDS::DBCluster"):
            name = naming.attribute(logical_id, "DbiResourceId")
            world.targets += _made(
                naming, logical_id, DATABASE_USERS, "database users", given, name=name
            )
        elif resource.type == "AWS::Glue::Database":
            for shape, what in ((TABLES, "tables"), (FUNCTIONS, "functions")):
                world.targets += _made(naming, logical_id, shape, what, given)
        if resource.type == "AWS::RDS::DBInstance":
            world.targets += _made(naming, logical_id, DATABASE_LOGS, "logs of RDS", {})
            world.targets += _made(naming, logical_id, DATABASE_SNAPSHOTS, "snapshots", given)
        elif (
            resource.type == "AWS::Lambda::Function" and "LoggingConfig" not in resource.properties
        ):
            world.targets += _made(naming, logical_id, FUNCTION_LOGS, "logs of Lambda", {})

    def _without_template(self, naming: Naming, logical_id: str) -> None:
        name = f"{naming.stack.name}/{logical_id}"
        self._world.unjudged.append(
            Unjudged(
                f"{name}/nested",
                naming.environment,
                f"the template of the nested stack {name} is not beside that of its stack: "
                "what is in it cannot be judged",
                Source(naming.stack.place, ("Resources", logical_id)),
            )
        )

    def _policy(
        self, naming: Naming, logical_id: str, resource: Resource
    ) -> tuple[Statement, ...] | None:
        path = ("Resources", logical_id, "Properties")
        for type, key in (
            ("AWS::KMS::Key", "KeyPolicy"),
            ("AWS::IAM::Role", "AssumeRolePolicyDocument"),
        ):
            if resource.type == type:
                return tuple(statements(resource.properties.get(key), naming, (*path, key)))
        names = (naming.reference(logical_id), naming.attribute(logical_id, "Arn"))
        found = [
            statement
            for name in dict.fromkeys((*names, naming.name(logical_id)))
            for statement in self._policies.get(name, ())
        ]
        has_one = resource.type in ("AWS::S3::Bucket", "AWS::SecretsManager::Secret")
        return tuple(found) if found or has_one else None


def tags(naming: Naming, resource: Resource) -> dict[str, str]:
    """The tags of a resource, with those of its stack; what is not known is a hole."""
    found = dict(naming.stack.tags)
    for key, value in plain_tags(resource).items():
        texts = naming.texts(value)
        found[key] = texts[0] if len(texts) == 1 else HOLE
    return found


def _made(
    naming: Naming,
    logical_id: str,
    shape: Shape,
    type: str,
    given: Mapping[str, str],
    *,
    name: str | None = None,
    policy: tuple[Statement, ...] | None = None,
    vpc: str | None = None,
) -> Iterator[Target]:
    arn = naming.filled(shape.arn, logical_id, name)
    for suffix, kinds in shape.kinds.items():
        yield Target(
            environment=naming.environment,
            stack=naming.stack.name,
            logical_id=logical_id,
            type=type,
            kinds=kinds,
            text=arn + suffix,
            anonymous=anonymous(arn + suffix),
            account=naming.place.account,
            tags=given,
            policy=policy,
            vpc=vpc,
        )


def _managed_name(arn: str) -> str | None:
    """Path and name of a managed policy of AWS; None for those of accounts."""
    _, found, name = arn.partition(":iam::aws:policy/")
    return name if found else None


def _permission(properties: Mapping[str, Json], naming: Naming, path: Path) -> Statement:
    """The statement that ``AWS::Lambda::Permission`` adds to a function's policy."""
    who = naming.texts(properties.get("Principal"))
    conditions = [
        Condition(operator, key, tuple(texts))
        for operator, key, name in (
            ("arnlike", "aws:sourcearn", "SourceArn"),
            ("stringequals", "aws:sourceaccount", "SourceAccount"),
        )
        if (texts := naming.texts(properties.get(name)))
    ]
    return Statement(
        allows=True,
        actions=tuple(naming.texts(properties.get("Action"))),
        resources=("*",),
        conditions=tuple(conditions),
        principals=Principals(
            aws=tuple(each for each in who if not each.endswith(".amazonaws.com")),
            services=tuple(each for each in who if each.endswith(".amazonaws.com")),
        ),
        source=Source(naming.stack.place, path),
    )
