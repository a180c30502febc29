"""Expectations from the EC2 instance type pages and the Amazon EMR Management Guide."""

import pytest

from emr_platform.catalog.data import catalog_data
from emr_platform.catalog.instance_types import (
    instance_type,
    instance_types,
    is_supported,
    newest_release,
    release_labels,
    releases,
)
from emr_platform.catalog.release import Release


@pytest.mark.parametrize(
    ("name", "vcpu", "memory_gib", "architecture", "disks"),
    [
        ("m3.xlarge", 4, 15, "x86_64", 2),
        ("m3.2xlarge", 8, 30, "x86_64", 2),
        ("m5.xlarge", 4, 16, "x86_64", 0),
        ("r5d.4xlarge", 16, 128, "x86_64", 2),
        ("c5.9xlarge", 36, 72, "x86_64", 0),
        ("i3.16xlarge", 64, 488, "x86_64", 8),
    ],
)
def test_sizes_are_those_of_ec2(
    name: str, vcpu: int, memory_gib: float, architecture: str, disks: int
) -> None:
    type_ = instance_type(name)
    assert type_ is not None
    assert (type_.vcpu, type_.memory_gib, type_.architecture) == (vcpu, memory_gib, architecture)
    assert type_.instance_store_disks == disks
    assert type_.is_ebs_only == (disks == 0)
    assert type_.family == name.split(".")[0]


def test_emr_counts_less_memory_for_graviton_than_ec2_states() -> None:
    type_ = instance_type("m6g.xlarge")
    assert type_ is not None
    assert type_.architecture == "arm64"
    assert 15 < type_.memory_gib < 16


def test_emr_counts_m4_vcpus_twice() -> None:
    type_ = instance_type("m4.xlarge")  # EC2: 4 vCPUs
    assert type_ is not None
    assert type_.vcpu == 8


def test_every_type_has_plausible_values() -> None:
    for type_ in instance_types():
        assert type_.vcpu >= 1
        assert 1 < type_.memory_gib < 32_768
        assert type_.architecture in {"x86_64", "arm64"}
        assert (type_.instance_store_disks == 0) == (type_.instance_store_gb == 0), type_


def test_unknown_type_is_none() -> None:
    assert instance_type("m99g.xlarge") is None
    assert instance_type("") is None


@pytest.mark.parametrize(
    ("type_", "label", "expected"),
    [
        ("m6g.xlarge", "emr-7.12.0", True),
        # Announced for "EMR versions 6.1.0, 5.31.0 and later" (R6g, C6g) and 5.30.0 (M6g).
        ("m6g.xlarge", "emr-5.29.0", False),
        ("r6g.xlarge", "emr-5.31.0", True),
        ("r6g.xlarge", "emr-6.0.0", False),
        ("r6g.xlarge", "emr-6.1.0", True),
        # hashicorp/terraform-provider-aws#33998: "Instance type 'r7g.large' is not supported."
        ("r7g.xlarge", "emr-6.5.0", False),
        ("m6g.xlarge", "emr-99.0.0", None),
        ("m99g.xlarge", "emr-7.12.0", None),
        ("m3.xlarge", "emr-4.7.2", None),
        ("m5.xlarge", "emr-spark-8.0.0", True),
    ],
)
def test_support_by_release(type_: str, label: str, expected: bool | None) -> None:
    assert is_supported(type_, Release.parse(label)) is expected


def test_newest_release_is_of_the_line_that_was_asked_for() -> None:
    assert newest_release().major == 7
    assert not newest_release().is_spark_line
    assert newest_release(is_spark_line=True).is_spark_line
    assert newest_release() >= Release.parse("emr-7.14.0")


def test_releases_are_listed_oldest_first_and_once() -> None:
    assert list(releases()) == sorted(set(releases()))
    assert release_labels() == tuple(release.label for release in releases())
    assert {"emr-5.36.2", "emr-6.15.0", "emr-7.12.0", "emr-spark-8.0.0"} <= set(release_labels())
    # Some regions list releases that others have withdrawn.
    assert {"emr-4.6.1", "emr-5.0.1", "emr-5.0.2"} <= set(release_labels())
    # EMR's ListReleaseLabels no longer names it.
    assert "emr-4.7.2" not in release_labels()


def test_the_data_names_its_source_and_licence() -> None:
    data = catalog_data()
    assert "moto 5." in data.source
    assert "Apache-2.0" in data.source
    assert data.as_of.startswith("20")
