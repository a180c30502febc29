"""Which release and which instance types take the place of old ones."""

import pytest

from emr_platform.catalog.instance_types import instance_type, is_supported, newest_release
from emr_platform.catalog.release import Release
from emr_platform.importers.edx.instance_families import replacement
from emr_platform.importers.edx.releases import (
    application_in,
    current_release,
    plain_name,
    retirement,
)

EMR_7_12 = Release.parse("emr-7.12.0")


@pytest.mark.parametrize(
    ("label", "is_retired"),
    [
        ("emr-4.7.2", True),
        ("emr-4.9.6", True),
        ("emr-5.35.0", True),
        ("emr-5.36.2", False),  # security fixes until 2027-06-30
        ("emr-6.5.0", True),
        ("emr-6.15.0", False),
        ("emr-7.0.0", False),
        ("emr-7.4.1", True),  # there has never been one
        ("emr-7.99.0", False),  # newer than the catalogue
        ("emr-spark-8.0.0", False),
    ],
)
def test_releases_are_retired_where_aws_says_so(label: str, is_retired: bool) -> None:
    assert (retirement(Release.parse(label)) is not None) == is_retired


@pytest.mark.parametrize(
    ("applications", "expected"),
    [
        ([], newest_release().label),
        (["Hadoop", "Hive", "Spark"], newest_release().label),
        (["Ganglia"], newest_release().label),  # has a successor
        (["Mahout"], newest_release().label),  # is in no current release
        (["NoSuchApplication"], newest_release().label),  # nothing is known about it
        (["Hadoop", "Hive", "Sqoop-Sandbox", "Ganglia"], "emr-7.4.0"),
        (["sqoop", "Mahout"], "emr-7.4.0"),
        (["MXNet", "Sqoop"], "emr-7.2.0"),
    ],
)
def test_the_newest_release_with_all_applications_is_chosen(
    applications: list[str], expected: str
) -> None:
    assert current_release(applications).release.label == expected


def test_a_release_that_is_not_the_newest_is_explained() -> None:
    assert current_release(["Sqoop-Sandbox"]).why == (
        "emr-7.4.0 is the newest release that has Sqoop; AWS supports it until 2027-08-31."
    )


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Sqoop-Sandbox", "Sqoop"),
        ("oozie-sandbox", "Oozie"),
        ("HIVE", "Hive"),
        ("Unheard-Of", "Unheard-Of"),
    ],
)
def test_plain_names(name: str, plain: str) -> None:
    assert plain_name(name) == plain


@pytest.mark.parametrize(
    ("label", "name", "expected"),
    [
        ("emr-7.4.0", "Ganglia", "AmazonCloudWatchAgent"),
        ("emr-6.15.0", "Ganglia", "Ganglia"),
        ("emr-7.12.0", "PrestoSQL", "Trino"),
        ("emr-7.12.0", "Sqoop-Sandbox", None),
        ("emr-7.12.0", "Unheard-Of", "Unheard-Of"),
        ("emr-spark-8.0.0", "Hive", None),
    ],
)
def test_applications_of_a_release(label: str, name: str, expected: str | None) -> None:
    assert application_in(Release.parse(label), name) == expected


@pytest.mark.parametrize(
    "name",
    [
        *("m1.medium", "m1.xlarge", "m2.4xlarge", "m3.xlarge", "m3.2xlarge"),
        *("c1.medium", "c3.8xlarge", "r3.xlarge", "r3.8xlarge", "i2.xlarge", "i2.8xlarge"),
    ],
)
def test_a_retired_type_gives_way_to_a_current_one_of_its_size(name: str) -> None:
    found = replacement(name, EMR_7_12)
    assert found is not None
    assert found.old == instance_type(name)
    assert found.new.vcpu >= found.old.vcpu
    assert found.new.memory_gib >= found.old.memory_gib
    assert found.new.architecture == found.old.architecture
    assert found.new.is_current_generation
    assert is_supported(found.new.name, EMR_7_12)
    series = {"m2": "r"}.get(found.old.family, name[0])
    assert found.new.family.startswith(series)


@pytest.mark.parametrize("name", ["m3.xlarge", "m3.2xlarge", "r3.xlarge", "c3.8xlarge"])
def test_the_size_stays_where_there_is_one_of_the_same_name(name: str) -> None:
    found = replacement(name, EMR_7_12)
    assert found is not None
    assert found.new.name.partition(".")[2] == name.partition(".")[2]


@pytest.mark.parametrize("name", ["m4.xlarge", "m5.xlarge", "m6g.xlarge", "d2.xlarge", "m99.huge"])
def test_other_types_stay(name: str) -> None:
    assert replacement(name, EMR_7_12) is None


def test_a_type_that_the_release_does_not_support_gives_way_too() -> None:
    old = Release.parse("emr-6.5.0")
    assert is_supported("r7g.xlarge", old) is False
    found = replacement("r7g.xlarge", old)
    assert found is not None
    assert is_supported(found.new.name, old)
