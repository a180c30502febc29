"""One environment as a stage: stacks are cut by what lives and dies together."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import Environment, Stage, Tags
from aws_cdk import aws_iam as iam
from constructs import Construct

from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.network.construct import ExistingNetwork, NetworkResources
from emr_platform.network.spec import ExistingVpcSpec
from stacks.base import Deletion, environment_tags
from stacks.cluster import ClusterStack
from stacks.network import NetworkStack
from stacks.result_store import ResultStoreStack
from stacks.storage import StorageStack


class EnvironmentStage(Stage):
    """Everything of one environment.

    Attributes:
        spec: What the environment was made from.
        network: The stack of the VPC; None if the environment uses an existing one.
        storage: The stack of the buckets.
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
    ) -> None:
        """Create the stacks of an environment.

        Args:
            scope: The app.
            spec: The environment; its name becomes the construct id.
            directory: What relative paths of scripts are relative to: where the environment's file lies.
            destroy_data: The second key: whether deleting stacks may take the data along, provided that the
                environment's ``protection`` is ``destroy``.
        """
        super().__init__(
            scope, spec.name, env=Environment(account=spec.account, region=spec.region)
        )
        self.spec = spec
        for key, value in environment_tags(spec).items():
            Tags.of(self).add(key, value)
        if spec.identity.permissions_boundary:
            # Every role, also those of functions that the CDK makes.
            iam.PermissionsBoundary.of(self).apply(
                iam.ManagedPolicy.from_managed_policy_arn(
                    self, "PermissionsBoundary", spec.identity.permissions_boundary
                )
            )
        deletion = Deletion.of(spec, destroy_data=destroy_data)
        self.storage = StorageStack(self, "storage", environment=spec, deletion=deletion)
        self.network: NetworkStack | None = None
        network: NetworkResources
        if isinstance(spec.network, ExistingVpcSpec):
            # It makes nothing, and a stack cannot be empty: so it has none of its own.
            network = ExistingNetwork(self.storage, "Network", spec=spec.network)
        else:
            self.network = NetworkStack(
                self, "network", environment=spec, spec=spec.network, deletion=deletion
            )
            network = self.network.network
        self.result_store = (
            ResultStoreStack(
                self,
                "result-store",
                environment=spec,
                spec=spec.result_store,
                network=network,
                deletion=deletion,
            )
            if spec.result_store
            else None
        )
        self.clusters = {
            name: ClusterStack(
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
            )
            for name, cluster in spec.clusters.items()
        }
