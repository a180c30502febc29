"""What others need to know of a cluster, and may do with it, be it made in this app or imported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import jsii
from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3

from emr_platform.catalog.ports import PORTS
from emr_platform.cluster.metrics import ClusterMetrics
from emr_platform.storage.access import grant_bucket_access


class ClusterUseError(ValueError):
    """A cluster cannot be used as was asked for; the message says why, and what would do."""


@dataclass(frozen=True, slots=True)
class LogLocation:
    """Where a cluster's logs are.

    Attributes:
        bucket: The bucket; its ``encryption_key`` is what it encrypts objects with.
        prefix: What the keys of the logs begin with, ``prefix/``. Default: all of the bucket.
        key: A key of the logs themselves, where they have one.
    """

    bucket: s3.IBucket
    prefix: str = ""
    key: kms.IKey | None = None


@jsii.implements(ec2.IConnectable)
class BaseCluster(ClusterMetrics):
    """A cluster, be it made in this app or imported.

    Attributes:
        cluster_id: Id of the cluster, ``j-…``.
        primary_dns_name: DNS name of the primary node; None where it is not known.
        logs: Where the logs are; None where that is not known.
        instance_role: Role of the nodes; None where it is not known.
        primary_security_group: Managed security group of the primary node; None where it is not known.
        core_and_task_security_group: That of the core and task nodes; None where it is not known.
        application_names: Applications on the cluster, by EMR's names; None where they are not known.
    """

    cluster_id: str
    primary_dns_name: str | None
    logs: LogLocation | None
    instance_role: iam.IRole | None
    primary_security_group: ec2.ISecurityGroup | None
    core_and_task_security_group: ec2.ISecurityGroup | None
    application_names: tuple[str, ...] | None

    @property
    def cluster_arn(self) -> str:
        """ARN of the cluster."""
        return Stack.of(self).format_arn(
            service="elasticmapreduce",
            resource="cluster",
            resource_name=self.cluster_id,
            arn_format=ArnFormat.SLASH_RESOURCE_NAME,
        )

    @property
    def connections(self) -> ec2.Connections:
        """The network connections of the primary node, e.g. for ``instance.connections.allow_to(cluster, …)``.

        Raises:
            ClusterUseError: The security group of an imported cluster was not given.
        """
        return self._primary_security_group().connections

    def grant_submit_steps(
        self, grantee: iam.IGrantable, *, runtime_roles: Sequence[iam.IRole] = ()
    ) -> iam.Grant:
        """Let someone add steps to the cluster, follow them, and cancel them.

        Steps do what the cluster's instance role may do, or a runtime role instead of it. Whoever may add steps
        can therefore do all that the instance role can.

        Args:
            grantee: Who may do it.
            runtime_roles: The only runtime roles that steps may be added with, for a cluster whose security
                configuration lets steps have one. Default: no condition on the role.

        Returns:
            What was granted.
        """
        # https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-steps-runtime-roles.html
        conditions = (
            {
                "StringEquals": {
                    "elasticmapreduce:ExecutionRoleArn": [role.role_arn for role in runtime_roles]
                }
            }
            if runtime_roles
            else None
        )
        adding = iam.Grant.add_to_principal(
            grantee=grantee,
            actions=["elasticmapreduce:AddJobFlowSteps"],
            resource_arns=[self.cluster_arn],
            conditions=conditions,
        )
        following = iam.Grant.add_to_principal(
            grantee=grantee,
            actions=[
                "elasticmapreduce:CancelSteps",
                "elasticmapreduce:DescribeCluster",
                "elasticmapreduce:DescribeStep",
                "elasticmapreduce:ListSteps",
            ],
            resource_arns=[self.cluster_arn],
        )
        return adding.combine(following)

    def grant_read_logs(self, grantee: iam.IGrantable) -> None:
        """Let someone read the cluster's logs, and use the keys that encrypt them to do so.

        Args:
            grantee: Who may do it.

        Raises:
            ClusterUseError: The place of an imported cluster's logs was not given.
        """
        if self.logs is None:
            raise ClusterUseError(
                f"it is not known where the logs of {self.node.path} are: pass log_bucket to "
                "from_cluster_id"
            )
        grant_bucket_access(
            grantee, bucket=self.logs.bucket, access="read", prefix=self.logs.prefix
        )
        if self.logs.key:
            self.logs.key.grant(grantee, "kms:Decrypt")

    def grant_connect(self, peer: ec2.IConnectable, *, to: str | int) -> None:
        """Let someone connect to a TCP port of the primary node.

        The rule is made in the stack of the peer, which so depends on the cluster's and not the other way round.

        Args:
            peer: Who may connect: anything with security groups, or ``ec2.Peer.ipv4(…)`` and the like.
            to: What to connect to: a name of :data:`emr_platform.catalog.ports.PORTS`, e.g. ``livy``
                or ``hive-server``, which stands for the default port of the application; or the number of a port.

        Raises:
            ClusterUseError: There is no port of that name, the cluster does not have its application, or the
                security group of an imported cluster was not given.
        """
        number, about = self._port(to)
        peer.connections.allow_to(self._primary_security_group(), ec2.Port.tcp(number), about)

    def _port(self, to: str | int) -> tuple[int, str]:
        if isinstance(to, int):
            if not 1 <= to <= 65535:
                raise ClusterUseError(f"found port {to}, allowed is 1 to 65535")
            return to, f"Port {to} of the primary node"
        if to not in PORTS:
            raise ClusterUseError(f"found port {to}, allowed is {', '.join(PORTS)}, or a number")
        port = PORTS[to]
        if port.applications and self.application_names is not None:
            installed = {name.lower() for name in self.application_names}
            if not installed & {name.lower() for name in port.applications}:
                raise ClusterUseError(
                    f"{self.node.path} does not have {' or '.join(port.applications)}, so that there "
                    f"is no port {to}"
                )
        return port.number, port.about

    def _primary_security_group(self) -> ec2.ISecurityGroup:
        if self.primary_security_group is None:
            raise ClusterUseError(
                f"the security group of the primary node of {self.node.path} is not known: pass "
                "primary_security_group to from_cluster_id"
            )
        return self.primary_security_group
