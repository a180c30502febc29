"""Spark. Memory of YARN by AWS's guide: 12288 MiB on m5.xlarge, 57344 MiB on m5.4xlarge."""

from __future__ import annotations

from typing import Any

from tests.cluster.cases import Case, Values
from tests.cluster.cases.configurations import configured
from tests.cluster.cases.yarn import FLEETS, OTHER, on


def spark(properties: Values, type_: str = "m5.xlarge", **values: Any) -> Values:
    named = {f"spark.{name}": value for name, value in properties.items()}
    return on(type_, "spark-defaults", named, **values)


def submit(*args: str, type_: str = "m5.xlarge", **values: Any) -> Values:
    return {
        "core": {"type": type_, "count": 2},
        "steps": [
            {"name": "a", "spark_submit": [*args, "s3://bucket/job.py", "--executor-memory", "x"]}
        ],
        **values,
    }


def maximizing(**values: Any) -> Values:
    return configured("spark", {"maximizeResourceAllocation": True}, **values)


G1 = "-XX:+UseG1GC -XX:InitiatingHeapOccupancyPercent=35"

CASES: list[Case] = [
    (
        "EMR-SPARK-001",
        [
            spark({"dynamicAllocation.enabled": True}),
            spark({"dynamicAllocation.enabled": False, "executor.instances": 4}),
            {
                "configurations": {
                    "spark": {"maximizeResourceAllocation": True},
                    "spark-defaults": {"spark.dynamicAllocation.enabled": False},
                }
            },
            submit("--conf", "spark.dynamicAllocation.enabled=false", "--num-executors", "4"),
            submit(
                "--conf=spark.dynamicAllocation.enabled=false", "--conf=spark.executor.instances=4"
            ),
        ],
        [
            spark({"dynamicAllocation.enabled": False}),
            submit("--conf", "spark.dynamicAllocation.enabled=false"),
            submit("--conf=spark.dynamicAllocation.enabled=false", "--verbose"),
            # Reported once, where it is said, and not again for a step that sets something else.
            {**spark({"dynamicAllocation.enabled": False}), "steps": submit("--verbose")["steps"]},
        ],
    ),
    (
        "EMR-SPARK-002",
        [
            maximizing(),
            configured(
                "spark", {"maximizeResourceAllocation": False}, applications=["Spark", "HBase"]
            ),
        ],
        [
            maximizing(applications=["Spark", "HBase"]),
            maximizing(applications=["Spark", "phoenix"]),
        ],
    ),
    (
        "EMR-SPARK-003",
        [
            maximizing(),
            spark({"executor.memory": "4g"}),
            {
                "configurations": {
                    "spark": {"maximizeResourceAllocation": True},
                    "spark-defaults": {"spark.executor.memoryOverhead": "1g"},
                }
            },
        ],
        [
            {
                "configurations": {
                    "spark": {"maximizeResourceAllocation": True},
                    "spark-defaults": {name: 1},
                }
            }
            for name in ("spark.executor.memory", "spark.executor.cores", "spark.driver.memory")
        ],
    ),
    (
        "EMR-SPARK-004",
        [
            maximizing(),
            {"instance_fleets": FLEETS},
            maximizing(
                instance_fleets={"core": {"types": {"m5.xlarge": {}}, "on_demand_capacity": 1}}
            ),
        ],
        [maximizing(instance_fleets=FLEETS)],
    ),
    (
        "EMR-SPARK-005",
        [maximizing(), configured("spark", {"maximizeResourceAllocation": "False"})],
        [
            configured("spark", {"spark.executor.memory": "4g"}),
            configured("spark", {"maximizeresourceallocation": True}),
            configured("spark", {"maximizeResourceAllocation": "yes"}),
        ],
    ),
    (
        "EMR-SPARK-006",
        [
            spark({"executor.memory": "4g"}),
            configured("spark-defaults", {"EMR.secret@spark.a": "arn:aws:x"}),
            configured("hive-site", {"hive.a": 1}),
        ],
        [
            configured("spark-defaults", {"executor.memory": "4g"}),
            configured("spark-defaults", {"fs.s3.maxRetries": 20, "spark.a": 1}),
        ],
    ),
    (
        "EMR-SPARK-007",
        [
            spark({"dynamicAllocation.minExecutors": 4, "dynamicAllocation.maxExecutors": 4}),
            spark({"dynamicAllocation.minExecutors": 4}),
            spark({"dynamicAllocation.minExecutors": "four", "dynamicAllocation.maxExecutors": 1}),
        ],
        [
            spark({"dynamicAllocation.minExecutors": 5, "dynamicAllocation.maxExecutors": 4}),
            {
                **spark({"dynamicAllocation.minExecutors": 5}),
                "steps": submit("--conf", "spark.dynamicAllocation.maxExecutors=4")["steps"],
            },
        ],
    ),
    (
        "EMR-SPARK-008",
        [
            spark({"executor.extraJavaOptions": G1}),
            spark({"executor.extraJavaOptions": "-verbose:class -Da=b"}, release="emr-6.1.0"),
            spark(
                {"executor.extraJavaOptions": G1, "executor.defaultJavaOptions": "-Da=b"},
                release="emr-6.1.0",
            ),
        ],
        [
            spark({"executor.extraJavaOptions": G1}, release="emr-6.1.0"),
            spark({"driver.extraJavaOptions": "-XX:+UseParallelGC"}, release="emr-6.1.0"),
            submit("--conf", f"spark.driver.extraJavaOptions={G1}", release="emr-6.1.0"),
        ],
    ),
    (
        "EMR-SPARK-009",
        [
            # 10347 MiB and 18.75 % of it are 12287.06 MiB.
            spark({"executor.memory": "10347m"}),
            spark({"executor.memory": "11g", "executor.memoryOverhead": "1g"}),
            spark({"executor.memory": "11g", "executor.memoryOverheadFactor": 0.09}),
            # Before emr-5.22.0 EMR left a tenth to the overhead, as Spark does.
            spark({"executor.memory": "11170m"}, release="emr-5.21.0"),
            spark({"executor.memory": "999g"}, type_="m99.xlarge"),
            spark({"executor.memory": "a lot"}),
            spark({"driver.memory": "999g"}),
            submit("--executor-memory", "10347m"),
            {**OTHER, "configurations": {"spark-defaults": {"spark.executor.memory": "40g"}}},
        ],
        [
            spark({"executor.memory": "10348m"}),
            spark({"executor.memory": "11g", "executor.memoryOverhead": "1025m"}),
            spark({"executor.memory": "11171m"}, release="emr-5.21.0"),
            spark({"executor.memory": "8g", "executor.pyspark.memory": "3g"}),
            spark(
                {
                    "executor.memory": "8g",
                    "memory.offHeap.enabled": True,
                    "memory.offHeap.size": 3 * 1024**3,
                }
            ),
            submit("--executor-memory", "11g"),
            submit("--executor-memory=11g"),
            submit("--conf", "spark.executor.memory=11g"),
            {
                "core": {"type": "m5.xlarge"},
                "steps": [
                    {"name": "a", "command": ["spark-submit", "--executor-memory", "11g", "a"]}
                ],
            },
            {
                "core": {"type": "m5.xlarge"},
                "steps": [
                    {
                        "name": "a",
                        "jar": "command-runner.jar",
                        "args": ["spark-submit", "--executor-memory", "11g", "a"],
                    }
                ],
            },
            # It fits on one of two types only.
            spark({"executor.memory": "40g"}, task={"a": {"type": "m5.4xlarge", "count": 1}}),
            {
                "instance_fleets": FLEETS,
                "configurations": {"spark-defaults": {"spark.executor.memory": "16g"}},
            },
        ],
    ),
    (
        "EMR-SPARK-010",
        [
            # A driver outside of YARN has no container.
            spark({"driver.memory": "20g"}),
            spark({"driver.memory": "11170m", "submit.deployMode": "cluster"}),
            submit("--deploy-mode", "cluster", "--driver-memory", "10g"),
            spark(
                {"driver.memory": "20g", "submit.deployMode": "cluster"},
                task={"a": {"type": "m5.4xlarge", "count": 1}},
            ),
        ],
        [
            spark({"driver.memory": "11171m", "submit.deployMode": "cluster"}),
            submit("--deploy-mode", "cluster", "--driver-memory", "12g"),
        ],
    ),
    (
        "EMR-SPARK-011",
        [
            spark({"executor.cores": 4}),
            spark({"executor.cores": 5}, type_="m99.xlarge"),
            spark({"executor.cores": "many"}),
        ],
        [
            spark({"executor.cores": 5}),
            submit("--executor-cores", "5"),
            spark(
                {"executor.cores": 5}, "m5.4xlarge", task={"a": {"type": "m5.xlarge", "count": 1}}
            ),
        ],
    ),
    (
        "EMR-SPARK-012",
        [
            spark({"executor.memory": "4g", "driver.memory": "512M", "executor.cores": 2}),
            spark({"executor.memory": 4096}),
            submit("--executor-memory", "4gb"),
        ],
        [
            spark({"executor.memory": "4 GiB"}),
            spark({"executor.memory": "4.5g"}),
            spark({"executor.cores": "2.5"}),
            submit("--num-executors", "some"),
        ],
    ),
]
