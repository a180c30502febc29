"""A long-running EMR cluster with its own roles and security groups."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Unpack, get_args

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_emr as emr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct, IDependable

from emr_platform.asked_once import known, stack_of
from emr_platform.automatic_scaling.groups import scaled_groups
from emr_platform.cluster.acknowledged import acknowledge_findings
from emr_platform.cluster.base import BaseCluster, ClusterUseError, LogLocation
from emr_platform.cluster.checking import refuse_problems
from emr_platform.cluster.cloudformation import camel_case, cluster_properties
from emr_platform.cluster.effective import effective_applications
from emr_platform.cluster.groups import subnet_indexes, uses_spot
from emr_platform.cluster.imported import ClusterAttributes, ImportedCluster
from emr_platform.cluster.logs import grant_log_writing, log_location
from emr_platform.cluster.references import is_local_script, programs, texts
from emr_platform.cluster.request import (
    ClusterSurroundings,
    Json,
    references,
    run_job_flow_request,
)
from emr_platform.cluster.scripts import ShippedScripts
from emr_platform.cluster.security_groups import ClusterSecurityGroups
from emr_platform.cluster.software_access import grant_metastore, grant_software
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.identity.access import grant_secret_read
from emr_platform.identity.construct import BaseClusterRoles, ClusterRoles
from emr_platform.identity.spec import IdentitySpec
from emr_platform.metastore.construct import ConfigurationSecrets
from emr_platform.metastore.database import RESULT_STORE, result_store_secret_names
from emr_platform.network.spec import SubnetKind
from emr_platform.network.tags import tag_cluster_subnet
from emr_platform.security_configuration.construct import ClusterSecurity
from emr_platform.steps.request import script_runner_uri
from emr_platform.steps.spec import ScriptStepSpec
from emr_platform.storage.access import grant_bucket_access, grant_object_read
from emr_platform.storage.spec import ExternalBucketSpec


class EmrCluster(BaseCluster):
    """An EMR cluster on EC2, from a spec.

    Mirrors ``AWS::EMR::Cluster``. The cluster has its own service role, instance role, instance profile and
    security groups; nodes may reach nothing but what is passed in here.

    Example:
        >>> from aws_cdk import App, Stack, aws_ec2 as ec2, aws_s3 as s3
        >>> from emr_platform.cluster import ClusterSpec, CoreGroupSpec, EmrCluster
        >>> stack = Stack(App(), "Analytics")
        >>> vpc = ec2.Vpc(stack, "Vpc", max_azs=2)
        >>> cluster = EmrCluster(
        ...     stack,
        ...     "Etl",
        ...     spec=ClusterSpec(release="emr-7.12.0", core=CoreGroupSpec(type="m6g.xlarge", count=2)),
        ...     vpc=vpc,
        ...     subnets=vpc.private_subnets,
        ...     log_bucket=s3.Bucket(stack, "Logs"),
        ... )

    Attributes:
        spec: What the cluster was made from.
        request: The same as a request of EMR's RunJobFlow API.
        cluster: The CloudFormation resource.
        cluster_id: Id of the cluster, ``j-…``.
        primary_dns_name: DNS name of the primary node.
        service_role: Role of the EMR service.
        instance_role: Role of the nodes; grant it what the jobs need.
        instance_profile: Instance profile of the nodes.
        security_groups: The managed security groups and their rules.
        security: The security configuration, its key, roles and secret.
        logs: Where the cluster's logs are.
        application_names: Applications on the cluster, those of presets among them.
    """

    @staticmethod
    def from_cluster_id(
        scope: Construct, id: str, cluster_id: str, **known: Unpack[ClusterAttributes]
    ) -> ImportedCluster:
        """A cluster of the same account and region that this app does not make.

        Args:
            scope: Parent construct.
            id: Construct id.
            cluster_id: Id of the cluster, ``j-…``.
            known: What is known of it besides, e.g. ``log_bucket``; see
                :class:`~emr_platform.cluster.imported.ClusterAttributes`.

        Raises:
            ClusterUseError: ``cluster_id`` is not the id of a cluster.
        """
        return ImportedCluster(scope, id, cluster_id=cluster_id, **known)

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        spec: ClusterSpec,
        vpc: ec2.IVpc,
        subnets: Sequence[ec2.ISubnet],
        subnet_kind: SubnetKind = "private",
        log_bucket: s3.IBucket,
        name: str | None = None,
        config_bucket: s3.IBucket | None = None,
        data_buckets: Mapping[str, s3.IBucket] | None = None,
        external_buckets: Mapping[str, ExternalBucketSpec] | None = None,
        script_directory: str | Path = ".",
        result_store_secret: secretsmanager.ISecret | None = None,
        result_store_user_secrets: Mapping[str, secretsmanager.ISecret] | None = None,
        result_store_host: str | None = None,
        key_pair: ec2.IKeyPair | None = None,
        ssh_allow_from: Sequence[str] = (),
        identity: IdentitySpec | None = None,
        roles: BaseClusterRoles | None = None,
        termination_protection: bool = True,
        acknowledged_warnings: Mapping[str, str] | None = None,
    ) -> None:
        """Create the cluster and everything that belongs to it alone.

        Args:
            scope: Parent construct.
            id: Construct id.
            spec: The cluster.
            vpc: VPC of the cluster. Its address range must be known for releases from 8.0.0.
            subnets: Subnets to choose from; the spec's ``subnet_index`` and ``subnet_indexes`` count in them. They
                must carry the tag ``for-use-with-amazon-emr-managed-policies: true``; subnets of the same app get
                it here.
            subnet_kind: Whether the subnets are private or public. Default: private.
            log_bucket: Where EMR writes logs, under the cluster's name.
            name: Display name of the cluster. Default: the construct's path.
            config_bucket: Where local scripts are shipped to. Needed if the spec names local scripts.
            data_buckets: Buckets that nodes may use, by the names that ``bucket://`` references and the spec's
                ``data_access`` use. Default: none.
            external_buckets: Other people's buckets that nodes may use. Default: none.
            script_directory: What relative paths of scripts are relative to. Default: the working directory.
            result_store_secret: Secret for ``secret://result-store`` and ``read_result_store_secret``, JSON with a
                ``password``. Default: none.
            result_store_user_secrets: Secrets of the result store's users, by the user's name, for the spec's
                ``result_store_users``, for ``secret://result-store-user-NAME``, and for metastore and presets that
                connect as one of them; each like ``result_store_secret``. Default: none.
            result_store_host: Address for ``host://result-store``, and for metastore and presets that connect to
                the result store. Default: none.
            key_pair: Key pair for SSH. Default: none.
            ssh_allow_from: IPv4 ranges that may connect to port 22 of the primary node. Default: none.
            identity: Path and permissions boundary of the roles. Default: path ``/``, no boundary.
            roles: The cluster's roles, e.g. of :meth:`ClusterRoles.from_roles`, with one for automatic scaling if
                instance groups scale by policies. Session Manager, and Spot in an account that never used it, are
                up to them. Default: roles of its own.
            termination_protection: Whether the cluster refuses to be terminated where the spec does not say.
                Default: True.
            acknowledged_warnings: Why warnings do not matter, by the id of their rule, besides what the spec
                acknowledges; this cluster need not have any of them. Default: none.

        Raises:
            InvalidSpecError: EMR would refuse the cluster, or it refers to something that was not passed in, or a
                local script cannot be read.
            ClusterUseError: Instance groups scale by policies, and ``roles`` has no role for that; or
                ``subnet_kind`` is neither private nor public.
        """
        super().__init__(scope, id)
        self.spec = spec
        self._buckets = {"logs": log_bucket, **(data_buckets or {})}
        if config_bucket:
            self._buckets["config"] = config_bucket
        user_secrets = result_store_user_secrets or {}
        self._secret_names = (
            result_store_secret_names(user_secrets) if result_store_secret else frozenset[str]()
        )
        self._hosts = {RESULT_STORE: result_store_host} if result_store_host else {}
        if subnet_kind not in get_args(SubnetKind):
            raise ClusterUseError(
                f"found subnet_kind '{subnet_kind}', allowed is private or public"
            )
        refuse_problems(
            self,
            spec,
            buckets=self._buckets.keys(),
            data_buckets=(data_buckets or {}).keys(),
            secrets=self._secret_names,
            hosts=self._hosts.keys(),
            subnet_count=len(subnets),
            script_directory=Path(script_directory),
            acknowledged_warnings=acknowledged_warnings or {},
        )

        name = name or self.node.path.replace("/", "-")
        scales = any(scaled_groups(spec))
        if scales and roles and not roles.automatic_scaling_role:
            raise ClusterUseError(
                "found roles without automatic_scaling_role, which the scaling policies of instance groups need"
            )
        self._roles = roles or ClusterRoles(
            self,
            "Roles",
            identity=identity,
            session_manager=spec.session_manager,
            uses_spot=uses_spot(spec),
            automatic_scaling=scales,
        )
        self.service_role: iam.IRole = self._roles.service_role
        self.instance_role: iam.IRole = self._roles.instance_role
        self.instance_profile: iam.IInstanceProfile = self._roles.instance_profile
        self._secrets = ConfigurationSecrets(
            self,
            "Secrets",
            spec=spec,
            service_role=self.service_role,
            result_store_secret=result_store_secret,
            result_store_user_secrets=user_secrets,
        )
        self.security_groups = ClusterSecurityGroups(
            self,
            "SecurityGroups",
            vpc=vpc,
            subnet_kind=subnet_kind,
            release=spec.release,
            ssh_allow_from=ssh_allow_from,
        )
        self.primary_security_group = self.security_groups.primary
        self.core_and_task_security_group = self.security_groups.core_and_task
        self.application_names = effective_applications(spec)
        self.security = ClusterSecurity(
            self,
            "Security",
            spec=spec,
            service_role=self.service_role,
            instance_role=self.instance_role,
            buckets=self._buckets,
            identity=identity,
        )
        self._scripts = (
            ShippedScripts(
                self,
                "Scripts",
                config_bucket=config_bucket,
                directory=Path(script_directory),
                identity=identity,
            )
            if config_bucket
            else None
        )
        chosen = [subnets[index] for index in subnet_indexes(spec, len(subnets))]
        for subnet in chosen:
            tag_cluster_subnet(subnet)

        log_prefix = f"{name}/"
        self.logs: LogLocation = log_location(self, spec=spec, bucket=log_bucket, prefix=log_prefix)
        self.request: Json = run_job_flow_request(
            spec,
            ClusterSurroundings(
                name=name,
                region=known(stack_of(self)).region,
                subnet_ids=[known(subnet).subnet_id for subnet in chosen],
                instance_profile=self._roles.instance_profile.instance_profile_name,
                service_role=known(self.service_role).role_arn,
                automatic_scaling_role=(
                    self._roles.automatic_scaling_role.role_arn
                    if scales and self._roles.automatic_scaling_role
                    else None
                ),
                log_uri=f"s3://{known(log_bucket).bucket_name}/{log_prefix}",
                security_configuration=self.security.security_configuration_name,
                kerberos_attributes=self.security.kerberos_attributes,
                key_pair=key_pair.key_pair_name if key_pair else None,
                primary_security_group=known(self.security_groups.primary).security_group_id,
                core_and_task_security_group=known(
                    self.security_groups.core_and_task
                ).security_group_id,
                service_access_security_group=(
                    known(self.security_groups.service_access).security_group_id
                    if self.security_groups.service_access
                    else None
                ),
                termination_protection=(
                    termination_protection
                    if spec.termination_protection is None
                    else spec.termination_protection
                ),
                resolve_script=self._script_uri,
                buckets={key: known(bucket).bucket_name for key, bucket in self._buckets.items()},
                secrets=self._secrets.arns,
                hosts=self._hosts,
            ),
        )
        self.cluster = emr.CfnCluster(self, "Resource", **_constructor_arguments(self.request))
        self.cluster_id: str = self.cluster.ref
        self.primary_dns_name: str = self.cluster.attr_master_public_dns

        grant_log_writing(
            self.logs, spec=spec, instance_role=self.instance_role, service_role=self.service_role
        )
        self._grant_scripts(config_bucket)
        self._grant_data(data_buckets or {}, external_buckets or {})
        self._grant_software()
        if result_store_secret and spec.read_result_store_secret:
            grant_secret_read(self.instance_role, secret=result_store_secret)
        for user in spec.result_store_users:
            grant_secret_read(self.instance_role, secret=user_secrets[user])
        self._order()
        acknowledge_findings(
            self.cluster, spec=self.spec, security=self.security, request=self.request
        )

    def _script_uri(self, script: str) -> str:
        # A local script without a config bucket was refused before.
        return self._scripts.ship(script) if self._scripts and is_local_script(script) else script

    def _grant_scripts(self, config_bucket: s3.IBucket | None) -> None:
        """Let nodes read what they run: shipped scripts, and each script and JAR that the spec names by URI."""
        if config_bucket and self._scripts:
            if any("config" in references(text, "bucket") for _, text in texts(self.spec)):
                grant_bucket_access(self.instance_role, bucket=config_bucket, access="read")
            else:
                for key in self._scripts.object_keys:
                    grant_object_read(self.instance_role, bucket=config_bucket, object_key=key)
        uris = [program for _, program in programs(self.spec)]
        if any(isinstance(step, ScriptStepSpec) for step in self.spec.steps):
            uris.append(script_runner_uri(known(stack_of(self)).region))
        for uri in dict.fromkeys(uris):
            if uri.startswith("s3://"):
                bucket_name, key = uri.removeprefix("s3://").split("/", 1)
                iam.Grant.add_to_principal(
                    grantee=self.instance_role,
                    actions=["s3:GetObject"],
                    resource_arns=[_object_arn(self, bucket_name, key)],
                )

    def _grant_data(
        self,
        data_buckets: Mapping[str, s3.IBucket],
        external_buckets: Mapping[str, ExternalBucketSpec],
    ) -> None:
        wanted = self.spec.data_access
        for name, bucket in data_buckets.items():
            if wanted is None or name in wanted:
                grant_bucket_access(
                    self.instance_role,
                    bucket=bucket,
                    access="read_write" if wanted is None else wanted[name],
                )
        for name, external in external_buckets.items():
            grant_bucket_access(
                self.instance_role,
                bucket=_external_bucket(self, f"External{name}", external),
                access=external.access,
                prefix=external.prefix,
            )

    def _grant_software(self) -> None:
        # Data buckets that nodes may write to anyway need no further grant.
        writable = {
            name
            for name in self._buckets.keys() - {"config", "logs"}
            if self.spec.data_access is None or self.spec.data_access.get(name) == "read_write"
        }
        others = {name: self._buckets[name] for name in self._buckets.keys() - writable}
        grant_software(self.instance_role, spec=self.spec, buckets=others)
        effective = self.security.effective
        for role in self.security.runtime_roles.values():
            grant_metastore(
                role,
                spec=self.spec,
                lake_formation=bool(effective and effective.lake_formation),
            )

    def _order(self) -> None:
        """Create the cluster after all that EMR and the nodes need, so that it is also deleted before."""
        dependencies: list[IDependable] = [
            self._roles,
            # Roles from elsewhere get policies of their own here.
            self.service_role,
            self.instance_role,
            self.security,
            *self.security_groups.rules,
        ]
        if self._scripts and self._scripts.object_keys:
            dependencies.append(self._scripts)
        self.cluster.node.add_dependency(*dependencies)


def _constructor_arguments(request: Json) -> dict[str, Any]:
    """Spell the top level as Python's keyword arguments; what lies below stays in camel case."""
    properties = camel_case(cluster_properties(request))
    return {_SNAKE.sub(r"_\1", name).lower(): value for name, value in properties.items()}


_SNAKE = re.compile(r"(?<=[a-z0-9])([A-Z])")


def _object_arn(scope: Construct, bucket_name: str, key: str) -> str:
    return stack_of(scope).format_arn(
        service="s3", region="", account="", resource=bucket_name, resource_name=key
    )


def _external_bucket(scope: Construct, id: str, external: ExternalBucketSpec) -> s3.IBucket:
    key = (
        kms.Key.from_key_arn(scope, f"{id}Key", external.kms_key_arn)
        if external.kms_key_arn
        else None
    )
    return s3.Bucket.from_bucket_attributes(
        scope, id, bucket_name=external.bucket_name, encryption_key=key
    )
