"""The table of properties, and what the rules about properties find."""

from __future__ import annotations

import json
from typing import Any

import botocore.session
import pytest

from emr_platform.template_check.choices import _IN_DEFINITIONS, _IN_RESOURCES, choices
from emr_platform.template_check.shapes import resource_types, shapes, source
from emr_platform.template_check.spelling import likely_names
from scripts.build_template_shapes import TARGET, current, render
from tests.template_check.support import cluster, ids, problems, resource


def test_table_is_that_of_the_installed_schemas() -> None:
    assert TARGET.read_text(encoding="utf-8") == current(), (
        "run `python -m scripts.build_template_shapes`"
    )


def test_table_is_rendered_as_it_is_read() -> None:
    text = TARGET.read_text(encoding="utf-8")
    assert render(json.loads(text)) == text
    assert "cfn-lint" in source()


def test_shapes_of_a_cluster() -> None:
    assert {"AWS::EMR::Cluster", "AWS::EMR::Step", "AWS::EMR::Studio"} <= set(resource_types())
    known = shapes("AWS::EMR::Cluster")
    assert (known["Name"].kind, known["Name"].is_required) == ("string", True)
    assert (known["Steps"].kind, known["Steps"].is_list) == ("object", True)
    assert known["AdditionalInfo"].kind == "json"
    assert "MasterPublicDNS" not in known
    group = shapes("AWS::EMR::Cluster", known["Instances"].definition)["CoreInstanceGroup"]
    count = shapes("AWS::EMR::Cluster", group.definition)["InstanceCount"]
    assert (count.kind, count.is_required) == ("integer", True)
    assert shapes("AWS::EMR::Studio")["EncryptionKeyArn"].kind == "string"


def api_enumerations() -> dict[str, set[str]]:
    model = botocore.session.get_session().get_service_model("emr")
    values = {name: getattr(model.shape_for(name), "enum", None) for name in model.shape_names}
    return {name: set(enumeration) for name, enumeration in values.items() if enumeration}


API_NAMES = {
    "AllocationStrategy": (
        "OnDemandProvisioningAllocationStrategy",
        "SpotProvisioningAllocationStrategy",
    ),
    "CapacityReservationPreference": ("OnDemandCapacityReservationPreference",),
    "InstanceRole": ("InstanceRoleType",),
    "InstanceFleetType": ("InstanceFleetType",),
    "Market": ("MarketType",),
    "PlacementStrategy": ("PlacementGroupStrategy",),
    "TimeoutAction": ("SpotProvisioningTimeoutAction",),
    "UnitType": ("ComputeLimitsUnitType",),
    "UsageStrategy": ("OnDemandCapacityReservationUsageStrategy",),
}


@pytest.mark.parametrize(
    ("place", "values"), sorted((_IN_DEFINITIONS | _IN_RESOURCES).items()), ids=str
)
def test_choices_are_those_of_the_api(place: tuple[str, str], values: tuple[str, ...]) -> None:
    definition, name = place
    if name == "VolumeType":
        return
    known = api_enumerations()
    names = API_NAMES.get(name, (name,))
    # CloudFormation takes fewer than the API at some places, never others.
    assert any(set(values) <= known[candidate] for candidate in names)
    type = definition if "::" in definition else "AWS::EMR::Cluster"
    assert choices(type, "" if "::" in definition else definition, name) == values


def with_group(**changes: Any) -> dict[str, Any]:
    return cluster(Instances={"CoreInstanceGroup": changes})


def test_good_cluster() -> None:
    assert problems(cluster()) == []


@pytest.mark.parametrize(
    ("content", "id", "message"),
    [
        (cluster(releaseLabel="x"), "003", "releaseLabel is not a property here, did you mean R"),
        (cluster(step_concurrency_level=1), "003", "did you mean StepConcurrencyLevel?"),
        (cluster(Aplications=[]), "003", "did you mean Applications?"),
        (
            cluster(Instances={"InstanceGroups": []}),
            "003",
            "did you mean MasterInstanceGroup, CoreInstanceGroup or TaskInstanceGroups?",
        ),
        (
            cluster(Configurations=[{"Classification": "core-site", "Properties": {}}]),
            "003",
            "did you mean ConfigurationProperties?",
        ),
        (cluster(Zebra="x"), "004", "Zebra is not a property here"),
        (cluster(JobFlowRole=None), "005", "JobFlowRole is missing"),
        (with_group(InstanceCount=None), "005", "InstanceCount is missing"),
        (with_group(InstanceCount="two"), "006", "InstanceCount is the text 'two'"),
        (with_group(InstanceCount=1.5), "006", "InstanceCount is the text '1.5'"),
        (with_group(InstanceType=["m6g.xlarge"]), "006", "InstanceType is a list"),
        (cluster(Applications={"Name": "Spark"}), "006", "Applications is a mapping"),
        (cluster(Instances=[]), "006", "Instances is a list"),
        (cluster(VisibleToAllUsers="maybe"), "006", "VisibleToAllUsers is the text 'maybe'"),
        (
            cluster(Configurations=[{"ConfigurationProperties": {"a.b": {"c": "d"}}}]),
            "006",
            "ConfigurationProperties is a mapping with lists or mappings in it",
        ),
        (with_group(Market="spot"), "007", "Market is spot, did you mean SPOT?"),
        (cluster(ScaleDownBehavior="NEVER"), "007", "ScaleDownBehavior is NEVER"),
        (cluster(Applications=[{}]), "012", "an item of Applications is an empty mapping"),
        (cluster(Instances=dict.fromkeys(cluster()["Instances"])), "012", "Instances is"),
    ],
)
def test_property(content: dict[str, Any], id: str, message: str) -> None:
    found = [each for each in problems(content) if each.rule_id == f"EMR-TEMPLATE-{id}"]
    assert [message in each.message for each in found] == [True]


@pytest.mark.parametrize(
    "content",
    [
        with_group(InstanceCount="2"),
        with_group(InstanceCount=2.0),
        with_group(InstanceCount={"Ref": "AWS::Region"}),
        cluster(VisibleToAllUsers="true"),
        cluster(VisibleToAllUsers="yes"),
        cluster(AdditionalInfo={"anything": {"goes": [1]}}),
        cluster(AdditionalInfo="{}"),
        cluster(Tags=[{"Key": "a", "Value": 1}]),
        cluster(Applications=[]),
        cluster(AutoTerminationPolicy={}),
        cluster(
            Configurations=[{"Classification": "core-site", "ConfigurationProperties": {"a.b": 1}}]
        ),
    ],
    ids=str,
)
def test_property_that_is_as_it_may_be(content: dict[str, Any]) -> None:
    assert not ids(content) & {f"EMR-TEMPLATE-00{number}" for number in range(3, 8)}


def test_choices_of_resources_of_their_own() -> None:
    group = resource(
        "AWS::EMR::InstanceGroupConfig",
        InstanceCount=1,
        InstanceType="m6g.xlarge",
        InstanceRole="CORE",
        JobFlowId={"Ref": "Cluster"},
    )
    step = resource(
        "AWS::EMR::Step",
        Name="x",
        ActionOnFailure="TERMINATE_CLUSTER",
        JobFlowId={"Ref": "Cluster"},
        HadoopJarStep={"Jar": "s3://jars/a.jar"},
    )
    found = problems(cluster(), Group=group, Step=step)
    assert [(each.rule_id, each.message, each.allowed) for each in found] == [
        ("EMR-TEMPLATE-007", "InstanceRole is CORE", "TASK"),
        ("EMR-TEMPLATE-007", "ActionOnFailure is TERMINATE_CLUSTER", "CANCEL_AND_WAIT or CONTINUE"),
    ]


def test_values_of_misspelled_properties_are_checked_too() -> None:
    found = {each.rule_id for each in problems(cluster(stepConcurrencyLevel=999))}
    assert found == {"EMR-TEMPLATE-003", "EMR-TEMPLATE-008"}
    # Which of both is meant, nobody knows.
    both = cluster(StepConcurrencyLevel=1, stepConcurrencyLevel=999)
    assert {each.rule_id for each in problems(both)} == {"EMR-TEMPLATE-003"}


@pytest.mark.parametrize(
    ("name", "known", "likely"),
    [
        ("instance_type", ["InstanceType", "Name"], ["InstanceType"]),
        ("EC2SubnetID", ["Ec2SubnetId", "Ec2SubnetIds"], ["Ec2SubnetId"]),
        ("Properties", ["StepProperties", "Jar"], ["StepProperties"]),
        ("Zebra", ["Name", "Jar"], []),
    ],
)
def test_likely_names(name: str, known: list[str], likely: list[str]) -> None:
    assert likely_names(name, known) == likely
