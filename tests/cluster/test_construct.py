"""The templates of clusters."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk.assertions import Template
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from emr_platform.cluster import ClusterSpec, EmrCluster, JarStepSpec
from emr_platform.cluster.cloudformation import cluster_properties
from emr_platform.identity import IdentitySpec
from emr_platform.problems import InvalidSpecError, Problem
from emr_platform.storage import ExternalBucketSpec
from emr_platform.testing import Synthesized, masked
from tests.cluster.test_request import everything, everything_in_fleets
from tests.support import lint, new_app, synthesize

EMR_TAG = {"Key": "for-use-with-amazon-emr-managed-policies", "Value": "true"}
BOUNDARY = "arn:aws:iam::123456789012:policy/boundary"

STACKS = ["Defaults", "Everything", "Fleets", "Public", "Release8", "Release520"]
SCALING = {"preset": "yarn-balanced", "minimum": 1, "maximum": 5}
# The subnet, the buckets and the secret of these tests, not the clusters.
SURROUNDINGS = "Surroundings"


class Surroundings(cdk.Stack):
    """What a cluster is put into, in a stack of its own as in real apps."""

    def __init__(self, scope: cdk.App) -> None:
        super().__init__(scope, SURROUNDINGS)
        self.vpc = ec2.Vpc(self, "Vpc", max_azs=2, restrict_default_security_group=False)
        self.logs = self._bucket("Logs")
        self.config = self._bucket("Config")
        self.input = self._bucket("Input")
        self.output = self._bucket("Output")
        key = kms.Key(self, "SecretKey")
        self.secret = secretsmanager.Secret(self, "Secret", encryption_key=key)

    def _bucket(self, id: str) -> s3.Bucket:
        key = kms.Key(self, f"{id}Key")
        return s3.Bucket(self, id, encryption=s3.BucketEncryption.KMS, encryption_key=key)


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the scripts that the clusters name."""
    directory = tmp_path_factory.mktemp("scripts")
    for name in ("packages.sh", "load.sh"):
        (directory / name).write_text(f"#!/bin/sh\necho {name}\n", encoding="utf-8")
    return directory


@pytest.fixture(scope="module")
def synthesis(tmp_path_factory: pytest.TempPathFactory, scripts: Path) -> Synthesized:
    """One app with a stack for each kind of cluster."""
    app = new_app(tmp_path_factory.mktemp("cluster"))
    around = Surroundings(app)
    private, public = around.vpc.private_subnets[0], around.vpc.public_subnets[0]
    EmrCluster(
        cdk.Stack(app, "Defaults"),
        "Cluster",
        spec=ClusterSpec(release="emr-7.12.0"),
        vpc=around.vpc,
        subnets=[private],
        log_bucket=around.logs,
    )
    full = cdk.Stack(app, "Everything")
    spec = everything().model_copy(
        update={
            "steps": (
                *everything().steps,
                JarStepSpec(name="vendor", jar="s3://vendor/report.jar"),
            ),
            "session_manager": True,
            "read_result_store_secret": True,
            "data_access": {"input": "read", "output": "read_write"},
            "applications": ("AmazonCloudWatchAgent", "Hive", "Spark"),
        }
    )
    EmrCluster(
        full,
        "Cluster",
        spec=spec,
        name="prod-etl",
        vpc=around.vpc,
        subnets=[private],
        log_bucket=around.logs,
        config_bucket=around.config,
        data_buckets={"input": around.input, "output": around.output},
        external_buckets={
            "partner": ExternalBucketSpec(
                bucket_name="partner-data",
                prefix="drop/",
                access="read_write",
                kms_key_arn="arn:aws:kms:us-east-1:999999999999:key/12345678-1234-1234-1234-123456789012",
            )
        },
        script_directory=scripts,
        result_store_secret=around.secret,
        key_pair=ec2.KeyPair.from_key_pair_name(full, "KeyPair", "analytics"),
        ssh_allow_from=["10.0.0.0/8"],
        identity=IdentitySpec(permissions_boundary=BOUNDARY, role_path="/emr/"),
        termination_protection=False,
    )
    EmrCluster(
        cdk.Stack(app, "Fleets"),
        "Cluster",
        spec=everything_in_fleets(),
        vpc=around.vpc,
        subnets=around.vpc.private_subnets,
        log_bucket=around.logs,
    )
    EmrCluster(
        cdk.Stack(app, "Public"),
        "Cluster",
        spec=ClusterSpec.model_validate(
            {
                "release": "emr-7.12.0",
                "termination_protection": False,
                "core": {"automatic_scaling": SCALING},
                "task": {"more": {"count": 1, "automatic_scaling": SCALING}},
            }
        ),
        vpc=around.vpc,
        subnets=[public],
        subnet_kind="public",
        log_bucket=around.logs,
    )
    EmrCluster(
        cdk.Stack(app, "Release8"),
        "Cluster",
        spec=ClusterSpec(release="emr-spark-8.0.0"),
        vpc=around.vpc,
        subnets=[private],
        log_bucket=around.logs,
    )
    EmrCluster(
        cdk.Stack(app, "Release520"),
        "Cluster",
        spec=ClusterSpec.model_validate(
            {"release": "emr-5.20.0", "primary": {"type": "m5.xlarge"}}
        ),
        vpc=around.vpc,
        subnets=[private],
        log_bucket=around.logs,
    )
    return synthesize(app)


def statements(synthesis: Synthesized, stack: str, role: str) -> list[dict[str, Any]]:
    """The statements of the policies of a role, by the beginning of its logical id."""
    return [
        statement
        for policy in synthesis.resources(stack, "AWS::IAM::Policy").values()
        if any(name["Ref"].startswith(role) for name in policy["Properties"]["Roles"])
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]


def actions(synthesis: Synthesized, stack: str, role: str) -> set[str]:
    """Every action that a role is allowed by its own policies."""
    found: set[str] = set()
    for statement in statements(synthesis, stack, role):
        named = statement["Action"]
        found |= {named} if isinstance(named, str) else set(named)
    return found


def resource_texts(synthesis: Synthesized, stack: str, role: str, action: str) -> set[str]:
    """The resources on which a role is allowed an action, as text."""
    return {
        str(resource)
        for statement in statements(synthesis, stack, role)
        if action in statement["Action"] or action == statement["Action"]
        for resource in (
            statement["Resource"]
            if isinstance(statement["Resource"], list)
            else [statement["Resource"]]
        )
    }


@pytest.mark.parametrize("spec", [everything(), everything_in_fleets()], ids=["groups", "fleets"])
def test_template_holds_the_request_to_the_letter(spec: ClusterSpec) -> None:
    """Level-1 constructs drop what they do not know, so the rendered template is what counts."""
    app = cdk.App()
    stack = cdk.Stack(app, "Stack")
    cluster = EmrCluster(
        stack,
        "Cluster",
        spec=spec.model_copy(update={"bootstrap": {}, "steps": ()}),
        vpc=ec2.Vpc.from_vpc_attributes(
            stack, "Vpc", vpc_id="vpc-0123456789abcdef0", availability_zones=["eu-west-1a"]
        ),
        subnets=[
            ec2.Subnet.from_subnet_id(stack, f"Subnet{digit}", f"subnet-0123456789abcdef{digit}")
            for digit in "01"
        ],
        log_bucket=s3.Bucket.from_bucket_name(stack, "Logs", "company-logs"),
        data_buckets={"input": s3.Bucket.from_bucket_name(stack, "Input", "company-input")},
    )

    template = Template.from_stack(stack).to_json()["Resources"]

    [resource] = [entry for entry in template.values() if entry["Type"] == "AWS::EMR::Cluster"]
    assert resource["Properties"] == stack.resolve(cluster_properties(cluster.request))


def test_roles_may_use_the_key_of_the_logs(synthesis: Synthesized) -> None:
    """As https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-plan-debugging.html wants it."""
    key = "arn:aws:kms:eu-west-1:111122223333:key/12345678-1234-1234-1234-123456789012"

    assert key in resource_texts(
        synthesis, "Fleets", "ClusterRolesInstanceRole", "kms:GenerateDataKey"
    )
    assert key in resource_texts(synthesis, "Fleets", "ClusterRolesServiceRole", "kms:DescribeKey")


def test_scaling_policies_reach_the_template_with_their_role(synthesis: Synthesized) -> None:
    properties = synthesis.properties("Public", "AWS::EMR::Cluster")
    core = properties["Instances"]["CoreInstanceGroup"]
    [task] = properties["Instances"]["TaskInstanceGroups"]

    assert core["AutoScalingPolicy"] == task["AutoScalingPolicy"]
    assert core["AutoScalingPolicy"]["Constraints"] == {"MinCapacity": 1, "MaxCapacity": 5}
    out, back = core["AutoScalingPolicy"]["Rules"]
    assert out["Action"]["SimpleScalingPolicyConfiguration"] == {
        "AdjustmentType": "CHANGE_IN_CAPACITY",
        "ScalingAdjustment": 2,
        "CoolDown": 300,
    }
    # EMR puts the cluster's id there; CloudFormation must not.
    assert back["Trigger"]["CloudWatchAlarmDefinition"]["Dimensions"] == [
        {"Key": "JobFlowId", "Value": "${emr.clusterId}"}
    ]
    [role, _] = properties["AutoScalingRole"]["Fn::GetAtt"]
    assert role.startswith("ClusterRolesAutomaticScalingRole")
    assert "AutoScalingRole" not in synthesis.properties("Defaults", "AWS::EMR::Cluster")


def test_steps_and_bootstrap_actions_reach_the_template(synthesis: Synthesized) -> None:
    properties = synthesis.properties("Everything", "AWS::EMR::Cluster")

    assert [action["Name"] for action in properties["BootstrapActions"]] == ["packages", "agent"]
    assert [step["Name"] for step in properties["Steps"]] == [
        "load",
        "nightly",
        "count",
        "report",
        "vendor",
    ]
    assert properties["Steps"][2]["HadoopJarStep"]["StepProperties"] == [{"Key": "k", "Value": "v"}]


def test_name_of_the_cluster(synthesis: Synthesized) -> None:
    assert synthesis.properties("Defaults", "AWS::EMR::Cluster")["Name"] == "Defaults-Cluster"
    assert synthesis.properties("Everything", "AWS::EMR::Cluster")["Name"] == "prod-etl"


@pytest.mark.parametrize(
    ("stack", "protected"), [("Defaults", True), ("Everything", False), ("Public", False)]
)
def test_termination_protection(synthesis: Synthesized, stack: str, protected: bool) -> None:
    instances = synthesis.properties(stack, "AWS::EMR::Cluster")["Instances"]

    assert instances["TerminationProtected"] is protected


def test_instance_profile_is_referred_to(synthesis: Synthesized) -> None:
    """A plain name would let CloudFormation start the cluster before the profile exists."""
    [profile] = synthesis.resources("Defaults", "AWS::IAM::InstanceProfile")
    cluster = synthesis.resource("Defaults", "AWS::EMR::Cluster")

    assert cluster["Properties"]["JobFlowRole"] == {"Ref": profile}
    assert profile in cluster["DependsOn"]


def test_service_role_trusts_emr_on_behalf_of_this_account_only(synthesis: Synthesized) -> None:
    [role] = [
        role["Properties"]
        for name, role in synthesis.resources("Defaults", "AWS::IAM::Role").items()
        if name.startswith("ClusterRolesServiceRole")
    ]

    [trust] = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "elasticmapreduce.amazonaws.com"}
    assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    assert trust["Condition"]["ArnLike"]["aws:SourceArn"] == {
        "Fn::Join": [
            "",
            [
                "arn:",
                {"Ref": "AWS::Partition"},
                ":elasticmapreduce:",
                {"Ref": "AWS::Region"},
                ":",
                {"Ref": "AWS::AccountId"},
                ":*",
            ],
        ]
    }
    [policy] = role["ManagedPolicyArns"]
    assert policy["Fn::Join"][1][-1] == ":iam::aws:policy/service-role/AmazonEMRServicePolicy_v2"


def test_service_role_may_pass_the_instance_role_to_ec2_only(synthesis: Synthesized) -> None:
    [passing] = [
        statement
        for statement in statements(synthesis, "Defaults", "ClusterRolesServiceRole")
        if statement["Action"] == "iam:PassRole"
    ]

    assert passing["Resource"]["Fn::GetAtt"][0].startswith("ClusterRolesInstanceRole")
    assert passing["Condition"] == {"StringLike": {"iam:PassedToService": "ec2.amazonaws.com*"}}


def test_nodes_of_the_smallest_cluster_may_write_logs_and_nothing_else(
    synthesis: Synthesized,
) -> None:
    assert actions(synthesis, "Defaults", "ClusterRolesInstanceRole") == {
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:GenerateDataKey",
        "s3:AbortMultipartUpload",
        "s3:DeleteObject",
        "s3:GetBucketLocation",
        "s3:GetObject",
        "s3:ListBucket",
        "s3:ListBucketMultipartUploads",
        "s3:ListMultipartUploadParts",
        "s3:PutObject",
    }
    [written] = resource_texts(synthesis, "Defaults", "ClusterRolesInstanceRole", "s3:PutObject")
    assert "Logs" in written
    assert "/Defaults-Cluster/*" in written


def test_no_policy_of_ours_allows_families_of_actions(synthesis: Synthesized) -> None:
    for stack in STACKS:
        for role in ("ClusterRolesInstanceRole", "ClusterRolesServiceRole", "ClusterScriptsRole"):
            assert not [action for action in actions(synthesis, stack, role) if "*" in action]


def test_access_to_data_is_what_the_spec_says(synthesis: Synthesized) -> None:
    written = resource_texts(synthesis, "Everything", "ClusterRolesInstanceRole", "s3:PutObject")
    read = resource_texts(synthesis, "Everything", "ClusterRolesInstanceRole", "s3:GetObject")

    assert not [resource for resource in written if "Input" in resource]
    assert [resource for resource in read if "Input" in resource]
    assert [resource for resource in written if "Output" in resource]
    assert [resource for resource in written if ":s3:::partner-data/drop/*" in resource]


def test_nodes_may_read_each_script_that_they_run(synthesis: Synthesized) -> None:
    read = resource_texts(synthesis, "Everything", "ClusterRolesInstanceRole", "s3:GetObject")

    for end in (
        "/packages.sh",
        "/load.sh",
        ":s3:::vendor/agent.sh",
        ".elasticmapreduce/libs/script-runner/script-runner.jar",
        ":s3:::vendor/report.jar",
    ):
        assert [resource for resource in read if end in resource], end


def test_referring_to_the_config_bucket_lets_nodes_read_it(scripts: Path) -> None:
    def readable(*command: str) -> list[str]:
        stack = cdk.Stack(cdk.App(), "Stack")
        EmrCluster(
            stack,
            "Cluster",
            spec=ClusterSpec.model_validate(
                {
                    "release": "emr-7.12.0",
                    "bootstrap": {"a": {"script": "packages.sh"}},
                    "steps": [{"name": "b", "command": list(command)}],
                }
            ),
            vpc=ec2.Vpc.from_vpc_attributes(
                stack, "Vpc", vpc_id="vpc-0123456789abcdef0", availability_zones=["eu-west-1a"]
            ),
            subnets=[ec2.Subnet.from_subnet_id(stack, "Subnet", "subnet-0123456789abcdef0")],
            log_bucket=s3.Bucket.from_bucket_name(stack, "Logs", "company-logs"),
            config_bucket=s3.Bucket.from_bucket_name(stack, "Config", "company-config"),
            script_directory=scripts,
        )
        policies = Template.from_stack(stack).find_resources("AWS::IAM::Policy")
        return [
            str(statement["Resource"])
            for name, policy in policies.items()
            if name.startswith("ClusterRolesInstanceRole")
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]
            if "s3:GetObject" in statement["Action"]
            and "company-config" in str(statement["Resource"])
        ]

    [one_script] = readable("true")
    [whole_bucket] = readable("aws", "s3", "cp", "bucket://config/tool.conf", ".")

    assert "/scripts/" in one_script
    assert ":s3:::company-config/*" in whole_bucket


def test_secret_of_the_result_store_can_be_read(synthesis: Synthesized) -> None:
    role = "ClusterRolesInstanceRole"

    [secret] = resource_texts(synthesis, "Everything", role, "secretsmanager:GetSecretValue")
    keys = resource_texts(synthesis, "Everything", role, "kms:Decrypt")
    assert "Secret" in secret
    assert [key for key in keys if "SecretKey" in key]
    assert "secretsmanager:GetSecretValue" not in actions(synthesis, "Defaults", role)


def test_session_manager_is_off_unless_asked_for(synthesis: Synthesized) -> None:
    def policies(stack: str) -> list[str]:
        return [
            policy["PolicyName"]
            for role in synthesis.resources(stack, "AWS::IAM::Role").values()
            for policy in role["Properties"].get("Policies", [])
        ]

    assert policies("Defaults") == []
    assert policies("Everything") == ["SessionManager"]


def test_every_role_has_the_boundary_and_the_path(synthesis: Synthesized) -> None:
    roles = synthesis.resources("Everything", "AWS::IAM::Role")

    assert len(roles) == 3
    for role in roles.values():
        assert role["Properties"]["PermissionsBoundary"] == BOUNDARY
        assert role["Properties"]["Path"] == "/emr/"


def test_scripts_are_copied_before_the_cluster_starts(synthesis: Synthesized) -> None:
    copies = synthesis.resources("Everything", "Custom::ShippedScript")
    cluster = synthesis.resource("Everything", "AWS::EMR::Cluster")

    assert len(copies) == 2
    assert set(copies) <= set(cluster["DependsOn"])
    for copy in copies.values():
        call = str(copy["Properties"]["Create"])
        assert '"action":"copyObject"' in call
        assert "scripts/" in call
        assert "Delete" not in copy["Properties"], "a running cluster may still need the old script"


def test_disks_are_encrypted_with_a_key_that_goes_with_the_cluster(synthesis: Synthesized) -> None:
    [key_id] = synthesis.resources("Defaults", "AWS::KMS::Key")
    key = synthesis.resource("Defaults", "AWS::KMS::Key")
    [name] = synthesis.resources("Defaults", "AWS::EMR::SecurityConfiguration")
    configuration = synthesis.properties("Defaults", "AWS::EMR::SecurityConfiguration")

    assert key["DeletionPolicy"] == "Delete"
    assert key["Properties"]["EnableKeyRotation"] is True
    assert "Name" not in configuration, "EMR refuses a second one of the same name"
    encryption = configuration["SecurityConfiguration"]["EncryptionConfiguration"]
    disks = encryption["AtRestEncryptionConfiguration"]["LocalDiskEncryptionConfiguration"]
    assert disks == {
        "EncryptionKeyProviderType": "AwsKms",
        "AwsKmsKey": {"Fn::GetAtt": [key_id, "Arn"]},
        "EnableEbsEncryption": True,
    }
    cluster = synthesis.properties("Defaults", "AWS::EMR::Cluster")
    assert cluster["SecurityConfiguration"] == {"Ref": name}


def test_release_without_encrypted_disks_gets_no_empty_security_configuration(
    synthesis: Synthesized,
) -> None:
    assert synthesis.resources("Release520", "AWS::EMR::SecurityConfiguration") == {}
    assert synthesis.resources("Release520", "AWS::KMS::Key") == {}
    assert "SecurityConfiguration" not in synthesis.properties("Release520", "AWS::EMR::Cluster")


def test_cluster_and_its_security_groups_carry_the_tag_of_the_managed_policy(
    synthesis: Synthesized,
) -> None:
    assert EMR_TAG in synthesis.properties("Defaults", "AWS::EMR::Cluster")["Tags"]
    groups = synthesis.resources("Defaults", "AWS::EC2::SecurityGroup")
    assert len(groups) == 3
    for group in groups.values():
        assert EMR_TAG in group["Properties"]["Tags"]


def test_subnet_of_the_same_app_gets_the_tag(synthesis: Synthesized) -> None:
    tagged = [
        name
        for name, subnet in synthesis.resources(SURROUNDINGS, "AWS::EC2::Subnet").items()
        if EMR_TAG in subnet["Properties"]["Tags"]
    ]

    assert len(tagged) == 3, "one public subnet, and both private ones that fleets choose from"


def test_cluster_depends_on_every_rule_of_its_groups(synthesis: Synthesized) -> None:
    """So that EMR finds them all and adds none, and CloudFormation deletes the cluster first."""
    for stack in STACKS:
        rules = {
            **synthesis.resources(stack, "AWS::EC2::SecurityGroupIngress"),
            **synthesis.resources(stack, "AWS::EC2::SecurityGroupEgress"),
        }
        assert set(rules) <= set(synthesis.resource(stack, "AWS::EMR::Cluster")["DependsOn"])


def test_unknown_release_line_of_ports(synthesis: Synthesized) -> None:
    """From release 8 nodes reach EMR through an endpoint: 443 from the VPC, neither 9443 nor 8443."""
    ports = {
        rule["Properties"]["FromPort"]
        for rule in synthesis.resources("Release8", "AWS::EC2::SecurityGroupIngress").values()
    }

    assert ports == {0, -1, 443}


def test_warnings_of_the_rules_reach_the_people_of_the_app(synthesis: Synthesized) -> None:
    """Nothing stops an outdated release, but the CDK command line says so."""
    [warning] = synthesis.findings_in("Release520")

    assert warning.rule == "Annotation::EMR-RELEASE-002"
    assert warning.paths == ("Release520/Cluster",)


def old_cluster(**arguments: Any) -> list[str]:
    """The rules that warn of a cluster of an outdated release."""
    stack = cdk.Stack(cdk.App(), "Stack")
    vpc = ec2.Vpc.from_vpc_attributes(
        stack, "Vpc", vpc_id="vpc-0123456789abcdef0", availability_zones=["eu-west-1a"]
    )
    subnet = ec2.Subnet.from_subnet_id(stack, "Subnet", "subnet-0123456789abcdef0")
    values = {"release": "emr-5.20.0", "primary": {"type": "m5.xlarge"}}
    acknowledge = {"acknowledge": arguments.pop("acknowledge", {})}
    cluster = EmrCluster(
        stack,
        "Cluster",
        spec=ClusterSpec.model_validate(values | acknowledge),
        vpc=vpc,
        subnets=[subnet],
        log_bucket=s3.Bucket.from_bucket_name(stack, "Logs", "logs"),
        **arguments,
    )
    return [
        str(entry.data).rpartition(" [ack: ")[2].rstrip("]")
        for entry in cluster.node.metadata
        if entry.type == "aws:cdk:warning"
    ]


REASON = "its jobs are to be ported in spring"


def test_warnings_may_be_acknowledged() -> None:
    old, unneeded = {"EMR-RELEASE-002": REASON}, {"EMR-SCALING-008": REASON}

    assert old_cluster() == ["EMR-RELEASE-002"]
    assert old_cluster(acknowledge=old) == []
    assert old_cluster(acknowledged_warnings=old | unneeded | {"X": REASON}) == []
    assert old_cluster(acknowledge=old | unneeded) == ["EMR-ACKNOWLEDGE-003"]
    # Whether an environment would need that nobody knows here.
    assert old_cluster(acknowledge=old | {"EMR-NETWORK-003": REASON}) == []


@pytest.mark.parametrize(
    ("rule_id", "found"),
    [("EMR-SCALING-003", "EMR-ACKNOWLEDGE-002"), ("EMR-RELEASE-2", "EMR-ACKNOWLEDGE-001")],
)
def test_what_cannot_be_acknowledged(rule_id: str, found: str) -> None:
    with pytest.raises(InvalidSpecError) as raised:
        old_cluster(acknowledge={rule_id: REASON, "EMR-RELEASE-002": REASON})

    problems: dict[str, Problem] = {each.rule_id: each for each in raised.value.problems}
    assert problems[found].path == ("acknowledge", rule_id)
    assert problems["EMR-RELEASE-002"].acknowledged == REASON
    assert "EMR-RELEASE-002  " not in str(raised.value)


@pytest.mark.parametrize("stack", [stack for stack in STACKS if stack != "Release520"])
def test_no_finding_is_left(synthesis: Synthesized, stack: str) -> None:
    assert synthesis.findings_in(stack) == []


@pytest.mark.parametrize("stack", STACKS)
def test_cfn_lint_agrees(synthesis: Synthesized, stack: str) -> None:
    assert lint(synthesis.template_file(stack)) == []


@pytest.mark.parametrize("stack", ["Defaults", "Everything", "Fleets"])
def test_snapshot(synthesis: Synthesized, stack: str, snapshot: SnapshotAssertion) -> None:
    assert masked(synthesis.template(stack)) == snapshot(extension_class=JSONSnapshotExtension)


class TestErrors:
    """A cluster that EMR would refuse is refused when it is made."""

    @pytest.fixture
    def parts(self) -> dict[str, Any]:
        stack = cdk.Stack(cdk.App(), "Stack")
        vpc = ec2.Vpc.from_vpc_attributes(
            stack, "Vpc", vpc_id="vpc-0123456789abcdef0", availability_zones=["eu-west-1a"]
        )
        return {
            "scope": stack,
            "id": "Cluster",
            "vpc": vpc,
            "subnets": [ec2.Subnet.from_subnet_id(stack, "Subnet", "subnet-0123456789abcdef0")],
            "log_bucket": s3.Bucket.from_bucket_name(stack, "Logs", "company-logs"),
        }

    def test_all_problems_at_once_with_the_names_of_the_arguments(
        self, parts: dict[str, Any]
    ) -> None:
        spec = ClusterSpec.model_validate(
            {
                "release": "emr-7.12.0",
                "applications": ["Presto", "Trino"],
                "core": {"count": 2},
                "scaling": {"minimum": 2, "maximum": 5, "max_core": 9},
                "steps": [{"name": "a", "command": ["bucket://nowhere/"]}],
            }
        )

        with pytest.raises(InvalidSpecError) as raised:
            EmrCluster(**parts, spec=spec)

        paths = {problem.path for problem in raised.value.problems if problem.severity == "error"}
        assert ("scaling", "max_core") in paths
        assert ("steps", 0, "command", 0) in paths
        assert any(path[0] == "applications" for path in paths)

    def test_local_scripts_must_be_there(self, parts: dict[str, Any], tmp_path: Path) -> None:
        (tmp_path / "here.sh").write_text("#!/bin/sh\r\n", encoding="utf-8", newline="")
        names = {"there": "there.sh", "here": "here.sh"}
        spec = ClusterSpec.model_validate(
            {
                "release": "emr-7.12.0",
                "bootstrap": {name: {"script": script} for name, script in names.items()},
            }
        )
        bucket = s3.Bucket.from_bucket_name(parts["scope"], "Config", "company-config")

        with pytest.raises(InvalidSpecError) as raised:
            EmrCluster(**parts, spec=spec, config_bucket=bucket, script_directory=tmp_path)

        missing, with_returns = raised.value.problems
        assert missing.path == ("bootstrap", "there", "script")
        assert missing.message == "the file there.sh does not exist"
        assert with_returns.path == ("bootstrap", "here", "script")

    def test_kind_of_subnet(self, parts: dict[str, Any]) -> None:
        kind: Any = "privat"

        with pytest.raises(ValueError, match="found subnet_kind 'privat', allowed is private or"):
            EmrCluster(**parts, spec=ClusterSpec(release="emr-7.12.0"), subnet_kind=kind)

    def test_local_script_needs_a_config_bucket(self, parts: dict[str, Any]) -> None:
        spec = ClusterSpec.model_validate(
            {"release": "emr-7.12.0", "bootstrap": {"a": {"script": "a.sh"}}}
        )

        with pytest.raises(InvalidSpecError, match="has no bucket to be shipped to"):
            EmrCluster(**parts, spec=spec)


def test_one_shipping_of_a_script_that_is_named_twice(scripts: Path) -> None:
    stack = cdk.Stack(cdk.App(), "Stack")
    spec = ClusterSpec.model_validate(
        {
            "release": "emr-7.12.0",
            "bootstrap": {"a": {"script": "packages.sh"}, "b": {"script": "./packages.sh"}},
            "steps": [{"name": "c", "script": "packages.sh"}],
        }
    )
    cluster = EmrCluster(
        stack,
        "Cluster",
        spec=spec,
        vpc=ec2.Vpc.from_vpc_attributes(
            stack, "Vpc", vpc_id="vpc-0123456789abcdef0", availability_zones=["eu-west-1a"]
        ),
        subnets=[ec2.Subnet.from_subnet_id(stack, "Subnet", "subnet-0123456789abcdef0")],
        log_bucket=s3.Bucket.from_bucket_name(stack, "Logs", "company-logs"),
        config_bucket=s3.Bucket.from_bucket_name(stack, "Config", "company-config"),
        script_directory=scripts,
    )

    paths = {
        action["ScriptBootstrapAction"]["Path"] for action in cluster.request["BootstrapActions"]
    }
    assert len(paths) == 1
    copies = [child for child in stack.node.find_all() if child.node.id.endswith("Asset")]
    assert len(copies) == 1


def test_groups_and_rules_of_a_private_subnet(synthesis: Synthesized) -> None:
    """The rules are those of the EMR Management Guide's tables, one resource each."""
    assert _rules(synthesis, "Defaults") == {
        *_between_nodes(),
        ("in", "ServiceAccess", "tcp", 9443, 9443, "Primary"),
        ("in", "Primary", "tcp", 8443, 8443, "ServiceAccess"),
        ("in", "CoreAndTask", "tcp", 8443, 8443, "ServiceAccess"),
        ("out", "ServiceAccess", "tcp", 8443, 8443, "Primary"),
        ("out", "ServiceAccess", "tcp", 8443, 8443, "CoreAndTask"),
    }


def test_groups_and_rules_of_a_public_subnet(synthesis: Synthesized) -> None:
    instances = synthesis.properties("Public", "AWS::EMR::Cluster")["Instances"]

    assert _rules(synthesis, "Public") == _between_nodes()
    assert "ServiceAccessSecurityGroup" not in instances


def test_ssh_is_open_where_asked_for(synthesis: Synthesized) -> None:
    added = _rules(synthesis, "Everything") - _rules(synthesis, "Defaults")

    assert added == {("in", "Primary", "tcp", 22, 22, "10.0.0.0/8")}


def _between_nodes() -> set[tuple[str, str, str, int, int, str]]:
    nodes = ("Primary", "CoreAndTask")
    return {
        ("in", target, protocol, first, last, source)
        for target, source in itertools.product(nodes, nodes)
        for protocol, first, last in (("tcp", 0, 65535), ("udp", 0, 65535), ("icmp", -1, -1))
    }


def _rules(synthesis: Synthesized, stack: str) -> set[tuple[str, str, str, int, int, str]]:
    def group(reference: Any) -> str:
        logical_id: str = reference["Fn::GetAtt"][0]
        [name] = [
            name
            for name in ("Primary", "CoreAndTask", "ServiceAccess")
            if logical_id.startswith(f"ClusterSecurityGroups{name}")
        ]
        return name

    found = set()
    for direction, type, peer in (
        ("in", "AWS::EC2::SecurityGroupIngress", "SourceSecurityGroupId"),
        ("out", "AWS::EC2::SecurityGroupEgress", "DestinationSecurityGroupId"),
    ):
        for rule in synthesis.resources(stack, type).values():
            properties = rule["Properties"]
            found.add(
                (
                    direction,
                    group(properties["GroupId"]),
                    properties["IpProtocol"],
                    properties["FromPort"],
                    properties["ToPort"],
                    group(properties[peer]) if peer in properties else properties["CidrIp"],
                )
            )
    return found
