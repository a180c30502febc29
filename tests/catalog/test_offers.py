"""Expectations from ListReleaseLabels and DescribeInstanceTypeOfferings of the regions."""

import pytest

from emr_platform.catalog.offers import (
    Offer,
    region_as_of,
    regions_of_release,
    regions_of_type,
    regions_with_facts,
    release_in_region,
    releases_in_region,
    type_in_region,
)
from emr_platform.catalog.regions import REGIONS
from emr_platform.catalog.release import Release


@pytest.mark.parametrize(
    ("label", "region", "expected"),
    [
        ("emr-7.12.0", "us-east-1", Offer.OFFERED),
        ("emr-spark-8.1.0", "eu-west-1", Offer.OFFERED),
        # The region came later.
        ("emr-6.6.0", "ap-south-2", Offer.NEVER),
        ("emr-6.7.0", "ap-south-2", Offer.OFFERED),
        ("emr-4.9.6", "ap-south-2", Offer.NEVER),
        # Missing between others.
        ("emr-5.31.0", "ap-southeast-3", Offer.NOT_LISTED),
        ("emr-5.31.1", "ap-southeast-3", Offer.OFFERED),
        # The region's list ends early.
        ("emr-7.14.0", "me-central-1", Offer.NOT_LISTED),
        ("emr-spark-8.0.0", "me-central-1", Offer.NOT_LISTED),
        ("emr-4.9.6", "ap-east-2", Offer.NOT_LISTED),
        # Nothing is known of one of both.
        ("emr-7.99.0", "us-east-1", Offer.UNKNOWN),
        ("emr-4.7.2", "us-east-1", Offer.UNKNOWN),
        ("emr-7.12.0", "cn-north-1", Offer.UNKNOWN),
        ("emr-7.12.0", "nowhere", Offer.UNKNOWN),
    ],
)
def test_releases(label: str, region: str, expected: Offer) -> None:
    assert release_in_region(Release.parse(label), region) is expected


@pytest.mark.parametrize(
    ("type_", "region", "expected"),
    [
        ("m5.xlarge", "us-east-1", True),
        ("m5.xlarge", "ap-southeast-5", False),
        ("m6i.xlarge", "ap-southeast-5", True),
        # EC2 has retired it; EMR still lists it.
        ("p2.xlarge", "us-east-1", False),
        ("m99.xlarge", "us-east-1", None),
        ("t3.micro", "us-east-1", None),
        ("m5.xlarge", "cn-north-1", None),
        # EMR is there, and EC2 was not asked.
        ("m5.xlarge", "ap-southeast-7", None),
    ],
)
def test_instance_types(type_: str, region: str, expected: bool | None) -> None:
    assert type_in_region(type_, region) is expected


def test_every_region_is_one_of_aws() -> None:
    assert set(regions_with_facts()) <= set(REGIONS)
    assert len(regions_with_facts()) > 30


def test_regions_of_a_release_and_of_a_type() -> None:
    assert set(regions_of_release(Release.parse("emr-4.6.1"))) == {"ap-south-1", "us-east-2"}
    assert regions_of_release(Release.parse("emr-9.0.0")) == ()
    assert "us-east-1" in regions_of_type("m5.xlarge")
    assert "ap-southeast-5" not in regions_of_type("m5.xlarge")
    assert regions_of_type("p2.xlarge") == regions_of_type("m99.xlarge") == ()


def test_releases_of_a_region_are_sorted() -> None:
    assert releases_in_region("me-central-1")[0] == Release.parse("emr-5.36.0")
    assert releases_in_region("me-central-1")[-1] == Release.parse("emr-7.12.0")
    assert releases_in_region("nowhere") == ()


def test_the_day_on_which_a_region_was_asked() -> None:
    assert str(region_as_of("us-east-1")).startswith("20")
    assert region_as_of("nowhere") is None
