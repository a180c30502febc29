"""Expectations from "Amazon EMR service ports" and "View web interfaces hosted on Amazon EMR clusters"."""

from __future__ import annotations

import pytest

from emr_platform.catalog.applications import canonical_name
from emr_platform.catalog.ports import PORTS


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("hdfs", 8020),
        ("hdfs-web", 9870),
        ("hive-metastore", 9083),
        ("hive-server", 10000),
        ("hue", 8888),
        ("jupyterhub", 9443),
        ("livy", 8998),
        ("oozie", 11000),
        ("presto", 8889),
        ("spark-history", 18080),
        ("trino", 8889),
        ("yarn", 8032),
        ("yarn-web", 8088),
        ("zeppelin", 8890),
        ("zookeeper", 2181),
    ],
)
def test_documented_ports(name: str, number: int) -> None:
    assert PORTS[name].number == number


def test_applications_are_spelled_as_emr_does() -> None:
    named = [name for port in PORTS.values() for name in port.applications]

    assert [canonical_name(name) for name in named] == named
