"""Until when AWS supports which release of EMR.

From "Amazon EMR standard support" in the Amazon EMR Release Guide, as of 2026-10-01, with the
Extended Support that it grants to releases 5.36 and 6.6 to 7.10.
"""

from __future__ import annotations

from datetime import date

from emr_platform.catalog.release import Release

AS_OF = date(2026, 10, 1)
"""The day of this data. What is out of support is judged by it and not by the clock, so that
the same environment always gets the same answer."""

_END_OF_SUPPORT: tuple[tuple[str, str, date], ...] = (
    ("emr-4.0.0", "emr-5.35.99", date(2026, 9, 1)),
    ("emr-5.36.0", "emr-5.36.99", date(2027, 6, 30)),
    ("emr-6.0.0", "emr-6.5.99", date(2026, 9, 1)),
    ("emr-6.6.0", "emr-6.15.99", date(2027, 6, 30)),
    ("emr-7.0.0", "emr-7.10.99", date(2027, 8, 31)),
    ("emr-7.11.0", "emr-7.11.99", date(2027, 11, 4)),
    ("emr-7.12.0", "emr-7.12.99", date(2027, 11, 22)),
    ("emr-7.13.0", "emr-7.13.99", date(2028, 4, 21)),
    ("emr-7.14.0", "emr-7.14.99", date(2028, 9, 9)),
    ("emr-spark-8.0.0", "emr-spark-8.0.99", date(2028, 5, 21)),
    ("emr-spark-8.1.0", "emr-spark-8.1.99", date(2029, 9, 8)),
)


def end_of_support(release: Release) -> date | None:
    """The first day on which AWS no longer supports a release; None where it has not said."""
    for first, last, end in _END_OF_SUPPORT:
        oldest, newest = Release.parse(first), Release.parse(last)
        if (
            release.is_spark_line == oldest.is_spark_line
            and oldest.version <= release.version <= newest.version
        ):
            return end
    return None


def is_out_of_support(release: Release) -> bool:
    """Whether AWS had ended its support of a release by the day of this data.

    Such a release can still be started through the API, but gets no fixes and no technical support.
    """
    end = end_of_support(release)
    return end is not None and end <= AS_OF
