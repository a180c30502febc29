"""Catalogues of an account: moto's, and answers in the form that botocore's model of the API asks for."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from moto import mock_aws

from emr_platform.catalog.data import CatalogData, packaged_content
from emr_platform.catalog.differences import differences
from emr_platform.catalog.facts import RegionFacts, TypeFacts, condense, expand
from emr_platform.operations import catalog_refresh
from emr_platform.operations.catalog_refresh import (
    CatalogRefreshError,
    RegionAnswer,
    ReleaseAnswer,
    ask_account,
    refreshed,
)
from tests.catalog.test_facts import FACTS, M5, X9

TODAY = date(2030, 1, 2)
# The region with the fewest releases of those whose instance types moto knows.
REGION = "ap-southeast-5"
SPARK = {"Name": "Spark", "Version": "3.5.6"}
ASKED = {"emr-5.36.2", "emr-7.12.0", "emr-spark-8.0.0"}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No configuration of whoever runs the tests."""
    for name in ("AWS_PROFILE", "AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Moto's EMR, and DescribeReleaseLabel, which it does not have."""
    original = BaseClient._make_api_call  # type: ignore[attr-defined]

    def call(client: BaseClient, operation: str, arguments: Any) -> Any:
        if operation == "DescribeReleaseLabel":
            return {"ReleaseLabel": arguments["ReleaseLabel"], "Applications": [SPARK]}
        answer = original(client, operation, arguments)
        if operation == "ListReleaseLabels":
            # Asking for all of them takes long.
            labels = answer["ReleaseLabels"]
            answer["ReleaseLabels"] = [label for label in labels if label in ASKED]
        return answer

    monkeypatch.setattr(BaseClient, "_make_api_call", call)
    with mock_aws():
        yield


@pytest.mark.usefixtures("aws")
def test_an_account_that_has_what_the_package_knows_changes_nothing() -> None:
    known = expand(packaged_content())
    said: list[str] = []
    by_region, by_release = ask_account(regions=[REGION, REGION], progress=said.append)
    assert said == [f"{REGION}: 3 releases", f"{REGION}: asked for 3 of 3 releases"]
    new = refreshed(known, by_region, by_release, today=TODAY)
    found = differences(known, new)
    assert not found.releases
    assert not found.instance_types
    assert not found.support
    assert list(found.regions) == [REGION]
    assert found.regions[REGION].releases.removed == tuple(
        sorted(known.regions[REGION].releases - ASKED)
    )
    assert not found.regions[REGION].instance_types
    assert not found.changed_types
    assert new.regions[REGION].as_of == "2030-01-02"
    assert new.applications["emr-7.12.0"] == {"Spark": "3.5.6"}
    assert new.applications["emr-7.11.0"] == known.applications["emr-7.11.0"]
    assert expand(condense(new)) == new
    assert CatalogData(condense(new)).types_in(REGION) == known.regions[REGION].instance_types


def test_all_pages_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "key")
    emr = boto3.client("emr", region_name=REGION)
    ec2 = boto3.client("ec2", region_name=REGION)
    types = [
        {
            "Type": name,
            "MemoryGB": 15.25,
            "StorageGB": 100,
            "VCPU": 4,
            "InstanceFamilyId": "GENERAL_CURRENT_GEN",
            "NumberOfDisks": 1,
            "Architecture": "AARCH64",
        }
        for name in ("m8gd.xlarge", "m9gd.xlarge")
    ]
    label = {"ReleaseLabel": "emr-7.15.0"}
    with Stubber(emr) as stub, Stubber(ec2) as ec2_stub:
        stub.add_response(
            "list_release_labels", {"ReleaseLabels": ["emr-7.15.0"], "NextToken": "more"}, {}
        )
        stub.add_response(
            "list_release_labels",
            {"ReleaseLabels": ["emr-7.14.0", "emr-6.0.0-beta"]},
            {"NextToken": "more"},
        )
        page = {"InstanceTypeOfferings": [{"InstanceType": "m8gd.xlarge"}]}
        by_region = {"LocationType": "region"}
        ec2_stub.add_response(
            "describe_instance_type_offerings", {**page, "NextToken": "more"}, by_region
        )
        page = {"InstanceTypeOfferings": [{"InstanceType": "t3.micro"}]}
        ec2_stub.add_response(
            "describe_instance_type_offerings", page, {**by_region, "NextToken": "more"}
        )
        region = catalog_refresh._ask_region(emr, ec2)
        stub.add_response(
            "describe_release_label", {"Applications": [SPARK], "NextToken": "more"}, label
        )
        stub.add_response(
            "describe_release_label",
            {"Applications": [{"Name": "New"}]},
            {**label, "NextToken": "more"},
        )
        stub.add_response(
            "list_supported_instance_types",
            {"SupportedInstanceTypes": types[:1], "Marker": "more"},
            label,
        )
        stub.add_response(
            "list_supported_instance_types",
            {"SupportedInstanceTypes": types[1:]},
            {**label, "Marker": "more"},
        )
        release = catalog_refresh._ask_release(emr, REGION, "emr-7.15.0")
        stub.assert_no_pending_responses()
        ec2_stub.assert_no_pending_responses()
    assert region.releases == {"emr-7.14.0", "emr-7.15.0"}
    assert region.ec2_types == {"m8gd.xlarge", "t3.micro"}
    assert release.applications == {"Spark": "3.5.6", "New": None}
    assert list(release.instance_types) == ["m8gd.xlarge", "m9gd.xlarge"]
    assert release.instance_types["m9gd.xlarge"] == TypeFacts(4, 15.25, "arm64", 1, 100, True)


def answers(
    *, ec2_types: set[str], **types: TypeFacts
) -> tuple[dict[str, RegionAnswer], dict[str, ReleaseAnswer]]:
    named = {name.replace("_", "."): facts for name, facts in types.items()}
    return (
        {"us-east-1": RegionAnswer(frozenset({"emr-7.0.0", "emr-7.1.0"}), frozenset(ec2_types))},
        {
            label: ReleaseAnswer("us-east-1", {"Spark": "3.5.9"}, named)
            for label in ("emr-7.0.0", "emr-7.1.0")
        },
    )


def test_what_was_asked_goes_over_what_was_known() -> None:
    new = refreshed(
        FACTS,
        *answers(ec2_types={"m5.xlarge", "m6.xlarge", "z1.micro"}, m5_xlarge=M5, m6_xlarge=X9),
        today=TODAY,
    )
    assert new.listed == {"emr-7.0.0", "emr-7.1.0"}
    assert new.regions["us-east-1"] == RegionFacts(
        "2030-01-02",
        frozenset({"emr-7.0.0", "emr-7.1.0"}),
        frozenset({"m5.xlarge", "m6.xlarge"}),
    )
    assert new.regions["eu-west-1"] == FACTS.regions["eu-west-1"]
    assert new.supported["emr-7.1.0"] == {"m5.xlarge", "m6.xlarge"}
    assert new.instance_types["m6.xlarge"] == X9
    assert new.applications["emr-7.0.0"] == {"Spark": "3.5.9"}
    assert new.applications["emr-spark-8.0.0"] == {"Spark": "4.0.0"}
    assert new.other_ec2_types == {"t3.micro", "t3.nano", "m5.large", "z1.micro"}
    assert new.source == "EMR and EC2 in us-east-1, asked on 2030-01-02. The rest: here"
    assert new.as_of == "2030-01-02"


def test_a_type_that_a_release_lost_is_out_only_if_the_region_has_it() -> None:
    both = frozenset({"m5.xlarge", "x9.2xlarge"})
    known = replace(FACTS, supported={"emr-7.0.0": both, "emr-spark-8.0.0": both})
    there = refreshed(
        known, *answers(ec2_types={"m5.xlarge", "x9.2xlarge"}, m5_xlarge=M5), today=TODAY
    )
    assert there.supported["emr-7.0.0"] == {"m5.xlarge"}
    # No release that is listed supports it any more.
    assert "x9.2xlarge" not in there.instance_types
    assert "x9.2xlarge" in there.other_ec2_types
    assert there.regions["us-east-1"].instance_types == frozenset({"m5.xlarge"})
    elsewhere = refreshed(known, *answers(ec2_types={"m5.xlarge"}, m5_xlarge=M5), today=TODAY)
    assert elsewhere.supported["emr-7.0.0"] == both
    assert elsewhere.regions["us-east-1"].instance_types == frozenset({"m5.xlarge"})


def test_what_ec2_says_of_generations_stays() -> None:
    known = replace(FACTS, instance_types={**FACTS.instance_types, "x9.2xlarge": X9})
    current = replace(X9, is_current_generation=True, memory_gib=31)
    new = refreshed(known, *answers(ec2_types=set(), x9_2xlarge=current), today=TODAY)
    assert new.instance_types["x9.2xlarge"] == replace(X9, memory_gib=31)
    # EC2 named no type at all, which is no answer.
    assert new.regions["us-east-1"].instance_types is None


def test_releases_without_applications_keep_those_that_are_documented() -> None:
    by_region, by_release = answers(ec2_types={"m5.xlarge"}, m5_xlarge=M5)
    by_release = {label: replace(answer, applications={}) for label, answer in by_release.items()}
    new = refreshed(FACTS, by_region, by_release, today=TODAY)
    assert new.applications == FACTS.applications


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(
    ("code", "message", "expected"),
    [
        (
            "AccessDeniedException",
            "not you",
            r"does not allow ListReleaseLabels: not you\n  allowed: .*ListSupportedInst.*ec2:D",
        ),
        (
            "UnrecognizedClientException",
            "The token is invalid.",
            r"us-east-1: AWS does not accept the credentials: The token .*\n.*off by default",
        ),
        (
            "InternalServerException",
            "later",
            "us-east-1: ListReleaseLabels failed: InternalServerException: later",
        ),
    ],
)
def test_refusals_of_aws(
    code: str, message: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object, operation: str, __: object) -> None:
        raise ClientError({"Error": {"Code": code, "Message": message}}, operation)

    monkeypatch.setattr(BaseClient, "_make_api_call", refuse)
    with pytest.raises(CatalogRefreshError, match=expected):
        ask_account(regions=["us-east-1"])


@pytest.mark.usefixtures("aws")
def test_profile_that_does_not_exist_is_named() -> None:
    with pytest.raises(CatalogRefreshError, match=r"^The config profile \(nobody\)"):
        ask_account(profile="nobody", regions=["us-east-1"])


@pytest.mark.usefixtures("aws")
def test_without_a_region() -> None:
    with pytest.raises(CatalogRefreshError, match="no region is set: give --region"):
        ask_account()


@pytest.mark.usefixtures("aws")
def test_what_is_no_name_of_a_region() -> None:
    with pytest.raises(CatalogRefreshError, match=r"us east 1.*doesn't match a supported format"):
        ask_account(regions=["us east 1"])


def test_without_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY", raising=False)
    with pytest.raises(CatalogRefreshError, match=r"no AWS credentials.*\n  Log in"):
        ask_account(regions=["us-east-1"])


def test_without_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "key")
    # Nothing listens on the discard port.
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setattr("time.sleep", lambda _: None)
    with pytest.raises(CatalogRefreshError, match=r"us-east-1: AWS cannot be reached: .*127"):
        ask_account(regions=["us-east-1"])


def test_extra_to_install_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(CatalogRefreshError, match=r"pip install 'emr-platform\[operations\]'"):
        ask_account()
