"""Which types are named instead of others. That the named ones can be had is checked for all."""

import pytest

from emr_platform.catalog.instance_types import instance_type, instance_types, is_supported
from emr_platform.catalog.offers import regions_with_facts, type_in_region
from emr_platform.catalog.release import Release
from emr_platform.catalog.suggestions import similar_types


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # The size is too small, in between, metal, or misspelled.
        ("m5.large", ["m5.xlarge", "m5.2xlarge", "m5.4xlarge"]),
        ("m6g.6xlarge", ["m6g.8xlarge", "m6g.4xlarge", "m6g.12xlarge"]),
        ("m5.metal", ["m5.24xlarge", "m5.16xlarge", "m5.12xlarge"]),
        ("m7i.metal-24xl", ["m7i.24xlarge", "m7i.16xlarge", "m7i.12xlarge"]),
        ("m5.24xlage", ["m5.24xlarge", "m5.4xlarge", "m5.2xlarge"]),
        # Families that EMR has none of: the one that came with it, and newer ones.
        ("t3.micro", ["m5.xlarge", "m5a.xlarge", "m5d.xlarge"]),
        ("t4g.2xlarge", ["m6g.2xlarge", "m7g.2xlarge", "m6gd.2xlarge"]),
        ("a1.4xlarge", ["m6g.4xlarge", "m7g.4xlarge", "m6gd.4xlarge"]),
        # Newer than the catalogue.
        ("m9g.xlarge", ["m8g.xlarge", "m7g.xlarge", "m6g.xlarge"]),
        ("c9gd.4xlarge", ["c8gd.4xlarge", "c7gd.4xlarge", "c6gd.4xlarge"]),
        # The family is misspelled.
        ("mg6.xlarge", ["m6g.xlarge", "g6.xlarge", "m8g.xlarge"]),
        ("m55.xlarge", ["m5.xlarge", "m5n.xlarge", "m5d.xlarge"]),
        # No name of a type at all.
        ("m6gxlarge", ["m6g.xlarge", "m6gd.xlarge", "m6g.8xlarge"]),
    ],
)
def test_instead_of_what_emr_does_not_have(name: str, expected: list[str]) -> None:
    assert list(similar_types(name)) == expected


@pytest.mark.parametrize(
    ("name", "release", "expected"),
    [
        ("m7g.xlarge", "emr-6.7.0", ["m6g.xlarge", "m6gd.xlarge"]),
        ("r7g.2xlarge", "emr-6.5.0", ["r6g.2xlarge"]),
        ("m3.xlarge", "emr-7.12.0", ["m5.xlarge", "m5a.xlarge"]),
        ("i2.xlarge", "emr-7.12.0", ["i3.xlarge", "i4i.xlarge"]),
    ],
)
def test_instead_of_what_a_release_does_not_support(
    name: str, release: str, expected: list[str]
) -> None:
    found = similar_types(name, release=Release.parse(release))
    assert list(found[: len(expected)]) == expected


def test_other_processors_where_a_release_knows_none_like_it() -> None:
    # No release before 5.30 supports AWS's own.
    found = similar_types("m6g.xlarge", release=Release.parse("emr-5.0.0"))
    types = [instance_type(name) for name in found]
    assert {type_.architecture for type_ in types if type_} == {"x86_64"}
    assert all(name.startswith("m") and name.endswith(".xlarge") for name in found)


@pytest.mark.parametrize(
    ("name", "region", "expected"),
    [
        ("m5.xlarge", "ap-southeast-5", ["m6i.xlarge", "m7i.xlarge"]),
        ("c7a.xlarge", "ca-west-1", ["c7i.xlarge", "c6i.xlarge"]),
        ("r8gd.2xlarge", "eu-west-3", ["r7gd.2xlarge", "r8g.2xlarge"]),
        ("p5.48xlarge", "eu-west-3", ["g6.48xlarge"]),
    ],
)
def test_instead_of_what_a_region_does_not_offer(
    name: str, region: str, expected: list[str]
) -> None:
    assert list(similar_types(name, region=region)[: len(expected)]) == expected


@pytest.mark.parametrize("region", [None, "ap-south-2"])
@pytest.mark.parametrize("label", ["emr-5.29.0", "emr-7.12.0"])
def test_what_is_named_can_be_had(label: str, region: str | None) -> None:
    release = Release.parse(label)
    for wanted in instance_types()[::20]:
        for name in similar_types(wanted.name, release=release, region=region):
            assert name != wanted.name
            assert is_supported(name, release)
            assert region is None or type_in_region(name, region)


def test_where_nothing_is_known_of_the_region_every_type_may_be_had() -> None:
    assert "cn-north-1" not in regions_with_facts()
    assert similar_types("m7g.large", region="cn-north-1")[0] == "m7g.xlarge"


@pytest.mark.parametrize(
    "name", ["", ".", "x", "m5.", ".xlarge", "m5.0xlarge", "é.xlarge", "m" * 99]
)
def test_any_text_is_answered(name: str) -> None:
    found = similar_types(name)
    assert len(found) == 3
    assert all(instance_type(other) for other in found)
