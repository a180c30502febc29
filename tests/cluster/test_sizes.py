"""Clusters without their sizes: one for all that differ in nothing else, and in nothing else only."""

from __future__ import annotations

from typing import Any

import pytest

from emr_platform.catalog.data import catalog_data
from emr_platform.cluster.sizes import without_sizes
from emr_platform.cluster.spec import ClusterSpec

VALUES: dict[str, Any] = {
    "release": "emr-7.12.0",
    "core": {"type": "m6g.xlarge", "count": 2, "ebs": {"size_gib": 64}},
    "task": {"spot": {"type": "m6g.xlarge", "count": 1, "market": "spot"}},
    "configurations": {"hdfs-site": {"dfs.replication": 1}},
    "additional_info": {"support": {"case": 1}},
}


def test_sizes_are_left_out() -> None:
    spec = ClusterSpec.model_validate(VALUES)
    found = without_sizes(spec)

    assert found.core
    assert (found.core.type, found.core.count, found.core.ebs) == ("m6g.xlarge", 1, None)
    assert (found.task["spot"].market, found.task["spot"].count) == ("spot", 1)
    assert found.configurations is spec.configurations
    assert without_sizes(found) == found


def test_clusters_of_other_sizes_are_the_same() -> None:
    spec = ClusterSpec.model_validate(VALUES)
    assert spec.core
    larger = spec.core.model_copy(update={"count": 6, "ebs": None})
    other = spec.model_copy(update={"core": larger})

    assert without_sizes(other) is without_sizes(spec)
    assert other.core == larger


@pytest.mark.parametrize(
    "update",
    [
        {"release": "emr-7.11.0"},
        {"core": None},
        {"task": {}},
        {"additional_info": {"support": {"case": True}}},
        {"additional_info": {"support": {"case": 1.0}}},
        {"additional_info": {"support": {"case": "1"}}},
        {"additional_info": {"support": [1]}},
        {"tags": {"team": "data"}},
        {"applications": ()},
        {"subnet_index": 1},
    ],
)
def test_clusters_that_differ_elsewhere_are_told_apart(update: dict[str, Any]) -> None:
    spec = ClusterSpec.model_validate(VALUES)
    other = spec.model_copy(update=update)

    for name, value in update.items():
        kept = getattr(without_sizes(other), name)
        assert (kept, str(kept)) == (value, str(value))
    assert without_sizes(other) is not without_sizes(spec)


def test_nothing_is_remembered_under_another_catalogue() -> None:
    spec = ClusterSpec.model_validate(VALUES)
    before = without_sizes(spec)
    try:
        catalog_data.cache_clear()
        assert without_sizes(spec.model_copy()) is not before
    finally:
        catalog_data.cache_clear()


def test_groups_that_differ_elsewhere_are_told_apart() -> None:
    spec = ClusterSpec.model_validate(VALUES)
    assert spec.core
    other = spec.model_copy(update={"core": spec.core.model_copy(update={"market": "spot"})})

    found = without_sizes(other)
    assert found.core
    assert found.core.market == "spot"
    assert found is not without_sizes(spec)
