"""The tier ``pool``: what a shared environment has for its tenants, and the stack that each of them has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import CfnParameter, Tags
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from emr_platform.asked_once import known
from emr_platform.cluster.effective import effective_applications
from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.identity.spec import IdentitySpec
from emr_platform.metastore.spec import glue_catalog
from emr_platform.pool.access import grant_adding
from emr_platform.pool.construct import PoolShare, SharedBucket, SharedCluster
from emr_platform.pool.host import as_pool_host, hosts
from emr_platform.pool.names import (
    CLUSTER_TAG,
    TENANTS_PREFIX,
    cluster_id_parameter,
    pool_cluster,
    pool_data,
    tenant_role_path,
)
from emr_platform.pool.queues_construct import ClusterQueues
from emr_platform.pool.rules import pool_problems
from emr_platform.pool.spec import PoolSpec
from emr_platform.problems import InvalidSpecError
from emr_platform.security_configuration.effective import declared_security
from emr_platform.storage.construct import Storage
from emr_platform.tenants.tenancy import PoolTenant, Tenancy
from stacks.base import Deletion, EnvironmentStack
from stacks.cluster import ClusterStack
from stacks.shared import (
    LOG_BUCKET_KEY_ARN,
    LOG_BUCKET_NAME,
    SharedValues,
    data_bucket_key_arn,
    data_bucket_name,
    instance_role_arn,
    offer_storage,
    shared_bucket,
)


@dataclass(frozen=True, slots=True)
class PoolHost:
    """A shared environment's stacks, which tenants of the tier ``pool`` need.

    Attributes:
        environment: The shared environment, as it is deployed.
        tenancy: Its tenants.
        deletion: What may be deleted.
        storage: Its buckets.
        clusters: The stack of each cluster, by the cluster's name.
    """

    environment: EnvironmentSpec
    tenancy: Tenancy
    deletion: Deletion
    storage: Storage
    clusters: Mapping[str, ClusterStack]


def add_pool(stage: Construct, host: PoolHost) -> None:
    """Add to a shared environment what its tenants need.

    Whether or not a cluster has tenants now: its own stack does not change when they come and go.

    Args:
        stage: The stage of the shared environment.
        host: The environment's stacks.
    """
    offer_storage(host.environment.name, host.storage)
    for name in hosts(host.environment):
        _open_cluster(host, name)
        queues = QueuesStack(
            stage,
            f"queues-{name}",
            environment=host.environment,
            cluster_name=name,
            tenants=tuple(
                tenant
                for tenant in host.tenancy.pool_tenants
                if pool_cluster(tenant.pool, host.environment) == name
            ),
            deletion=host.deletion,
            tenancy=host.tenancy,
        )
        queues.add_stack_dependency(host.clusters[name])


def _open_cluster(host: PoolHost, name: str) -> None:
    """Let tenants find a cluster, and let its nodes write their logs."""
    stack = host.clusters[name]
    cluster = stack.cluster
    Tags.of(cluster.cluster).add(CLUSTER_TAG, name)
    SharedValues(host.environment.name).offer(
        stack, instance_role_arn(name), cluster.instance_role.role_arn
    )
    ssm.StringParameter(
        stack,
        "ClusterIdParameter",
        # Named, as tenants know the name and not the stack; nothing else can have it, and it is never replaced.
        parameter_name=cluster_id_parameter(host.environment.name, name),
        string_value=cluster.cluster_id,
        description=f"Id of the cluster {name} of {host.environment.name}",
    )
    grant_adding(cluster.instance_role, bucket=host.storage.logs, prefix=TENANTS_PREFIX)


class QueuesStack(EnvironmentStack):
    """The queues of a shared cluster: what changes of the shared environment when tenants come and go."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: EnvironmentSpec,
        cluster_name: str,
        tenants: tuple[PoolTenant, ...],
        deletion: Deletion,
        tenancy: Tenancy,
    ) -> None:
        """Create the stack.

        Args:
            scope: The stage of the shared environment.
            id: Construct id.
            environment: The shared environment.
            cluster_name: Name of the cluster within it.
            tenants: All tenants of the cluster.
            deletion: What may be deleted.
            tenancy: Who the environment is for.
        """
        super().__init__(
            scope,
            id,
            environment=environment,
            deletion=deletion,
            tenancy=tenancy,
            description=f"Queues of the cluster {cluster_name}",
        )
        # Not an import: CloudFormation would refuse to replace a cluster of which another stack imports the id. The
        # CDK deploys a stack with such a parameter again each time, and CloudFormation looks its value up anew. See
        # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html.
        cluster_id = CfnParameter(
            self,
            "ClusterId",
            type="AWS::SSM::Parameter::Value<String>",
            default=cluster_id_parameter(environment.name, cluster_name),
            description="Parameter in Systems Manager with the id of the cluster",
        )
        ClusterQueues(self, "Queues", cluster_id=cluster_id.value_as_string, tenants=tenants)


class PoolTenantStack(EnvironmentStack):
    """All that a tenant of a shared cluster has.

    Attributes:
        share: Its share of the cluster.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: EnvironmentSpec,
        tenancy: Tenancy,
        deletion: Deletion,
    ) -> None:
        """Create the stack.

        Args:
            scope: The stage of the tenant's environment.
            id: Construct id.
            environment: The tenant's environment.
            tenancy: Who it is for, with the shared environment and what the tenant has of it.
            deletion: What may be deleted.

        Raises:
            InvalidSpecError: The shared environment does not have what the tenant is to have of it.
            ValueError: ``tenancy`` is not that of a tenant of the tier ``pool``.
        """
        if not tenancy.shared or not tenancy.pool:
            raise ValueError(f"{environment.name} shares no cluster")
        shared, pool = as_pool_host(tenancy.shared), tenancy.pool
        super().__init__(
            scope,
            id,
            environment=environment,
            deletion=deletion,
            tenancy=tenancy,
            description=f"Share in {shared.name}",
        )
        name = pool_cluster(pool, shared)
        problems = pool_problems(pool, shared=shared)
        if name is None or any(problem.severity == "error" for problem in problems):
            raise InvalidSpecError(problems)
        self.share = PoolShare(
            self,
            "Share",
            name=environment.name,
            cluster=_shared_cluster(shared, name),
            log_bucket=shared_bucket(
                self,
                "Logs",
                environment=shared.name,
                name=LOG_BUCKET_NAME,
                key_arn=LOG_BUCKET_KEY_ARN,
            ),
            data_buckets=self._data_buckets(pool, shared),
            glue_database=pool.glue_database,
            submitters=pool.submitters,
            identity=_identity(environment, shared),
            removal_policy=deletion.data_policy,
        )
        self._publish(name)

    def _data_buckets(self, pool: PoolSpec, shared: EnvironmentSpec) -> dict[str, SharedBucket]:
        return {
            name: SharedBucket(
                shared_bucket(
                    self,
                    f"Data-{name}",
                    environment=shared.name,
                    name=data_bucket_name(name),
                    key_arn=data_bucket_key_arn(name),
                ),
                access,
            )
            for name, access in pool_data(pool, shared).items()
        }

    def _publish(self, cluster: str) -> None:
        share = self.share
        self.output(
            "ClusterIdParameter",
            share.cluster_id_parameter,
            f"Parameter in Systems Manager with the id of {cluster}",
        )
        self.output("RuntimeRole", known(share.runtime_role).role_arn, "Role that steps run with")
        self.output("SubmitterRole", known(share.submitter_role).role_arn, "Role of who adds steps")
        self.output("Queue", share.queue, "Queue of YARN for the tenant's applications")
        self.output("LogUri", share.log_uri, "Where steps are to write their logs")
        self.output_each("DataUri", share.data_uris, "The tenant's part of the data bucket")
        if share.database:
            self.output("Database", share.database.ref, "Database in the Data Catalog")


def _identity(environment: EnvironmentSpec, shared: EnvironmentSpec) -> IdentitySpec:
    """What the tenant's environment says of roles, else what the shared one says."""
    return environment.identity if environment.identity != IdentitySpec() else shared.identity


def _shared_cluster(shared: EnvironmentSpec, name: str) -> SharedCluster:
    spec = shared.clusters[name]
    security = declared_security(spec)
    roles = security.runtime_roles if security else None
    return SharedCluster(
        environment=shared.name,
        name=name,
        instance_role_arn=SharedValues(shared.name).value(instance_role_arn(name)),
        role_path=tenant_role_path(shared, name),
        applications=effective_applications(spec),
        catalog=glue_catalog(spec.metastore),
        propagate_source_identity=bool(roles and roles.propagate_source_identity),
    )
