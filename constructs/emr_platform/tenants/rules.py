"""Rules about environments of tenants, and about those that tenants share. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from ipaddress import IPv4Network

from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.metastore.catalog_names import (
    database_prefix,
    foreign_databases,
    has_prefix_of_its_own,
    own_databases,
)
from emr_platform.metastore.spec import GlueCatalogSpec, glue_catalog
from emr_platform.network.spec import ExistingVpcSpec
from emr_platform.pool.rules import pool_problems, shared_problems
from emr_platform.problems import Path, Problem
from emr_platform.rule import Finding, RuleBook
from emr_platform.storage.rules import (
    MOST_DATA_BUCKETS,
    OUTPUTS_QUOTA,
    too_many_data_buckets,
)
from emr_platform.tags import TENANT_TAG
from emr_platform.tenants.tenancy import Tenancy


@dataclass(frozen=True, slots=True)
class TenantEnvironment:
    """An environment of a tenants file.

    Attributes:
        spec: The environment, as it is deployed.
        tenancy: Who it is for.
    """

    spec: EnvironmentSpec
    tenancy: Tenancy


TENANCY_RULES: RuleBook[TenantEnvironment] = RuleBook()

_SECURITY_GROUPS = "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-man-sec-groups.html"

MOST_SHARED_DATA_BUCKETS = 31
"""As many as the stack of a shared environment's buckets has room for: name and key of each are exported once more, by
names that tenants know."""

_ACCESS_BY_TAGS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/introduction_attribute-based-access-control.html"
_CATALOG_BY_PREFIX = (
    "https://docs.aws.amazon.com/glue/latest/dg/security_iam_id-based-policy-examples.html"
)


def tenancy_problems(spec: EnvironmentSpec, tenancy: Tenancy) -> list[Problem]:
    """Check what only matters because an environment is a tenant's, or is shared.

    Args:
        spec: The environment, as it is deployed.
        tenancy: Who it is for.

    Returns:
        All errors and warnings, with paths that begin in the environment.
    """
    problems = TENANCY_RULES.problems(TenantEnvironment(spec, tenancy))
    if tenancy.tier == "pool" and tenancy.pool and tenancy.shared:
        found = pool_problems(tenancy.pool, shared=tenancy.shared)
        problems += [problem.under(("pool",)) for problem in found]
    if "pool" in tenancy.serves:
        problems += shared_problems(spec, tenancy.pool_tenants)
    return problems


@TENANCY_RULES.rule(
    "EMR-TENANCY-001",
    what="The tag that says whose something is, is left to the tenants file.",
    why="Bills and permissions go by it, and for IAM Tenant and tenant are one key: with it, one tenant "
    "could pass for another.",
    source=_ACCESS_BY_TAGS,
)
def tenant_tag_is_left_alone(environment: TenantEnvironment) -> Iterator[Finding]:
    """No tag ``tenant``, in small letters or large ones."""
    spec = environment.spec
    tagged: list[tuple[Path, dict[str, str]]] = [(("tags",), spec.tags)]
    tagged += [
        (("clusters", name, "tags"), cluster.tags) for name, cluster in spec.clusters.items()
    ]
    for path, tags in tagged:
        for key in tags:
            if key.lower() == TENANT_TAG:
                message = f"the tag {key} is set by the platform"
                yield Finding((*path, key), message, "another key, or none")


@TENANCY_RULES.rule(
    "EMR-TENANCY-002",
    what="Clusters of tenants use databases of the Glue Data Catalog whose names begin with the environment's.",
    why="An account has one catalog in a region: another tenant there may use, or make, a database of any other name.",
    source=_CATALOG_BY_PREFIX,
    severity="warning",
)
def databases_are_its_own(environment: TenantEnvironment) -> Iterator[Finding]:
    """Only such databases, unless the environment is a silo in an account that it names."""
    spec = environment.spec
    if environment.tenancy.tier == "silo" and spec.account:
        return
    for path, catalog in _catalogs(spec):
        databases = catalog.databases or ()
        for position in foreign_databases(spec.name, databases):
            yield Finding(
                (*path, "databases", position),
                f"{databases[position]} may be the database of another tenant, or become one",
                f"{own_databases(spec.name)}, or the name of a database that begins so",
            )


@TENANCY_RULES.rule(
    "EMR-TENANCY-003",
    what="An environment whose databases are told by its name has no two hyphens next to each other in it.",
    why="Two underscores are where the name of an environment ends: the databases of acme--prod would be acme's, too.",
    source=_CATALOG_BY_PREFIX,
)
def databases_can_be_told(environment: TenantEnvironment) -> Iterator[Finding]:
    """No ``--`` in the name of a tenant's environment with ``metastore: glue``."""
    spec = environment.spec
    if has_prefix_of_its_own(spec.name):
        return
    for path, catalog in _catalogs(spec):
        if own_databases(spec.name) in (catalog.databases or ()):
            message = (
                f"databases that begin with {database_prefix(spec.name)} may be another tenant's"
            )
            yield Finding(path[:-1], message, "a name without --, or other databases")


@TENANCY_RULES.rule(
    "EMR-TENANCY-004",
    what="Of a shared environment there is something to deploy.",
    why="For the tier bridge there is its network only, and an existing VPC has no stack; a stack without resources is "
    "refused.",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resources-section-structure.html",
)
def shared_network_is_made(environment: TenantEnvironment) -> Iterator[Finding]:
    """No ``vpc_id`` in a shared environment that serves the tier ``bridge`` and no other one."""
    network = environment.spec.network
    if environment.tenancy.serves == {"bridge"} and isinstance(network, ExistingVpcSpec):
        yield Finding(
            ("network", "vpc_id"),
            "the network is an existing VPC, and there is nothing else that tenants share",
            "a VPC of its own; or tenants of the tier silo, with the existing VPC as their network",
        )


@TENANCY_RULES.rule(
    "EMR-TENANCY-005",
    what=f"An environment that is shared by tenants of the tier pool has at most {MOST_SHARED_DATA_BUCKETS} data "
    "buckets.",
    why="Tenants use what the stack of the buckets exports, and CloudFormation refuses a template of more than 200 "
    "outputs.",
    source=OUTPUTS_QUOTA,
)
def shared_data_buckets_fit_a_stack(environment: TenantEnvironment) -> Iterator[Finding]:
    """Room for the outputs of each, those for tenants included."""
    storage = environment.spec.storage
    if "pool" in environment.tenancy.serves and len(storage.data) <= MOST_DATA_BUCKETS:
        for finding in too_many_data_buckets(storage, MOST_SHARED_DATA_BUCKETS):
            yield replace(finding, path=("storage", *finding.path))


@TENANCY_RULES.rule(
    "EMR-TENANCY-006",
    what="Nobody connects to the clusters of the tier bridge from the network that tenants share.",
    why="The nodes of every other tenant there would reach port 22: one key that leaks opens the others' clusters.",
    source=_SECURITY_GROUPS,
)
def other_tenants_cannot_connect(environment: TenantEnvironment) -> Iterator[Finding]:
    """No range of ``ssh.allow_from`` that has addresses of the shared network."""
    ssh, network = environment.spec.ssh, environment.spec.network
    if environment.tenancy.tier != "bridge" or not ssh:
        return
    for position, cidr in enumerate(ssh.allow_from):
        if IPv4Network(cidr).overlaps(IPv4Network(network.cidr)):
            yield Finding(
                ("ssh", "allow_from", position),
                f"{cidr} has addresses of the network that tenants share, {network.cidr}",
                "ranges outside of it, such as those of a VPN; or none, and session_manager for the clusters",
            )


@TENANCY_RULES.rule(
    "EMR-TENANCY-007",
    what="Where tenants write in external buckets, the bucket or the prefix is named after them.",
    why="All tenants of a template would write to one place, and read what others have there.",
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-prefixes.html",
    severity="warning",
)
def external_places_are_its_own(environment: TenantEnvironment) -> Iterator[Finding]:
    """The name of the tenant or of the environment, between other characters than letters and digits."""
    spec, tenancy = environment.spec, environment.tenancy
    if tenancy.tier not in ("bridge", "silo"):
        return
    for name, bucket in spec.storage.external.items():
        place = re.sub("[^A-Za-z0-9]+", "-", f"-{bucket.bucket_name}/{bucket.prefix}-")
        if bucket.access == "read_write" and not any(
            f"-{own}-" in place for own in (spec.name, tenancy.tenant)
        ):
            yield Finding(
                ("storage", "external", name),
                f"s3://{bucket.bucket_name}/{bucket.prefix} may be written to by other tenants as well",
                "access: read, or a prefix such as $(name)/",
            )


def _catalogs(spec: EnvironmentSpec) -> Iterator[tuple[Path, GlueCatalogSpec]]:
    """What each cluster uses of the Data Catalog."""
    for name, cluster in spec.clusters.items():
        if catalog := glue_catalog(cluster.metastore):
            yield ("clusters", name, "metastore", "glue"), catalog
