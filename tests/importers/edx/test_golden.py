"""The two cluster files of the edX documentation, and one with everything, with what comes of them."""

from pathlib import Path

import pytest

from emr_platform.environment.loader import load_environment, load_environment_text
from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.importers.edx import ImportedCluster, ImportOptions, import_cluster_file

HERE = Path(__file__).parent

IMPORTS = {
    "cluster": ImportOptions(
        name="analytics",
        replacements={"<your-analytics-packages-bucket>": "my-analytics-packages"},
    ),
    "cluster-m3.2xlarge": ImportOptions(
        name="analytics",
        region="eu-west-1",
        replacements={
            "<your-analytics-packages-bucket>": "my-analytics-packages",
            "<your keypair name here>": "analytics",
            "<your logging bucket name here>": "my-emr-logs",
            "<your VPC public subnet ID here>": "subnet-0123456789abcdef0",
        },
        vpc_id="vpc-0123456789abcdef0",
        vpc_cidr="10.0.0.0/16",
    ),
    "everything": ImportOptions(),
}


def imported(name: str) -> ImportedCluster:
    return import_cluster_file(
        (HERE / f"{name}.yml").read_text(),
        file=f"{name}.yml",
        target=f"{name}.environment.yaml",
        options=IMPORTS[name],
    )


def spec(name: str) -> EnvironmentSpec:
    return load_environment_text(imported(name).text, file=f"{name}.environment.yaml").spec


@pytest.mark.parametrize("name", IMPORTS)
def test_environment_file(name: str) -> None:
    assert imported(name).text == (HERE / f"{name}.environment.yaml").read_text()


@pytest.mark.parametrize("name", IMPORTS)
def test_report(name: str) -> None:
    assert imported(name).report == (HERE / f"{name}.report.txt").read_text()


@pytest.mark.parametrize("name", IMPORTS)
def test_environment_file_has_no_errors(name: str) -> None:
    load_environment(HERE / f"{name}.environment.yaml")


def test_what_the_first_example_means() -> None:
    environment = spec("cluster")
    assert (environment.name, environment.region) == ("analytics", "us-east-1")
    assert environment.ssh is None
    assert environment.storage.external["my-analytics-packages"].access == "read"
    cluster = environment.clusters["analytics"]
    assert cluster.release == "emr-7.4.0"
    assert cluster.applications == ("Hadoop", "Hive", "Sqoop", "AmazonCloudWatchAgent")
    assert cluster.log_uri is None
    assert cluster.core is not None
    assert (cluster.core.count, cluster.core.market, cluster.core.bid_price_usd) == (
        2,
        "spot",
        "0.8",
    )
    assert cluster.task["task"].count == 1
    assert cluster.primary.market == "on_demand"
    assert {c.classification: c.properties for c in cluster.configurations} == {
        "mapred-site": {
            "mapreduce.framework.name": "yarn",
            "mapreduce.jobtracker.retiredjobs.cache.size": "50",
            "mapreduce.reduce.shuffle.input.buffer.percent": "0.20",
        },
        "yarn-site": {"yarn.resourcemanager.max-completed-applications": "5"},
    }
    (step,) = cluster.steps
    assert step.model_dump() == {
        "name": "Install MySQL connector for Sqoop",
        "on_failure": "terminate_cluster",
        "script": "s3://my-analytics-packages/install-sqoop",
        "args": ("s3://my-analytics-packages",),
    }
    assert cluster.termination_protection is False


def test_what_the_second_example_means() -> None:
    environment = spec("cluster-m3.2xlarge")
    assert environment.network.model_dump() == {
        "vpc_id": "vpc-0123456789abcdef0",
        "cidr": "10.0.0.0/16",
        "cluster_subnets": "public",
        "cluster_subnet_ids": ("subnet-0123456789abcdef0",),
        "result_store_subnet_ids": (),
    }
    assert environment.ssh is not None
    assert environment.ssh.key_pair == "analytics"
    assert environment.storage.external["my-emr-logs"].access == "read_write"
    cluster = environment.clusters["analytics"]
    assert cluster.log_uri == "s3://my-emr-logs"
    properties = cluster.configurations[0].properties
    assert properties["mapreduce.map.java.opts"] == "-Xmx2458m"
    assert properties["mapreduce.reduce.memory.mb"] == "6144"
