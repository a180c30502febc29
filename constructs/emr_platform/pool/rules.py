"""Rules about tenants of shared clusters, and about clusters that tenants share. Pure functions.

Some of them are demands of the tier ``pool`` itself: what AWS accepts there would let one tenant touch another.

What YARN demands of queues:
https://hadoop.apache.org/docs/stable/hadoop-yarn/hadoop-yarn-site/CapacityScheduler.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from emr_platform.cluster.effective import written_path
from emr_platform.cluster.settings import all_properties, cluster_setting, is_true
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.metastore.catalog_names import has_prefix_of_its_own
from emr_platform.metastore.spec import glue_catalog
from emr_platform.pool.host import RECOVERY, as_pool_host, obstacles
from emr_platform.pool.names import (
    RESERVED_QUEUES,
    pool_cluster,
    queue_name,
    tenant_role_path,
)
from emr_platform.pool.spec import PoolSpec
from emr_platform.problems import Path, Problem, dotted
from emr_platform.rule import Finding, RuleBook
from emr_platform.security_configuration.effective import declared_security
from emr_platform.tenants.tenancy import PoolTenant

_GUIDE = "https://docs.aws.amazon.com/emr/latest/ManagementGuide"
_RUNTIME_ROLES = f"{_GUIDE}/emr-steps-runtime-roles.html"
_RECONFIGURE = (
    "https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-configure-apps-running-cluster.html"
)
_ADD_STEPS = "https://docs.aws.amazon.com/emr/latest/APIReference/API_StepConfig.html"
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


@dataclass(frozen=True, slots=True)
class SharedClusters:
    """A shared environment, and those who use its clusters.

    Attributes:
        shared: The shared environment, completed for tenants.
        tenants: Its tenants of the tier ``pool``.
    """

    shared: EnvironmentSpec
    tenants: Sequence[PoolTenant]

    def used(self) -> Iterator[tuple[str, ClusterSpec, list[PoolTenant]]]:
        """The clusters that tenants use: name, cluster and its tenants."""
        for name, cluster in self.shared.clusters.items():
            tenants = [
                tenant for tenant in self.tenants if pool_cluster(tenant.pool, self.shared) == name
            ]
            if tenants and not any(obstacles(cluster)):
                yield name, cluster, tenants


POOL_RULES: RuleBook[PoolUse] = RuleBook()
"""Rules about one tenant; paths begin in its ``pool``."""

SHARED_POOL_RULES: RuleBook[SharedClusters] = RuleBook()
"""Rules about the clusters of a shared environment; paths begin in the environment."""


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


# --- One tenant ---------------------------------------------------------------------------------


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


# --- All tenants of a cluster -------------------------------------------------------------------


@SHARED_POOL_RULES.rule(
    "EMR-POOL-007",
    what="The tenants of a cluster are guaranteed no more than all of it.",
    why="The capacities of YARN's queues have to add up to 100 percent: the ResourceManager does not start.",
    source=_CONFIGURE,
)
def guarantees_fit(clusters: SharedClusters) -> Iterator[Finding]:
    """At most 100 percent for all of them together; what is left is the default queue's."""
    for name, _, tenants in clusters.used():
        guaranteed = {
            tenant.name: Decimal(str(tenant.pool.queue.guaranteed_percent)) for tenant in tenants
        }
        total = sum(guaranteed.values(), Decimal())
        if total > 100:
            largest = sorted(guaranteed.items(), key=lambda each: (-each[1], each[0]))[:5]
            parts = ", ".join(f"{tenant} {float(share):g}" for tenant, share in largest)
            more = ", …" if len(guaranteed) > len(largest) else ""
            yield Finding(
                ("clusters", name),
                f"{len(tenants)} tenants are guaranteed {float(total):g} % of {name} together: {parts}{more}",
                "at most 100 for the guaranteed_percent of all of them",
            )


@SHARED_POOL_RULES.rule(
    "EMR-POOL-008",
    what="The queues of a shared cluster are those of its tenants.",
    why="Queues that the cluster starts with would be taken away when those of tenants are set, which EMR cannot do.",
    source=_RECONFIGURE,
)
def queues_are_of_tenants(clusters: SharedClusters) -> Iterator[Finding]:
    """No capacity-scheduler setting of the queues below root."""
    for name, cluster, _ in clusters.used():
        for each in all_properties(cluster):
            if each.classification == "capacity-scheduler" and each.name.startswith(
                "yarn.scheduler.capacity.root."
            ):
                path = ("clusters", name, *written_path(cluster, each.path))
                yield Finding(path, f"{each.name} in a shared cluster", "none: see the tenants")


@SHARED_POOL_RULES.rule(
    "EMR-POOL-009",
    what="The names of tenants' environments are names that queues and databases can have.",
    why="YARN has a queue default by itself; and two underscores end the environment's name in that of a database.",
    source=_CONFIGURE,
)
def names_are_free(clusters: SharedClusters) -> Iterator[Finding]:
    """Neither default nor root, and no two hyphens next to each other."""
    for name, _, tenants in clusters.used():
        for tenant in tenants:
            if queue_name(tenant.name) in RESERVED_QUEUES:
                message = f"YARN has a queue {tenant.name} by itself"
            elif tenant.pool.glue_database and not has_prefix_of_its_own(tenant.name):
                message = f"the database of {tenant.name} may be taken for that of another tenant"
            else:
                continue
            yield Finding(("clusters", name), message, f"another name for {tenant.name}")


@SHARED_POOL_RULES.rule(
    "EMR-POOL-010",
    what="Several steps may run on a shared cluster at the same time.",
    why="With one at a time EMR accepts steps that cancel all others or end the cluster when they fail; "
    "no permission can keep a tenant from adding one.",
    source=_ADD_STEPS,
)
def steps_run_side_by_side(clusters: SharedClusters) -> Iterator[Finding]:
    """``step_concurrency`` is 2 or more."""
    for name, cluster, _ in clusters.used():
        if cluster.step_concurrency < 2:
            yield Finding(
                ("clusters", name, "step_concurrency"),
                "one step at a time on a shared cluster",
                "2 to 256, or left out for 10",
            )


@SHARED_POOL_RULES.rule(
    "EMR-POOL-011",
    what="A shared cluster does not end when nobody uses it for a while.",
    why="Nothing starts it again, and the queues of its tenants cannot be set.",
    source=f"{_GUIDE}/emr-auto-termination-policy.html",
    severity="warning",
)
def cluster_stays(clusters: SharedClusters) -> Iterator[Finding]:
    """No ``idle_timeout_minutes``."""
    for name, cluster, _ in clusters.used():
        if cluster.idle_timeout_minutes is not None:
            minutes = cluster.idle_timeout_minutes
            message = f"the cluster ends after {minutes} idle minutes"
            yield Finding(("clusters", name, "idle_timeout_minutes"), message, "nothing")


@SHARED_POOL_RULES.rule(
    "EMR-POOL-012",
    what="Nobody logs in to a shared cluster.",
    why="Whoever has a shell on a node has the role of the nodes, which may assume those of all tenants; AWS "
    "recommends to turn SSH off where there are runtime roles.",
    source=_RUNTIME_ROLES,
    severity="warning",
)
def nobody_logs_in(clusters: SharedClusters) -> Iterator[Finding]:
    """Neither ``ssh`` nor ``session_manager``."""
    used = list(clusters.used())
    if used and clusters.shared.ssh:
        yield Finding(("ssh",), f"SSH access to the shared cluster {used[0][0]}", "none")
    for name, cluster, _ in used:
        if cluster.session_manager:
            path: Path = ("clusters", name, "session_manager")
            yield Finding(path, "shell access to a shared cluster", "false")


@SHARED_POOL_RULES.rule(
    "EMR-POOL-013",
    what="A shared cluster has no role mappings of EMRFS.",
    why="They are for jobs with the role of the nodes, by user, group or place; AWS documents no way in which they and "
    "runtime roles decide together.",
    source=f"{_GUIDE}/emr-emrfs-iam-roles.html",
    severity="warning",
)
def emrfs_has_no_roles(clusters: SharedClusters) -> Iterator[Finding]:
    """No ``emrfs_role_mappings``."""
    for name, cluster, _ in clusters.used():
        security = declared_security(cluster)
        if security and security.emrfs_role_mappings:
            path: Path = ("clusters", name, "security_configuration", "emrfs_role_mappings")
            yield Finding(path, "role mappings of EMRFS beside runtime roles", "none")


@SHARED_POOL_RULES.rule(
    "EMR-POOL-014",
    what="YARN on a shared cluster goes on with its applications after a restart.",
    why="EMR restarts YARN whenever a tenant comes or goes, and what is running is lost otherwise.",
    source=f"{_GUIDE}/instance-fleet-reconfiguration.html",
    severity="warning",
)
def applications_survive(clusters: SharedClusters) -> Iterator[Finding]:
    """Recovery is not switched off."""
    for name, cluster, _ in clusters.used():
        setting = cluster_setting(cluster, "yarn-site", RECOVERY)
        if setting and not is_true(setting):
            path = ("clusters", name, *written_path(cluster, setting.path))
            yield Finding(path, f"{RECOVERY} is {setting.value}", "true, or nothing")


@SHARED_POOL_RULES.rule(
    "EMR-POOL-015",
    what="YARN's node labels are off on a shared cluster.",
    why="Queues have a share of nodes with a label only if they are given one, and those of tenants are not: "
    "their applications would wait for nodes without a label.",
    source=f"{_GUIDE}/emr-plan-instances-guidelines.html",
    severity="warning",
)
def nodes_have_no_labels(clusters: SharedClusters) -> Iterator[Finding]:
    """``yarn.node-labels.enabled`` is not true."""
    for name, cluster, _ in clusters.used():
        setting = cluster_setting(cluster, "yarn-site", "yarn.node-labels.enabled")
        if setting and is_true(setting):
            path = ("clusters", name, *written_path(cluster, setting.path))
            yield Finding(path, "node labels on a shared cluster", "false, or nothing")
