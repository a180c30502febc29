"""Rules about roles for EMRFS and for steps, Lake Formation and Apache Ranger."""

from __future__ import annotations

from collections.abc import Iterator

from emr_platform.catalog.release import Release
from emr_platform.cluster.effective import effective_applications
from emr_platform.cluster.groups import primary_count
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.rule import Finding, RuleBook
from emr_platform.security_configuration.authorization_spec import RuntimeRolesSpec
from emr_platform.security_configuration.effective import declared_security
from emr_platform.security_configuration.spec import SecurityConfigurationSpec

AUTHORIZATION_RULES: RuleBook[SecurityConfigurationSpec] = RuleBook()
"""Rules about a security configuration by itself."""
CLUSTER_AUTHORIZATION_RULES: RuleBook[ClusterSpec] = RuleBook()
"""Rules about a security configuration and the cluster that uses it."""

_GUIDE = "https://docs.aws.amazon.com/emr/latest/ManagementGuide"
_RUNTIME_ROLES = f"{_GUIDE}/emr-steps-runtime-roles.html"
_LAKE_FORMATION = f"{_GUIDE}/emr-lf-enable.html"
_RANGER = f"{_GUIDE}/emr-ranger-app-support.html"
_RANGER_CONFIGURATION = f"{_GUIDE}/emr-ranger-security-config.html"

_FIRST_WITH_EMRFS_ROLES = Release.parse("emr-5.10.0")
_FIRST_WITH_RUNTIME_ROLES = Release.parse("emr-6.7.0")
_FIRST_WITH_RUNTIME_ROLES_AND_AGENT = Release.parse("emr-7.6.0")
_FIRST_WITH_LAKE_FORMATION = Release.parse("emr-6.15.0")
_RANGER_5 = Release.parse("emr-5.32.0")
_RANGER_6 = Release.parse("emr-6.3.0")
_RANGER_TRINO = Release.parse("emr-6.7.0")
_RANGER_APPLICATIONS = (
    "Ganglia",
    "Hadoop",
    "HCatalog",
    "Hive",
    "Hue",
    "Livy",
    "Mahout",
    "MXNet",
    "Spark",
    "TensorFlow",
    "Tez",
    "Trino",
    "Zeppelin",
    "ZooKeeper",
)


@AUTHORIZATION_RULES.rule(
    "EMR-ROLES-001",
    what="Runtime roles that are switched on are named.",
    why="The nodes' role may assume no others, so that no step could run.",
    source=_RUNTIME_ROLES,
    severity="warning",
)
def runtime_roles_are_named(spec: SecurityConfigurationSpec) -> Iterator[Finding]:
    """role_arns, create or role_path."""
    roles = spec.runtime_roles
    if roles and roles.enabled and not _names_roles(roles):
        yield Finding(
            ("runtime_roles",), "runtime roles, and none is named", "role_arns, create or role_path"
        )


@AUTHORIZATION_RULES.rule(
    "EMR-ROLES-002",
    what="Runtime roles that are named are switched on.",
    why="Steps run with the instance role otherwise, whatever role they ask for.",
    source=_RUNTIME_ROLES,
    severity="warning",
)
def named_runtime_roles_are_on(spec: SecurityConfigurationSpec) -> Iterator[Finding]:
    """Not enabled: false with roles."""
    roles = spec.runtime_roles
    if roles and not roles.enabled and _names_roles(roles):
        yield Finding(
            ("runtime_roles", "enabled"),
            "runtime roles are named, and switched off",
            "true, which is EnableApplicationScopedIAMRole in EMR's document",
        )


@CLUSTER_AUTHORIZATION_RULES.rule(
    "EMR-ROLES-003",
    what="Runtime roles are there from emr-6.7.0.",
    why="EMR refuses the cluster.",
    source=_RUNTIME_ROLES,
)
def release_knows_runtime_roles(spec: ClusterSpec) -> Iterator[Finding]:
    """None with earlier releases."""
    if _has_runtime_roles(spec) and Release.parse(spec.release) < _FIRST_WITH_RUNTIME_ROLES:
        yield Finding(
            ("security_configuration", "runtime_roles"),
            f"{spec.release} knows no runtime roles",
            f"{_FIRST_WITH_RUNTIME_ROLES} or later",
        )


@CLUSTER_AUTHORIZATION_RULES.rule(
    "EMR-ROLES-004",
    what="A cluster with runtime roles has Spark or Hive.",
    why="It is their jobs that run with the roles.",
    source=_RUNTIME_ROLES,
)
def runtime_roles_have_applications(spec: ClusterSpec) -> Iterator[Finding]:
    """Spark, Hive or both."""
    names = {name.lower() for name in effective_applications(spec)}
    if _has_runtime_roles(spec) and not names & {"spark", "hive"}:
        yield Finding(
            ("security_configuration", "runtime_roles"),
            "runtime roles on a cluster with neither Spark nor Hive",
            "Spark or Hive among the applications",
        )


@CLUSTER_AUTHORIZATION_RULES.rule(
    "EMR-ROLES-005",
    what="A cluster with runtime roles has one primary node.",
    why="EMR supports no high availability with runtime roles.",
    source=_RUNTIME_ROLES,
)
def runtime_roles_have_one_primary_node(spec: ClusterSpec) -> Iterator[Finding]:
    """Not three primary nodes."""
    if _has_runtime_roles(spec) and primary_count(spec) > 1:
        yield Finding(
            ("security_configuration", "runtime_roles"),
            "runtime roles with three primary nodes",
            "one primary node",
        )


@CLUSTER_AUTHORIZATION_RULES.rule(
    "EMR-ROLES-006",
    what="The CloudWatch agent runs beside runtime roles from emr-7.6.0.",
    why="EMR supports it from there.",
    source=_RUNTIME_ROLES,
)
def agent_runs_beside_runtime_roles(spec: ClusterSpec) -> Iterator[Finding]:
    """Not with earlier releases."""
    if (
        not _has_runtime_roles(spec)
        or Release.parse(spec.release) >= _FIRST_WITH_RUNTIME_ROLES_AND_AGENT
    ):
        return
    for position, name in enumerate(effective_applications(spec)):
        if name.lower() == "amazoncloudwatchagent":
            yield Finding(
                ("applications", position),
                f"{spec.release} does not run {name} beside runtime roles",
                f"{_FIRST_WITH_RUNTIME_ROLES_AND_AGENT} or later, or one of the two",
            )


@CLUSTER_AUTHORIZATION_RULES.rule(
    "EMR-ROLES-007",
    what="Roles for EMRFS are there from emr-5.10.0.",
    why="EMR refuses the cluster.",
    source=f"{_GUIDE}/emr-emrfs-iam-roles.html",
)
def release_knows_emrfs_roles(spec: ClusterSpec) -> Iterator[Finding]:
    """None with earlier releases."""
    early = Release.parse(spec.release) < _FIRST_WITH_EMRFS_ROLES
    declared = declared_security(spec)
    if early and declared and declared.emrfs_role_mappings:
        yield Finding(
            ("security_configuration", "emrfs_role_mappings"),
            f"{spec.release} knows no roles for EMRFS",
            f"{_FIRST_WITH_EMRFS_ROLES} or later",
        )


@AUTHORIZATION_RULES.rule(
    "EMR-LAKE-001",
    what="Lake Formation comes with runtime roles or IAM Identity Center.",
    why="It grants access to the role, or the user, that a job runs for.",
    source=_LAKE_FORMATION,
)
def lake_formation_has_roles(spec: SecurityConfigurationSpec) -> Iterator[Finding]:
    """runtime_roles or identity_center with lake_formation."""
    roles = spec.runtime_roles and spec.runtime_roles.enabled
    if spec.lake_formation and not roles and not spec.identity_center:
        yield Finding(
            ("lake_formation",),
            "Lake Formation with the instance role for all",
            "runtime_roles, or identity_center",
        )


@CLUSTER_AUTHORIZATION_RULES.rule(
    "EMR-LAKE-002",
    what="Lake Formation is used from emr-6.15.0.",
    why="AWS documents permissions on rows, columns and cells from there.",
    source=_LAKE_FORMATION,
    severity="warning",
)
def release_knows_lake_formation(spec: ClusterSpec) -> Iterator[Finding]:
    """Not with earlier releases."""
    early = Release.parse(spec.release) < _FIRST_WITH_LAKE_FORMATION
    declared = declared_security(spec)
    if early and declared and declared.lake_formation:
        yield Finding(
            ("security_configuration", "lake_formation"),
            f"{spec.release} is older than AWS documents for Lake Formation",
            f"{_FIRST_WITH_LAKE_FORMATION} or later",
        )


@AUTHORIZATION_RULES.rule(
    "EMR-RANGER-001",
    what="Ranger comes with Kerberos or LDAP.",
    why="It has to know who a user is; EMR requires it.",
    source=_RANGER,
)
def ranger_knows_users(spec: SecurityConfigurationSpec) -> Iterator[Finding]:
    """One of the two with ranger."""
    if spec.ranger and not spec.kerberos and not spec.ldap:
        yield Finding(("ranger",), "Ranger without Kerberos", "kerberos, or ldap")


@AUTHORIZATION_RULES.rule(
    "EMR-RANGER-002",
    what="An application has one plugin of Ranger.",
    why="A plugin asks one service of the admin server.",
    source=_RANGER_CONFIGURATION,
    severity="warning",
)
def ranger_plugins_differ(spec: SecurityConfigurationSpec) -> Iterator[Finding]:
    """No application twice."""
    seen = set()
    for position, plugin in enumerate(spec.ranger.plugins if spec.ranger else ()):
        if plugin.application in seen:
            yield Finding(
                ("ranger", "plugins", position, "application"),
                f"{plugin.application} has two plugins",
                "each application once",
            )
        seen.add(plugin.application)


@CLUSTER_AUTHORIZATION_RULES.rule(
    "EMR-RANGER-003",
    what="Ranger is there from emr-5.32.0 and emr-6.3.0, its plugin for Trino from emr-6.7.0.",
    why="EMR refuses the cluster.",
    source=_RANGER,
)
def release_knows_ranger(spec: ClusterSpec) -> Iterator[Finding]:
    """Neither Ranger nor Trino with earlier releases."""
    declared = declared_security(spec)
    if not declared or not declared.ranger:
        return
    release = Release.parse(spec.release)
    if release < (_RANGER_6 if release.major >= 6 else _RANGER_5):
        yield Finding(
            ("security_configuration", "ranger"),
            f"{release} knows no Ranger",
            f"{_RANGER_5} or a later emr-5, or {_RANGER_6} or later",
        )
    elif release < _RANGER_TRINO:
        for position, plugin in enumerate(declared.ranger.plugins):
            if plugin.application == "trino":
                yield Finding(
                    ("security_configuration", "ranger", "plugins", position, "application"),
                    f"{release} has no plugin of Ranger for Trino",
                    f"{_RANGER_TRINO} or later",
                )


@CLUSTER_AUTHORIZATION_RULES.rule(
    "EMR-RANGER-004",
    what="A cluster with Ranger has only applications that it can guard.",
    why="The others would be a way around it; EMR refuses the cluster.",
    source=_RANGER,
)
def applications_are_guarded(spec: ClusterSpec) -> Iterator[Finding]:
    """The applications that EMR's guide lists."""
    declared = declared_security(spec)
    if declared and declared.ranger:
        known = {name.lower() for name in _RANGER_APPLICATIONS}
        for position, name in enumerate(effective_applications(spec)):
            if name.lower() not in known:
                yield Finding(
                    ("applications", position),
                    f"{name} with Ranger",
                    ", ".join(_RANGER_APPLICATIONS),
                )


@CLUSTER_AUTHORIZATION_RULES.rule(
    "EMR-RANGER-005",
    what="Spark and Hive on a cluster with Ranger have its plugins.",
    why="EMR refuses the cluster.",
    source=_RANGER_CONFIGURATION,
)
def spark_and_hive_have_plugins(spec: ClusterSpec) -> Iterator[Finding]:
    """A plugin for each that is installed."""
    declared = declared_security(spec)
    if declared and declared.ranger:
        plugins = {plugin.application for plugin in declared.ranger.plugins}
        for name in effective_applications(spec):
            if name.lower() in {"spark", "hive"} - plugins:
                yield Finding(
                    ("security_configuration", "ranger", "plugins"),
                    f"{name} without a plugin of Ranger",
                    f"a plugin with application: {name.lower()}",
                )


@CLUSTER_AUTHORIZATION_RULES.rule(
    "EMR-RANGER-006",
    what="A cluster with Ranger has one primary node.",
    why="EMR supports no high availability with Ranger.",
    source=_RANGER,
)
def ranger_has_one_primary_node(spec: ClusterSpec) -> Iterator[Finding]:
    """Not three primary nodes."""
    declared = declared_security(spec)
    if declared and declared.ranger and primary_count(spec) > 1:
        yield Finding(
            ("security_configuration", "ranger"),
            "Ranger with three primary nodes",
            "one primary node",
        )


def _names_roles(roles: RuntimeRolesSpec) -> bool:
    return bool(roles.role_arns or roles.create or roles.role_path)


def _has_runtime_roles(spec: ClusterSpec) -> bool:
    declared = declared_security(spec)
    return bool(declared and declared.runtime_roles and declared.runtime_roles.enabled)
