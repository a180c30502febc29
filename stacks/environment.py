"""One environment as a stage: stacks are cut by what lives and dies together."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import Environment, Stack, Stage, Tags
from aws_cdk import aws_iam as iam
from constructs import Construct

from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.network.construct import ExistingNetwork, NetworkResources
from emr_platform.network.spec import ExistingVpcSpec, SharedVpcSpec
from emr_platform.tenants.effective import effective_environment
from emr_platform.tenants.tenancy import Tenancy
from stacks.base import Deletion, environment_tags
from stacks.cluster import ClusterStack
from stacks.network import NetworkStack
from stacks.result_store import ResultStoreStack
from stacks.shared import offer_network, shared_network
from stacks.storage import StorageStack


class EnvironmentStage(Stage):
    """Everything of one environment.

    ============ ======= ======= ============ ======== =======
    tier         network storage result store clusters tenancy
    ============ ======= ======= ============ ======== =======
    none, silo   x       x       x            x
    bridge               x       x            x
    shared       x       pool                 pool
    pool                                               x
    ============ ======= ======= ============ ======== =======

    Attributes:
        spec: What the environment was made from.
        tenancy: Who it is for; None for one that has a file of its own.
        network: The stack of the VPC; None if the environment uses one that it does not make.
        storage: The stack of the buckets; None if there are none.
        result_store: The stack of the result store; None if there is none.
        clusters: The stack of each cluster, by the cluster's name.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        spec: EnvironmentSpec,
        directory: Path,
        destroy_data: bool = False,
        tenancy: Tenancy | None = None,
    ) -> None:
        """Create the stacks of an environment.

        The stage of a tenant does not need that of the environment that it shares: it imports by names.

        Args:
            scope: The app.
            spec: The environment; its name becomes the construct id.
            directory: What relative paths of scripts are relative to: where the environment's file lies.
            destroy_data: The second key: whether deleting stacks may take the data along, provided that the
                environment's ``protection`` is ``destroy``.
            tenancy: Who the environment is for, which decides on what there is of it. Default: nobody, it has a
                file of its own.
        """
        super().__init__(
            scope, spec.name, env=Environment(account=spec.account, region=spec.region)
        )
        self.spec = effective_environment(spec, tenancy)
        self.tenancy = tenancy
        tags = Tags.of(self)
        for key, value in environment_tags(spec, tenancy).items():
            tags.add(key, value)
        if spec.identity.permissions_boundary:
            # Every role, also those of functions that the CDK makes.
            iam.PermissionsBoundary.of(self).apply(
                iam.ManagedPolicy.from_managed_policy_arn(
                    self, "PermissionsBoundary", spec.identity.permissions_boundary
                )
            )
        self._deletion = Deletion.of(spec, destroy_data=destroy_data)
        self.network: NetworkStack | None = None
        self.storage: StorageStack | None = None
        self.result_store: ResultStoreStack | None = None
        self.clusters: dict[str, ClusterStack] = {}
        if tenancy and tenancy.tier == "pool":
            # Loaded by those who have such tenants only.
            from stacks.pool import PoolTenantStack

            PoolTenantStack(
                self, "tenancy", environment=self.spec, tenancy=tenancy, deletion=self._deletion
            )
        elif tenancy and tenancy.tier == "shared" and "pool" not in tenancy.serves:
            self._own_network()
        else:
            self._add_environment(directory)

    def _add_environment(self, directory: Path) -> None:
        spec, tenancy, deletion = self.spec, self.tenancy, self._deletion
        self.storage = StorageStack(
            self, "storage", environment=spec, deletion=deletion, tenancy=tenancy
        )
        network = self._network(self.storage)
        if spec.result_store:
            self.result_store = ResultStoreStack(
                self,
                "result-store",
                environment=spec,
                spec=spec.result_store,
                network=network,
                deletion=deletion,
                tenancy=tenancy,
            )
        for name, cluster in spec.clusters.items():
            self.clusters[name] = ClusterStack(
                self,
                f"cluster-{name}",
                environment=spec,
                name=name,
                spec=cluster,
                network=network,
                storage=self.storage.storage,
                result_store=self.result_store.result_store if self.result_store else None,
                script_directory=directory,
                deletion=deletion,
                tenancy=tenancy,
            )

        if tenancy and "pool" in tenancy.serves:
            # Loaded by those who have such tenants only.
            from stacks.pool import PoolHost, add_pool

            add_pool(
                self, PoolHost(spec, tenancy, deletion, self.storage.storage, dict(self.clusters))
            )

    def _network(self, scope: Stack) -> NetworkResources:
        """The network of the environment; one that it does not make has no stack, as that would be empty."""
        match self.spec.network:
            case ExistingVpcSpec():
                return ExistingNetwork(scope, "Network", spec=self.spec.network)
            case SharedVpcSpec():
                return shared_network(scope, "Network", self.spec.network)
        return self._own_network()

    def _own_network(self) -> NetworkResources:
        spec, tenancy = self.spec, self.tenancy
        if isinstance(spec.network, ExistingVpcSpec):
            raise TypeError(f"the network of {spec.name}, which tenants share, is an existing VPC")
        self.network = NetworkStack(
            self,
            "network",
            environment=spec,
            spec=spec.network,
            deletion=self._deletion,
            tenancy=tenancy,
        )
        if tenancy and tenancy.tier == "shared":
            offer_network(spec.name, self.network.network)
        return self.network.network
