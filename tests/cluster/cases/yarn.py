"""YARN. Its memory by AWS's guide: 12288 MiB on m5.xlarge, 57344 MiB on m5.4xlarge."""

from __future__ import annotations

from typing import Any

from tests.cluster.cases import Case, Values
from tests.cluster.cases.configurations import configured

NODE = "yarn.nodemanager.resource.memory-mb"
LARGEST = "yarn.scheduler.maximum-allocation-mb"
MASTER_LABEL = "yarn.node-labels.am.default-node-label-expression"
DECOMMISSION = "yarn.resourcemanager.nodemanager-graceful-decommission-timeout-secs"


def on(type_: str, classification: str, properties: Values, **values: Any) -> Values:
    """A cluster with core nodes of a type, and a classification for all of it."""
    return configured(classification, properties, core={"type": type_, "count": 2}, **values)


def yarn(type_: str = "m5.xlarge", **properties: Any) -> Values:
    named = {name.replace("__", "-").replace("_", "."): value for name, value in properties.items()}
    return on(type_, "yarn-site", named)


def queues(properties: Values) -> Values:
    return configured(
        "capacity-scheduler",
        {f"yarn.scheduler.capacity.{name}": value for name, value in properties.items()},
    )


FLEETS = {"core": {"types": {"m5.xlarge": {}, "m5.2xlarge": {}}, "on_demand_capacity": 2}}
OTHER = {"primary": {"type": "m5.xlarge"}, "core": {"type": "m5.4xlarge", "count": 1}}

CASES: list[Case] = [
    (
        "EMR-YARN-001",
        [
            on("m5.xlarge", "yarn-site", {NODE: 16384}),
            on("m99.xlarge", "yarn-site", {NODE: 999999}),
            # The primary node of a cluster with core nodes runs no containers.
            {**OTHER, "configurations": {"yarn-site": {NODE: 60000}}},
            {"core": {"type": "m5.xlarge"}, "configurations": {"yarn-site": {NODE: "a"}}},
        ],
        [
            on("m5.xlarge", "yarn-site", {NODE: 16385}),
            {"core": {"type": "m5.xlarge", "configurations": {"yarn-site": {NODE: 16385}}}},
            {"primary": {"type": "m5.xlarge"}, "configurations": {"yarn-site": {NODE: 16385}}},
            {
                "instance_fleets": FLEETS,
                "configurations": {"yarn-site": {NODE: 16385}},
            },
        ],
    ),
    (
        "EMR-YARN-002",
        [
            on("m5.xlarge", "yarn-site", {LARGEST: 12288}),
            on("m5.xlarge", "yarn-site", {LARGEST: 14000, NODE: 14000}),
            on("m99.xlarge", "yarn-site", {LARGEST: 999999}),
            on(
                "m5.xlarge",
                "yarn-site",
                {LARGEST: 57344},
                task={"a": {"type": "m5.4xlarge", "count": 1}},
            ),
        ],
        [
            on("m5.xlarge", "yarn-site", {LARGEST: 12289}),
            on("m5.xlarge", "yarn-site", {LARGEST: 12288, NODE: 12000}),
        ],
    ),
    (
        "EMR-YARN-003",
        [
            yarn(
                yarn_scheduler_minimum__allocation__mb=1024,
                yarn_scheduler_maximum__allocation__mb=1024,
            ),
            yarn(yarn_scheduler_minimum__allocation__mb=1024),
        ],
        [
            yarn(
                yarn_scheduler_minimum__allocation__mb=1025,
                yarn_scheduler_maximum__allocation__mb=1024,
            )
        ],
    ),
    (
        "EMR-YARN-004",
        [
            queues({"root.queues": "a,b", "root.a.capacity": 33.4, "root.b.capacity": 66.6}),
            queues(
                {"root.queues": "a , default", "root.a.capacity": 20, "root.default.capacity": 80}
            ),
            queues({"root.queues": "a,b", "root.a.capacity": "1w", "root.b.capacity": "9w"}),
            queues(
                {"root.queues": "a,b", "root.a.capacity": "[memory=1024]", "root.b.capacity": "1w"}
            ),
            queues({"root.queues": "a", "root.a.capacity": 100, "root.a.queues": "x,y"}),
            queues({"root.default.capacity": 100}),
            queues({"maximum-am-resource-percent": 0.5}),
        ],
        [
            queues({"root.queues": "a,b", "root.a.capacity": 33, "root.b.capacity": 66}),
            queues({"root.queues": "a,b", "root.a.capacity": 33}),
            # EMR's own file gives all of it to the queue default.
            queues({"root.queues": "a,default", "root.a.capacity": 50}),
            queues({"root.default.capacity": 50}),
            queues(
                {
                    "root.queues": "a",
                    "root.a.capacity": 100,
                    "root.a.queues": "x,y",
                    "root.a.x.capacity": 50,
                    "root.a.y.capacity": 51,
                }
            ),
        ],
    ),
    (
        "EMR-YARN-005",
        [
            queues({"root.queues": "a", "root.a.capacity": 100}),
            queues({"root.a.capacity": 100}),
            queues({"root.queues": "a", "root.a.capacity": 100, "root.a.maximum-capacity": 100}),
        ],
        [queues({"root.queues": "a", "root.a.capacity": 100, "root.b.capacity": 100})],
    ),
    (
        "EMR-YARN-006",
        [
            on("m5.xlarge", "mapred-site", {"mapreduce.map.memory.mb": 12288}),
            on("m99.xlarge", "mapred-site", {"mapreduce.map.memory.mb": 999999}),
            on(
                "m5.xlarge",
                "mapred-site",
                {"mapreduce.map.memory.mb": 12289},
                task={"a": {"type": "m5.4xlarge", "count": 0}},
            ),
        ],
        [
            on("m5.xlarge", "mapred-site", {"mapreduce.map.memory.mb": 12289}),
            on("m5.xlarge", "mapred-site", {"yarn.app.mapreduce.am.resource.mb": 16000}),
            {
                "core": {"type": "m5.xlarge", "count": 2},
                "configurations": {
                    "mapred-site": {"mapreduce.reduce.memory.mb": 8193},
                    "yarn-site": {LARGEST: 8192},
                },
            },
        ],
    ),
    (
        "EMR-YARN-007",
        [
            configured(
                "mapred-site",
                {"mapreduce.map.java.opts": "-Xmx1638m", "mapreduce.map.memory.mb": 2048},
            ),
            configured("mapred-site", {"mapreduce.map.java.opts": "-Xmx8g"}),
            configured(
                "mapred-site",
                {"mapreduce.map.java.opts": "-server", "mapreduce.map.memory.mb": 2048},
            ),
        ],
        [
            configured(
                "mapred-site",
                {"mapreduce.map.java.opts": "-server -Xmx2g", "mapreduce.map.memory.mb": 2048},
            ),
            configured(
                "mapred-site",
                {"mapreduce.reduce.java.opts": "-Xmx4194304k", "mapreduce.reduce.memory.mb": 4096},
            ),
        ],
    ),
    (
        "EMR-YARN-008",
        [
            on("m5.xlarge", "yarn-site", {MASTER_LABEL: "CORE", "yarn.node-labels.enabled": True}),
            on("m5.xlarge", "yarn-site", {MASTER_LABEL: "CORE"}, release="emr-5.36.2"),
            on("m5.xlarge", "yarn-site", {MASTER_LABEL: ""}),
        ],
        [
            on("m5.xlarge", "yarn-site", {MASTER_LABEL: "CORE"}),
            on("m5.xlarge", "yarn-site", {MASTER_LABEL: "CORE"}, release="emr-6.0.0"),
        ],
    ),
    (
        "EMR-YARN-009",
        [
            configured("yarn-site", {DECOMMISSION: 86400}),
            configured("yarn-site", {DECOMMISSION: 0}),
        ],
        [configured("yarn-site", {DECOMMISSION: -1})],
    ),
]
