"""The largest published examples, through the construct: its templates hold what was published."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_s3 as s3

from emr_platform.cluster import EmrCluster
from emr_platform.cluster.cloudformation import cluster_properties
from emr_platform.testing import Synthesized
from tests.examples.published import HERE, Example, differing, is_within
from tests.support import new_app, synthesize

LARGEST = {
    "Fleets": "terraform-aws-emr/private-instance-fleet",
    "Groups": "troposphere/sample-cluster",
    "Kerberos": "cloudformation/kerberos",
    "Volumes": "aws-cli/core-volumes",
}
# What the stack makes around the cluster; a template refers to it.
AROUND = (
    "JobFlowRole",
    "ServiceRole",
    "SecurityConfiguration",
    "Instances.Ec2SubnetId",
    "Instances.Ec2SubnetIds",
)


def example(stack: str) -> Example:
    return Example(HERE / f"{LARGEST[stack]}.yaml")


@pytest.fixture(scope="module")
def synthesis(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    app = new_app(tmp_path_factory.mktemp("examples"))
    around = cdk.Stack(app, "Around")
    vpc = ec2.Vpc(around, "Vpc", max_azs=2)
    logs = s3.Bucket(around, "Logs")
    for name in LARGEST:
        stack, published = cdk.Stack(app, name), example(name)
        ssh = published.environment.ssh
        EmrCluster(
            stack,
            "Cluster",
            spec=published.spec,
            name=published.published.get("Name"),
            vpc=vpc,
            subnets=vpc.private_subnets,
            log_bucket=logs,
            key_pair=(
                ec2.KeyPair.from_key_pair_name(stack, "KeyPair", ssh.key_pair)
                if ssh and ssh.key_pair
                else None
            ),
            termination_protection=published.environment.protection == "retain",
        )
    return synthesize(app)


@pytest.mark.parametrize("stack", LARGEST)
def test_template_holds_what_was_published(synthesis: Synthesized, stack: str) -> None:
    published = example(stack)
    properties = synthesis.properties(stack, "AWS::EMR::Cluster")
    wanted: dict[str, Any] = published.published
    if "request" in published.facts:
        wanted = cluster_properties(wanted)

    found = differing(wanted, properties)

    known = [*AROUND, *published.facts.get("differences", {})]
    assert {path: values for path, values in found.items() if not is_within(path, known)} == {}


def test_template_holds_the_security_configuration_that_was_published(
    synthesis: Synthesized,
) -> None:
    properties = synthesis.properties("Kerberos", "AWS::EMR::SecurityConfiguration")

    assert (
        properties["SecurityConfiguration"] == example("Kerberos").facts["security_configuration"]
    )
