"""A cluster that exists already, or is made in another app."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypedDict, Unpack

from aws_cdk import Token
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from emr_platform.cluster.base import BaseCluster, ClusterUseError, LogLocation


class ClusterAttributes(TypedDict, total=False):
    """What may be known of a cluster besides its id; what is left out is not known.

    Attributes:
        primary_dns_name: DNS name of the primary node.
        log_bucket: Where the cluster writes logs.
        log_prefix: What the keys of the logs begin with, ``prefix/``. Default: all of the bucket.
        log_key: A key of the logs besides the one of the bucket. Default: none.
        instance_role: Role of the nodes.
        primary_security_group: Managed security group of the primary node.
        core_and_task_security_group: That of core and task nodes.
        applications: Applications on the cluster, by EMR's names. Default: any, so that each port of ``grant_connect``
            is taken for being there.
    """

    primary_dns_name: str
    log_bucket: s3.IBucket
    log_prefix: str
    log_key: kms.IKey
    instance_role: iam.IRole
    primary_security_group: ec2.ISecurityGroup
    core_and_task_security_group: ec2.ISecurityGroup
    applications: Sequence[str]


class ImportedCluster(BaseCluster):
    """A cluster of the same account and region that this app does not make."""

    def __init__(
        self, scope: Construct, id: str, *, cluster_id: str, **known: Unpack[ClusterAttributes]
    ) -> None:
        """Refer to the cluster; nothing is made.

        Args:
            scope: Parent construct.
            id: Construct id.
            cluster_id: Id of the cluster, ``j-…``.
            known: What is known of it besides; see :class:`ClusterAttributes`.

        Raises:
            ClusterUseError: ``cluster_id`` is not the id of a cluster.
        """
        super().__init__(scope, id)
        if not Token.is_unresolved(cluster_id) and not re.fullmatch(
            r"j-[A-Z0-9]{1,30}", cluster_id
        ):
            raise ClusterUseError(
                f"found '{cluster_id}', allowed is the id of a cluster such as j-2AXXXXXXGAPLF"
            )
        self.cluster_id = cluster_id
        self.primary_dns_name = known.get("primary_dns_name")
        bucket = known.get("log_bucket")
        self.logs = (
            LogLocation(bucket, known.get("log_prefix", ""), known.get("log_key"))
            if bucket
            else None
        )
        self.instance_role = known.get("instance_role")
        self.primary_security_group = known.get("primary_security_group")
        self.core_and_task_security_group = known.get("core_and_task_security_group")
        applications = known.get("applications")
        self.application_names = None if applications is None else tuple(applications)
