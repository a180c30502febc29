"""Expectations from "Amazon EMR standard support" in the Amazon EMR Release Guide."""

from datetime import date

import pytest

from emr_platform.catalog.instance_types import newest_release, releases
from emr_platform.catalog.release import Release
from emr_platform.catalog.support import end_of_support, is_out_of_support


@pytest.mark.parametrize(
    ("label", "end", "is_over"),
    [
        ("emr-4.7.2", date(2026, 9, 1), True),
        ("emr-5.0.0", date(2026, 9, 1), True),
        ("emr-5.35.0", date(2026, 9, 1), True),
        ("emr-5.36.2", date(2027, 6, 30), False),
        ("emr-6.5.0", date(2026, 9, 1), True),
        ("emr-6.6.0", date(2027, 6, 30), False),
        ("emr-6.15.0", date(2027, 6, 30), False),
        ("emr-7.4.0", date(2027, 8, 31), False),
        ("emr-7.12.0", date(2027, 11, 22), False),
        ("emr-spark-8.0.0", date(2028, 5, 21), False),
    ],
)
def test_documented_end_of_support(label: str, end: date, is_over: bool) -> None:
    assert end_of_support(Release.parse(label)) == end
    assert is_out_of_support(Release.parse(label)) is is_over


@pytest.mark.parametrize("label", ["emr-7.99.0", "emr-8.0.0", "emr-spark-8.99.0"])
def test_newer_releases_are_unknown_and_not_out_of_support(label: str) -> None:
    assert end_of_support(Release.parse(label)) is None
    assert not is_out_of_support(Release.parse(label))


def test_every_listed_release_is_covered() -> None:
    assert [release.label for release in releases() if end_of_support(release) is None] == []
    assert not is_out_of_support(newest_release())
