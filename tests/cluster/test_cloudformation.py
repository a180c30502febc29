"""The request as properties of ``AWS::EMR::Cluster``."""

from __future__ import annotations

from emr_platform.cluster.cloudformation import camel_case, cluster_properties
from tests.cluster.test_request import everything, request


def test_members_that_cloudformation_names_differently() -> None:
    properties = cluster_properties(request(everything()))

    instances = properties["Instances"]
    assert "InstanceGroups" not in instances
    assert instances["MasterInstanceGroup"]["InstanceType"] == "m6g.2xlarge"
    assert instances["CoreInstanceGroup"]["Configurations"] == [
        {
            "Classification": "yarn-site",
            "ConfigurationProperties": {"yarn.nodemanager.vmem-check-enabled": "false"},
        }
    ]
    assert [group["Name"] for group in instances["TaskInstanceGroups"]] == ["spot", "steady"]
    assert all("InstanceRole" not in group for group in instances["TaskInstanceGroups"])
    assert properties["Configurations"][1]["Configurations"] == [
        {"Classification": "export", "ConfigurationProperties": {"A": "s3://company-input/a"}}
    ]
    assert properties["Steps"][2]["HadoopJarStep"]["StepProperties"] == [{"Key": "k", "Value": "v"}]
    assert "Properties" not in properties["Steps"][2]["HadoopJarStep"]


def test_the_request_is_left_as_it_was() -> None:
    before = request(everything())
    given = request(everything())

    cluster_properties(given)

    assert given == before


def test_camel_case_leaves_the_users_own_names_alone() -> None:
    assert camel_case(
        {
            "Ec2SubnetId": "s",
            "SizeInGB": 1,
            "Configurations": [{"ConfigurationProperties": {"Yarn.Site": "X", "A": "1"}}],
        }
    ) == {
        "ec2SubnetId": "s",
        "sizeInGb": 1,
        "configurations": [{"configurationProperties": {"Yarn.Site": "X", "A": "1"}}],
    }
