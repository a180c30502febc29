import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from emr_platform.environment.schema import environment_schema_text
from emr_platform.environment.spec import EnvironmentSpec
from scripts.build_reference import PARTS, GeneratedPart
from scripts.reference.bill import Environment, bill
from scripts.reference.environment_file import (
    DESCRIBED_ELSEWHERE,
    environment_file_reference,
)
from scripts.reference.markdown import MissingMarkersError, anchor, prose, table, with_generated
from scripts.reference.rules import rules_reference

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_page_is_current(part: GeneratedPart) -> None:
    page = (ROOT / part.page).read_text(encoding="utf-8")
    assert page == with_generated(page, part.name, part.content()), "run `make reference`"


def test_schema_for_editors_is_current() -> None:
    schema = ROOT / "environments" / "environment.schema.json"
    assert schema.read_text(encoding="utf-8") == environment_schema_text(), "run `make schema`"


def models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """A model, and all that its fields' types mention and the reference describes."""
    todo: list[Any] = [model]
    seen = set()
    while todo:
        kind = todo.pop()
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            if kind not in seen and kind not in DESCRIBED_ELSEWHERE:
                seen.add(kind)
                yield kind
                todo += [field.annotation for field in kind.model_fields.values()]
        else:
            todo += getattr(kind, "__args__", ())


def test_every_key_is_described_with_its_meaning() -> None:
    rows = re.findall(
        r"^\| `([\w-]+)` \| (.+) \| (.+) \| (.+) \|$", environment_file_reference(), re.MULTILINE
    )
    described = {(key, meaning) for key, _, _, meaning in rows}
    expected = {
        (name, prose(field.description or ""))
        for model in models(EnvironmentSpec)
        for name, field in model.model_fields.items()
    }
    assert len(expected) > 60
    assert described == expected
    assert [key for key, _, _, meaning in rows if not meaning.strip()] == []


@pytest.mark.parametrize(
    "row",
    [
        "| `region` | a region such as eu-west-1 | **required** | AWS region, e.g. eu-west-1. |",
        "| `protection` | `retain` or `destroy` | `retain` |",
        "| `step_concurrency` | a whole number from 1 to 256 | `1` |",
        "| `applications` | a list: the name of an application | `[Spark]` |",
        "| `clusters` | a mapping by [name](#names): [`clusters.NAME`](#clustersname) | none |",
        "| `prefix` | the beginning of keys, without \\* ? \\[ \\] { }, and with ( and ) in pairs | none |",
    ],
)
def test_row_says_what_may_be_written(row: str) -> None:
    assert row in environment_file_reference()


def test_headings_are_nested_and_told_apart() -> None:
    headings = re.findall(r"^(#+) (.+)$", environment_file_reference(), re.MULTILINE)
    levels = {heading: len(marks) for marks, heading in headings}
    assert len({anchor(heading) for heading in levels}) == len(headings)
    assert levels["`clusters.NAME`"] == 3
    assert levels["`clusters.NAME.core`"] == 4
    assert levels["`clusters.NAME.primary.ebs`: one kind of volume"] == 5
    assert {"`network`: new VPC", "`network`: existing VPC"} <= levels.keys()


def test_every_identifier_of_the_package_is_explained() -> None:
    source = "\n".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "constructs" / "emr_platform").rglob("*.py")
    )
    identifiers = set(re.findall(r'"(EMR-[A-Z]+-\d{3})"', source))
    page = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    explained = re.findall(r"^(?:### |- )(EMR-[A-Z]+-\d{3})\b", page, re.MULTILINE)
    assert len(identifiers) > 90
    assert set(explained) == identifiers
    assert len(explained) == len(identifiers)


def test_rule_says_what_aws_answers() -> None:
    section = rules_reference().partition("### EMR-SCALING-003\n")[2].partition("\n#")[0]
    assert "AWS would answer: “" in section
    assert "([source](https://docs.aws.amazon.com/" in section


def resource(type: str, **properties: Any) -> dict[str, Any]:
    return {"Type": type, "Properties": properties}


def group(type: str, count: int, market: str = "ON_DEMAND", **more: Any) -> dict[str, Any]:
    return {"InstanceType": type, "InstanceCount": count, "Market": market, **more}


VOLUMES = {
    "EbsBlockDeviceConfigs": [
        {
            "VolumeSpecification": {"VolumeType": "gp3", "SizeInGB": 100},
            "VolumesPerInstance": 2,
        }
    ]
}
ETL = resource(
    "AWS::EMR::Cluster",
    Name="a-etl",
    Instances={
        "MasterInstanceGroup": group("m6g.xlarge", 1),
        "CoreInstanceGroup": group("m6g.xlarge", 3, EbsConfiguration=VOLUMES),
        "TaskInstanceGroups": [group("r6g.xlarge", 2, "SPOT"), group("r6g.xlarge", 0)],
    },
    ManagedScalingPolicy={
        "ComputeLimits": {
            "UnitType": "Instances",
            "MinimumCapacityUnits": 2,
            "MaximumCapacityUnits": 9,
        }
    },
    AutoTerminationPolicy={"IdleTimeout": 5400},
)


@pytest.mark.parametrize(
    ("what", "resources", "amount"),
    [
        ("EC2 instances", [ETL], "4 x m6g.xlarge<br>2 x r6g.xlarge Spot"),
        ("Core and task nodes", [ETL], "a-etl: 2 to 9 instances"),
        ("Clusters end", [ETL], "a-etl: after 90 minutes"),
        ("EBS volumes", [ETL], "600 GiB gp3"),
        ("Public IPv4", [ETL, resource("AWS::EC2::EIP")], "7"),
        ("NAT gateways", [resource("AWS::EC2::NatGateway")] * 2, "2"),
        ("NAT gateways", [], "none"),
        (
            "Interface endpoints",
            [
                resource("AWS::EC2::VPCEndpoint", VpcEndpointType="Interface", SubnetIds=[1, 2, 3]),
                resource("AWS::EC2::VPCEndpoint", VpcEndpointType="Interface", SubnetIds=[1, 2, 3]),
                resource("AWS::EC2::VPCEndpoint", VpcEndpointType="Gateway"),
            ],
            "2 services x 3 zones",
        ),
    ],
)
def test_bill_counts(what: str, resources: list[dict[str, Any]], amount: str) -> None:
    rows = bill([Environment("a", public_nodes=True, resources=resources)]).splitlines()
    [row] = [row for row in rows if row.startswith(f"| {what}")]
    assert row.split(" | ")[1] == amount


def test_prose_survives_markdown() -> None:
    assert prose("a | b\n  *c* ``d|e`` <f>") == r"a \| b \*c\* `d\|e` \<f\>"


def test_table_has_a_line_for_each_row() -> None:
    assert table(["A", "B"], [["1", "2"]]) == "| A | B |\n| --- | --- |\n| 1 | 2 |"


def test_generated_part_replaces_what_was_between_its_markers() -> None:
    begin, end = "<!-- generated: x, by `make reference` -->", "<!-- end of generated: x -->"
    page = f"before\n{begin}\nold\n{end}\nafter"
    assert with_generated(page, "x", "new\n") == f"before\n{begin}\n\nnew\n\n{end}\nafter"


@pytest.mark.parametrize("page", ["", "<!-- generated: x, by `make reference` -->"])
def test_page_without_markers_is_refused(page: str) -> None:
    with pytest.raises(MissingMarkersError, match="end of generated: x"):
        with_generated(page, "x", "new")
