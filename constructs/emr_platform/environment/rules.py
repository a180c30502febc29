"""Everything about an environment that AWS would refuse or that costs people dearly."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from emr_platform.acknowledged_warnings.rules import (
    ACKNOWLEDGEMENT_RULES,
    Scope,
    with_acknowledgements,
)
from emr_platform.cluster.references import REFERENCE_RULES, reference_problems
from emr_platform.cluster.rules import CLUSTER_RULES, cluster_problems
from emr_platform.environment.address_rules import ADDRESS_RULES
from emr_platform.environment.cost_rules import COST_RULES
from emr_platform.environment.cross_rules import CROSS_RULES
from emr_platform.environment.database_rules import DATABASE_RULES
from emr_platform.environment.file_problems import FILE_PROBLEMS
from emr_platform.environment.reachability_rules import REACHABILITY_RULES
from emr_platform.environment.region_rules import REGION_RULES
from emr_platform.environment.script_rules import SCRIPT_RULES, LocalScripts
from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.environment.tag_rules import TAG_RULES
from emr_platform.identity.rules import SSH_RULES, ssh_problems
from emr_platform.metastore.database import RESULT_STORE, result_store_secret_names
from emr_platform.network.rules import NETWORK_RULES, network_problems
from emr_platform.network.spec import cluster_subnet_count
from emr_platform.pool.cluster_rules import SHARED_POOL_RULES
from emr_platform.pool.rules import POOL_RULES
from emr_platform.problems import Problem, Severity
from emr_platform.result_store.rules import RESULT_STORE_RULES, result_store_problems
from emr_platform.rule import Rule
from emr_platform.storage.rules import OWN_BUCKETS, STORAGE_RULES, storage_problems
from emr_platform.tenants.effective import effective_environment
from emr_platform.tenants.rules import TENANCY_RULES, tenancy_problems
from emr_platform.tenants.tenancy import Tenancy

ALL_RULES: tuple[Rule[Any], ...] = (
    *CROSS_RULES.rules,
    *TAG_RULES.rules,
    *REACHABILITY_RULES.rules,
    *REGION_RULES.rules,
    *DATABASE_RULES.rules,
    *ADDRESS_RULES.rules,
    *COST_RULES.rules,
    *NETWORK_RULES,
    *STORAGE_RULES,
    *SSH_RULES,
    *RESULT_STORE_RULES,
    *CLUSTER_RULES,
    *REFERENCE_RULES,
    *SCRIPT_RULES.rules,
    *TENANCY_RULES.rules,
    *POOL_RULES.rules,
    *SHARED_POOL_RULES.rules,
    *ACKNOWLEDGEMENT_RULES.rules,
)
"""Every rule there is, by the part of an environment that it is about."""

SEVERITIES: Mapping[str, Severity] = {
    **{rule.id: rule.severity for rule in ALL_RULES},
    **{kind.id: "error" for kind in FILE_PROBLEMS},
}
"""The severity of everything that can be reported about an environment, by its id."""


def environment_problems(
    spec: EnvironmentSpec, scripts: LocalScripts | None = None, tenancy: Tenancy | None = None
) -> list[Problem]:
    """Check an environment and all its parts.

    Args:
        spec: The environment.
        scripts: The scripts beside its file. Default: scripts are not looked at.
        tenancy: Who it is for. What is not deployed for them is not looked at. Default: an environment
            that has a file of its own.

    Returns:
        All errors and warnings, with paths that begin in the environment. Warnings that the
        environment acknowledges carry the reason.
    """
    spec = effective_environment(spec, tenancy)
    problems = CROSS_RULES.problems(spec) + TAG_RULES.problems(spec)
    problems += REACHABILITY_RULES.problems(spec)
    problems += REGION_RULES.problems(spec) + ADDRESS_RULES.problems(spec)
    problems += COST_RULES.problems(spec) + DATABASE_RULES.problems(spec)
    problems += _part_problems(spec, scripts, tenancy)
    for name, cluster in spec.clusters.items():
        references = reference_problems(
            cluster,
            buckets={*OWN_BUCKETS, *spec.storage.data},
            data_buckets=spec.storage.data.keys(),
            secrets=(
                result_store_secret_names(spec.result_store.users) if spec.result_store else set()
            ),
            hosts={RESULT_STORE} if spec.result_store else set(),
            subnet_count=cluster_subnet_count(spec.network),
        )
        problems += _under("clusters", name, problems=references)
    if tenancy:
        problems += tenancy_problems(spec, tenancy)
        # A template acknowledges what some of its tenants are warned of.
        return _acknowledged(problems, spec, asked=())
    unasked = {rule.id for rule in SCRIPT_RULES.rules} if scripts is None else set()
    return _acknowledged(problems, spec, asked=SEVERITIES.keys() - unasked)


def part_problems(
    spec: EnvironmentSpec, scripts: LocalScripts | None = None, tenancy: Tenancy | None = None
) -> list[Problem]:
    """Check each part of an environment by itself, whatever the other parts say.

    Args:
        spec: The environment.
        scripts: The scripts beside its file. Default: scripts are not looked at.
        tenancy: Who it is for. What is shared with them is not looked at. Default: an environment that has
            a file of its own.

    Returns:
        Errors and warnings of the parts, with paths that begin in the environment. Warnings that
        the environment acknowledges carry the reason.
    """
    return _acknowledged(_part_problems(spec, scripts, tenancy), spec, asked=())


def _part_problems(
    spec: EnvironmentSpec, scripts: LocalScripts | None, tenancy: Tenancy | None
) -> list[Problem]:
    # What is wrong with a network that tenants share is reported once, where it is declared.
    shares_network = tenancy is not None and tenancy.tier in ("bridge", "pool")
    problems = [] if shares_network else _under("network", problems=network_problems(spec.network))
    problems += _under("storage", problems=storage_problems(spec.storage))
    if spec.ssh:
        problems += _under("ssh", problems=ssh_problems(spec.ssh))
    if spec.result_store:
        problems += _under("result_store", problems=result_store_problems(spec.result_store))
    for name, cluster in spec.clusters.items():
        problems += _under("clusters", name, problems=cluster_problems(cluster))
    if scripts is not None:
        for script in scripts.of(spec):
            problems += SCRIPT_RULES.problems(script)
    return problems


def _acknowledged(
    problems: list[Problem], spec: EnvironmentSpec, *, asked: Collection[str]
) -> list[Problem]:
    scopes = [Scope((), spec.acknowledge)]
    scopes += [
        Scope(("clusters", name), cluster.acknowledge) for name, cluster in spec.clusters.items()
    ]
    return with_acknowledgements(problems, scopes, severities=SEVERITIES, asked=asked)


def _under(*prefix: str, problems: list[Problem]) -> list[Problem]:
    return [problem.under(prefix) for problem in problems]
