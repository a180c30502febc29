"""What a template leaves open gives no false alarm, and hides no mistake that does not depend on it."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emr_platform.cluster import ClusterSpec
from emr_platform.problems import Path
from emr_platform.template_check.check import check_stack
from tests.strategies import clusters
from tests.template_check.support import cluster, from_yaml, ids, problems, resource, stack
from tests.template_check.test_conversion import properties

OPEN = {"Parameters": {"Open": {"Type": "String"}}}


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """Every place in a value."""
    if path:
        yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places(inner, (*path, index))


def replaced(value: Any, path: Path, new: Any) -> Any:
    """A copy of a value with another one at a place; as it is if the place is gone."""
    result = copy.deepcopy(value)
    around = result
    for part in path[:-1]:
        try:
            around = around[part]
        except (KeyError, IndexError, TypeError):
            return result
    try:
        around[path[-1]]
    except (KeyError, IndexError, TypeError):
        return result
    around[path[-1]] = new
    return result


def errors(content: Any, **more: Any) -> set[str]:
    return {problem.rule_id for problem in problems(content, **more) if problem.severity == "error"}


@given(st.data())
@settings(max_examples=12, deadline=None)
def test_no_error_in_a_good_cluster_of_which_something_is_open(data: Any) -> None:
    content = data.draw(clusters(subnets=2, data_buckets=[], result_store=False))
    rendered = properties(ClusterSpec.model_validate(content))
    assert errors(rendered) == set()
    for path in data.draw(st.lists(st.sampled_from(list(places(rendered))), max_size=6)):
        rendered = replaced(rendered, path, {"Ref": "Open"})
    assert errors(rendered, sections=OPEN) == set()


BAD = cluster(
    ReleaseLabel="emr-5.20.0",
    Applications=[{"Name": "Spark"}, {"Name": "Trino"}],
    StepConcurrencyLevel=999,
    Instances={
        "MasterInstanceGroup": {"InstanceCount": 2, "InstanceType": "m7g.xlarge"},
        "CoreInstanceGroup": {
            "InstanceType": "m5.xlarge",
            "BidPrice": "0.1",
            "Market": "ON_DEMAND",
        },
    },
    ManagedScalingPolicy={
        "ComputeLimits": {
            "UnitType": "Instances",
            "MinimumCapacityUnits": 20,
            "MaximumCapacityUnits": 10,
        }
    },
)


def test_bad_cluster() -> None:
    assert errors(BAD) == {
        "EMR-APPLICATION-006",
        "EMR-INSTANCE-001",
        "EMR-MARKET-001",
        "EMR-SCALING-001",
        "EMR-SCALING-002",
        "EMR-TEMPLATE-008",
    }


@pytest.mark.parametrize(
    ("place", "dropped"),
    [
        (("Name",), set()),
        (("ReleaseLabel",), {"EMR-APPLICATION-006", "EMR-INSTANCE-001", "EMR-SCALING-001"}),
        (("Applications",), {"EMR-APPLICATION-006"}),
        (("Applications", 1, "Name"), {"EMR-APPLICATION-006"}),
        (("Instances", "CoreInstanceGroup", "Market"), {"EMR-MARKET-001"}),
        (("Instances", "CoreInstanceGroup"), {"EMR-MARKET-001"}),
        (("Instances", "MasterInstanceGroup", "InstanceType"), {"EMR-INSTANCE-001"}),
        (
            ("ManagedScalingPolicy", "ComputeLimits", "MaximumCapacityUnits"),
            {"EMR-SCALING-002"},
        ),
        (("ManagedScalingPolicy",), {"EMR-SCALING-001", "EMR-SCALING-002"}),
        (("Instances",), {"EMR-INSTANCE-001", "EMR-MARKET-001"}),
    ],
    ids=lambda value: ".".join(map(str, value)) if isinstance(value, tuple) else "",
)
def test_what_depends_on_an_open_value_is_not_told(place: Path, dropped: set[str]) -> None:
    left = errors(replaced(BAD, place, {"Ref": "Open"}), sections=OPEN)
    assert left == errors(BAD) - dropped


@pytest.mark.parametrize(
    "content",
    [
        "{Ref: Bucket}",
        "!GetAtt Bucket.Arn",
        "!ImportValue network:subnet",
        "'{{resolve:ssm:/emr/release}}'",
        "!Sub 'emr-${AWS::StackName}'",
        "!Select [0, !Split ['/', !Ref Bucket]]",
        "!Transform {Name: Macro}",
    ],
)
def test_every_function_that_aws_alone_can_evaluate_is_open(content: str) -> None:
    bucket = resource("AWS::S3::Bucket")
    properties = cluster(ReleaseLabel=from_yaml(content))
    assert ids(properties, Bucket=bucket) <= {"EMR-TEMPLATE-025"}


@pytest.mark.parametrize("around", ["Properties", "Instances"])
def test_what_a_macro_adds_is_not_missing(around: str) -> None:
    include = {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "s3://a/b"}}}
    properties = (
        {**include, "Name": "etl"} if around == "Properties" else cluster(Instances=include)
    )
    assert errors(properties) == set()


def test_default_of_a_parameter_is_checked() -> None:
    sections = {"Parameters": {"Level": {"Type": "Number", "Default": 999}}}
    [problem] = problems(cluster(StepConcurrencyLevel={"Ref": "Level"}), sections=sections)
    assert problem.rule_id == "EMR-TEMPLATE-008"
    assert problem.path[-2:] == ("Properties", "StepConcurrencyLevel")


def test_both_sides_of_a_condition_are_checked() -> None:
    sections = {
        "Parameters": {
            "Env": {"Type": "String", "AllowedValues": ["dev", "prod"], "Default": "dev"}
        },
        "Conditions": {"IsProd": {"Fn::Equals": [{"Ref": "Env"}, "prod"]}},
    }
    properties = cluster(StepConcurrencyLevel={"Fn::If": ["IsProd", 999, 0]})
    low, high = problems(properties, sections=sections)
    assert {low.message, high.message} == {
        "found the number 0, where Env is dev",
        "found the number 999, where Env is prod",
    }
    assert {low.path[-1], high.path[-1]} == {1, 2}


def test_resource_that_is_only_there_under_a_condition() -> None:
    sections = {
        "Parameters": {"Env": {"Type": "String", "Default": "dev"}},
        "Conditions": {"IsProd": {"Fn::Equals": [{"Ref": "Env"}, "prod"]}},
    }
    step = {
        **resource(
            "AWS::EMR::Step",
            Name="s",
            JobFlowId={"Ref": "Cluster"},
            ActionOnFailure="STOP",
            HadoopJarStep={"Jar": "s3://jars/job.jar"},
        ),
        "Condition": "IsProd",
    }
    [problem] = problems(cluster(), sections=sections, Step=step)
    # It is so wherever the step is, which needs no saying.
    assert (problem.rule_id, problem.message) == ("EMR-TEMPLATE-007", "ActionOnFailure is STOP")


junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 10**20)
    | st.sampled_from(
        ["", "x", "emr-7.12.0", "s3://b/k", "{{resolve:x}}", "\ud83d", "1e400", "nan"]
    )
    | st.sampled_from(
        [
            {"Ref": "Open"},
            {"Ref": "Cluster"},
            {"Ref": "AWS::NoValue"},
            {"Fn::If": ["C", {"Ref": "AWS::NoValue"}, []]},
            {"Fn::Sub": "${Open}-${"},
            {"Fn::FindInMap": ["a", "b", "c"]},
            {"Fn::GetAtt": "x"},
        ]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["Name", "InstanceType", "x", "Fn::Join"]), inner, max_size=3
        )
    ),
    max_leaves=5,
)


@given(st.data())
@settings(max_examples=20, deadline=None)
def test_no_template_makes_the_check_fail(data: Any) -> None:
    content = properties(
        ClusterSpec.model_validate(
            data.draw(clusters(subnets=2, data_buckets=[], result_store=False))
        )
    )
    for path in data.draw(st.lists(st.sampled_from(list(places(content))), min_size=1, max_size=5)):
        content = replaced(content, path, data.draw(junk))
    for problem in check_stack(stack(content, sections=OPEN)):
        assert problem.location
        assert str(problem)
        json.dumps(problem.message)
