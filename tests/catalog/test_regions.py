"""Regions and partitions."""

from __future__ import annotations

import pytest
from botocore.loaders import Loader

from emr_platform.catalog.regions import REGIONS, partition_of


def test_regions_are_those_of_botocore() -> None:
    partitions = Loader().load_data("partitions")["partitions"]

    for partition in partitions:
        for region in partition["regions"]:
            if not region.endswith("-global"):
                assert partition_of(region) == partition["id"]


def test_each_region_once() -> None:
    assert len(set(REGIONS)) == len(REGIONS)


@pytest.mark.parametrize("region", ["us-east-9", "", "aws-global"])
def test_unknown_region(region: str) -> None:
    assert partition_of(region) is None
