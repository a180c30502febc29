"""What is deployed of an environment, and with what, given who it is for. Pure functions."""

from __future__ import annotations

from emr_platform.cluster.spec import ClusterSpec
from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.metastore.catalog_names import own_databases
from emr_platform.metastore.spec import GlueMetastoreSpec, glue_catalog
from emr_platform.network.spec import NewVpcSpec
from emr_platform.pool.host import as_pool_host
from emr_platform.storage.spec import StorageSpec
from emr_platform.tenants.tenancy import Tenancy


def effective_environment(spec: EnvironmentSpec, tenancy: Tenancy | None) -> EnvironmentSpec:
    """The parts of an environment that are deployed, as they are deployed.

    Templates declare whole environments. Of a shared one there is no result store, and buckets and clusters only if
    it serves the tier ``pool``, for which clusters are completed; of a tenant of that tier there is nothing but its
    share. The clusters of tenants, and those that they share, use databases of their own in the Glue Data Catalog,
    unless they say which.

    Args:
        spec: The environment, as it was declared.
        tenancy: Who it is for; None for an environment that has a file of its own, of which everything is deployed.

    Returns:
        The environment; what this function returns, it returns again.
    """
    if tenancy is None:
        return spec
    nothing: dict[str, object] = {
        "storage": StorageSpec(),
        "ssh": None,
        "result_store": None,
        "clusters": {},
    }
    if tenancy.tier == "pool":
        return spec.model_copy(update={**nothing, "network": NewVpcSpec()})
    if tenancy.tier == "shared" and "pool" not in tenancy.serves:
        return spec.model_copy(update=nothing)
    if tenancy.tier == "shared":
        spec = as_pool_host(spec.model_copy(update={"result_store": None}))
    clusters = {
        name: _with_own_databases(cluster, spec.name) for name, cluster in spec.clusters.items()
    }
    return spec.model_copy(update={"clusters": clusters})


def _with_own_databases(cluster: ClusterSpec, environment: str) -> ClusterSpec:
    catalog = glue_catalog(cluster.metastore)
    if catalog is None or catalog.databases is not None:
        return cluster
    own = catalog.model_copy(update={"databases": (own_databases(environment),)})
    return cluster.model_copy(update={"metastore": GlueMetastoreSpec(glue=own)})
