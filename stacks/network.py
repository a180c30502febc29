"""The stack of an environment's network, and of its imported SSH key."""

from __future__ import annotations

from aws_cdk import aws_ec2 as ec2

from constructs import Construct
from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.network.construct import ExistingNetwork, Network, NetworkResources
from emr_platform.network.spec import ExistingVpcSpec
from stacks.base import Deletion, EnvironmentStack


class NetworkStack(EnvironmentStack):
    """VPC or a reference to an existing one, and the key pair for SSH.

    Attributes:
        network: The VPC and its subnets.
        key_pair: The key pair for SSH; None for no SSH.
    """

    def __init__(
        self, scope: Construct, id: str, *, spec: EnvironmentSpec, deletion: Deletion
    ) -> None:
        """Create the stack.

        Args:
            scope: The environment's stage.
            id: Construct id.
            spec: The environment.
            deletion: What may be deleted.
        """
        super().__init__(
            scope, id, deletion=deletion, description=f"Network of the EMR environment {spec.name}"
        )
        self.network: NetworkResources
        if isinstance(spec.network, ExistingVpcSpec):
            self.network = ExistingNetwork(self, "Network", spec=spec.network)
        else:
            self.network = Network(
                self, "Network", spec=spec.network, removal_policy=deletion.data_policy
            )
        self.key_pair = self._key_pair(spec)
        self.offer(
            self.network.vpc.vpc_id,
            self.network.cidr,
            *(subnet.subnet_id for subnet in self.network.cluster_subnets),
            *(subnet.subnet_id for subnet in self.network.result_store_subnets),
        )
        if self.key_pair:
            self.offer(self.key_pair.key_pair_name)
        self.output("VpcId", self.network.vpc.vpc_id, "VPC of the environment")

    def _key_pair(self, spec: EnvironmentSpec) -> ec2.IKeyPair | None:
        if spec.ssh is None:
            return None
        if spec.ssh.key_pair:
            return ec2.KeyPair.from_key_pair_name(self, "SshKey", spec.ssh.key_pair)
        return ec2.KeyPair(self, "SshKey", public_key_material=spec.ssh.public_key)
