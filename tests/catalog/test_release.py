"""Release labels: how they are read and ordered."""

from __future__ import annotations

import pytest

from emr_platform.catalog.release import Release


@pytest.mark.parametrize(
    ("label", "version", "is_spark_line"),
    [
        ("emr-7.12.0", (7, 12, 0), False),
        ("emr-5.36.2", (5, 36, 2), False),
        ("emr-spark-8.0.0", (8, 0, 0), True),
    ],
)
def test_parse(label: str, version: tuple[int, int, int], is_spark_line: bool) -> None:
    release = Release.parse(label)

    assert (release.version, release.is_spark_line) == (version, is_spark_line)
    assert release.major == version[0]
    assert release.label == str(release) == label


@pytest.mark.parametrize(
    "label",
    ["", "7.12.0", "emr-7.12", "emr-7.12.0.1", "EMR-7.12.0", "emr-7.12.0 ", "emr-7.x.0", "3.11.0"],
)
def test_what_is_no_label(label: str) -> None:
    with pytest.raises(ValueError, match="is not an EMR release label"):
        Release.parse(label)


def test_order_is_that_of_numbers() -> None:
    labels = ["emr-5.9.0", "emr-5.10.0", "emr-6.0.0", "emr-7.2.1", "emr-7.10.0", "emr-spark-8.0.0"]

    newest_first = sorted((Release.parse(label) for label in labels), reverse=True)
    assert [release.label for release in newest_first] == labels[::-1]
    assert Release.parse("emr-5.9.1") >= Release.parse("emr-5.9.0")
    assert Release.parse("emr-5.9.0") != Release.parse("emr-spark-5.9.0")
