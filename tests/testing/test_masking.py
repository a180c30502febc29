"""What is masked outlives an upgrade of the CDK, and nothing else is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from emr_platform.testing import masked

ONE = "0123abcd" * 8
OTHER = "4567cdef" * 8

# What the CDK adds to every template.
NOISE: dict[str, Any] = {
    "Parameters": {
        "BootstrapVersion": {
            "Type": "AWS::SSM::Parameter::Value<String>",
            "Default": "/cdk-bootstrap/hnb659fds/version",
            "Description": "Version of the CDK Bootstrap resources in this environment. [cdk:skip]",
        }
    },
    "Rules": {"CheckBootstrapVersion": {"Assertions": []}},
    "Conditions": {"CDKMetadataAvailable": {"Fn::Or": []}},
}
TOPIC = {"Type": "AWS::SNS::Topic"}


def function(key: str) -> dict[str, Any]:
    return {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"S3Key": f"{key}.zip"}}}


def test_noise_is_left_out() -> None:
    metadata = {"Type": "AWS::CDK::Metadata", "Properties": {"Analytics": "v2:deflate64:H4sI"}}
    template = {**NOISE, "Resources": {"Topic": TOPIC, "CDKMetadata": metadata}}

    assert masked(template) == {"Resources": {"Topic": TOPIC}}


def test_parameters_rules_and_conditions_of_ones_own_stay() -> None:
    own: dict[str, Any] = {
        "Parameters": {"Size": {"Type": "Number", "Default": 1}},
        "Rules": {"Small": {"Assertions": []}},
        "Conditions": {"IsLarge": {"Fn::Equals": [{"Ref": "Size"}, 2]}},
        "Resources": {"Topic": TOPIC},
    }
    both = {name: {**NOISE.get(name, {}), **content} for name, content in own.items()}

    assert masked(both) == own


def test_assets_have_names_that_tell_them_apart() -> None:
    template = {"Resources": {"A": function(OTHER), "B": function(ONE), "C": function(OTHER)}}

    resources = masked(template)["Resources"]

    keys = [each["Properties"]["Code"]["S3Key"] for each in resources.values()]
    assert keys == ["asset-1.zip", "asset-2.zip", "asset-1.zip"]


def test_names_of_assets_do_not_depend_on_the_order_of_the_template() -> None:
    resources = {"A": function(OTHER), "B": function(ONE)}
    turned = dict(reversed(resources.items()))

    assert masked({"Resources": turned}) == masked({"Resources": resources})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{ONE}.zip", "asset-1.zip"),
        (f"asset.{ONE}", "asset.asset-1"),
        (f"scripts/{ONE}/load.sh", "scripts/asset-1/load.sh"),
        (f"https://s3.amazonaws.com/bucket/{ONE}.json", "https://s3.amazonaws.com/bucket/asset-1.json"),
        (f"cdk-container-assets-${{AWS::Region}}:{ONE}", "cdk-container-assets-${AWS::Region}:asset-1"),
        # Somebody's own digests are none of an asset.
        (ONE, ONE),
        (f"sha256:{ONE}", f"sha256:{ONE}"),
        (f"image@sha256:{ONE}", f"image@sha256:{ONE}"),
        (f"{ONE}0.zip", f"{ONE}0.zip"),
        (f"{ONE.upper()}.zip", f"{ONE.upper()}.zip"),
    ],
)  # fmt: skip
def test_digests(text: str, expected: str) -> None:
    template = {"Resources": {"Topic": {**TOPIC, "Properties": {"Name": text}}}}

    assert masked(template)["Resources"]["Topic"]["Properties"]["Name"] == expected


def test_digests_in_names_of_versions() -> None:
    version = f"HandlerCurrentVersion1234ABCD{ONE[:32]}"
    template = {
        "Resources": {version: {"Type": "AWS::Lambda::Version"}},
        "Outputs": {"Version": {"Value": {"Ref": version}}},
    }

    assert masked(template) == {
        "Resources": {"HandlerCurrentVersion1234ABCD": {"Type": "AWS::Lambda::Version"}},
        "Outputs": {"Version": {"Value": {"Ref": "HandlerCurrentVersion1234ABCD"}}},
    }


def test_template_is_not_changed_and_masking_twice_changes_nothing() -> None:
    template = {**NOISE, "Resources": {"A": function(ONE)}}
    before = json.dumps(template)

    once = masked(template)

    assert json.dumps(template) == before
    assert masked(once) == once


def test_empty_section_stays() -> None:
    assert masked({"Outputs": {}, "Resources": {}}) == {"Outputs": {}, "Resources": {}}
