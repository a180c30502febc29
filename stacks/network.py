"""The stack of an environment's own network."""

from __future__ import annotations

from constructs import Construct

from emr_platform.asked_once import known
from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.network.construct import Network
from emr_platform.network.spec import NewVpcSpec
from emr_platform.tenants.tenancy import Tenancy
from stacks.base import Deletion, EnvironmentStack


class NetworkStack(EnvironmentStack):
    """The VPC of an environment.

    Attributes:
        network: The VPC and its subnets.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: EnvironmentSpec,
        spec: NewVpcSpec,
        deletion: Deletion,
        tenancy: Tenancy | None = None,
    ) -> None:
        """Create the stack.

        Args:
            scope: The environment's stage.
            id: Construct id.
            environment: The environment.
            spec: Its VPC.
            deletion: What may be deleted.
            tenancy: Who the environment is for; None for one that has a file of its own.
        """
        super().__init__(
            scope,
            id,
            environment=environment,
            deletion=deletion,
            tenancy=tenancy,
            description="Network",
        )
        self.network = Network(self, "Network", spec=spec, removal_policy=deletion.data_policy)
        self.offer(
            known(self.network.vpc).vpc_id,
            *(known(subnet).subnet_id for subnet in self.network.cluster_subnets),
            *(known(subnet).subnet_id for subnet in self.network.result_store_subnets),
        )
        self.output("VpcId", known(self.network.vpc).vpc_id, "VPC of the environment")
