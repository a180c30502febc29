"""The stack of an environment's buckets and their keys."""

from __future__ import annotations

from constructs import Construct

from emr_platform.asked_once import known
from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.storage.construct import Storage
from emr_platform.storage.emptying import emptying_resources
from emr_platform.tenants.tenancy import Tenancy
from stacks.base import Deletion, EnvironmentStack, environment_tags


class StorageStack(EnvironmentStack):
    """The environment's buckets.

    Attributes:
        storage: The buckets.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: EnvironmentSpec,
        deletion: Deletion,
        tenancy: Tenancy | None = None,
    ) -> None:
        """Create the stack.

        Args:
            scope: The environment's stage.
            id: Construct id.
            environment: The environment.
            deletion: What may be deleted.
            tenancy: Who the environment is for; None for one that has a file of its own.
        """
        super().__init__(
            scope,
            id,
            environment=environment,
            deletion=deletion,
            tenancy=tenancy,
            description="Buckets",
        )
        self.storage = Storage(
            self,
            "Storage",
            spec=environment.storage,
            removal_policy=deletion.data_policy,
            # Tenants may use a bucket's key for their own objects only.
            bucket_keys=tenancy is None or "pool" not in tenancy.serves,
        )
        tags = environment_tags(environment, tenancy)
        for resource in emptying_resources(self):
            resource.add_property_override(
                "Tags", [{"Key": key, "Value": value} for key, value in sorted(tags.items())]
            )
        for bucket in (self.storage.logs, self.storage.config, *self.storage.data.values()):
            self.offer(known(bucket).bucket_name, known(bucket).bucket_arn)
            if key := known(bucket).encryption_key:
                self.offer(known(key).key_arn)
        logs, config = known(self.storage.logs), known(self.storage.config)
        self.output("LogBucket", logs.bucket_name, "Bucket of the clusters' logs")
        self.output("ConfigBucket", config.bucket_name, "Bucket of the shipped scripts")
        data = {name: known(bucket).bucket_name for name, bucket in self.storage.data.items()}
        self.output_each("DataBucket", data, "Data bucket")
