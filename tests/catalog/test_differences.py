"""How catalogues differ."""

from __future__ import annotations

from dataclasses import replace

import pytest

from emr_platform.catalog.differences import Difference, community_version, differences
from emr_platform.catalog.facts import RegionFacts
from tests.catalog.test_facts import FACTS, M5, X9


def test_a_catalogue_does_not_differ_from_itself() -> None:
    assert not differences(FACTS, FACTS)
    assert not differences(FACTS, replace(FACTS, source="elsewhere", as_of="2027-01-01"))


def test_releases_and_types_that_came_and_went() -> None:
    region = RegionFacts(
        "2027-01-01", frozenset({"emr-7.0.0", "emr-7.1.0"}), frozenset({"m6.xlarge"})
    )
    new = replace(
        FACTS,
        regions={**FACTS.regions, "us-east-1": region, "us-east-2": region},
        instance_types={"m5.xlarge": M5, "m6.xlarge": M5},
        supported={**FACTS.supported, "emr-7.0.0": frozenset({"m5.xlarge", "m6.xlarge"})},
    )
    found = differences(FACTS, new)
    assert found
    assert found.releases == Difference(("emr-7.1.0",), ("emr-spark-8.0.0",))
    assert found.instance_types == Difference(("m6.xlarge",), ("x9.2xlarge",))
    assert list(found.regions) == ["us-east-1", "us-east-2"]
    assert found.regions["us-east-1"].releases == Difference(("emr-7.1.0",), ("emr-spark-8.0.0",))
    assert found.regions["us-east-1"].instance_types == Difference(("m6.xlarge",), ("m5.xlarge",))
    assert found.regions["us-east-2"].is_new
    # It is said already that the types are new, or gone.
    assert found.support == {}


def test_support_of_types_that_both_know() -> None:
    both = frozenset({"m5.xlarge", "x9.2xlarge"})
    found = differences(FACTS, replace(FACTS, supported={**FACTS.supported, "emr-7.0.0": both}))
    assert found.support == {"emr-7.0.0": Difference(("x9.2xlarge",), ())}
    back = differences(replace(FACTS, supported={**FACTS.supported, "emr-7.0.0": both}), FACTS)
    assert back.support == {"emr-7.0.0": Difference((), ("x9.2xlarge",))}


def test_types_that_changed() -> None:
    changed = replace(M5, memory_gib=15.25, instance_store_disks=2)
    found = differences(
        FACTS, replace(FACTS, instance_types={"m5.xlarge": changed, "x9.2xlarge": X9})
    )
    assert found.changed_types == {"m5.xlarge": "GiB of memory 16 → 15.25, local disks 0 → 2"}


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        ({"Hive": "3.1.3", "Spark": "3.5.0-amzn-1"}, ()),
        ({"Hive": None, "Spark": "3.5.1"}, ("Spark 3.5.0 → 3.5.1",)),
        (
            {"Spark": None, "Tez": "0.10.2", "Pig": None},
            ("without Hive", "with Pig", "with Tez 0.10.2"),
        ),
    ],
)
def test_applications(new: dict[str, str | None], expected: tuple[str, ...]) -> None:
    applications = {**FACTS.applications, "emr-7.0.0": new, "emr-9.0.0": {"Spark": "5"}}
    found = differences(FACTS, replace(FACTS, applications=applications))
    assert found.applications == ({"emr-7.0.0": expected} if expected else {})


def test_region_whose_types_become_known_is_not_one_that_got_types() -> None:
    known = replace(FACTS.regions["eu-west-1"], instance_types=frozenset({"m5.xlarge"}))
    assert not differences(FACTS, replace(FACTS, regions={**FACTS.regions, "eu-west-1": known}))


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("3.5.6-amzn-1", "3.5.6"),
        ("3.3.2-amzn-0.1", "3.3.2"),
        ("0.7.1-incubating", "0.7.1"),
        ("0.5.0-incubating-amzn-1", "0.5.0"),
        ("4.0.0-amzn-1-spark", "4.0.0"),
        ("359", "359"),
    ],
)
def test_versions_are_compared_as_those_of_the_community(version: str, expected: str) -> None:
    assert community_version(version) == expected
