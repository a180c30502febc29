"""Rules about tenants of shared clusters, and about clusters that tenants share. Pure functions.

Some of them are demands of the tier ``pool`` itself: what AWS accepts there would let one tenant touch another.

What YARN demands of queues:
https://hadoop.apache.org/docs/stable/hadoop-yarn/hadoop-yarn-site/CapacityScheduler.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.metastore.spec import glue_catalog
from emr_platform.pool.cluster_rules import SHARED_POOL_RULES, SharedClusters
from emr_platform.pool.host import as_pool_host, obstacles
from emr_platform.pool.names import pool_cluster, tenant_role_path
from emr_platform.pool.spec import PoolSpec
from emr_platform.problems import Problem, dotted
from emr_platform.rule import Finding, RuleBook
from emr_platform.tenants.tenancy import PoolTenant

_GUIDE = "https://docs.aws.amazon.com/emr/latest/ManagementGuide"
_RUNTIME_ROLES = f"{_GUIDE}/emr-steps-runtime-roles.html"
_CONFIGURE = "https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-configure-apps.html"
_LONGEST_ROLE_PATH = 512


@dataclass(frozen=True, slots=True)
class PoolUse:
    """What a tenant wants to have of a shared environment.

    Attributes:
        pool: What it wants.
        shared: The shared environment, completed for tenants.
    """

    pool: PoolSpec
    shared: EnvironmentSpec


POOL_RULES: RuleBook[PoolUse] = RuleBook()
"""Rules about one tenant; paths begin in its ``pool``."""


def pool_problems(pool: PoolSpec, *, shared: EnvironmentSpec) -> list[Problem]:
    """Check what a tenant wants to have of a shared environment.

    Args:
        pool: What it wants.
        shared: The shared environment, as it was declared.

    Returns:
        All errors and warnings, with paths that begin in the tenant's ``pool``.
    """
    return POOL_RULES.problems(PoolUse(pool, as_pool_host(shared)))


def shared_problems(shared: EnvironmentSpec, tenants: Sequence[PoolTenant]) -> list[Problem]:
    """Check whether the clusters of a shared environment can take all their tenants.

    Args:
        shared: The shared environment, as it was declared.
        tenants: Its tenants of the tier ``pool``.

    Returns:
        All errors and warnings, with paths that begin in the shared environment. Clusters that nobody uses are not
        looked at.
    """
    return SHARED_POOL_RULES.problems(SharedClusters(as_pool_host(shared), tenants))


@POOL_RULES.rule(
    "EMR-POOL-001",
    what="A tenant's cluster is one of the shared environment.",
    why="There is nothing to share otherwise.",
    source=_RUNTIME_ROLES,
)
def cluster_exists(use: PoolUse) -> Iterator[Finding]:
    """The cluster that is named; where none is named, the only one."""
    clusters = use.shared.clusters
    if pool_cluster(use.pool, use.shared):
        return
    if not clusters:
        message, allowed = f"{use.shared.name} has no cluster", "a shared environment with one"
    elif use.pool.cluster:
        message = f"{use.shared.name} has no cluster {use.pool.cluster}"
        allowed = " or ".join(clusters)
    else:
        message = f"{use.shared.name} has {len(clusters)} clusters, and none of them is named"
        allowed = " or ".join(clusters)
    yield Finding(("cluster",), message, allowed)


@POOL_RULES.rule(
    "EMR-POOL-002",
    what="A shared cluster can run steps as runtime roles, and can be given queues while it runs.",
    why="All tenants would have the rights of the nodes otherwise, or no share of their own.",
    source=_RUNTIME_ROLES,
)
def cluster_can_be_shared(use: PoolUse) -> Iterator[Finding]:
    """Nothing that runtime roles or queues do not go with."""
    name = pool_cluster(use.pool, use.shared)
    for obstacle in obstacles(use.shared.clusters[name]) if name else ():
        place = dotted(("clusters", str(name), *obstacle.path))
        allowed = f"{obstacle.allowed} in {place} of {use.shared.name}, or another cluster"
        message = f"{name} of {use.shared.name} cannot be shared: {obstacle.message}"
        yield Finding(("cluster",), message, allowed)


@POOL_RULES.rule(
    "EMR-POOL-003",
    what="A tenant's data buckets are among those of the shared environment.",
    why="There is nothing to have a prefix in otherwise.",
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-prefixes.html",
)
def buckets_exist(use: PoolUse) -> Iterator[Finding]:
    """Names of ``storage.data``."""
    known = use.shared.storage.data
    for name in use.pool.data or ():
        if name not in known:
            allowed = ", ".join(known) if known else "a shared environment with data buckets"
            yield Finding(
                ("data", name), f"{use.shared.name} has no data bucket {name}", allowed or None
            )


@POOL_RULES.rule(
    "EMR-POOL-004",
    what="A tenant's queue may become as large as what it is guaranteed, and larger than nothing.",
    why="YARN's ResourceManager does not start with the one, and runs nothing in the queue with the other.",
    source=_CONFIGURE,
)
def maximum_holds_guaranteed(use: PoolUse) -> Iterator[Finding]:
    """``maximum_percent`` is at least ``guaranteed_percent``, and not 0."""
    queue = use.pool.queue
    if queue.maximum_percent < queue.guaranteed_percent:
        yield Finding(
            ("queue", "maximum_percent"),
            f"at most {queue.maximum_percent:g} %, where {queue.guaranteed_percent:g} % are guaranteed",
            f"at least {queue.guaranteed_percent:g}",
        )
    elif queue.maximum_percent == 0:
        yield Finding(("queue", "maximum_percent"), "at most 0 % of the cluster", "more than 0")


@POOL_RULES.rule(
    "EMR-POOL-005",
    what="A tenant with a database uses a cluster whose metastore is the Glue Data Catalog.",
    why="Spark and Hive do not see the database; and what they know of tables instead, all tenants of the cluster can "
    "read and change: runtime roles do not guard a Hive metastore.",
    source=_RUNTIME_ROLES,
    severity="warning",
)
def database_is_seen(use: PoolUse) -> Iterator[Finding]:
    """``metastore: glue`` for a cluster that can be shared, or ``glue_database: false``."""
    name = pool_cluster(use.pool, use.shared)
    cluster = use.shared.clusters[name] if name else None
    if not use.pool.glue_database or cluster is None or any(obstacles(cluster)):
        return
    if not glue_catalog(cluster.metastore):
        yield Finding(
            ("glue_database",),
            f"a database in the Glue Data Catalog, which is not the metastore of {name}",
            f"metastore: glue for {name}, or false",
        )


@POOL_RULES.rule(
    "EMR-POOL-006",
    what="The IAM path of the tenants of a cluster has at most 512 characters.",
    why="IAM refuses a longer one.",
    source="https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html",
)
def role_path_fits(use: PoolUse) -> Iterator[Finding]:
    """What ``identity.role_path`` and the names of environment and cluster make up together."""
    name = pool_cluster(use.pool, use.shared)
    path = tenant_role_path(use.shared, name) if name else ""
    if len(path) > _LONGEST_ROLE_PATH:
        yield Finding(
            ("cluster",),
            f"the path of the roles of tenants of {name} has {len(path)} characters",
            f"a shorter identity.role_path of {use.shared.name}",
        )
