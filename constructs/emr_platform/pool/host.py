"""What a cluster needs to have tenants: why it cannot, and what is added to one that can. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from emr_platform.catalog.release import Release
from emr_platform.cluster.effective import effective_applications, effective_configurations
from emr_platform.cluster.groups import primary_count
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.configurations.spec import Configuration
from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.metastore.catalog_names import own_databases
from emr_platform.metastore.spec import GlueCatalogSpec, GlueMetastoreSpec, glue_catalog
from emr_platform.network.spec import ExistingVpcSpec, NetworkSpec
from emr_platform.pool.names import tenant_role_path
from emr_platform.remembered import remembered
from emr_platform.rule import Finding
from emr_platform.security_configuration.authorization_spec import RuntimeRolesSpec
from emr_platform.security_configuration.effective import declared_security, existing_security
from emr_platform.security_configuration.spec import SecurityConfigurationSpec

RECOVERY = "yarn.resourcemanager.recovery.enabled"
"""What keeps applications running while YARN restarts, as it does for other queues."""

STEP_CONCURRENCY = 10
"""Steps at the same time on a shared cluster that does not say how many."""

_FIRST_WITH_RUNTIME_ROLES = Release.parse("emr-6.7.0")
_SECURITY = "security_configuration"


def obstacles(cluster: ClusterSpec) -> Iterator[Finding]:
    """Why a cluster cannot have tenants, with paths that begin in it; none for one that can.

    See https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-steps-runtime-roles.html for what runtime roles need,
    and https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-configure-apps-running-cluster.html for queues.
    """
    if Release.parse(cluster.release) < _FIRST_WITH_RUNTIME_ROLES:
        message = f"{cluster.release} knows no runtime roles"
        yield Finding(("release",), message, f"{_FIRST_WITH_RUNTIME_ROLES} or later")
    names = {name.lower() for name in effective_applications(cluster)}
    if not names & {"spark", "hive"}:
        yield Finding(
            ("applications",),
            "neither Spark nor Hive, whose jobs alone run as runtime roles",
            "Spark or Hive",
        )
    if primary_count(cluster) > 1:
        yield Finding(
            ("primary", "count"),
            "three primary nodes, with which EMR supports no runtime roles",
            "one",
        )
    if existing := existing_security(cluster):
        yield Finding(
            (_SECURITY, "existing"),
            f"of the existing security configuration {existing.existing} it is not known whether it has runtime roles",
            "a security configuration that is declared here",
        )
    security = declared_security(cluster)
    if security and security.runtime_roles and not security.runtime_roles.enabled:
        yield Finding(
            (_SECURITY, "runtime_roles", "enabled"),
            "runtime roles are switched off",
            "true, or no runtime_roles",
        )
    if cluster.instance_fleets:
        yield Finding(
            ("instance_fleets",),
            "instance fleets, whose queues cannot be set without naming again all that they were started with",
            "instance groups: primary, core and task",
        )
    if cluster.lifecycle == "transient":
        yield Finding(
            ("lifecycle",), "the cluster ends after its own steps", "long_running, the default"
        )


@remembered
def as_pool_host(spec: EnvironmentSpec) -> EnvironmentSpec:
    """Complete the clusters of a shared environment so that they can have tenants.

    Each cluster that can have tenants gets what it does not say itself:

    * ``security_configuration.runtime_roles``: steps run as a tenant's role, and nodes may assume the roles below
      :func:`~emr_platform.pool.names.tenant_role_path`. So the cluster does not change when tenants come and go.
    * ``step_concurrency: 10``. With 1, tenants wait for each other, and EMR accepts steps that cancel those of others,
      or end the cluster, when they fail.
    * ``yarn-site: {yarn.resourcemanager.recovery.enabled: true}``: EMR restarts YARN for changed queues.
    * ``metastore: glue``, of which nodes themselves may use databases of the shared environment alone: EMR keeps nobody
      from another one's tables in a Hive metastore of the cluster. Where endpoints are all there is and none is named,
      the network gets one of Glue.
    * ``data_access: {}``: nodes themselves have nothing to do with tenants' data.

    Args:
        spec: A shared environment that serves the tier ``pool``.

    Returns:
        The same environment, completed. Other clusters stay as they are: no tenant can use them, and the rules of a
        tenant that wants to say why.
    """
    clusters = {
        name: cluster if any(obstacles(cluster)) else _completed(spec, name, cluster)
        for name, cluster in spec.clusters.items()
    }
    completed = spec.model_copy(update={"clusters": clusters})
    return completed.model_copy(update={"network": _network(completed)})


def hosts(spec: EnvironmentSpec) -> tuple[str, ...]:
    """The clusters of a completed shared environment that can have tenants, by their names."""
    return tuple(name for name, cluster in spec.clusters.items() if not any(obstacles(cluster)))


def _completed(spec: EnvironmentSpec, name: str, cluster: ClusterSpec) -> ClusterSpec:
    update: dict[str, object] = {_SECURITY: _security(spec, name, cluster)}
    written = cluster.model_fields_set
    if "step_concurrency" not in written:
        update["step_concurrency"] = STEP_CONCURRENCY
    if "metastore" not in written:
        own = own_databases(spec.name)
        update["metastore"] = GlueMetastoreSpec(glue=GlueCatalogSpec(databases=(own,)))
    if cluster.data_access is None:
        update["data_access"] = {}
    if not _says_recovery(cluster):
        update["configurations"] = _with_recovery(cluster)
    return cluster.model_copy(update=update)


def _security(spec: EnvironmentSpec, name: str, cluster: ClusterSpec) -> SecurityConfigurationSpec:
    security = declared_security(cluster) or SecurityConfigurationSpec()
    roles = security.runtime_roles or RuntimeRolesSpec()
    path = tenant_role_path(spec, name)
    return security.model_copy(
        update={"runtime_roles": roles.model_copy(update={"role_path": path})}
    )


def _network(spec: EnvironmentSpec) -> NetworkSpec:
    network = spec.network
    if (
        isinstance(network, ExistingVpcSpec)
        or network.endpoints is not None
        or network.has_internet_route
        or not any(glue_catalog(spec.clusters[name].metastore) for name in hosts(spec))
    ):
        return network
    return network.model_copy(update={"endpoints": (*network.interface_endpoints, "glue")})


def _says_recovery(cluster: ClusterSpec) -> bool:
    return any(
        configuration.classification == "yarn-site" and RECOVERY in configuration.properties
        for configuration in effective_configurations(cluster)
    )


def _with_recovery(cluster: ClusterSpec) -> tuple[Configuration, ...]:
    written = list(cluster.configurations)
    for position, configuration in enumerate(written):
        if configuration.classification == "yarn-site":
            properties = {**configuration.properties, RECOVERY: "true"}
            written[position] = configuration.model_copy(update={"properties": properties})
            return tuple(written)
    return (*written, Configuration(classification="yarn-site", properties={RECOVERY: "true"}))
