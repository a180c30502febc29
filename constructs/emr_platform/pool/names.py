"""What things of a pool are called, so that the shared environment and its tenants need not ask each other. Pure."""

from __future__ import annotations

from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.metastore.catalog_names import database_prefix
from emr_platform.pool.spec import PoolSpec
from emr_platform.security_configuration.effective import declared_security
from emr_platform.storage.spec import BucketAccess

TENANTS_PREFIX = "tenants/"
"""What the keys of all tenants' objects begin with, in data buckets and in the log bucket."""

CLUSTER_TAG = "emr-platform:cluster"
"""Tag of a shared cluster: its name within its environment."""

RESERVED_QUEUES = ("default", "root")
"""Names of queues that YARN has by itself."""


def tenant_prefix(name: str) -> str:
    """What the keys of a tenant's objects begin with.

    Args:
        name: Name of the tenant's environment.
    """
    return f"{TENANTS_PREFIX}{name}/"


def database_name(name: str) -> str:
    """Name of a tenant's database in the Data Catalog.

    Args:
        name: Name of the tenant's environment.

    Returns:
        A name that begins as those of all databases of that environment do, so that it stays the tenant's if the tenant
        gets a cluster of its own: ``acme_prod__main``.
    """
    return f"{database_prefix(name)}main"


def queue_name(name: str) -> str:
    """Name of a tenant's queue, below ``root``: that of its environment."""
    return name


def cluster_id_parameter(environment: str, cluster: str) -> str:
    """Name of the parameter in Systems Manager that holds the id of a shared cluster.

    The id changes with each replacement of the cluster, which an export that somebody imports would forbid.

    Args:
        environment: Name of the shared environment.
        cluster: Name of the cluster.
    """
    return f"/emr-platform/{environment}/clusters/{cluster}/id"


def tenant_role_path(shared: EnvironmentSpec, cluster: str) -> str:
    """IAM path of the roles of all tenants of a cluster, which its nodes may assume by this path.

    Args:
        shared: The shared environment.
        cluster: Name of the cluster.

    Returns:
        What the cluster's ``runtime_roles.role_path`` says, else ``emr-platform/ENVIRONMENT/CLUSTER/`` below the path
        of the environment's roles.
    """
    security = declared_security(shared.clusters[cluster])
    if security and security.runtime_roles and security.runtime_roles.role_path:
        return security.runtime_roles.role_path
    return f"{shared.identity.role_path}emr-platform/{shared.name}/{cluster}/"


def pool_cluster(pool: PoolSpec, shared: EnvironmentSpec) -> str | None:
    """Name of the cluster that a tenant uses; None if there is no such cluster, or it is not clear which."""
    if pool.cluster:
        return pool.cluster if pool.cluster in shared.clusters else None
    return next(iter(shared.clusters)) if len(shared.clusters) == 1 else None


def pool_data(pool: PoolSpec, shared: EnvironmentSpec) -> dict[str, BucketAccess]:
    """What a tenant may do in which data buckets of the shared environment, by their names."""
    if pool.data is not None:
        return dict(pool.data)
    everything: BucketAccess = "read_write"
    return dict.fromkeys(shared.storage.data, everything)
