"""The security groups of a cluster, with every rule that EMR would otherwise add by itself.

EMR completes the rules of the groups that it is given, and CloudFormation knows nothing of what EMR added:
the groups then refer to each other and cannot be deleted. So each rule is declared here, as a resource of its own.
See https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-man-sec-groups.html.
"""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Tags
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from emr_platform.acknowledgements import acknowledge
from emr_platform.asked_once import known
from emr_platform.catalog.release import Release
from emr_platform.network.spec import SubnetKind
from emr_platform.tags import EMR_MANAGED_POLICIES_TAG

_GROUP = "AWS::EC2::SecurityGroup"
_FIRST_WITH_9443 = Release.parse("emr-5.30.0")


class ClusterSecurityGroups(Construct):
    """The managed security groups of one cluster.

    Attributes:
        primary: The group of the primary node.
        core_and_task: The group of core and task nodes.
        service_access: The group through which EMR reaches nodes in a private subnet; None in a public one.
        rules: Every rule; the cluster must be created after them and deleted before them.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        vpc: ec2.IVpc,
        subnet_kind: SubnetKind,
        release: str,
        ssh_allow_from: Sequence[str] = (),
    ) -> None:
        """Create the groups and rules.

        Args:
            scope: Parent construct.
            id: Construct id.
            vpc: VPC of the cluster.
            subnet_kind: Whether the cluster's subnet is private; only then is there a service access group.
            release: Release label of the cluster; releases from 8.0.0 use other ports than earlier ones.
            ssh_allow_from: IPv4 ranges that may connect to port 22 of the primary node.
        """
        super().__init__(scope, id)
        Tags.of(self).add(EMR_MANAGED_POLICIES_TAG, "true", include_resource_types=[_GROUP])
        self.primary = self._group("Primary", vpc, "EMR primary node", allow_all_outbound=True)
        self.core_and_task = self._group(
            "CoreAndTask", vpc, "EMR core and task nodes", allow_all_outbound=True
        )
        self.service_access: ec2.SecurityGroup | None = None
        self.rules: list[Construct] = []
        self._allow_between_nodes()
        if subnet_kind == "private":
            self.service_access = self._group(
                "ServiceAccess", vpc, "EMR service access", allow_all_outbound=False
            )
            self._allow_service_access(self.service_access, Release.parse(release), vpc)
        for cidr in ssh_allow_from:
            self._ingress(
                f"SshFrom{cidr}", self.primary, "tcp", 22, 22, "SSH to the primary node", cidr=cidr
            )

    def _group(
        self, id: str, vpc: ec2.IVpc, description: str, *, allow_all_outbound: bool
    ) -> ec2.SecurityGroup:
        return ec2.SecurityGroup(
            self, id, vpc=vpc, description=description, allow_all_outbound=allow_all_outbound
        )

    def _allow_between_nodes(self) -> None:
        for target_name, target in (("Primary", self.primary), ("CoreAndTask", self.core_and_task)):
            for source_name, source in (
                ("Primary", self.primary),
                ("CoreAndTask", self.core_and_task),
            ):
                for protocol, first, last in (
                    ("tcp", 0, 65535),
                    ("udp", 0, 65535),
                    ("icmp", -1, -1),
                ):
                    self._ingress(
                        f"{target_name}From{source_name}{protocol.title()}",
                        target,
                        protocol,
                        first,
                        last,
                        "Nodes of the cluster talk to each other",
                        source=source,
                    )

    def _allow_service_access(
        self, service_access: ec2.SecurityGroup, release: Release, vpc: ec2.IVpc
    ) -> None:
        if release.major >= 8:
            rule = self._ingress(
                "ServiceAccessFromVpcTcp443",
                service_access,
                "tcp",
                443,
                443,
                "Nodes reach EMR through its VPC endpoint",
                cidr=vpc.vpc_cidr_block,
            )
            acknowledge(
                rule,
                rule="AwsSolutions-EC23",
                reason="False alarm: the rule cannot read an address range that is a reference. It is the VPC's own.",
            )
            return
        if release >= _FIRST_WITH_9443:
            self._ingress(
                "ServiceAccessFromPrimaryTcp9443",
                service_access,
                "tcp",
                9443,
                9443,
                "The primary node reports to EMR",
                source=self.primary,
            )
        for name, target in (("Primary", self.primary), ("CoreAndTask", self.core_and_task)):
            self._ingress(
                f"{name}FromServiceAccessTcp8443",
                target,
                "tcp",
                8443,
                8443,
                "EMR instructs the node",
                source=service_access,
            )
            egress = ec2.CfnSecurityGroupEgress(
                self,
                f"ServiceAccessTo{name}Tcp8443",
                group_id=known(service_access).security_group_id,
                ip_protocol="tcp",
                from_port=8443,
                to_port=8443,
                destination_security_group_id=known(target).security_group_id,
                description="EMR instructs the node",
            )
            self.rules.append(egress)

    def _ingress(
        self,
        id: str,
        group: ec2.SecurityGroup,
        protocol: str,
        first_port: int,
        last_port: int,
        description: str,
        *,
        source: ec2.SecurityGroup | None = None,
        cidr: str | None = None,
    ) -> ec2.CfnSecurityGroupIngress:
        rule = ec2.CfnSecurityGroupIngress(
            self,
            id,
            group_id=known(group).security_group_id,
            ip_protocol=protocol,
            from_port=first_port,
            to_port=last_port,
            source_security_group_id=known(source).security_group_id if source else None,
            cidr_ip=cidr,
            description=description,
        )
        self.rules.append(rule)
        return rule
