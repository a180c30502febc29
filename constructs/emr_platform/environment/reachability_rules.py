"""Rules about what nodes must reach, and what EMR does to the network for them. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator

from emr_platform.catalog.release import Release
from emr_platform.cluster.effective import effective_applications, written_path
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.metastore.spec import glue_catalog
from emr_platform.network.spec import ExistingVpcSpec, SharedVpcSpec
from emr_platform.presets.expansion import action_uses
from emr_platform.presets.spec import used_presets
from emr_platform.rule import Finding, RuleBook
from emr_platform.security_configuration.effective import cluster_security
from emr_platform.security_configuration.needs import s3_key_arns

REACHABILITY_RULES: RuleBook[EnvironmentSpec] = RuleBook()


@REACHABILITY_RULES.rule(
    "EMR-NETWORK-011",
    what="Clusters without a way to the internet have endpoints of all services that they use.",
    why="Calls to a service without endpoint wait until they time out.",
    source="https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-clusters-in-a-vpc.html",
    severity="warning",
)
def services_are_reachable(spec: EnvironmentSpec) -> Iterator[Finding]:
    """An endpoint for each service, where there is neither NAT gateway nor public subnet."""
    network = spec.network
    if isinstance(network, ExistingVpcSpec) or network.has_internet_route:
        return
    of = f" of {network.environment}" if isinstance(network, SharedVpcSpec) else ""
    for cluster_name, cluster in spec.clusters.items():
        for field, reason, services in _services(cluster):
            missing = [name for name in services if name not in network.interface_endpoints]
            if missing:
                some = f"endpoint{'s' if len(missing) > 1 else ''} {', '.join(missing)}"
                yield Finding(
                    ("clusters", cluster_name, field),
                    f"{reason} needs the {some}, and there is no way to the internet",
                    f"{some} in network.endpoints{of}, or network.nat_gateways{of}: 1",
                )


def _services(cluster: ClusterSpec) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """What nodes of a cluster call beside EMR and S3: the field, the words and the services."""
    yield from _security_services(cluster)
    for position, name in enumerate(effective_applications(cluster)):
        if name.lower() == "amazoncloudwatchagent":
            field = str(written_path(cluster, ("applications", position))[0])
            yield field, "AmazonCloudWatchAgent", ("monitoring",)
    if glue_catalog(cluster.metastore):
        yield "metastore", "the Glue Data Catalog", ("glue",)
    for use in used_presets(cluster.presets):
        # https://docs.aws.amazon.com/prometheus/latest/userguide/AMP-and-interface-VPC.html
        if any("aps:RemoteWrite" in action.actions for action in action_uses(use)):
            yield "presets", "Amazon Managed Service for Prometheus", ("aps-workspaces",)
    if cluster.session_manager:
        # Not ec2messages: it is where older agents ask for commands, which nodes may not.
        # https://docs.aws.amazon.com/systems-manager/latest/userguide/setup-create-vpc.html
        yield "session_manager", "Session Manager", ("ssm", "ssmmessages")
    if cluster.read_result_store_secret:
        yield "read_result_store_secret", "reading a secret", ("secretsmanager",)
    if cluster.result_store_users:
        yield "result_store_users", "reading a secret", ("secretsmanager",)


def _security_services(cluster: ClusterSpec) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    security = cluster_security(cluster)
    if not security:
        return  # an existing security configuration says what it needs, and not to us
    field = "security_configuration" if cluster.security_configuration else "release"
    # https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-data-encryption-options.html
    disks = security.at_rest.local_disks if security.at_rest else None
    if security.at_rest and security.at_rest.enabled and disks and disks.provider == "aws_kms":
        yield field, "the encryption of disks", ("kms",)
    elif any(s3_key_arns(security)):
        yield field, "the encryption of objects in S3", ("kms",)
    # https://docs.aws.amazon.com/emr/latest/ManagementGuide/ldap-setup-launch.html
    for name, part in (("LDAP", security.ldap), ("Ranger", security.ranger)):
        if part:
            yield field, name, ("secretsmanager",)
    roles = security.emrfs_role_mappings or security.runtime_roles or security.identity_center
    if roles or security.ranger:
        yield field, "assuming roles", ("sts",)


@REACHABILITY_RULES.rule(
    "EMR-NETWORK-012",
    what="Clusters of releases from 8.0.0 in private subnets leave a VPC endpoint behind.",
    why="EMR makes it for them and nothing deletes it, so the security group, the subnets and the VPC that it is in "
    "cannot be deleted.",
    source="https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-clusters-in-a-vpc.html",
    severity="warning",
)
def no_endpoint_is_left_behind(spec: EnvironmentSpec) -> Iterator[Finding]:
    """Releases up to 7.x, or public subnets."""
    if spec.network.cluster_subnets == "public":
        return
    for name, cluster in spec.clusters.items():
        if Release.parse(cluster.release).major >= 8:
            yield Finding(
                ("clusters", name, "release"),
                f"EMR makes a VPC endpoint for {cluster.release} that outlives the cluster",
                "public subnets, a release up to 7.x, or to delete the endpoint that is tagged emr-service-vpce "
                "before the stacks",
            )
