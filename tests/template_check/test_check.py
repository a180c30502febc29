"""Whole templates and cloud assemblies, and the reports about them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from emr_platform.cli.program import run
from emr_platform.cluster import ClusterSpec
from emr_platform.cluster.rules import CLUSTER_RULES
from emr_platform.problems import Location, Problem
from emr_platform.template_check.check import (
    TEMPLATE_IDS,
    TEMPLATE_RULES,
    check_places,
    check_stack,
)
from emr_platform.template_check.limits import limit_of_aws, pattern
from emr_platform.template_check.words import NAMES, in_words_of_aws
from emr_platform.templates.reading import parse
from tests.template_check.support import CLUSTER, cluster, problems, stack

BAD = Path(__file__).parent / "bad"
REPORTS = sorted(BAD.glob("*.txt"))


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.stem)
def test_report(
    report: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(BAD)
    [template] = (path for path in BAD.glob(f"{report.stem}.*") if path.suffix != ".txt")

    status = run(["check", template.name])

    text = capsys.readouterr().out
    assert text == report.read_text(encoding="utf-8")
    assert status == (2 if "EMR-TEMPLATE-001" in text else 1)


def test_every_identifier_is_seen() -> None:
    # Those of templates that are too large for a folder are made in a test of their own.
    reports = "\n".join(path.read_text(encoding="utf-8") for path in BAD.rglob("*.txt"))
    assert {id for id in TEMPLATE_IDS if f"  {id}" not in reports} == set()


GOOD_YAML = """\
# An example of AWS's guide for cluster templates of EMR Studio, with a release of today.
Parameters:
  SubnetId: {Type: String}
  ClusterName: {Type: String, Default: placeholder}
Resources:
  EmrCluster:
    Type: AWS::EMR::Cluster
    Metadata:
      EmrPlatform:
        acknowledge: {EMR-ENCRYPTION-012: the notebooks hold nothing of value}
    Properties:
      Applications:
      - Name: Spark
      - Name: Livy
      - Name: JupyterEnterpriseGateway
      - Name: Hive
      EbsRootVolumeSize: '15'
      Instances:
        TerminationProtected: false
        KeepJobFlowAliveWhenNoSteps: true
        Ec2SubnetId: !Ref SubnetId
        MasterInstanceGroup: {InstanceCount: 1, InstanceType: m5.xlarge}
        CoreInstanceGroup:
          InstanceCount: 1
          InstanceType: m5.xlarge
          Market: ON_DEMAND
          Name: Core
      Name: !Ref ClusterName
      JobFlowRole: EMR_EC2_DefaultRole
      ServiceRole: EMR_DefaultRole
      ReleaseLabel: emr-7.12.0
      VisibleToAllUsers: true
      LogUri:
        Fn::Sub: 's3://aws-logs-${AWS::AccountId}-${AWS::Region}/elasticmapreduce/'
Outputs:
  ClusterId: {Value: !Ref EmrCluster}
"""


def test_good_template_with_an_acknowledged_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("studio.yaml").write_text(GOOD_YAML, encoding="utf-8")
    assert run(["check", "--strict", "studio.yaml"]) == 0
    assert capsys.readouterr().out == "1 template: no problems; 1 warning acknowledged\n"
    assert run(["check", "--show-acknowledged", "studio.yaml"]) == 0
    assert "  acknowledged: the notebooks hold nothing of value\n" in capsys.readouterr().out


def test_errors_are_not_acknowledged() -> None:
    acknowledged = {"EmrPlatform": {"acknowledge": {"EMR-TEMPLATE-008": "never mind"}}}
    content = json.dumps(
        {
            "Resources": {
                "Cluster": {
                    "Type": "AWS::EMR::Cluster",
                    "Metadata": acknowledged,
                    "Properties": cluster(StepConcurrencyLevel=0),
                }
            }
        }
    )
    [problem] = check_stack(parse(content, name="t", place="t"))
    assert (problem.rule_id, problem.acknowledged) == ("EMR-TEMPLATE-008", None)


def test_problems_are_in_the_order_of_the_file() -> None:
    found = problems(cluster(StepConcurrencyLevel=0, ScaleDownBehavior="x", Name="<"))
    locations = [problem.location for problem in found]
    assert locations == sorted(
        locations, key=lambda place: (place.line, place.column) if place else ()
    )
    assert [problem.path[-1] for problem in found] == [
        "Name",
        "StepConcurrencyLevel",
        "ScaleDownBehavior",
    ]


def test_template_without_emr() -> None:
    text = '{"Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}}}'
    assert check_stack(parse(text, name="t", place="t")) == []


def test_places_that_cannot_be_read(tmp_path: Path) -> None:
    good = tmp_path / "good.json"
    good.write_text(stack(CLUSTER).text, encoding="utf-8")
    bad = tmp_path / "bad.yaml"
    bad.write_text("Resources:\n  A: 1\n  A: 2\n", encoding="utf-8")
    number = tmp_path / "number.json"
    number.write_text('{"Resources": ' + "9" * 5000 + "}", encoding="utf-8")
    report = check_places([good, good, bad, tmp_path, tmp_path / "absent.json", number])
    assert report.exit_status() == 2
    assert report.files == tuple(
        str(tmp_path / name)
        for name in ("good.json", "bad.yaml", ".", "absent.json", "number.json")
    )
    assert [(problem.location, problem.message) for problem in report.problems] == [
        (Location(str(bad), 3, 1), "cannot be read: the key 'A' is there twice"),
        (Location(str(tmp_path), 1, 1), "is no cloud assembly: there is no manifest.json in it"),
        (
            Location(str(tmp_path / "absent.json"), 1, 1),
            "cannot be read: No such file or directory",
        ),
        (Location(str(number), 1, 1), "has a number with more digits than anything counts"),
    ]


def test_assembly_with_a_nested_stack(tmp_path: Path) -> None:
    artifact = {
        "type": "aws:cloudformation:stack",
        "environment": "aws://111122223333/eu-west-1",
        "properties": {"templateFile": "outer.template.json"},
    }
    files: dict[str, Any] = {
        "manifest.json": {"artifacts": {"outer": artifact}},
        "outer.template.json": {"Resources": {}},
        "inner.nested.template.json": json.loads(stack(cluster(StepConcurrencyLevel=0)).text),
    }
    for name, content in files.items():
        (tmp_path / name).write_text(json.dumps(content), encoding="utf-8")
    report = check_places([tmp_path])
    [problem] = report.problems
    assert problem.location
    assert problem.location.file == str(tmp_path / "inner.nested.template.json")
    assert report.summary == "2 templates: 1 error"


def test_stacks_of_one_name_in_several_regions(tmp_path: Path) -> None:
    artifacts = {}
    for region in ("eu-west-1", "us-east-1"):
        file = f"{region}.json"
        (tmp_path / file).write_text(stack(cluster(Name=region)).text, encoding="utf-8")
        artifacts[region] = {
            "type": "aws:cloudformation:stack",
            "environment": f"aws://111122223333/{region}",
            "properties": {"templateFile": file, "stackName": "emr"},
        }
    (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
    assert check_places([tmp_path]).summary == "2 templates: no problems"


def test_region_of_an_assembly_is_known(tmp_path: Path) -> None:
    condition = {"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]}
    content = {
        "Conditions": {"InVirginia": condition},
        "Resources": {
            "Cluster": {
                "Type": "AWS::EMR::Cluster",
                "Properties": cluster(StepConcurrencyLevel={"Fn::If": ["InVirginia", 0, 1]}),
            }
        },
    }
    file = tmp_path / "t.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    [problem] = check_places([file]).problems
    assert problem.message == "found the number 0, where AWS::Region is us-east-1"
    artifact = {
        "type": "aws:cloudformation:stack",
        "environment": "aws://111122223333/eu-west-1",
        "properties": {"templateFile": "t.json"},
    }
    (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": {"t": artifact}}))
    assert check_places([tmp_path]).problems == ()


def test_example_of_the_documentation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (BAD.parents[2] / "docs" / "check.md").read_text(encoding="utf-8")
    blocks = dict(
        reversed(re.findall(r"^```(json|text)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL))
    )
    monkeypatch.chdir(tmp_path)
    Path("template.json").write_text(blocks["json"], encoding="utf-8")
    assert run(["check", "template.json"]) == 1
    assert capsys.readouterr().out == blocks["text"]


# --- Words and limits ----------------------------------------------------------------------


def models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """A model, and all that its fields' types mention."""
    todo: list[Any] = [model]
    seen = set()
    while todo:
        kind = todo.pop()
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            if kind not in seen:
                seen.add(kind)
                yield kind
                todo += [field.annotation for field in kind.model_fields.values()]
        else:
            todo += getattr(kind, "__args__", ())


def test_names_are_those_of_keys() -> None:
    keys = {name for model in models(ClusterSpec) for name in model.model_fields}
    assert NAMES.keys() <= keys


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("at most scaling.maximum (20)", "at most MaximumCapacityUnits (20)"),
        ("market: spot, or no bid price", "Market: SPOT, or no bid price"),
        ("a bid price with market on_demand", "a bid price with Market: ON_DEMAND"),
        ("core: {count: 1}", "CoreInstanceGroup: {InstanceCount: 1}"),
        (
            "on_failure: terminate_cluster with step_concurrency 5",
            "ActionOnFailure: TERMINATE_CLUSTER with StepConcurrencyLevel 5",
        ),
        (
            "at most 64 GiB, and more of volumes_per_instance",
            "at most 64 GiB, and more of VolumesPerInstance",
        ),
        ("type: gp3, or no throughput_mib_per_second", "VolumeType: gp3, or no Throughput"),
        ("at_rest, or platform_defaults: true", "AtRestEncryptionConfiguration"),
        ("1 to 3, as scaling says", "1 to 3, as ManagedScalingPolicy says"),
        ("instance_fleet_units", "InstanceFleetUnits"),
        ("instances or vcpu", "Instances or VCPU"),
        (
            "certificates: {provider: emr}, or provider: pem",
            "CertificateProviderType: EMR, or CertificateProviderType: PEM",
        ),
        ("s3 or local_disks", "S3EncryptionConfiguration or LocalDiskEncryptionConfiguration"),
        ("an ordinary sentence", "an ordinary sentence"),
    ],
)
def test_messages_are_in_the_words_of_aws(ours: str, theirs: str) -> None:
    problem = in_words_of_aws(Problem("EMR-X-001", (), ours, allowed=ours))
    assert (problem.message, problem.allowed) == (theirs, theirs)


def test_every_rule_for_clusters_is_one_for_templates() -> None:
    # The same rules: none is left out, and what they find has the same identifiers.
    assert len({rule.id for rule in CLUSTER_RULES}) > 100
    assert not {rule.id for rule in CLUSTER_RULES} & {rule.id for rule in TEMPLATE_RULES}


@pytest.mark.parametrize(
    ("path", "written"),
    [
        (("task", "spot", "ebs", 1, "size_gib"), "task.*.ebs.*.size_gib"),
        (("instance_fleets", "core", "types", "m6g.xlarge"), "instance_fleets.core.types.*"),
        (("steps", 3, "name"), "steps.*.name"),
    ],
)
def test_pattern_of_a_path(path: tuple[str | int, ...], written: str) -> None:
    assert pattern(path) == written


def test_limits_of_our_own_are_not_those_of_aws() -> None:
    form = "EMR-FILE-019"
    assert limit_of_aws(("release",), form)
    assert limit_of_aws(("log_uri",), form) is None
    assert limit_of_aws(("bootstrap", "x", "script"), form) is None
    assert limit_of_aws(("release",), "EMR-FILE-013") is None
    document = ("security_configuration", "EncryptionConfiguration", "X")
    assert limit_of_aws(document, "EMR-FILE-013")
    assert limit_of_aws(("security_configuration", "at_rest"), "EMR-FILE-013") is None
