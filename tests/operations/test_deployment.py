"""Environments are deployed by the real CDK command line to a local AWS, and can really be deleted.

They are synthesized in this process: another one would read the CDK's own checks of templates for
seconds each time. The way from a file through the command line is that of the demonstration's test.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emr_platform.environment.loader import load_environment
from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.network.spec import NewVpcSpec, SharedVpcSpec
from emr_platform.operations.inventory import Inventory, take_inventory
from emr_platform.operations.local_aws import LocalAws
from emr_platform.operations.local_aws.cdk import Cdk
from emr_platform.pool.spec import PoolSpec
from emr_platform.tenants.tenancy import PoolTenant, Tenancy
from stacks.environment import EnvironmentStage
from tests.support import ROOT, new_app

NODE_MODULES = ROOT / "node_modules"
EDX = ROOT / "tests" / "importers" / "edx"
DIRECT = ("--require-approval", "never", "--method", "direct", "--concurrency", "2")
ENVIRONMENT = """\
name: passing
region: us-east-1
protection: destroy
storage: {data: {lake: {}}}
result_store: {}
clusters:
  etl:
    release: emr-7.12.0
    bootstrap: {packages: {script: packages.sh}}
"""


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAws]:
    """A local AWS that the CDK can deploy to."""
    with LocalAws(node_modules=NODE_MODULES) as local_aws:
        cdk = Cdk(project=ROOT, environment=local_aws.environment(), node_modules=NODE_MODULES)
        assert cdk.bootstrap(account=local_aws.account, region=local_aws.region) == 0
        yield local_aws


def synthesized(
    aws: LocalAws, spec: EnvironmentSpec, *, directory: Path, to: Path, destroy_data: bool = False
) -> Cdk:
    """The command line for an environment that is synthesized already."""
    app = new_app(to)
    EnvironmentStage(app, spec=spec, directory=directory, destroy_data=destroy_data)
    app.synth()
    return Cdk(project=ROOT, environment=aws.environment(), node_modules=NODE_MODULES, app=str(to))


# The first one: in the end it asks what there is in the whole account.
def test_everything_goes_in_the_end(aws: LocalAws, tmp_path: Path) -> None:
    file = tmp_path / "passing.yaml"
    file.write_text(ENVIRONMENT, encoding="utf-8")
    (tmp_path / "packages.sh").write_text("#!/bin/sh\n", encoding="utf-8")
    spec = load_environment(file).spec
    cdk = synthesized(aws, spec, directory=tmp_path, to=tmp_path / "one-key")
    assert cdk.run("deploy", "passing/*", *DIRECT) == 0
    before = take_inventory(aws.client, environment="passing")
    assert len(before.stacks) == 4
    _fill([bucket.name for bucket in before.buckets], aws.client("s3"))

    # The second key is part of the templates, so it has to be deployed first.
    cdk = synthesized(aws, spec, directory=tmp_path, to=tmp_path / "both-keys", destroy_data=True)
    assert cdk.run("deploy", "passing/*", *DIRECT) == 0
    assert cdk.destroy("passing/*") == 0

    assert take_inventory(aws.client, environment="passing").stacks == ()
    assert _what_is_left(aws) == {
        "buckets": [],
        "databases": [],
        "running clusters": [],
        "secrets": [],
        "keys": [],
        "security groups": [],
        "VPCs": [],
        "roles": [],
    }


def test_a_tenant_in_a_shared_network(aws: LocalAws, tmp_path: Path) -> None:
    """First what is shared, then the tenant, which knows no more of it than names; back in reverse."""
    content = {"region": aws.region, "protection": "destroy", "result_store": {}}
    cluster = {"release": "emr-7.12.0", "core": {"count": 1}}
    shared = EnvironmentSpec.model_validate({**content, "name": "common"})
    assert isinstance(shared.network, NewVpcSpec)
    vpc = SharedVpcSpec.model_validate({"environment": "common", **shared.network.model_dump()})
    tenant = EnvironmentSpec.model_validate(
        {**content, "name": "globex", "clusters": {"etl": cluster}}
    ).model_copy(update={"network": vpc})
    app = new_app(tmp_path)
    for spec, tenancy in (
        (shared, Tenancy(tier="shared", serves=frozenset({"bridge"}))),
        (tenant, Tenancy(tier="bridge", tenant="globex", shared=shared)),
    ):
        EnvironmentStage(app, spec=spec, directory=tmp_path, tenancy=tenancy)
    app.synth()
    cdk = Cdk(
        project=ROOT,
        environment=aws.environment(),
        node_modules=NODE_MODULES,
        app=str(tmp_path),
    )

    assert cdk.run("deploy", "common/*", *DIRECT) == 0
    assert cdk.run("deploy", "globex/*", *DIRECT) == 0

    [vpc_id] = [
        export["Value"]
        for export in aws.client("cloudformation").list_exports()["Exports"]
        if export["Name"] == "common:VpcId"
    ]
    subnets = aws.client("ec2").describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc_id]}])[
        "Subnets"
    ]
    inventory = take_inventory(aws.client, environment="globex")
    [running] = inventory.clusters
    [database] = aws.client("rds").describe_db_instances()["DBInstances"]
    instances = aws.client("emr").describe_cluster(ClusterId=running.id)["Cluster"]
    subnet_ids = {subnet["SubnetId"] for subnet in subnets}
    assert instances["Ec2InstanceAttributes"]["Ec2SubnetId"] in subnet_ids
    group = database["DBSubnetGroup"]
    assert {subnet["SubnetIdentifier"] for subnet in group["Subnets"]} <= subnet_ids
    assert group["VpcId"] == vpc_id

    assert cdk.destroy("globex/*") == 0
    assert cdk.destroy("common/*") == 0
    for name in ("common", "globex"):
        assert take_inventory(aws.client, environment=name).stacks == ()


def test_a_tenant_of_a_shared_cluster(aws: LocalAws, tmp_path: Path) -> None:
    """The cluster in a VPC that exists, then the tenant; its queue is set while the cluster runs."""
    shared = EnvironmentSpec.model_validate(
        {
            "name": "hub",
            "region": aws.region,
            "protection": "destroy",
            "network": {
                "vpc_id": "vpc-12345678",
                "cidr": "10.0.0.0/16",
                "cluster_subnet_ids": ["subnet-12345678"],
            },
            "storage": {"data": {"lake": {}}},
            "clusters": {"etl": {"release": "emr-7.12.0", "core": {"count": 1}}},
        }
    )
    pool = PoolSpec.model_validate({"queue": {"guaranteed_percent": 10, "maximum_percent": 50}})
    app = new_app(tmp_path)
    tenants = (PoolTenant("initech", pool),)
    hub = Tenancy(tier="shared", serves=frozenset({"pool"}), pool_tenants=tenants)
    initech = EnvironmentSpec(name="initech", region=aws.region, protection="destroy")
    share = Tenancy(tier="pool", tenant="initech", shared=shared, pool=pool)
    EnvironmentStage(app, spec=shared, directory=tmp_path, tenancy=hub)
    EnvironmentStage(app, spec=initech, directory=tmp_path, tenancy=share)
    app.synth()
    environment = aws.environment()
    cdk = Cdk(project=ROOT, environment=environment, node_modules=NODE_MODULES, app=str(tmp_path))

    assert cdk.run("deploy", "hub/*", *DIRECT) == 0
    assert cdk.run("deploy", "initech/*", *DIRECT) == 0

    outputs = {
        each["OutputKey"]: each["OutputValue"]
        for each in aws.client("cloudformation").describe_stacks(StackName="initech-tenancy")[
            "Stacks"
        ][0]["Outputs"]
    }
    [running] = take_inventory(aws.client, environment="hub").clusters
    parameter = aws.client("ssm").get_parameter(Name=outputs["ClusterIdParameter"])
    assert parameter["Parameter"]["Value"] == running.id
    bucket, path = outputs["DataUriLake"].removeprefix("s3://").split("/", 1)
    assert path == "tenants/initech/"
    aws.client("s3").head_bucket(Bucket=bucket)
    database = aws.client("glue").get_database(Name=outputs["Database"])["Database"]
    assert database["LocationUri"] == f"{outputs['DataUriLake']}database/"
    assert outputs["RuntimeRole"].split("role", 1)[1].startswith("/emr-platform/hub/etl/")
    groups = aws.client("emr").list_instance_groups(ClusterId=running.id)["InstanceGroups"]
    [primary] = [group for group in groups if group["InstanceGroupType"] == "MASTER"]
    [scheduler] = primary["Configurations"]
    assert scheduler["Classification"] == "capacity-scheduler"
    root = "yarn.scheduler.capacity.root"
    assert scheduler["Properties"][f"{root}.queues"] == "default,initech"
    assert scheduler["Properties"][f"{root}.default.capacity"] == "90"
    assert scheduler["Properties"][f"{root}.{outputs['Queue']}.maximum-capacity"] == "50"


def deployed(aws: LocalAws, file: Path, *, name: str, to: Path) -> Inventory:
    """What runs of an environment of a file, which goes by another name here."""
    spec = load_environment(file).spec
    spec = spec.model_copy(update={"name": name, "region": aws.region})
    cdk = synthesized(aws, spec, directory=file.parent, to=to)
    assert cdk.run("deploy", f"{name}/*", *DIRECT) == 0
    return take_inventory(aws.client, environment=name)


def test_imported_cluster_file(aws: LocalAws, tmp_path: Path) -> None:
    """The first example of the edX document, as the importer made it."""
    inventory = deployed(aws, EDX / "cluster.environment.yaml", name="first", to=tmp_path)

    assert {stack.name: stack.status for stack in inventory.stacks} == {
        "first-network": "CREATE_COMPLETE",
        "first-storage": "CREATE_COMPLETE",
        "first-cluster-analytics": "CREATE_COMPLETE",
    }
    [cluster] = inventory.clusters
    assert cluster.id.startswith("j-")
    assert cluster.state == "WAITING"
    assert cluster.release == "emr-7.4.0"
    assert cluster.applications == ("Hadoop", "Hive", "Sqoop", "AmazonCloudWatchAgent")
    groups = [
        (group.role, group.instance_type, group.market, group.instance_count)
        for group in cluster.instance_groups
    ]
    assert groups == [
        ("MASTER", "m6a.xlarge", "ON_DEMAND", 1),
        ("CORE", "m6a.xlarge", "SPOT", 2),
        ("TASK", "m6a.xlarge", "SPOT", 1),
    ]
    assert [name for name, _ in cluster.steps] == ["Install MySQL connector for Sqoop"]
    assert inventory.databases == ()


def test_imported_cluster_file_in_an_existing_vpc(aws: LocalAws, tmp_path: Path) -> None:
    """The second example, with the larger settings, in a VPC that this environment does not make."""
    file = EDX / "cluster-m3.2xlarge.environment.yaml"
    inventory = deployed(aws, file, name="second", to=tmp_path)

    assert {stack.name: stack.status for stack in inventory.stacks} == {
        "second-storage": "CREATE_COMPLETE",
        "second-cluster-analytics": "CREATE_COMPLETE",
    }
    [cluster] = inventory.clusters
    assert [group.instance_type for group in cluster.instance_groups] == ["m6a.2xlarge"] * 3


def _fill(buckets: list[str], s3: Any) -> None:
    """Put two versions of an object into each bucket: only then is a deletion worth the name."""
    for bucket in buckets:
        for content in (b"old", b"new"):
            s3.put_object(Bucket=bucket, Key="object", Body=content)


def _what_is_left(aws: LocalAws) -> dict[str, list[str]]:
    """What an account would still hold of the environment, apart from what is there in any account."""
    ec2, emr, kms = aws.client("ec2"), aws.client("emr"), aws.client("kms")
    states = {"STARTING", "BOOTSTRAPPING", "RUNNING", "WAITING"}
    keys = [kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] for key in kms.list_keys()["Keys"]]
    names = {
        "buckets": [bucket["Name"] for bucket in aws.client("s3").list_buckets()["Buckets"]],
        "databases": [
            database["DBInstanceIdentifier"]
            for database in aws.client("rds").describe_db_instances()["DBInstances"]
        ],
        "running clusters": [
            cluster["Name"]
            for cluster in emr.list_clusters()["Clusters"]
            if cluster["Status"]["State"] in states
        ],
        "secrets": [
            secret["Name"] for secret in aws.client("secretsmanager").list_secrets()["SecretList"]
        ],
        "keys": [key["KeyId"] for key in keys if key["KeyState"] != "PendingDeletion"],
        "security groups": [
            group["GroupName"]
            for group in ec2.describe_security_groups()["SecurityGroups"]
            if group["GroupName"].startswith("passing-")
        ],
        "VPCs": [vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"] if not vpc["IsDefault"]],
        "roles": [role["RoleName"] for role in aws.client("iam").list_roles()["Roles"]],
    }
    return {
        kind: [name for name in found if not name.startswith("cdk-hnb659fds-")]
        for kind, found in names.items()
    }


@pytest.mark.parametrize("protection", ["retain", "destroy"])
def test_one_key_is_not_enough(tmp_path: Path, protection: str) -> None:
    """What stays is in the template, so the template tells."""
    file = tmp_path / "passing.yaml"
    file.write_text(ENVIRONMENT.replace("destroy", protection), encoding="utf-8")
    (tmp_path / "packages.sh").write_text("#!/bin/sh\n", encoding="utf-8")
    stage = EnvironmentStage(
        new_app(tmp_path / "cdk.out"),
        spec=load_environment(file).spec,
        directory=tmp_path,
        destroy_data=protection == "retain",
    )

    assert stage.storage
    template = stage.synth().get_stack_artifact(stage.storage.artifact_id).template

    policies = {
        resource["DeletionPolicy"]
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::S3::Bucket"
    }
    assert policies == {"RetainExceptOnCreate"}
