"""A tenant's share of a cluster that others use as well: two roles, a part of the buckets, a database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import ArnFormat, RemovalPolicy
from aws_cdk import aws_glue as glue
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from emr_platform.acknowledgements import acknowledge_wildcard
from emr_platform.asked_once import known, stack_of
from emr_platform.identity.spec import IdentitySpec
from emr_platform.metastore.access import grant_glue_catalog
from emr_platform.metastore.spec import GlueCatalogSpec
from emr_platform.pool.access import grant_adding, grant_prefix
from emr_platform.pool.names import (
    CLUSTER_TAG,
    cluster_id_parameter,
    database_name,
    queue_name,
    tenant_prefix,
)
from emr_platform.security_configuration.needs import SET_SOURCE_IDENTITY, TAG_SESSION
from emr_platform.storage.spec import BucketAccess
from emr_platform.tags import ENVIRONMENT_TAG


@dataclass(frozen=True, slots=True)
class SharedCluster:
    """What a tenant has to know of the cluster that it shares. Its id is not needed, as that changes.

    Attributes:
        environment: Name of the shared environment.
        name: Name of the cluster there.
        instance_role_arn: ARN of the role of its nodes.
        role_path: IAM path of the roles that its nodes may assume.
        applications: Its applications, in any case.
        catalog: The Data Catalog that its metastore is; None for another metastore.
        propagate_source_identity: Whether steps run with the source identity of who adds them.
    """

    environment: str
    name: str
    instance_role_arn: str
    role_path: str = "/"
    applications: Sequence[str] = ()
    catalog: GlueCatalogSpec | None = None
    propagate_source_identity: bool = False


@dataclass(frozen=True, slots=True)
class SharedBucket:
    """A data bucket in which a tenant has a prefix.

    Attributes:
        bucket: The bucket; S3 bucket keys have to be off if ``encryption_key`` encrypts it.
        access: What the tenant may do there.
    """

    bucket: s3.IBucket
    access: BucketAccess = "read_write"


class PoolShare(Construct):
    """What a tenant has of a shared cluster.

    Attributes:
        runtime_role: Role that the tenant's steps run with. It trusts the nodes of the shared cluster alone.
        submitter_role: Role of those who add steps, which run as ``runtime_role`` and as nothing else. They may do with
            the tenant's data what steps may do, and read its logs. They may not follow or cancel steps: EMR has no
            permissions for single steps, so that they could follow and cancel those of others.
        database: The database in the Data Catalog; None if there is none.
        queue: Name of the tenant's queue.
        log_uri: Where steps are to write their logs.
        data_uris: The tenant's part of the data buckets, by their names.
        cluster_id_parameter: Name of the parameter in Systems Manager with the id of the cluster.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        cluster: SharedCluster,
        log_bucket: s3.IBucket,
        data_buckets: Mapping[str, SharedBucket] | None = None,
        glue_database: bool = True,
        submitters: Sequence[str] = (),
        identity: IdentitySpec | None = None,
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN,
    ) -> None:
        """Create the share.

        Args:
            scope: Parent construct.
            id: Construct id.
            name: Name of the tenant's environment. Prefixes, queue and database are called after it.
            cluster: The shared cluster.
            log_bucket: Bucket of the cluster's logs.
            data_buckets: Data buckets by name. Default: none.
            glue_database: Whether there is a database in the Data Catalog. Default: True.
            submitters: ARNs of roles that may assume the submitter role. Default: every principal of the account
                that its own permissions let assume it.
            identity: Permissions boundary of both roles, and path of the submitter role. Default: no boundary, and path
                ``/``.
            removal_policy: What becomes of the database, and of what it knows of tables, when the stack is deleted.
        """
        super().__init__(scope, id)
        self._name = name
        self._cluster = cluster
        self._identity = identity or IdentitySpec()
        self._boundary = (
            iam.ManagedPolicy.from_managed_policy_arn(
                self, "Boundary", self._identity.permissions_boundary
            )
            if self._identity.permissions_boundary
            else None
        )
        buckets = data_buckets or {}
        prefix = tenant_prefix(name)
        self.queue = queue_name(name)
        self.log_uri: str = f"s3://{known(log_bucket).bucket_name}/{prefix}"
        self.data_uris: dict[str, str] = {
            key: f"s3://{known(each.bucket).bucket_name}/{prefix}" for key, each in buckets.items()
        }
        self.cluster_id_parameter = cluster_id_parameter(cluster.environment, cluster.name)
        self.runtime_role: iam.Role = self._make_runtime_role()
        self.submitter_role: iam.Role = self._make_submitter_role(submitters)
        readable: list[s3.IBucket] = []
        writable: list[s3.IBucket] = []
        for each in buckets.values():
            (readable if each.access == "read" else writable).append(each.bucket)
        grant_prefix(self.runtime_role, buckets=readable, prefix=prefix, access="read")
        grant_prefix(
            self.submitter_role, buckets=[*readable, log_bucket], prefix=prefix, access="read"
        )
        for role in (self.runtime_role, self.submitter_role):
            grant_prefix(role, buckets=writable, prefix=prefix, access="read_write")
        grant_adding(self.runtime_role, bucket=log_bucket, prefix=prefix)
        self._grant_submitting()
        self.database: glue.CfnDatabase | None = (
            self._make_database(buckets, removal_policy) if glue_database else None
        )

    def _make_runtime_role(self) -> iam.Role:
        """The role that steps run with.

        See https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-steps-runtime-roles.html.
        """
        nodes = iam.ArnPrincipal(self._cluster.instance_role_arn)
        role = iam.Role(
            self,
            "RuntimeRole",
            description=f"Steps of {self._name} on the shared cluster {self._cluster.name}",
            assumed_by=nodes,
            path=self._cluster.role_path,
            permissions_boundary=self._boundary,
        )
        further = [TAG_SESSION]
        if self._cluster.propagate_source_identity:
            further.append(SET_SOURCE_IDENTITY)
        if role.assume_role_policy:
            role.assume_role_policy.add_statements(
                iam.PolicyStatement(principals=[nodes], actions=further)
            )
        return role

    def _make_submitter_role(self, submitters: Sequence[str]) -> iam.Role:
        trusted = (
            iam.CompositePrincipal(*(iam.ArnPrincipal(arn) for arn in submitters))
            if submitters
            else iam.AccountRootPrincipal()
        )
        role = iam.Role(
            self,
            "SubmitterRole",
            description=f"Who adds steps of {self._name} to the shared cluster {self._cluster.name}",
            assumed_by=trusted,
            path=self._identity.role_path,
            permissions_boundary=self._boundary,
        )
        if self._cluster.propagate_source_identity and role.assume_role_policy:
            role.assume_role_policy.add_statements(
                iam.PolicyStatement(principals=[trusted], actions=[SET_SOURCE_IDENTITY])
            )
        return role

    def _grant_submitting(self) -> None:
        """Let the submitter add steps that run as the runtime role.

        The cluster is told by its tags, which no tenant can change, as its id changes with each replacement. See
        https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-fine-grained-cluster-access.html.
        """
        stack = stack_of(self)
        clusters = stack.format_arn(
            service="elasticmapreduce", resource="cluster", resource_name="*"
        )
        this_one = {
            f"elasticmapreduce:ResourceTag/{ENVIRONMENT_TAG}": self._cluster.environment,
            f"elasticmapreduce:ResourceTag/{CLUSTER_TAG}": self._cluster.name,
        }
        own_role = {"elasticmapreduce:ExecutionRoleArn": known(self.runtime_role).role_arn}
        for sid, action, equal in (
            ("AddStepsAsRuntimeRole", "elasticmapreduce:AddJobFlowSteps", {**this_one, **own_role}),
            # The AWS CLI asks for the release before it adds steps.
            ("SeeRelease", "elasticmapreduce:DescribeCluster", this_one),
        ):
            self.submitter_role.add_to_policy(
                iam.PolicyStatement(
                    sid=sid,
                    actions=[action],
                    resources=[clusters],
                    conditions={"StringEquals": equal},
                )
            )
        acknowledge_wildcard(
            self.submitter_role,
            resource=clusters,
            reason="One cluster, which the condition tells from all others by tags that only the platform sets: its id "
            "changes whenever it is replaced.",
        )
        self.submitter_role.add_to_policy(
            iam.PolicyStatement(
                sid="FindCluster",
                actions=["ssm:GetParameter"],
                resources=[
                    stack.format_arn(
                        service="ssm",
                        resource="parameter",
                        resource_name=self.cluster_id_parameter.removeprefix("/"),
                        arn_format=ArnFormat.SLASH_RESOURCE_NAME,
                    )
                ],
            )
        )

    def _make_database(
        self, buckets: Mapping[str, SharedBucket], removal_policy: RemovalPolicy
    ) -> glue.CfnDatabase:
        name = database_name(self._name)
        writable = [key for key, each in buckets.items() if each.access == "read_write"]
        database = glue.CfnDatabase(
            self,
            "Database",
            catalog_id=known(stack_of(self)).account,
            database_input=glue.CfnDatabase.DatabaseInputProperty(
                name=name,
                description=f"Tables of {self._name}",
                location_uri=f"{self.data_uris[writable[0]]}database/" if writable else None,
            ),
        )
        database.apply_removal_policy(removal_policy)
        key_arn = self._cluster.catalog.encryption_key_arn if self._cluster.catalog else None
        grant_glue_catalog(
            self.runtime_role,
            catalog=GlueCatalogSpec(databases=(name,), encryption_key_arn=key_arn),
            applications=self._cluster.applications,
        )
        return database
