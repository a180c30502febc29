"""Rules about clusters that tenants share, and about all their tenants together. Pure functions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from emr_platform.cluster.effective import written_path
from emr_platform.cluster.settings import all_properties, cluster_setting, is_true
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.metastore.catalog_names import has_prefix_of_its_own
from emr_platform.pool.host import RECOVERY, obstacles
from emr_platform.pool.names import RESERVED_QUEUES, pool_cluster, queue_name
from emr_platform.pool.queues import queue_settings
from emr_platform.problems import Path
from emr_platform.rule import Finding, RuleBook
from emr_platform.security_configuration.effective import declared_security
from emr_platform.security_configuration.needs import s3_key_arns
from emr_platform.tenants.tenancy import PoolTenant

_GUIDE = "https://docs.aws.amazon.com/emr/latest/ManagementGuide"
_RUNTIME_ROLES = f"{_GUIDE}/emr-steps-runtime-roles.html"
_RECONFIGURE = (
    "https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-configure-apps-running-cluster.html"
)
_CONFIGURE = "https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-configure-apps.html"
_LAMBDA_QUOTAS = "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"
_ADD_STEPS = "https://docs.aws.amazon.com/emr/latest/APIReference/API_StepConfig.html"

MOST_EVENT_BYTES = 256 * 1024
"""Size of the event that is sent to a function without waiting for it, as CloudFormation does."""


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


SHARED_POOL_RULES: RuleBook[SharedClusters] = RuleBook()
"""Rules about the clusters of a shared environment; paths begin in the environment."""


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


@SHARED_POOL_RULES.rule(
    "EMR-POOL-016",
    what="A shared cluster leaves it to buckets by which KMS key objects are encrypted.",
    why="A tenant may use the keys of the shared buckets only, so that its steps cannot write with another one.",
    source=f"{_GUIDE}/emr-data-encryption-options.html",
    severity="warning",
)
def buckets_say_the_key(clusters: SharedClusters) -> Iterator[Finding]:
    """No KMS key in ``at_rest.s3``."""
    for name, cluster, _ in clusters.used():
        security = declared_security(cluster)
        for path, _arn in s3_key_arns(security) if security else ():
            yield Finding(
                ("clusters", name, "security_configuration", *path),
                "a KMS key for objects on a shared cluster",
                "none: each shared bucket has a key of its own",
            )


@SHARED_POOL_RULES.rule(
    "EMR-POOL-017",
    what="The queues of all tenants of a cluster fit into what Lambda may be sent, with a fifth to spare.",
    why="An update sends them as they were and as they are to be; CloudFormation could not change them any more.",
    source=_LAMBDA_QUOTAS,
    severity="warning",
)
def queues_fit_into_an_event(clusters: SharedClusters) -> Iterator[Finding]:
    """At most 80 percent of 256 KB, which is some hundred tenants."""
    for name, _, tenants in clusters.used():
        size = 2 * len(json.dumps(queue_settings(tenants)))
        if size > 0.8 * MOST_EVENT_BYTES:
            most = int(len(tenants) * 0.8 * MOST_EVENT_BYTES / size)
            yield Finding(
                ("clusters", name),
                f"{len(tenants)} tenants: their queues are {size // 1000} kB of the {MOST_EVENT_BYTES // 1000} kB",
                f"some {most} tenants; another cluster, or another shared environment, for the others",
            )
