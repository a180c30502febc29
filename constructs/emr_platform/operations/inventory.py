"""What of an environment is deployed and runs, read from AWS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

ClientFactory = Callable[[str], Any]
"""Gives a boto3 client for a service's name, ``lambda name: session.client(name)``."""


@dataclass(frozen=True, slots=True)
class StackState:
    """A stack of the environment.

    Attributes:
        name: Name of the stack.
        status: CloudFormation's status, e.g. ``CREATE_COMPLETE``.
        outputs: Value and description of each output, by its name.
    """

    name: str
    status: str
    outputs: dict[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class InstanceGroupState:
    """An instance group of a cluster."""

    name: str
    role: str
    instance_type: str
    market: str
    instance_count: int


@dataclass(frozen=True, slots=True)
class ClusterState:
    """A cluster of the environment."""

    id: str
    name: str
    state: str
    release: str
    applications: tuple[str, ...]
    instance_groups: tuple[InstanceGroupState, ...]
    steps: tuple[tuple[str, str], ...]
    service_role: str
    instance_profile: str


@dataclass(frozen=True, slots=True)
class BucketState:
    """A bucket of the environment, with the keys of the scripts that were shipped to it."""

    name: str
    purpose: str
    scripts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DatabaseState:
    """The result store of the environment."""

    id: str
    status: str
    engine: str
    instance_class: str
    endpoint: str


@dataclass(frozen=True, slots=True)
class Inventory:
    """Everything of an environment that is deployed."""

    stacks: tuple[StackState, ...]
    clusters: tuple[ClusterState, ...]
    buckets: tuple[BucketState, ...]
    databases: tuple[DatabaseState, ...]
    roles: tuple[str, ...]


def take_inventory(client: ClientFactory, *, environment: str) -> Inventory:
    """Read what of an environment is deployed.

    Args:
        client: Gives boto3 clients for the environment's account and region.
        environment: Name of the environment; the first part of its stacks' names.

    Returns:
        The inventory; empty if nothing is deployed.

    Raises:
        botocore.exceptions.ClientError: AWS does not answer, or refuses to.
    """
    stacks = tuple(sorted(_stacks(client, environment), key=lambda stack: stack.name))
    resources = [
        resource
        for stack in stacks
        for resource in _resources(client("cloudformation"), stack.name)
    ]

    def ids(resource_type: str) -> list[str]:
        return [
            resource["PhysicalResourceId"]
            for resource in resources
            if resource["ResourceType"] == resource_type
        ]

    return Inventory(
        stacks=stacks,
        clusters=tuple(_cluster(client("emr"), id) for id in ids("AWS::EMR::Cluster")),
        buckets=tuple(_buckets(client("s3"), stacks)),
        databases=tuple(_database(client("rds"), id) for id in ids("AWS::RDS::DBInstance")),
        roles=tuple(sorted(ids("AWS::IAM::Role"))),
    )


def _stacks(client: ClientFactory, environment: str) -> Iterator[StackState]:
    pages = client("cloudformation").get_paginator("describe_stacks").paginate()
    for page in pages:
        for stack in page["Stacks"]:
            if _tag(stack["Tags"], "environment") == environment:
                yield StackState(
                    name=stack["StackName"],
                    status=stack["StackStatus"],
                    outputs={
                        output["OutputKey"]: (output["OutputValue"], output.get("Description", ""))
                        for output in stack.get("Outputs", [])
                        # The others carry values from stack to stack, and tell people nothing.
                        if not output["OutputKey"].startswith("ExportsOutput")
                    },
                )


def _tag(tags: list[dict[str, str]], key: str) -> str | None:
    return next((tag["Value"] for tag in tags if tag["Key"] == key), None)


def _resources(cloudformation: Any, stack: str) -> list[dict[str, Any]]:
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    return [summary for page in pages for summary in page["StackResourceSummaries"]]


_ROLES = ("MASTER", "CORE", "TASK")


def _cluster(emr: Any, cluster_id: str) -> ClusterState:
    cluster = emr.describe_cluster(ClusterId=cluster_id)["Cluster"]
    groups = [
        group
        for page in emr.get_paginator("list_instance_groups").paginate(ClusterId=cluster_id)
        for group in page["InstanceGroups"]
    ]
    steps = [
        step
        for page in emr.get_paginator("list_steps").paginate(ClusterId=cluster_id)
        for step in page["Steps"]
    ]
    return ClusterState(
        id=cluster_id,
        name=cluster["Name"],
        state=cluster["Status"]["State"],
        release=cluster["ReleaseLabel"],
        applications=tuple(application["Name"] for application in cluster["Applications"]),
        instance_groups=tuple(
            InstanceGroupState(
                name=group["Name"],
                role=group["InstanceGroupType"],
                instance_type=group["InstanceType"],
                market=group["Market"],
                instance_count=group["RequestedInstanceCount"],
            )
            for group in sorted(groups, key=lambda group: _ROLES.index(group["InstanceGroupType"]))
        ),
        # EMR lists the newest step first.
        steps=tuple((step["Name"], step["Status"]["State"]) for step in reversed(steps)),
        service_role=cluster["ServiceRole"].rsplit("/", 1)[-1],
        instance_profile=cluster["Ec2InstanceAttributes"]["IamInstanceProfile"],
    )


def _buckets(s3: Any, stacks: tuple[StackState, ...]) -> Iterator[BucketState]:
    for stack in stacks:
        for output, (value, description) in stack.outputs.items():
            if output.endswith("Bucket") or output.startswith("DataBucket"):
                pages = s3.get_paginator("list_objects_v2").paginate(
                    Bucket=value, Prefix="scripts/"
                )
                keys = [content["Key"] for page in pages for content in page.get("Contents", [])]
                yield BucketState(name=value, purpose=description, scripts=tuple(keys))


def _database(rds: Any, database_id: str) -> DatabaseState:
    database = rds.describe_db_instances(DBInstanceIdentifier=database_id)["DBInstances"][0]
    return DatabaseState(
        id=database_id,
        status=database["DBInstanceStatus"],
        engine=f"{database['Engine']} {database['EngineVersion']}",
        instance_class=database["DBInstanceClass"],
        endpoint=f"{database['Endpoint']['Address']}:{database['Endpoint']['Port']}",
    )
