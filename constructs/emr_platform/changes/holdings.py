"""What is lost with a resource that CloudFormation deletes, and what else its end means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from emr_platform.templates.model import Resource

CLUSTER = "AWS::EMR::Cluster"

HOLDS: dict[str, str] = {
    "AWS::Backup::BackupVault": "the recovery points in the vault",
    "AWS::Cognito::UserPool": "the users of the pool",
    "AWS::DocDB::DBCluster": "the databases of the cluster",
    "AWS::DynamoDB::GlobalTable": "the table's items",
    "AWS::DynamoDB::Table": "the table's items",
    "AWS::EC2::Instance": "what is on the instance's own disks",
    "AWS::EC2::Volume": "the contents of the volume",
    "AWS::ECR::Repository": "the images in the repository",
    "AWS::EFS::FileSystem": "the files in the file system",
    "AWS::ElastiCache::CacheCluster": "the contents of the cache",
    "AWS::ElastiCache::ReplicationGroup": "the contents of the cache",
    "AWS::Elasticsearch::Domain": "the indexes of the domain",
    "AWS::FSx::FileSystem": "the files in the file system",
    "AWS::Glue::Database": "the database's tables in the catalog",
    "AWS::Glue::Table": "the table in the catalog, though not its files",
    "AWS::KMS::Key": "the key, and with it whatever only it can decrypt",
    "AWS::Kinesis::Stream": "the records in the stream",
    "AWS::Logs::LogGroup": "the logs",
    "AWS::MSK::Cluster": "the topics of the cluster",
    "AWS::Neptune::DBCluster": "the databases of the cluster",
    "AWS::OpenSearchService::Domain": "the indexes of the domain",
    "AWS::RDS::DBCluster": "the databases of the cluster",
    "AWS::RDS::DBInstance": "the database",
    "AWS::Redshift::Cluster": "the databases of the cluster",
    "AWS::S3::Bucket": "the objects in the bucket",
    "AWS::SQS::Queue": "the messages in the queue",
    "AWS::SSM::Parameter": "the parameter's value",
    "AWS::SecretsManager::Secret": "the secret's value",
}
"""Types that hold something which no deployment brings back, and what that is."""

LOST_WITH_A_CLUSTER = (
    "what is in HDFS and on the local disks",
    "steps and applications that run or wait",
    "the address of the primary node",
)

# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
_WITH_SNAPSHOTS = frozenset(
    (
        "AWS::DocDB::DBCluster",
        "AWS::EC2::Volume",
        "AWS::ElastiCache::CacheCluster",
        "AWS::ElastiCache::ReplicationGroup",
        "AWS::Neptune::DBCluster",
        "AWS::RDS::DBCluster",
        "AWS::RDS::DBInstance",
        "AWS::Redshift::Cluster",
    )
)
_PROTECTION = ("DeletionProtection", "DeletionProtectionEnabled")
_EMPTIED = {"Key": "aws-cdk:auto-delete-objects", "Value": "true"}


class Fate(StrEnum):
    """What becomes of a resource that its stack no longer has."""

    DELETED = "deleted"
    SNAPSHOT = "deleted after a snapshot"
    KEPT = "kept"


def fate_when_removed(resource: Resource) -> Fate:
    """What becomes of a resource that is taken out of its template, by the template that it is in."""
    policy = resource.deletion_policy
    if policy is None and _has_snapshot_by_default(resource):
        policy = "Snapshot"
    return _fate(resource.type, policy)


def fate_when_replaced(before: Resource, after: Resource) -> Fate:
    """What becomes of the old resource.

    CloudFormation's documents do not say which of the two templates has the say, so the old
    resource counts as kept only if both would keep it. ``DeletionPolicy`` has no part in it.
    """
    fates = {_fate(resource.type, resource.update_replace_policy) for resource in (before, after)}
    return next(fate for fate in Fate if fate in fates)


def lost_with(resource: Resource, fate: Fate) -> tuple[str, ...]:
    """What is lost for good when a resource meets its fate."""
    if fate is Fate.KEPT:
        return ()
    if resource.type == CLUSTER:
        return LOST_WITH_A_CLUSTER
    held = HOLDS.get(resource.type)
    if resource.type == "AWS::RDS::DBInstance" and "DBClusterIdentifier" in resource.properties:
        # The data is the DB cluster's.
        return ()
    if held is None or fate is Fate.SNAPSHOT:
        return ()
    return (held,)


def holds_something(resource: Resource) -> bool:
    """Whether the end of a resource is more than the end of a setting."""
    return resource.type == CLUSTER or resource.type in HOLDS


def notes_on_end(resource: Resource, fate: Fate) -> Iterator[str]:
    """What is to be known about the end of a resource, from the template that it is deployed with."""
    if resource.type == CLUSTER:
        yield from _notes_on_cluster(resource, fate)
    elif fate is Fate.KEPT:
        billed = ", and is billed," if resource.type in HOLDS else ""
        yield f"the old one stays in the account{billed} until somebody deletes it"
    elif fate is Fate.SNAPSHOT:
        yield "its data survives in a snapshot, which is billed until somebody deletes it"
    if fate is Fate.KEPT:
        return
    if resource.type == "AWS::S3::Bucket":
        yield (
            "the app's own function deletes the objects first"
            if _EMPTIED in resource.properties.get("Tags", [])
            else "CloudFormation deletes an empty bucket only: one with objects stays, outside of the stack"
        )
    elif resource.type == "AWS::KMS::Key":
        days = resource.properties.get("PendingWindowInDays", "30")
        yield f"deletion is scheduled, and can be cancelled for {_text(days)} days"
    if any(resource.properties.get(name) == "true" for name in _PROTECTION):
        yield "deletion protection is on, so that the old one cannot be deleted before it is turned off"


def notes_on_replacement(before: Resource, after: Resource) -> Iterator[str]:
    """What else a replacement means, besides the end of the old resource."""
    if after.type == CLUSTER:
        yield (
            "the new cluster starts before the old one ends: for a while both are billed, "
            "and need instances and addresses"
        )
        steps = after.properties.get("Steps")
        if isinstance(steps, list) and steps:
            yield f"the new cluster runs its {_count(len(steps), 'step')} from the beginning"
    elif after.type == "AWS::EMR::Step":
        yield "the cluster runs the new step as well; nothing takes back what the old one did"
    elif after.type in HOLDS and "Snapshot" not in "".join(after.properties):
        yield "the new one begins empty"
    if before.update_replace_policy != after.update_replace_policy:
        yield "the templates differ in UpdateReplacePolicy; the worse one is assumed here"


def notes_on_resize(before: Resource, after: Resource) -> Iterator[str]:
    """What it means that core nodes, which hold HDFS, become fewer."""
    old, new = _core_capacity(before), _core_capacity(after)
    if old is not None and new is not None and new < old:
        # https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-manage-resize.html
        yield (
            f"core capacity shrinks from {old} to {new}: EMR first copies what those nodes hold in HDFS to the "
            "others, which must have room for it, and keeps as many nodes as dfs.replication asks for"
        )


def _core_capacity(resource: Resource) -> int | None:
    """Instances or units of core capacity; None where a template does not say them in numbers."""
    if resource.type == "AWS::EMR::InstanceGroupConfig":
        is_core = resource.properties.get("InstanceRole") == "CORE"
        return _sum(resource.properties, "InstanceCount") if is_core else None
    if resource.type == "AWS::EMR::InstanceFleetConfig":
        is_core = resource.properties.get("InstanceFleetType") == "CORE"
        return _sum(resource.properties, *_FLEET_CAPACITIES) if is_core else None
    instances = resource.properties.get("Instances")
    if resource.type != CLUSTER or not isinstance(instances, dict):
        return None
    group = instances.get("CoreInstanceGroup")
    if isinstance(group, dict):
        return _sum(group, "InstanceCount")
    fleet = instances.get("CoreInstanceFleet")
    return _sum(fleet, *_FLEET_CAPACITIES) if isinstance(fleet, dict) else None


_FLEET_CAPACITIES = ("TargetOnDemandCapacity", "TargetSpotCapacity")


def _sum(properties: Mapping[str, Any], *names: str) -> int | None:
    numbers = [properties[name] for name in names if name in properties]
    if not all(isinstance(number, str) and number.isdecimal() for number in numbers):
        return None
    return sum(map(int, numbers))


def _notes_on_cluster(cluster: Resource, fate: Fate) -> Iterator[str]:
    if fate is Fate.KEPT:
        yield "the old cluster keeps running outside of the stack, and is billed until somebody ends it"
        return
    instances = cluster.properties.get("Instances")
    if isinstance(instances, dict) and instances.get("TerminationProtected") == "true":
        yield (
            "termination protection is on, so that the old cluster cannot be deleted: it goes on running and "
            "is billed; turn the protection off in a deployment of its own first"
        )


def _fate(resource_type: str, policy: str | None) -> Fate:
    if policy in ("Retain", "RetainExceptOnCreate"):
        return Fate.KEPT
    if policy == "Snapshot" and resource_type in _WITH_SNAPSHOTS:
        return Fate.SNAPSHOT
    return Fate.DELETED


def _has_snapshot_by_default(resource: Resource) -> bool:
    return resource.type == "AWS::RDS::DBCluster" or (
        resource.type == "AWS::RDS::DBInstance" and "DBClusterIdentifier" not in resource.properties
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "some"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
