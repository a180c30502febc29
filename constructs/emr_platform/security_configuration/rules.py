"""Everything about a security configuration that EMR would refuse, or that is unwise. Pure functions.

The rules themselves are in the modules beside this one, by what they are about.
"""

from __future__ import annotations

from emr_platform.cluster.spec import ClusterSpec
from emr_platform.problems import Problem
from emr_platform.rule import Rule, RuleBook
from emr_platform.security_configuration.authentication_rules import (
    AUTHENTICATION_RULES,
    CLUSTER_AUTHENTICATION_RULES,
)
from emr_platform.security_configuration.authorization_rules import (
    AUTHORIZATION_RULES,
    CLUSTER_AUTHORIZATION_RULES,
)
from emr_platform.security_configuration.encryption_rules import (
    CLUSTER_ENCRYPTION_RULES,
    ENCRYPTION_RULES,
)
from emr_platform.security_configuration.spec import SecurityConfigurationSpec

_BOOKS = (ENCRYPTION_RULES, AUTHENTICATION_RULES, AUTHORIZATION_RULES)

SECURITY_RULES: tuple[Rule[SecurityConfigurationSpec], ...] = tuple(
    rule for book in _BOOKS for rule in book.rules
)
"""Every rule about a security configuration by itself."""

CLUSTER_SECURITY_RULES: tuple[RuleBook[ClusterSpec], ...] = (
    CLUSTER_ENCRYPTION_RULES,
    CLUSTER_AUTHENTICATION_RULES,
    CLUSTER_AUTHORIZATION_RULES,
)
"""The books of rules about a security configuration and the cluster that uses it."""


def security_problems(spec: SecurityConfigurationSpec) -> list[Problem]:
    """Check a security configuration by itself, whatever cluster uses it.

    Args:
        spec: The security configuration.

    Returns:
        All errors and warnings, with paths that begin in the spec.
    """
    return [problem for rule in SECURITY_RULES for problem in rule.problems(spec)]
