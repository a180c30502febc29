"""What changes of an environment file do, by the templates that our own stacks make of them."""

import shutil
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from emr_platform.changes.compare import compare
from emr_platform.changes.holdings import Fate
from emr_platform.changes.model import Comparison, Kind, ResourceChange
from emr_platform.environment.loader import load_environment
from emr_platform.templates.model import Source
from emr_platform.templates.reading import read
from stacks.environment import EnvironmentStage
from tests.support import ROOT, new_app

FILE = ROOT / "environments" / "prod.yaml"
SCRIPT = "scripts/install-packages.sh"
INGRESS = "AWS::EC2::SecurityGroupIngress"

Edit = Callable[[dict[str, Any]], None]
Synthesize = Callable[..., Source]


@pytest.fixture(scope="module")
def synthesize(tmp_path_factory: pytest.TempPathFactory) -> Synthesize:
    """Synthesizes the sample for production, edited; a smaller one, with one cluster."""

    def run(edit: Edit | None = None, *, script: str = "", destroy_data: bool = False) -> Source:
        folder = tmp_path_factory.mktemp("environment")
        shutil.copytree(FILE.parent / "scripts", folder / "scripts")
        with (folder / SCRIPT).open("a", encoding="utf-8") as file:
            file.write(script)
        content = yaml.safe_load(FILE.read_text(encoding="utf-8"))
        del content["clusters"]["adhoc"]
        if edit is not None:
            edit(content)
        (folder / "prod.yaml").write_text(yaml.safe_dump(content, sort_keys=False))
        loaded = load_environment(folder / "prod.yaml")
        app = new_app(folder / "cdk.out")
        EnvironmentStage(app, spec=loaded.spec, directory=folder, destroy_data=destroy_data)
        app.synth()
        return read(folder / "cdk.out")

    return run


@pytest.fixture(scope="module")
def deployed(synthesize: Synthesize) -> Source:
    return synthesize()


def changed(comparison: Comparison) -> list[ResourceChange]:
    return [
        change
        for stack in comparison.stacks
        for change in stack.resources
        if change.kind is not Kind.UNCHANGED
    ]


def test_same_file_changes_nothing(deployed: Source) -> None:
    assert set(deployed.stacks) == {
        "prod-network",
        "prod-storage",
        "prod-result-store",
        "prod-cluster-etl",
    }
    assert changed(compare(deployed.stacks, deployed.stacks)) == []


def test_more_core_nodes_and_no_protection_are_changed_in_place(
    deployed: Source, synthesize: Synthesize
) -> None:
    def edit(content: dict[str, Any]) -> None:
        content["clusters"]["etl"]["core"]["count"] = 4
        content["protection"] = "destroy"

    comparison = compare(deployed.stacks, synthesize(edit).stacks)
    assert comparison.stopping == ()
    places = {place.path for change in changed(comparison) for place in change.properties}
    assert places == {
        "Instances.CoreInstanceGroup.InstanceCount",
        "Instances.TerminationProtected",
        "DeletionProtection",
    }
    assert {note for stack in comparison.stacks for note in stack.notes} == {
        "termination protection of the stack is turned off"
    }


def test_another_release_and_script_replace_the_cluster_alone(
    deployed: Source, synthesize: Synthesize
) -> None:
    def edit(content: dict[str, Any]) -> None:
        content["clusters"]["etl"]["release"] = "emr-7.10.0"

    comparison = compare(deployed.stacks, synthesize(edit, script="true\n").stacks)
    [cluster] = comparison.stopping
    assert (cluster.stack, cluster.type) == ("prod-cluster-etl", "AWS::EMR::Cluster")
    assert {place.path for place in cluster.properties} == {
        "ReleaseLabel",
        "BootstrapActions[install-packages].ScriptBootstrapAction.Path",
    }
    assert "termination protection is on" in str(cluster.notes)
    # The copy of the new script is made by the app's own function.
    assert "Custom::ShippedScript" in {change.type for change in changed(comparison)}


def test_bucket_that_is_taken_out_is_kept(deployed: Source, synthesize: Synthesize) -> None:
    def edit(content: dict[str, Any]) -> None:
        del content["storage"]["data"]["input"]
        del content["clusters"]["etl"]["data_access"]["input"]

    comparison = compare(deployed.stacks, synthesize(edit).stacks)
    removed = [change for change in changed(comparison) if change.kind is Kind.REMOVED]
    assert {"AWS::S3::Bucket", "AWS::KMS::Key"} <= {change.type for change in removed}
    assert {change.fate for change in removed} == {Fate.KEPT}
    assert comparison.stopping == ()
    [notes] = [stack.notes for stack in comparison.stacks if stack.name == "prod-storage"]
    assert "until prod-cluster-etl is deployed" in str(notes)


def test_another_address_range_replaces_all_that_stands_on_it(
    deployed: Source, synthesize: Synthesize
) -> None:
    def edit(content: dict[str, Any]) -> None:
        content["network"]["cidr"] = "10.41.0.0/16"

    comparison = compare(deployed.stacks, synthesize(edit).stacks)
    replaced = {change.type for change in comparison.stopping}
    assert {"AWS::EC2::VPC", "AWS::EC2::Subnet", "AWS::EMR::Cluster", INGRESS} <= replaced
    # Its security groups and subnets change in place.
    assert "AWS::RDS::DBInstance" not in replaced
    [cluster] = [change for change in comparison.stopping if change.type == "AWS::EMR::Cluster"]
    [subnet] = [p for p in cluster.properties if p.path == "Instances.Ec2SubnetId"]
    assert subnet.because is not None
    assert subnet.because.startswith("prod-network/NetworkClusterSubnet1")
    assert any("while prod-cluster-etl imports it" in text for text in comparison.refusals)


def test_second_key_lets_data_go(synthesize: Synthesize) -> None:
    def edit(content: dict[str, Any]) -> None:
        content["protection"] = "destroy"

    def without_output(content: dict[str, Any]) -> None:
        edit(content)
        del content["storage"]["data"]["output"]
        content["clusters"]["etl"].update(data_access={"input": "read"}, steps=[])

    before = synthesize(edit, destroy_data=True)
    comparison = compare(before.stacks, synthesize(without_output, destroy_data=True).stacks)
    [bucket] = [change for change in comparison.stopping if change.type == "AWS::S3::Bucket"]
    assert bucket.lost == ("the objects in the bucket",)
    assert "the app's own function deletes the objects first" in bucket.notes
    assert {"AWS::KMS::Key", "AWS::EMR::Cluster"} <= {c.type for c in comparison.stopping}
