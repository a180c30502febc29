"""Everything about a security configuration that EMR would refuse, or that is unwise. Pure functions.

The rules themselves are in the modules beside this one, by what they are about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import wraps

from emr_platform.cluster.spec import ClusterSpec
from emr_platform.problems import Problem
from emr_platform.remembered import remembered_items
from emr_platform.rule import Finding, Rule, problems_of
from emr_platform.security_configuration.authentication_rules import (
    AUTHENTICATION_RULES,
    CLUSTER_AUTHENTICATION_RULES,
)
from emr_platform.security_configuration.authorization_rules import (
    AUTHORIZATION_RULES,
    CLUSTER_AUTHORIZATION_RULES,
)
from emr_platform.security_configuration.effective import declared_security
from emr_platform.security_configuration.encryption_rules import (
    CLUSTER_ENCRYPTION_RULES,
    ENCRYPTION_RULES,
)
from emr_platform.security_configuration.spec import SecurityConfigurationSpec

_BOOKS = (ENCRYPTION_RULES, AUTHENTICATION_RULES, AUTHORIZATION_RULES)
_CLUSTER_BOOKS = (
    CLUSTER_ENCRYPTION_RULES,
    CLUSTER_AUTHENTICATION_RULES,
    CLUSTER_AUTHORIZATION_RULES,
)


def security_problems(spec: SecurityConfigurationSpec) -> list[Problem]:
    """Check a security configuration by itself, whatever cluster uses it.

    Args:
        spec: The security configuration.

    Returns:
        All errors and warnings, with paths that begin in the spec.
    """
    return [problem for book in _BOOKS for problem in book.problems(spec)]


def cluster_security_problems(spec: ClusterSpec) -> list[Problem]:
    """Check the security configuration of a cluster, by itself and beside what else the cluster has.

    Args:
        spec: The cluster.

    Returns:
        All errors and warnings, with paths that begin in the cluster.
    """
    declared = declared_security(spec)
    problems = _problems(declared) if declared else ()
    return [
        *(problem.under(("security_configuration",)) for problem in problems),
        *problems_of(_CLUSTER_RULES, spec),
    ]


@remembered_items
def _problems(spec: SecurityConfigurationSpec) -> Iterable[Problem]:
    return security_problems(spec)


_CLUSTER_RULES = tuple(rule for book in _CLUSTER_BOOKS for rule in book.rules)


def _of_cluster(rule: Rule[SecurityConfigurationSpec]) -> Rule[ClusterSpec]:
    """The same rule, asked of a cluster."""

    @wraps(rule.check)
    def check(spec: ClusterSpec) -> Iterator[Finding]:
        if declared := declared_security(spec):
            for finding in rule.check(declared):
                yield replace(finding, path=("security_configuration", *finding.path))

    return Rule(rule.id, rule.what, rule.why, rule.source, check, rule.severity, rule.aws_answer)


SECURITY_RULES: tuple[Rule[ClusterSpec], ...] = (
    *(_of_cluster(rule) for book in _BOOKS for rule in book.rules),
    *_CLUSTER_RULES,
)
"""Every rule about the security configuration of a cluster."""
