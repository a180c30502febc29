"""What AWS bills for an environment while it stands idle, counted in its templates."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from aws_cdk import App

from emr_platform.environment.loader import load_environment
from scripts.reference.markdown import table
from stacks.environment import EnvironmentStage

Json = dict[str, Any]

_NOTHING = "none"


class Environment(NamedTuple):
    """The synthesized stacks of one environment.

    Attributes:
        name: Name of the environment.
        public_nodes: Whether its cluster nodes have public addresses.
        resources: All resources of all stacks.
    """

    name: str
    public_nodes: bool
    resources: list[Json]

    def of_type(self, type: str) -> list[Json]:
        """The properties of all resources of a type."""
        return [each.get("Properties", {}) for each in self.resources if each["Type"] == type]


def synthesize(file: Path, *, context: Json) -> Environment:
    """Synthesize the environment of a file.

    Args:
        file: The environment file.
        context: The context of the CDK app.

    Returns:
        What the templates hold.
    """
    loaded = load_environment(file)
    stage = EnvironmentStage(
        App(context=context, analytics_reporting=False), spec=loaded.spec, directory=file.parent
    )
    return Environment(
        loaded.spec.name,
        loaded.spec.network.cluster_subnets == "public",
        [
            resource
            for stack in stage.synth().stacks
            for resource in stack.template["Resources"].values()
        ],
    )


def sample_bill(root: Path) -> str:
    """Count what the three sample environments are billed for.

    Args:
        root: The repository.

    Returns:
        Markdown: a table with a column for each environment.
    """
    context = json.loads((root / "cdk.json").read_text(encoding="utf-8"))["context"]
    return bill(
        [
            synthesize(root / "environments" / f"{name}.yaml", context=context)
            for name in ("dev", "staging", "prod")
        ]
    )


def bill(environments: Sequence[Environment]) -> str:
    """Write the table of what is billed.

    Args:
        environments: The environments, from left to right.

    Returns:
        Markdown.
    """
    header = ["Billed", *(environment.name for environment in environments), "By"]
    return table(
        header,
        (
            [
                item.what,
                *(item.amount(environment) or _NOTHING for environment in environments),
                f"[{item.unit}]({item.prices})",
            ]
            for item in _ITEMS
        ),
    )


def _instances(environment: Environment) -> str:
    counts: Counter[str] = Counter()
    for group in _groups(environment):
        spot = " Spot" if group["Market"] == "SPOT" else ""
        counts[f"{group['InstanceType']}{spot}"] += group["InstanceCount"]
    return "<br>".join(f"{count} x {type}" for type, count in counts.items() if count)


def _groups(environment: Environment) -> Iterator[Json]:
    for cluster in environment.of_type("AWS::EMR::Cluster"):
        instances = cluster["Instances"]
        yield instances["MasterInstanceGroup"]
        if "CoreInstanceGroup" in instances:
            yield instances["CoreInstanceGroup"]
        yield from instances.get("TaskInstanceGroups", [])


def _scaling(environment: Environment) -> str:
    words = []
    for cluster in environment.of_type("AWS::EMR::Cluster"):
        if policy := cluster.get("ManagedScalingPolicy"):
            limits = policy["ComputeLimits"]
            least, most = limits["MinimumCapacityUnits"], limits["MaximumCapacityUnits"]
            words.append(f"{cluster['Name']}: {least} to {most} {limits['UnitType'].lower()}")
    return "<br>".join(words)


def _idle_timeout(environment: Environment) -> str:
    words = []
    for cluster in environment.of_type("AWS::EMR::Cluster"):
        policy = cluster.get("AutoTerminationPolicy")
        when = f"after {policy['IdleTimeout'] // 60} minutes" if policy else "never"
        words.append(f"{cluster['Name']}: {when}")
    return "<br>".join(words)


def _data_volumes(environment: Environment) -> str:
    gib: Counter[str] = Counter()
    for group in _groups(environment):
        for block in group.get("EbsConfiguration", {}).get("EbsBlockDeviceConfigs", []):
            volume = block["VolumeSpecification"]
            count = group["InstanceCount"] * block.get("VolumesPerInstance", 1)
            gib[volume["VolumeType"]] += count * volume["SizeInGB"]
    return "<br>".join(f"{size} GiB {type}" for type, size in gib.items())


def _interface_endpoints(environment: Environment) -> str:
    zones = Counter(
        len(endpoint["SubnetIds"])
        for endpoint in environment.of_type("AWS::EC2::VPCEndpoint")
        if endpoint.get("VpcEndpointType") == "Interface"
    )
    return "<br>".join(f"{services} services x {count} zones" for count, services in zones.items())


def _public_addresses(environment: Environment) -> str:
    nodes = sum(group["InstanceCount"] for group in _groups(environment))
    return _some(
        len(environment.of_type("AWS::EC2::EIP")) + (nodes if environment.public_nodes else 0)
    )


def _databases(environment: Environment) -> str:
    return "<br>".join(
        f"{database['DBInstanceClass']}{' Multi-AZ' if database['MultiAZ'] else ''}"
        for database in environment.of_type("AWS::RDS::DBInstance")
    )


def _database_storage(environment: Environment) -> str:
    return "<br>".join(
        f"{database['AllocatedStorage']} GiB {database['StorageType']}"
        + (
            f", up to {database['MaxAllocatedStorage']} GiB"
            if "MaxAllocatedStorage" in database
            else ""
        )
        for database in environment.of_type("AWS::RDS::DBInstance")
    )


def _count_of(type: str) -> Callable[[Environment], str]:
    return lambda environment: _some(len(environment.of_type(type)))


def _some(count: int) -> str:
    return str(count) if count else ""


class _Item(NamedTuple):
    what: str
    amount: Callable[[Environment], str]
    unit: str
    prices: str


_EC2 = "https://aws.amazon.com/ec2/pricing/on-demand/"
_EMR = "https://aws.amazon.com/emr/pricing/"
_VPC = "https://aws.amazon.com/vpc/pricing/"
_RDS = "https://aws.amazon.com/rds/mysql/pricing/"

_ITEMS = (
    _Item("EC2 instances of clusters, to start with", _instances, "instance and hour", _EC2),
    _Item("EMR itself", lambda _: "the same instances", "instance and hour", _EMR),
    _Item("Core and task nodes with managed scaling", _scaling, "instance and hour", _EMR),
    _Item("Clusters end themselves when idle", _idle_timeout, "nothing once ended", _EMR),
    _Item(
        "EBS volumes of instances, besides EMR's default ones",
        _data_volumes,
        "GiB and month",
        "https://aws.amazon.com/ebs/pricing/",
    ),
    _Item("NAT gateways", _count_of("AWS::EC2::NatGateway"), "hour, and GiB processed", _VPC),
    _Item(
        "Interface endpoints",
        _interface_endpoints,
        "service, zone and hour, and GiB processed",
        "https://aws.amazon.com/privatelink/pricing/",
    ),
    _Item("Public IPv4 addresses", _public_addresses, "hour", _VPC),
    _Item("Result store", _databases, "hour", _RDS),
    _Item("Its storage", _database_storage, "GiB and month", _RDS),
    _Item(
        "KMS keys",
        _count_of("AWS::KMS::Key"),
        "month, and requests",
        "https://aws.amazon.com/kms/pricing/",
    ),
    _Item(
        "Secrets",
        _count_of("AWS::SecretsManager::Secret"),
        "month, and requests",
        "https://aws.amazon.com/secrets-manager/pricing/",
    ),
    _Item(
        "S3 buckets",
        _count_of("AWS::S3::Bucket"),
        "GiB and month, and requests",
        "https://aws.amazon.com/s3/pricing/",
    ),
    _Item(
        "Flow logs in CloudWatch",
        _count_of("AWS::EC2::FlowLog"),
        "GiB taken in, and GiB and month",
        "https://aws.amazon.com/cloudwatch/pricing/",
    ),
)
