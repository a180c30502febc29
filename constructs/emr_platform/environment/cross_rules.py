"""Rules about what the parts of an environment demand of each other. Pure functions."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from emr_platform.catalog.regions import REGIONS, partition_of
from emr_platform.cluster.groups import (
    NodeRole,
    instance_fleets,
    instance_groups,
    primary_count,
    role_of,
)
from emr_platform.cluster.references import programs, texts_with_uris
from emr_platform.cluster.request import references
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.instances.spec import PrimaryFleetSpec
from emr_platform.network.spec import ExistingVpcSpec, NewVpcSpec, SharedVpcSpec
from emr_platform.problems import Path
from emr_platform.rule import Finding, RuleBook
from emr_platform.security_configuration.effective import written_security
from emr_platform.security_configuration.needs import arns as security_arns
from emr_platform.security_configuration.needs import key_arns

CROSS_RULES: RuleBook[EnvironmentSpec] = RuleBook()

_ARNS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html"
_SUBNET_GROUPS = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html"
_NODE_ROLE = "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-iam-role-for-ec2.html"
_TERMINATION_PROTECTION = (
    "https://docs.aws.amazon.com/emr/latest/ManagementGuide/UsingEMR_TerminationProtection.html"
)
_S3_BUCKET = re.compile(r"\bs3[an]?://([a-z0-9][a-z0-9.-]*)")


def _clusters(spec: EnvironmentSpec) -> Iterator[tuple[Path, ClusterSpec]]:
    for name, cluster in spec.clusters.items():
        yield ("clusters", name), cluster


@CROSS_RULES.rule(
    "EMR-ENVIRONMENT-001",
    what="The region is one of AWS.",
    why="Nothing can be deployed to a region that does not exist; one that is newer than this "
    "catalogue may be fine.",
    source="https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html",
    severity="warning",
)
def region_is_known(spec: EnvironmentSpec) -> Iterator[Finding]:
    """The region is in the catalogue."""
    if partition_of(spec.region) is None:
        nearest = difflib.get_close_matches(spec.region, REGIONS, n=3, cutoff=0)
        message = f"{spec.region} is not among the regions known here"
        yield Finding(("region",), message, f"a region such as {', '.join(nearest)}")


@CROSS_RULES.rule(
    "EMR-ENVIRONMENT-002",
    what="In an environment that may be destroyed, clusters may be terminated.",
    why="Deleting the cluster's stack fails until somebody takes the protection away by hand.",
    source=_TERMINATION_PROTECTION,
    severity="warning",
    aws_answer="Could not shut down one or more job flows since they are termination protected.",
)
def clusters_can_be_destroyed(spec: EnvironmentSpec) -> Iterator[Finding]:
    """No termination protection with ``protection: destroy``."""
    if spec.protection == "destroy":
        for path, cluster in _clusters(spec):
            if cluster.termination_protection:
                yield Finding(
                    (*path, "termination_protection"),
                    "termination protection in an environment with protection: destroy",
                    "false, or protection: retain",
                )


@CROSS_RULES.rule(
    "EMR-TERMINATION-003",
    what="Steps that are to end a cluster when they fail can do so.",
    why="EMR does not end a long-running cluster that has termination protection: it goes on, and is "
    "billed.",
    source=_TERMINATION_PROTECTION,
    severity="warning",
)
def steps_can_end_clusters(spec: EnvironmentSpec) -> Iterator[Finding]:
    """No terminate_cluster in a protected cluster. Of three primary nodes another rule speaks."""
    for path, cluster in _clusters(spec):
        protected = cluster.termination_protection
        if protected is None:
            protected = spec.protection == "retain"
        if protected and cluster.lifecycle == "long_running" and primary_count(cluster) == 1:
            for position, step in enumerate(cluster.steps):
                if step.on_failure == "terminate_cluster":
                    yield Finding(
                        (*path, "steps", position, "on_failure"),
                        "termination protection keeps the step from ending the cluster",
                        "cancel_and_wait, lifecycle: transient, or termination_protection: false",
                    )


@CROSS_RULES.rule(
    "EMR-ENVIRONMENT-003",
    what="In an environment that is retained, primary and core nodes are not Spot instances.",
    why="The end of the primary node ends the cluster, and the end of a core node may lose HDFS.",
    source="https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-plan-instances-guidelines.html",
    severity="warning",
)
def retained_nodes_are_on_demand(spec: EnvironmentSpec) -> Iterator[Finding]:
    """No Spot instances but for task nodes with ``protection: retain``."""
    if spec.protection == "retain":
        for path, cluster in _clusters(spec):
            for where, role in _spot_nodes(cluster):
                if role != "task":
                    yield Finding(
                        (*path, *where),
                        f"AWS may take the {role} nodes away at any time",
                        "on_demand, and spot for task nodes",
                    )


def _spot_nodes(cluster: ClusterSpec) -> Iterator[tuple[Path, NodeRole]]:
    """What a cluster starts as Spot instances, with the keys that say so."""
    for path, group in instance_groups(cluster):
        if group.market == "spot":
            yield (*path, "market"), role_of(path)
    for path, fleet in instance_fleets(cluster):
        if isinstance(fleet, PrimaryFleetSpec):
            if fleet.market == "spot":
                yield (*path, "market"), "primary"
        elif fleet.spot_capacity:
            yield (*path, "spot_capacity"), role_of(path)


@CROSS_RULES.rule(
    "EMR-IDENTITY-001",
    what="The permissions boundary is a policy of the environment's own account, or of AWS.",
    why="IAM refuses a boundary of another account.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
)
def boundary_is_of_account(spec: EnvironmentSpec) -> Iterator[Finding]:
    """The account in the ARN is that of the environment."""
    boundary = spec.identity.permissions_boundary
    if boundary and spec.account:
        account = boundary.split(":")[4]
        if account not in ("aws", spec.account):
            yield Finding(
                ("identity", "permissions_boundary"),
                f"the policy is of account {account}, the environment of {spec.account}",
                f"a policy of account {spec.account}, or of aws",
            )


@CROSS_RULES.rule(
    "EMR-IDENTITY-002",
    what="ARNs name the partition that the region belongs to.",
    why="Regions of China and of governments know nothing of the others' resources.",
    source=_ARNS,
)
def arns_are_of_partition(spec: EnvironmentSpec) -> Iterator[Finding]:
    """The partition in each ARN is that of the region."""
    partition = partition_of(spec.region)
    for path, arn in _arns(spec):
        if partition and arn.split(":")[1] != partition:
            yield Finding(
                path,
                f"the ARN is of partition {arn.split(':')[1]}, the region {spec.region} is not",
                f"an ARN that begins with arn:{partition}:",
            )


def _arns(spec: EnvironmentSpec) -> Iterator[tuple[Path, str]]:
    if spec.identity.permissions_boundary:
        yield ("identity", "permissions_boundary"), spec.identity.permissions_boundary
    for name, bucket in spec.storage.external.items():
        if bucket.kms_key_arn:
            yield ("storage", "external", name, "kms_key_arn"), bucket.kms_key_arn
    for path, cluster in _clusters(spec):
        if security := written_security(cluster):
            for inner, arn in security_arns(security):
                yield (*path, "security_configuration", *inner), arn


@CROSS_RULES.rule(
    "EMR-ENCRYPTION-013",
    what="KMS keys of a security configuration are in the environment's region.",
    why="Nodes ask KMS in their own region; EMR requires keys of that region.",
    source="https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-create-security-configuration.html",
)
def keys_are_in_region(spec: EnvironmentSpec) -> Iterator[Finding]:
    """The region in each key's ARN is that of the environment."""
    for path, cluster in _clusters(spec):
        if security := written_security(cluster):
            for inner, arn in key_arns(security):
                if arn.split(":")[3] != spec.region:
                    yield Finding(
                        (*path, "security_configuration", *inner),
                        f"the key is in {arn.split(':')[3]}, the cluster in {spec.region}",
                        f"a key in {spec.region}",
                    )


@CROSS_RULES.rule(
    "EMR-STORAGE-004",
    what="Other people's buckets are in the environment's region.",
    why="Reading from another region is slow, and every byte is billed; the bucket's key shows "
    "where it is.",
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
    severity="warning",
)
def external_buckets_are_near(spec: EnvironmentSpec) -> Iterator[Finding]:
    """The region in each bucket's key is that of the environment."""
    for name, bucket in spec.storage.external.items():
        region = bucket.kms_key_arn.split(":")[3] if bucket.kms_key_arn else spec.region
        if region != spec.region:
            yield Finding(
                ("storage", "external", name, "kms_key_arn"),
                f"the bucket's key is in {region}, the environment in {spec.region}",
                f"a bucket in {spec.region}",
            )


@CROSS_RULES.rule(
    "EMR-NETWORK-009",
    what="Availability zones are in the environment's region.",
    why="AWS refuses a subnet in a zone of another region.",
    source="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-regions-availability-zones.html",
)
def zones_are_in_region(spec: EnvironmentSpec) -> Iterator[Finding]:
    """Every zone's name is that of the region and a letter."""
    network = spec.network
    if isinstance(network, SharedVpcSpec):
        return  # it is reported where the VPC is declared
    if isinstance(network, NewVpcSpec) and not isinstance(network.availability_zones, int):
        for position, zone in enumerate(network.availability_zones):
            if zone[:-1] != spec.region:
                yield Finding(
                    ("network", "availability_zones", position),
                    f"{zone} is not in {spec.region}",
                    f"zones such as {spec.region}a",
                )


@CROSS_RULES.rule(
    "EMR-DATABASE-003",
    what="The result store has subnets in at least two availability zones.",
    why="RDS refuses a subnet group with less, even for an instance in one zone only.",
    source=_SUBNET_GROUPS,
    aws_answer="The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. "
    "Add subnets to cover at least 2 AZs.",
)
def result_store_spans_zones(spec: EnvironmentSpec) -> Iterator[Finding]:
    """Two zones of an own VPC, or two subnets of an existing one."""
    network = spec.network
    if spec.result_store is None:
        return
    if isinstance(network, ExistingVpcSpec):
        count = len(set(network.result_store_subnet_ids))
        if count < 2:
            found = "1 subnet" if count else "no subnets"
            yield Finding(
                ("network", "result_store_subnet_ids"),
                f"{found} for the result store",
                "at least two subnets, in different availability zones",
            )
    elif network.zone_count < 2 and isinstance(network, SharedVpcSpec):
        yield Finding(
            ("result_store",),
            f"a result store in the VPC of {network.environment}, with 1 availability zone",
            f"at least 2 in {network.environment}, or no result_store",
        )
    elif network.zone_count < 2:
        yield Finding(
            ("network", "availability_zones"),
            "a result store in a VPC with 1 availability zone",
            "at least 2, or no result_store",
        )


@CROSS_RULES.rule(
    "EMR-REFERENCE-005",
    what="Data buckets that a cluster's texts refer to are ones that its nodes may use.",
    why="S3 refuses the nodes' requests while the cluster runs.",
    source=_NODE_ROLE,
)
def referenced_buckets_may_be_used(spec: EnvironmentSpec) -> Iterator[Finding]:
    """No ``bucket://NAME`` of a data bucket that data_access leaves out."""
    for path, cluster in _clusters(spec):
        if cluster.data_access is None:
            continue
        for inner, text in texts_with_uris(cluster):
            if inner[0] in ("metastore", "presets"):
                continue  # nodes may use what these name, whatever data_access says
            for name in sorted(references(text, "bucket") & spec.storage.data.keys()):
                if name not in cluster.data_access:
                    yield Finding(
                        (*path, *inner),
                        f"bucket://{name} is a bucket that data_access does not let nodes use",
                        f"{name}: read, or {name}: read_write, in data_access",
                    )


@CROSS_RULES.rule(
    "EMR-REFERENCE-006",
    what="Buckets that a cluster's texts name by URI are listed in ``storage.external``.",
    why="Nodes have access to the environment's own buckets and to those, and S3 refuses the rest.",
    source=_NODE_ROLE,
    severity="warning",
)
def named_buckets_are_listed(spec: EnvironmentSpec) -> Iterator[Finding]:
    """No ``s3://`` of a bucket that is not listed, but for scripts and JARs, which nodes may always read."""
    known = {bucket.bucket_name for bucket in spec.storage.external.values()}
    for path, cluster in _clusters(spec):
        own = {program_path for program_path, _ in programs(cluster)}
        for inner, text in texts_with_uris(cluster):
            for name in sorted(set(_S3_BUCKET.findall(text)) - known):
                if inner not in own:
                    yield Finding(
                        (*path, *inner),
                        f"nodes have no access to the bucket {name}",
                        f"storage.external: {{other: {{bucket_name: {name}}}}}",
                    )


@CROSS_RULES.rule(
    "EMR-STORAGE-005",
    what="A log bucket of one's own is listed in ``storage.external`` with access read_write.",
    why="Nodes write the logs, and S3 refuses them otherwise: the cluster works, and its logs are lost.",
    source="https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-plan-debugging.html",
    severity="warning",
)
def logs_can_be_written(spec: EnvironmentSpec) -> Iterator[Finding]:
    """Access to the bucket of each cluster's log_uri."""
    writable = {
        bucket.bucket_name
        for bucket in spec.storage.external.values()
        if bucket.access == "read_write"
    }
    for path, cluster in _clusters(spec):
        for name in _S3_BUCKET.findall(cluster.log_uri or ""):
            if name not in writable:
                yield Finding(
                    (*path, "log_uri"),
                    f"nodes may not write to the bucket {name}",
                    f"storage.external: {{logs: {{bucket_name: {name}, access: read_write}}}}",
                )
