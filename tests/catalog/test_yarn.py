"""The memory of YARN, by the tables of "Task configuration" in the Amazon EMR Release Guide."""

from __future__ import annotations

import pytest

from emr_platform.catalog.instance_types import instance_type, instance_types
from emr_platform.catalog.yarn import memory_mib, yarn_memory_mib


@pytest.mark.parametrize(
    ("name", "published"),
    [
        ("c1.medium", 1024),
        ("c3.xlarge", 5632),
        ("c4.large", 1792),
        ("c5.xlarge", 6144),
        ("c5.9xlarge", 65536),
        ("c6g.xlarge", 5632),
        ("d2.xlarge", 23424),
        ("d2.8xlarge", 241664),
        ("i3en.3xlarge", 90112),
        ("m1.xlarge", 12288),
        ("m4.large", 6144),
        ("m4.10xlarge", 155648),
        ("m5.xlarge", 12288),
        ("m5.24xlarge", 385024),
        ("m6g.xlarge", 11712),
        ("m6g.16xlarge", 241664),
        ("r4.16xlarge", 491520),
        ("r5.24xlarge", 778240),
        ("r6g.2xlarge", 54272),
    ],
)
def test_memory_as_published(name: str, published: int) -> None:
    type_ = instance_type(name)
    assert type_ is not None

    assert yarn_memory_mib(type_) == published


def test_every_instance_keeps_memory_for_itself() -> None:
    for type_ in instance_types():
        assert 0 < yarn_memory_mib(type_) < memory_mib(type_)
