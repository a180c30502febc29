"""The tag that lets EMR start clusters in a subnet."""

from __future__ import annotations

from weakref import WeakSet

from aws_cdk import Tags
from aws_cdk import aws_ec2 as ec2

from emr_platform.tags import EMR_MANAGED_POLICIES_TAG

_SUBNET = "AWS::EC2::Subnet"
_tagged: WeakSet[ec2.ISubnet] = WeakSet()


def tag_cluster_subnet(subnet: ec2.ISubnet) -> None:
    """Tag a subnet for clusters, once however often it is asked for.

    Args:
        subnet: The subnet. This has no effect on one that was imported: its owner has to tag it.
    """
    if subnet not in _tagged:
        _tagged.add(subnet)
        Tags.of(subnet).add(EMR_MANAGED_POLICIES_TAG, "true", include_resource_types=[_SUBNET])
