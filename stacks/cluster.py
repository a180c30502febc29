"""The stack of one cluster."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from emr_platform.cluster.construct import EmrCluster
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.identity.spec import SshSpec
from emr_platform.network.construct import NetworkResources
from emr_platform.result_store.construct import ResultStore
from emr_platform.storage.construct import Storage
from emr_platform.tenants.tenancy import Tenancy
from stacks.base import Deletion, EnvironmentStack, environment_tags


class ClusterStack(EnvironmentStack):
    """One cluster with its roles and security groups; nothing in here holds data that outlives the cluster.

    Attributes:
        cluster: The cluster.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: EnvironmentSpec,
        name: str,
        spec: ClusterSpec,
        network: NetworkResources,
        storage: Storage,
        result_store: ResultStore | None,
        script_directory: Path,
        deletion: Deletion,
        tenancy: Tenancy | None = None,
    ) -> None:
        """Create the stack.

        Args:
            scope: The environment's stage.
            id: Construct id.
            environment: The environment.
            name: Name of the cluster within the environment.
            spec: The cluster.
            network: Where the cluster runs.
            storage: The environment's buckets.
            result_store: The environment's result store; None if it has none.
            script_directory: What relative paths of scripts are relative to.
            deletion: What may be deleted.
            tenancy: Who the environment is for; None for one that has a file of its own.
        """
        super().__init__(
            scope,
            id,
            environment=environment,
            deletion=deletion,
            tenancy=tenancy,
            description=f"EMR cluster {name}",
        )
        ssh = environment.ssh
        self.cluster = EmrCluster(
            self,
            "Cluster",
            spec=spec,
            name=f"{environment.name}-{name}",
            vpc=network.vpc,
            subnets=network.cluster_subnets,
            subnet_kind=network.cluster_subnet_kind,
            log_bucket=storage.logs,
            config_bucket=storage.config,
            data_buckets=storage.data,
            external_buckets=environment.storage.external,
            script_directory=script_directory,
            result_store_secret=result_store.secret if result_store else None,
            result_store_user_secrets=result_store.user_secrets if result_store else None,
            result_store_host=result_store.endpoint_address if result_store else None,
            key_pair=(
                self._key_pair(ssh, environment.name, name, environment_tags(environment, tenancy))
                if ssh
                else None
            ),
            ssh_allow_from=ssh.allow_from if ssh else (),
            identity=environment.identity,
            termination_protection=not deletion.stacks,
            acknowledged_warnings=environment.acknowledge,
        )
        if result_store:
            groups = self.cluster.security_groups
            for group_name, group in (
                ("Primary", groups.primary),
                ("CoreAndTask", groups.core_and_task),
            ):
                result_store.allow_connections_from(
                    self, f"ResultStoreFrom{group_name}", security_group=group
                )
        self.output("ClusterId", self.cluster.cluster_id, "Id of the cluster")
        self.output("PrimaryDnsName", self.cluster.primary_dns_name, "DNS name of the primary node")
        self.output("ServiceRole", self.cluster.service_role.role_name, "Role of the EMR service")
        self.output("InstanceRole", self.cluster.instance_role.role_name, "Role of the nodes")
        runtime_roles = self.cluster.security.runtime_roles.items()
        arns = {role_name: role.role_arn for role_name, role in runtime_roles}
        self.output_each("RuntimeRole", arns, "Role of steps that run as")
        if secret := self.cluster.security.kdc_admin_secret:
            self.output("KdcAdminSecret", secret.secret_arn, "Password of the KDC's administrator")

    def _key_pair(
        self, ssh: SshSpec, environment: str, name: str, tags: Mapping[str, str]
    ) -> ec2.IKeyPair:
        """The key pair that the environment names, or one made of its public key, for this cluster alone.

        EC2 wants a name, and changes neither key nor tags of a key pair. With a digest of both in the name, another
        key is another key pair, and CloudFormation can make it before it deletes the old one.
        """
        if ssh.key_pair:
            return ec2.KeyPair.from_key_pair_name(self, "SshKey", ssh.key_pair)
        content = json.dumps([ssh.public_key, tags], sort_keys=True)
        digest = hashlib.sha256(content.encode()).hexdigest()[:8]
        return ec2.KeyPair(
            self,
            "SshKey",
            key_pair_name=f"{environment}-{name}-{digest}",
            public_key_material=ssh.public_key,
        )
