"""The sample environments as templates, and what holds for every environment."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from emr_platform.environment.loader import load_environment
from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.identity.spec import IdentitySpec
from emr_platform.isolation.check import isolation_of
from emr_platform.templates.reading import read
from emr_platform.tenants.tenancy import Tenancy
from emr_platform.testing import Finding
from stacks.environment import EnvironmentStage
from tests.support import MAJOR_ENGINE_VERSION, ROOT, lint, new_app, synthesize

SAMPLES = ["dev", "prod", "staging"]
HOLDING_DATA = {
    "AWS::KMS::Key",
    "AWS::Logs::LogGroup",
    "AWS::RDS::DBInstance",
    "AWS::S3::Bucket",
    "AWS::SecretsManager::Secret",
}
# They hold nothing that outlives the cluster: its disks' key, and the log of the function that copied its scripts.
WITHOUT_DATA = (
    "ClusterSecurity",
    "ClusterScriptsLogs",
    "NetworkDefaultSecurityGroupLogGroup",
    "ResultStoreLogRetentionLogs",
)


def sample(name: str) -> EnvironmentSpec:
    return load_environment(ROOT / "environments" / f"{name}.yaml").spec


class Environments:
    """Several environments of one app, synthesized."""

    def __init__(
        self,
        directory: Path,
        specs: Sequence[EnvironmentSpec],
        *,
        tenancies: Mapping[str, Tenancy] | None = None,
        checked: bool = True,
        **arguments: Any,
    ) -> None:
        app = new_app(directory)
        for spec in specs:
            EnvironmentStage(
                app,
                spec=spec,
                directory=ROOT / "environments",
                tenancy=(tenancies or {}).get(spec.name),
                **arguments,
            )
        self.synthesis = synthesize(app, checked=checked)

    def templates(self, environment: str) -> dict[str, dict[str, Any]]:
        """The templates of an environment, by the stack's name."""
        return {
            stack: json.loads(file.read_text(encoding="utf-8"))
            for stack, file in self.template_files(environment).items()
        }

    def template_files(self, environment: str) -> dict[str, Path]:
        """The files of the templates of an environment, by the stack's name."""
        folder = self.synthesis.directory / f"assembly-{environment}"
        return {
            artifact["properties"].get("stackName", name): folder
            / artifact["properties"]["templateFile"]
            for name, artifact in self.artifacts(environment).items()
        }

    def artifacts(self, environment: str) -> dict[str, Any]:
        """The stacks of an environment in the cloud assembly's manifest."""
        folder = self.synthesis.directory / f"assembly-{environment}"
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        return {
            name: artifact
            for name, artifact in manifest["artifacts"].items()
            if artifact["type"] == "aws:cloudformation:stack"
        }

    def resources(self, environment: str) -> list[tuple[str, dict[str, Any]]]:
        """All resources of an environment, with their logical ids."""
        return [
            resource
            for template in self.templates(environment).values()
            for resource in template["Resources"].items()
        ]

    def findings(self, environment: str) -> list[Finding]:
        """What was found in an environment and not acknowledged."""
        return self.synthesis.findings_in(environment)


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Environments:
    """The repository's own environments."""
    return Environments(tmp_path_factory.mktemp("samples"), [sample(name) for name in SAMPLES])


@pytest.mark.parametrize("name", SAMPLES)
def test_snapshot(samples: Environments, name: str, template_snapshot: SnapshotAssertion) -> None:
    for stack, template in samples.templates(name).items():
        assert template == template_snapshot(name=stack)


def test_environments_are_apart(samples: Environments) -> None:
    isolation = isolation_of(read(samples.synthesis.directory).stacks.values())

    assert list(isolation.environments) == SAMPLES
    assert [finding.id for finding in isolation.open_findings] == []
    assert [gap.id for gap in isolation.gaps] == []
    assert isolation.not_looked_at == {}
    assert isolation.unused == ()
    by_design = {finding.id.split("/")[1] for finding in isolation.findings if finding.documented}
    assert {re.sub("[0-9A-F]{8}$", "", role) for role in by_design} == {
        "ClusterRolesInstanceRole",
        "ClusterRolesServiceRole",
    }


@pytest.mark.parametrize("name", SAMPLES)
def test_no_finding_is_left(samples: Environments, name: str) -> None:
    assert samples.findings(name) == []


@pytest.mark.parametrize("name", SAMPLES)
def test_cfn_lint_agrees(samples: Environments, name: str) -> None:
    for template in samples.template_files(name).values():
        assert lint(template, ignore=MAJOR_ENGINE_VERSION) == []


def test_stacks_of_an_environment(samples: Environments) -> None:
    assert set(samples.templates("prod")) == {
        "prod-network",
        "prod-storage",
        "prod-result-store",
        "prod-cluster-etl",
        "prod-cluster-adhoc",
    }


def test_nothing_has_to_be_looked_up(samples: Environments) -> None:
    for name in SAMPLES:
        manifest = samples.synthesis.directory / f"assembly-{name}" / "manifest.json"
        assert "missing" not in json.loads(manifest.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("name", "protected"), [("dev", False), ("staging", False), ("prod", True)]
)
def test_protection(samples: Environments, name: str, protected: bool) -> None:
    stacks = samples.artifacts(name).values()
    clusters = [
        resource
        for _, resource in samples.resources(name)
        if resource["Type"] == "AWS::EMR::Cluster"
    ]
    databases = [
        resource
        for _, resource in samples.resources(name)
        if resource["Type"] == "AWS::RDS::DBInstance"
    ]

    assert {stack["properties"].get("terminationProtection", False) for stack in stacks} == {
        protected
    }
    assert clusters
    for cluster in clusters:
        assert cluster["Properties"]["Instances"]["TerminationProtected"] is protected
    for database in databases:
        assert database["Properties"]["DeletionProtection"] is protected


@pytest.mark.parametrize("name", SAMPLES)
def test_data_is_kept_without_the_second_key(samples: Environments, name: str) -> None:
    holding = [
        (logical_id, resource)
        for logical_id, resource in samples.resources(name)
        if resource["Type"] in HOLDING_DATA and not logical_id.startswith(WITHOUT_DATA)
    ]

    assert holding
    for logical_id, resource in holding:
        assert resource.get("DeletionPolicy") == "RetainExceptOnCreate", logical_id
        assert resource.get("UpdateReplacePolicy") == "Retain", logical_id


@pytest.mark.parametrize(("name", "policy"), [("dev", "Delete"), ("prod", "RetainExceptOnCreate")])
def test_both_keys_are_needed_to_destroy_data(tmp_path: Path, name: str, policy: str) -> None:
    environments = Environments(tmp_path, [sample(name)], destroy_data=True)

    buckets = [
        resource
        for _, resource in environments.resources(name)
        if resource["Type"] == "AWS::S3::Bucket"
    ]
    emptied = [
        resource
        for _, resource in environments.resources(name)
        if resource["Type"] == "Custom::S3AutoDeleteObjects"
    ]
    assert {bucket["DeletionPolicy"] for bucket in buckets} == {policy}
    assert len(emptied) == (len(buckets) if policy == "Delete" else 0)
    assert environments.findings(name) == []
    if emptied:
        assert lint(environments.template_files(name)[f"{name}-storage"]) == []


def test_removing_a_cluster_changes_no_other_stack(samples: Environments, tmp_path: Path) -> None:
    """A deployed cluster still uses what the other stacks export when its entry leaves the file."""
    spec = sample("prod")
    without = spec.model_copy(update={"clusters": {"etl": spec.clusters["etl"]}})

    smaller = Environments(tmp_path, [without]).templates("prod")

    before = samples.templates("prod")
    for stack, template in smaller.items():
        assert template == before[stack], stack


def test_environments_know_nothing_of_each_other(samples: Environments, tmp_path: Path) -> None:
    """The same bytes, alone or with others."""
    alone = Environments(tmp_path, [sample("staging")])

    assert alone.templates("staging") == samples.templates("staging")


def test_tags(samples: Environments) -> None:
    for name in SAMPLES:
        for _, resource in samples.resources(name):
            tags = resource["Properties"].get("Tags") if "Properties" in resource else None
            if isinstance(tags, list):
                by_key = {tag["Key"]: tag["Value"] for tag in tags}
                assert by_key["environment"] == name
                assert by_key["cost-center"] == "analytics"


def test_stacks_are_tagged_too(samples: Environments) -> None:
    """CloudFormation hands a stack's tags on to what the template cannot tag."""
    for name in SAMPLES:
        for stack in samples.artifacts(name).values():
            assert stack["properties"]["tags"] == {"cost-center": "analytics", "environment": name}


def test_boundary_holds_for_every_role(tmp_path: Path) -> None:
    """Also for roles of functions that the CDK makes: where a boundary is demanded, it is of all."""
    boundary = "arn:aws:iam::111122223333:policy/boundary"
    spec = sample("dev").model_copy(
        update={"identity": IdentitySpec(permissions_boundary=boundary)}
    )

    environments = Environments(tmp_path, [spec], destroy_data=True)

    roles = [
        (logical_id, resource["Properties"])
        for logical_id, resource in environments.resources("dev")
        if resource["Type"] == "AWS::IAM::Role"
    ]
    assert len(roles) > 6
    for logical_id, role in roles:
        assert role.get("PermissionsBoundary") == boundary, logical_id


def test_another_public_key_is_another_key_pair(tmp_path: Path) -> None:
    """EC2 cannot change a key pair, and CloudFormation cannot replace one of the same name."""

    def name(folder: str, **parts: Any) -> str:
        environments = Environments(tmp_path / folder, [guest(**parts)])
        [key_name] = [
            resource["Properties"]["KeyName"]
            for _, resource in environments.resources("guest")
            if resource["Type"] == "AWS::EC2::KeyPair"
        ]
        return str(key_name)

    first = name("first", ssh={"public_key": PUBLIC_KEY})
    other_key = name("key", ssh={"public_key": PUBLIC_KEY.replace("example", "changed")})
    other_tag = name("tag", ssh={"public_key": PUBLIC_KEY}, tags={"team": "x"})

    assert len({first, other_key, other_tag}) == 3


def test_outputs_have_descriptions(samples: Environments) -> None:
    outputs = {
        f"{stack}.{name}"
        for stack, template in samples.templates("prod").items()
        for name, output in template["Outputs"].items()
        if "Export" not in output and output["Description"]
    }

    assert outputs == {
        "prod-cluster-adhoc.ClusterId",
        "prod-cluster-adhoc.InstanceRole",
        "prod-cluster-adhoc.PrimaryDnsName",
        "prod-cluster-adhoc.ServiceRole",
        "prod-cluster-etl.ClusterId",
        "prod-cluster-etl.InstanceRole",
        "prod-cluster-etl.PrimaryDnsName",
        "prod-cluster-etl.ServiceRole",
        "prod-network.VpcId",
        "prod-result-store.Endpoint",
        "prod-result-store.Port",
        "prod-result-store.SecretName",
        "prod-storage.ConfigBucket",
        "prod-storage.DataBucketInput",
        "prod-storage.DataBucketOutput",
        "prod-storage.LogBucket",
    }


def test_only_this_environments_clusters_reach_the_result_store(samples: Environments) -> None:
    rules = [
        (stack, rule["Properties"])
        for stack, template in samples.templates("prod").items()
        for rule in template["Resources"].values()
        if rule["Type"] == "AWS::EC2::SecurityGroupIngress"
        and rule["Properties"].get("FromPort") == 3306
    ]

    assert {stack for stack, _ in rules} == {"prod-cluster-etl", "prod-cluster-adhoc"}
    assert len(rules) == 4, "primary nodes, and core and task nodes, of two clusters"
    for _, rule in rules:
        assert "SourceSecurityGroupId" in rule
        assert "CidrIp" not in rule


PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIexample analytics"


def guest(**parts: Any) -> EnvironmentSpec:
    """An environment in somebody else's VPC."""
    return EnvironmentSpec.model_validate(
        {
            "name": "guest",
            "account": "111122223333",
            "region": "eu-west-1",
            "network": {
                "vpc_id": "vpc-0123456789abcdef0",
                "cidr": "10.60.0.0/16",
                "cluster_subnets": "private",
                "cluster_subnet_ids": ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
                "result_store_subnet_ids": ["subnet-0123456789abcdef2", "subnet-0123456789abcdef3"],
            },
            "clusters": {"etl": {"release": "emr-spark-8.0.0", "subnet_index": 1}},
            **parts,
        }
    )


def test_existing_network_has_no_stack(tmp_path: Path) -> None:
    """A stack without resources cannot be deployed."""
    environments = Environments(tmp_path, [guest(ssh={"key_pair": "analytics"})])

    assert set(environments.templates("guest")) == {"guest-storage", "guest-cluster-etl"}
    assert environments.findings("guest") == []


def test_existing_network_and_imported_key(tmp_path: Path) -> None:
    spec = guest(ssh={"public_key": PUBLIC_KEY}, result_store={})

    environments = Environments(tmp_path, [spec])

    types = [resource["Type"] for _, resource in environments.resources("guest")]
    assert "AWS::EC2::VPC" not in types
    [key_pair] = [
        resource["Properties"]
        for _, resource in environments.resources("guest")
        if resource["Type"] == "AWS::EC2::KeyPair"
    ]
    assert re.fullmatch(r"guest-etl-[0-9a-f]{8}", key_pair["KeyName"])
    assert key_pair["PublicKeyMaterial"] == PUBLIC_KEY
    [cluster] = [
        resource["Properties"]["Instances"]
        for _, resource in environments.resources("guest")
        if resource["Type"] == "AWS::EMR::Cluster"
    ]
    assert cluster["Ec2SubnetId"] == "subnet-0123456789abcdef1"
    assert "Ec2KeyName" in cluster
    ports = [
        resource["Properties"]
        for _, resource in environments.resources("guest")
        if resource["Type"] == "AWS::EC2::SecurityGroupIngress"
        and resource["Properties"].get("FromPort") == 443
    ]
    assert [port["CidrIp"] for port in ports] == ["10.60.0.0/16"]
    assert environments.findings("guest") == []
    for template in environments.template_files("guest").values():
        assert lint(template, ignore=MAJOR_ENGINE_VERSION) == []


@pytest.mark.parametrize(
    ("region", "instance_type"),
    [("us-east-1", "m8a.large"), ("us-east-1", "r9g.large"), ("ca-west-1", "t4g.small")],
)
def test_instance_classes_that_are_new_are_let_through(
    tmp_path: Path, region: str, instance_type: str
) -> None:
    """Those that AWS documents without the CDK knowing, that nobody documents yet, and that are new to a region."""
    spec = EnvironmentSpec.model_validate(
        {"name": "dev", "region": region, "result_store": {"instance_type": instance_type}}
    )

    [instance] = [
        resource["Properties"]
        for _, resource in Environments(tmp_path, [spec]).resources("dev")
        if resource["Type"] == "AWS::RDS::DBInstance"
    ]

    assert instance["DBInstanceClass"] == f"db.{instance_type}"


def test_variables_are_left_to_shells(tmp_path: Path) -> None:
    """Of whatever names: the CDK's check of templates would take some for parameters of CloudFormation."""
    command = ["bash", "-c", "echo ${HOME} ${AWS::Region} ${BootstrapVersion}"]
    step = {"name": "show", "command": command}
    spec = EnvironmentSpec.model_validate(
        {
            "name": "dev",
            "region": "us-east-1",
            "clusters": {"etl": {"release": "emr-7.12.0", "steps": [step]}},
        }
    )

    [(_, cluster)] = [
        resource
        for resource in Environments(tmp_path, [spec]).resources("dev")
        if resource[1]["Type"] == "AWS::EMR::Cluster"
    ]

    assert cluster["Properties"]["Steps"][0]["HadoopJarStep"]["Args"] == command
