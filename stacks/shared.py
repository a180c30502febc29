"""What a shared environment offers to tenants, by names that both know without knowing each other's stage.

A tenant's stage is synthesized without the shared one: it imports by name (``Fn::ImportValue``), and CloudFormation
keeps what somebody imports from being changed or deleted. So a shared environment exports everything that is listed
here, whether or not a tenant uses it now.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
"""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import CfnOutput, Fn, Stack
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from emr_platform.network.construct import NetworkResources, SharedNetwork
from emr_platform.network.spec import SharedVpcSpec
from emr_platform.storage.construct import Storage

VPC_ID = "VpcId"
"""Id of the VPC."""

LOG_BUCKET_NAME = "LogBucketName"
"""Name of the log bucket."""

LOG_BUCKET_KEY_ARN = "LogBucketKeyArn"
"""ARN of the key that encrypts the log bucket."""


def cluster_subnet_id(index: int) -> str:
    """Id of a subnet for clusters, counted from 0."""
    return f"ClusterSubnetId{index}"


def result_store_subnet_id(index: int) -> str:
    """Id of a subnet for result stores, counted from 0."""
    return f"ResultStoreSubnetId{index}"


def data_bucket_name(name: str) -> str:
    """Name of a data bucket in S3."""
    return f"DataBucketName-{name}"


def data_bucket_key_arn(name: str) -> str:
    """ARN of the key that encrypts a data bucket."""
    return f"DataBucketKeyArn-{name}"


def instance_role_arn(cluster: str) -> str:
    """ARN of the role of the nodes of a cluster."""
    return f"InstanceRoleArn-{cluster}"


@dataclass(frozen=True, slots=True)
class SharedValues:
    """The values that a shared environment exports.

    Attributes:
        environment: Name of the shared environment.
    """

    environment: str

    def export_name(self, what: str) -> str:
        """The name of an export: unique within account and region, and the same whoever asks.

        Args:
            what: What it is: one of the constants of this module, or what one of its functions returns. Letters,
                digits and hyphens.
        """
        return f"{self.environment}:{what}"

    def offer(self, stack: Stack, what: str, value: str) -> None:
        """Export a value.

        Args:
            stack: The stack of the shared environment that the value comes from.
            what: What it is, see :meth:`export_name`.
            value: The value: an attribute of a resource that only changes if the resource is replaced.
        """
        # Below a scope of their own, logical ids end with a digest: a-1 and a1 are two names.
        existing = stack.node.try_find_child(_SCOPE)
        scope = existing if isinstance(existing, Construct) else Construct(stack, _SCOPE)
        CfnOutput(Construct(scope, what), "Output", value=value, export_name=self.export_name(what))

    def value(self, what: str) -> str:
        """A value as the stacks of tenants get it.

        Args:
            what: What it is, see :meth:`export_name`.
        """
        return Fn.import_value(self.export_name(what))


_SCOPE = "Shared"


def offer_network(environment: str, network: NetworkResources) -> None:
    """Export what tenants need to know of a shared network.

    Args:
        environment: Name of the shared environment.
        network: Its network; the exports go into its stack.
    """
    values = SharedValues(environment)
    stack = Stack.of(network)
    values.offer(stack, VPC_ID, network.vpc.vpc_id)
    for index, subnet in enumerate(network.cluster_subnets):
        values.offer(stack, cluster_subnet_id(index), subnet.subnet_id)
    for index, subnet in enumerate(network.result_store_subnets):
        values.offer(stack, result_store_subnet_id(index), subnet.subnet_id)


def shared_network(scope: Construct, id: str, spec: SharedVpcSpec) -> SharedNetwork:
    """The network of another environment, as a tenant's stacks see it.

    Args:
        scope: Parent construct, in any stack of the tenant's stage.
        id: Name within the parent.
        spec: The shared VPC.
    """
    values = SharedValues(spec.environment)
    zones = range(spec.zone_count)
    return SharedNetwork(
        scope,
        id,
        spec=spec,
        vpc_id=values.value(VPC_ID),
        cluster_subnet_ids=[values.value(cluster_subnet_id(zone)) for zone in zones],
        result_store_subnet_ids=[values.value(result_store_subnet_id(zone)) for zone in zones],
    )


def offer_storage(environment: str, storage: Storage) -> None:
    """Export what tenants need to know of shared buckets.

    Args:
        environment: Name of the shared environment.
        storage: Its buckets; the exports go into their stack.
    """
    values = SharedValues(environment)
    stack = Stack.of(storage)
    for bucket, name, key in (
        (storage.logs, LOG_BUCKET_NAME, LOG_BUCKET_KEY_ARN),
        *(
            (bucket, data_bucket_name(name), data_bucket_key_arn(name))
            for name, bucket in storage.data.items()
        ),
    ):
        values.offer(stack, name, bucket.bucket_name)
        if bucket.encryption_key:
            values.offer(stack, key, bucket.encryption_key.key_arn)


def shared_bucket(
    scope: Construct, id: str, *, environment: str, name: str, key_arn: str
) -> s3.IBucket:
    """A bucket of another environment, as a tenant's stacks see it.

    Args:
        scope: Parent construct, in any stack of the tenant's stage.
        id: Name within the parent.
        environment: Name of the shared environment.
        name: By what the bucket's name is exported, e.g. :data:`LOG_BUCKET_NAME`.
        key_arn: By what its key is exported, e.g. :data:`LOG_BUCKET_KEY_ARN`.
    """
    values = SharedValues(environment)
    return s3.Bucket.from_bucket_attributes(
        scope,
        id,
        bucket_name=values.value(name),
        encryption_key=kms.Key.from_key_arn(scope, f"{id}Key", values.value(key_arn)),
    )
