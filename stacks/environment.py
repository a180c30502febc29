"""One environment as a stage: stacks are cut by what lives and dies together."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import Environment, Stage, Tags

from constructs import Construct
from emr_platform.environment.spec import EnvironmentSpec
from stacks.base import Deletion
from stacks.cluster import ClusterStack
from stacks.network import NetworkStack
from stacks.result_store import ResultStoreStack
from stacks.storage import StorageStack


class EnvironmentStage(Stage):
    """Everything of one environment.

    Attributes:
        spec: What the environment was made from.
        network: The stack of the network.
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
        for key, value in {**spec.tags, "environment": spec.name}.items():
            Tags.of(self).add(key, value)
        deletion = Deletion.of(spec, destroy_data=destroy_data)
        self.network = NetworkStack(self, "network", spec=spec, deletion=deletion)
        self.storage = StorageStack(self, "storage", spec=spec, deletion=deletion)
        self.result_store = (
            ResultStoreStack(
                self,
                "result-store",
                environment=spec,
                spec=spec.result_store,
                network=self.network.network,
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
                network=self.network.network,
                key_pair=self.network.key_pair,
                storage=self.storage.storage,
                result_store=self.result_store.result_store if self.result_store else None,
                script_directory=directory,
                deletion=deletion,
            )
            for name, cluster in spec.clusters.items()
        }
