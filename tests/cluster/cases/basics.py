"""Releases, applications, instances, volumes, steps: what every cluster has."""

from __future__ import annotations

from typing import Any

from tests.cluster.cases import Case, Values


def ebs(**values: Any) -> Values:
    return {"core": {"ebs": {"size_gib": 100, **values}}}


def scaling(*, core: Values | None = None, **limits: Any) -> Values:
    return {
        "core": {"count": 2, **(core or {})},
        "scaling": {"minimum": 2, "maximum": 10, **limits},
    }


def release(label: str, **values: Any) -> Values:
    return {"release": label, **values}


def step(*command: str, **values: Any) -> Values:
    return {"name": "step", "command": command, **values}


def script(location: str, *args: str) -> Values:
    return {"name": "step", "script": location, "args": args}


def submit(*args: str) -> Values:
    return {"name": "step", "spark_submit": args}


def action(*args: str) -> Values:
    return {"script": "s3://foo/a.sh", "args": args}


def setting(value: int) -> Values:
    """A classification in EMR's own form."""
    return {"Classification": "a", "Properties": {"b": value}}


def jar(**values: Any) -> Values:
    return {"name": "step", "jar": "command-runner.jar", **values}


SCALING = {"minimum": 2, "maximum": 10}
CORE = {"count": 2}
ONE = {"properties": {"b": 1}}

CASES: list[Case] = [
    (
        "EMR-RELEASE-001",
        [release("emr-7.14.0"), release("emr-spark-8.1.0"), release("emr-4.2.0")],
        [release("emr-7.14.1"), release("emr-9.0.0"), release("emr-spark-8.2.0")],
    ),
    (
        "EMR-RELEASE-002",
        # Supported until 2027-06-30 and later; a release that is not listed is not judged.
        [release("emr-6.6.0"), release("emr-5.36.0"), release("emr-7.0.0"), release("emr-9.0.0")],
        [release("emr-6.5.0"), release("emr-5.35.0")],
    ),
    (
        "EMR-INSTANCE-001",
        [
            # Graviton2 came with 5.30.0 and 6.1.0.
            release("emr-5.30.0", core={"type": "m6g.xlarge"}),
            release("emr-6.1.0", task={"a": {"type": "m6g.xlarge", "count": 1}}),
            release("emr-5.30.0", core={"type": "m99.xlarge"}),
            release("emr-9.0.0", core={"type": "m3.xlarge"}),
        ],
        [
            release("emr-5.29.0", core={"type": "m6g.xlarge"}, primary={"type": "m5.xlarge"}),
            release(
                "emr-6.0.0",
                task={"a": {"type": "m6g.xlarge", "count": 1}},
                primary={"type": "m5.xlarge"},
            ),
        ],
    ),
    (
        "EMR-INSTANCE-002",
        [{"core": {"type": "m6g.xlarge"}}],
        [
            {"core": {"type": "m6g.huge"}},
            {"primary": {"type": "q1.xlarge"}},
            # EC2 has them, and the family or the size may come to EMR.
            {"primary": {"type": "m9g.xlarge"}},
            {"primary": {"type": "m9g.large"}},
            {"primary": {"type": "p5.4xlarge"}},
        ],
    ),
    (
        "EMR-INSTANCE-003",
        # What EC2's API says of m5 and r7g is not asked.
        [
            {"core": {"type": name}}
            for name in ("m5.xlarge", "r7g.xlarge", "i3.xlarge", "c5.xlarge")
        ],
        [{"core": {"type": name}} for name in ("m4.xlarge", "r3.xlarge", "c3.xlarge", "i2.xlarge")],
    ),
    (
        "EMR-INSTANCE-004",
        [
            {"core": {"type": name}}
            for name in ("m5.xlarge", "m4.large", "c1.medium", "m1.small", "m9g.large", "m6g.huge")
        ],
        # By "Supported instance types" in the guide, and hashicorp/terraform-provider-aws#33998.
        [
            {"core": {"type": name}}
            for name in ("r7g.large", "m6g.medium", "m5.metal", "c7i.metal-24xl", "t3.micro")
        ],
    ),
    (
        "EMR-APPLICATION-001",
        [{"applications": ["Spark", "Hive"]}, {"applications": []}],
        [{"applications": ["Spark", "Spark"]}, {"applications": ["Spark", "SPARK"]}],
    ),
    (
        "EMR-APPLICATION-002",
        [{"applications": ["Presto"]}, {"applications": ["Trino"]}],
        [
            {"applications": ["Presto", "Trino"]},
            {"applications": ["trino", "presto"]},
            release("emr-6.3.1", applications=["Presto", "PrestoSQL"]),
            {"applications": ["Presto"], "presets": ["trino-fault-tolerance"]},
        ],
    ),
    (
        "EMR-APPLICATION-003",
        [
            release("emr-6.4.0", applications=["Trino"]),
            release("emr-6.3.1", applications=["PrestoSQL"]),
            # Neither of both is there: another rule says so.
            release("emr-6.0.0", applications=["Trino"]),
        ],
        [
            release("emr-6.3.1", applications=["Trino"]),
            release("emr-6.1.0", applications=["trino"]),
            release("emr-6.4.0", applications=["PrestoSQL"]),
        ],
    ),
    (
        "EMR-APPLICATION-004",
        [{"applications": ["hadoop", "SPARK"]}, {"applications": ["Quix"]}],
        [{"applications": ["Sprak"]}, {"applications": ["ZooKeper"]}],
    ),
    (
        "EMR-APPLICATION-005",
        [{"applications": ["Sprak"]}, {"applications": ["Spark"]}],
        [{"applications": ["Quix"]}],
    ),
    (
        "EMR-APPLICATION-006",
        [
            release("emr-6.15.0", applications=["Ganglia"]),
            release("emr-5.36.2", applications=["Mahout"]),
            release("emr-7.2.0", applications=["MXNet"]),
            release("emr-5.1.0", applications=["Flink"]),
            release("emr-6.1.0", applications=["Flink", "Pig", "Sqoop"]),
            release("emr-4.9.6", applications=["Oozie-Sandbox"]),
            release("emr-7.0.0", applications=["AmazonCloudWatchAgent"]),
            release("emr-spark-8.0.0", applications=["Spark", "Livy"]),
            # Nothing is known of releases that are newer than the data.
            release("emr-9.0.0", applications=["Ganglia"]),
        ],
        [
            release("emr-6.15.0", presets=["cloudwatch-agent"]),
            release("emr-7.0.0", applications=["Ganglia"]),
            release("emr-6.0.0", applications=["Mahout"]),
            release("emr-7.3.0", applications=["mxnet"]),
            release("emr-5.0.3", applications=["Flink"]),
            release("emr-6.0.0", applications=["Flink"]),
            release("emr-6.0.0", applications=["Pig"]),
            release("emr-6.0.0", applications=["Sqoop"]),
            release("emr-5.0.0", applications=["Oozie-Sandbox"]),
            release("emr-6.15.0", applications=["AmazonCloudWatchAgent"]),
            release("emr-spark-8.0.0", applications=["Hive"]),
        ],
    ),
    (
        "EMR-CAPACITY-001",
        [{"core": CORE, "task": {"a": {"count": 1}}}, {"core": CORE}, {}],
        [{"task": {"a": {"count": 1}}}],
    ),
    (
        "EMR-MARKET-001",
        [
            {"core": {"market": "spot", "bid_price_usd": "0.10"}},
            {"core": {"market": "spot"}},
            {"core": {"market": "on_demand"}},
        ],
        [
            {"core": {"bid_price_usd": "0.10"}},
            {"primary": {"bid_price_usd": "0.10"}},
            {"core": CORE, "task": {"a": {"count": 1, "bid_price_usd": "0.10"}}},
        ],
    ),
    (
        "EMR-SCALING-001",
        [
            release("emr-5.30.0", core=CORE, scaling=SCALING),
            release("emr-6.1.0", core=CORE, scaling=SCALING),
            release("emr-6.0.0", core=CORE),
        ],
        [
            release("emr-5.29.0", core=CORE, scaling=SCALING),
            release("emr-6.0.0", core=CORE, scaling=SCALING),
        ],
    ),
    ("EMR-SCALING-002", [scaling(minimum=10)], [scaling(minimum=11)]),
    ("EMR-SCALING-003", [scaling(max_core=10), scaling()], [scaling(max_core=11)]),
    ("EMR-SCALING-004", [scaling(max_on_demand=10), scaling()], [scaling(max_on_demand=11)]),
    (
        "EMR-SCALING-005",
        [
            scaling(max_core=4, max_on_demand=4),
            scaling(max_core=4),
            scaling(),
            scaling(core={"market": "spot"}, max_core=5, max_on_demand=4),
            scaling(core={"market": "spot"}, max_on_demand=0),
        ],
        # What is left out is the maximum.
        [
            scaling(max_core=5, max_on_demand=4),
            scaling(max_on_demand=9),
            scaling(max_core=1, max_on_demand=0),
        ],
    ),
    (
        "EMR-SCALING-006",
        [
            scaling(),
            scaling(core={"count": 10}),
            scaling(core={"count": 4}, max_core=4),
            scaling(core={"count": 1}, unit="vcpu"),
            # No size would do; another rule says so.
            scaling(minimum=11),
            {**scaling(core={"count": 1}), "task": {"a": {"count": 9}}},
        ],
        [
            scaling(core={"count": 1}),
            scaling(core={"count": 11}),
            scaling(core={"count": 5}, max_core=4),
            scaling(core={"count": 10}, max_core=4),
            {**scaling(core={"count": 1}), "task": {"a": {"count": 10}}},
        ],
    ),
    ("EMR-SCALING-007", [scaling(), {}], [{"scaling": SCALING}]),
    (
        "EMR-SCALING-008",
        [{**scaling(), "applications": ["Spark", "Hive", "Flink"]}, {"applications": ["HBase"]}],
        [{**scaling(), "applications": [name]} for name in ("HBase", "presto", "Trino")],
    ),
    (
        "EMR-VOLUME-001",
        [
            ebs(type="st1", size_gib=125),
            ebs(type="sc1", size_gib=16384),
            ebs(type="gp3", size_gib=10),
            ebs(type="io1", size_gib=10, iops=100),
            ebs(type="standard", size_gib=1024),
        ],
        [
            ebs(type="st1", size_gib=124),
            ebs(type="sc1", size_gib=124),
            ebs(type="gp3", size_gib=9),
            ebs(type="gp2", size_gib=9),
            ebs(type="standard", size_gib=1025),
        ],
    ),
    (
        "EMR-VOLUME-002",
        [ebs(size_gib=1024), ebs(type="standard", size_gib=1025)],
        [ebs(size_gib=1025), ebs(type="st1", size_gib=16384)],
    ),
    (
        "EMR-VOLUME-003",
        [ebs(type="gp3", iops=3000), ebs(type="io1", iops=3000), ebs(type="gp2")],
        [ebs(type=name, size_gib=500, iops=3000) for name in ("gp2", "st1", "sc1", "standard")],
    ),
    (
        "EMR-VOLUME-004",
        [
            ebs(type="gp3", iops=3000),
            ebs(type="gp3", size_gib=1000, iops=80000),
            ebs(type="io1", iops=100),
            ebs(type="io1", size_gib=1280, iops=64000),
            ebs(type="gp2", iops=1),
        ],
        [
            ebs(type="gp3", iops=2999),
            ebs(type="gp3", size_gib=1000, iops=80001),
            ebs(type="io1", iops=99),
            ebs(type="io1", size_gib=2000, iops=64001),
        ],
    ),
    (
        "EMR-VOLUME-005",
        [ebs(type="gp3", size_gib=20, iops=10000), ebs(type="io1", size_gib=20, iops=1000)],
        [ebs(type="gp3", size_gib=20, iops=10001), ebs(type="io1", size_gib=20, iops=1001)],
    ),
    ("EMR-VOLUME-006", [ebs(type="io1", iops=100), ebs(type="gp3")], [ebs(type="io1")]),
    (
        "EMR-VOLUME-007",
        [ebs(type="gp3", throughput_mib_per_second=125), ebs(type="st1", size_gib=500)],
        [ebs(type=name, throughput_mib_per_second=125) for name in ("gp2", "io1", "standard")],
    ),
    (
        "EMR-VOLUME-008",
        [
            ebs(throughput_mib_per_second=125),
            ebs(throughput_mib_per_second=1000, iops=4000),
            ebs(type="gp2", throughput_mib_per_second=1),
        ],
        [ebs(throughput_mib_per_second=124), ebs(throughput_mib_per_second=1001, iops=8000)],
    ),
    (
        "EMR-VOLUME-009",
        [
            ebs(throughput_mib_per_second=750),
            ebs(throughput_mib_per_second=1000, iops=4000),
            ebs(type="gp2", throughput_mib_per_second=1000),
        ],
        [ebs(throughput_mib_per_second=751), ebs(throughput_mib_per_second=1000, iops=3999)],
    ),
    (
        "EMR-VOLUME-010",
        [
            ebs(volumes_per_instance=25),
            {"core": {"ebs": [{"size_gib": 10, "volumes_per_instance": 20}, {"size_gib": 10}]}},
        ],
        [{"core": {"ebs": [{"size_gib": 10, "volumes_per_instance": 25}, {"size_gib": 10}]}}],
    ),
    (
        "EMR-VOLUME-011",
        [
            {"core": {"ebs": [{"size_gib": 10}, {"size_gib": 11}]}},
            {"core": {"ebs": [{"size_gib": 10}, {"size_gib": 10, "volumes_per_instance": 2}]}},
            {"core": {"ebs": [{"size_gib": 10}]}, "primary": {"ebs": [{"size_gib": 10}]}},
            ebs(volumes_per_instance=2),
        ],
        [
            {"core": {"ebs": [{"size_gib": 10}, {"size_gib": 10}]}},
            {"task": {"a": {"count": 1, "ebs": [{"size_gib": 10}, {"size_gib": 10}]}}},
            # What the one leaves out is what the other says.
            {"primary": {"ebs": [{"size_gib": 10}, {"size_gib": 10, "type": "gp3"}]}},
            {
                "instance_fleets": {
                    "primary": {
                        "types": {"m6g.xlarge": {"ebs": [{"size_gib": 10}, {"size_gib": 10}]}}
                    }
                }
            },
        ],
    ),
    (
        "EMR-ROOT-001",
        [{"root_volume": {"size_gib": 10}}, {"root_volume": {"size_gib": 100}}, {}],
        [{"root_volume": {"size_gib": 9}}, {"root_volume": {"size_gib": 101}}],
    ),
    (
        "EMR-ROOT-002",
        [
            {"root_volume": {"size_gib": 15}},
            release("emr-6.9.1", root_volume={"size_gib": 10}),
            {"root_volume": {"size_gib": 9}},
        ],
        [{"root_volume": {"size_gib": 14}}, release("emr-6.10.0", root_volume={"size_gib": 10})],
    ),
    (
        "EMR-ROOT-003",
        [
            release("emr-6.15.0", root_volume={"iops": 3000, "throughput_mib_per_second": 125}),
            release("emr-6.14.0", root_volume={"size_gib": 20}),
        ],
        [
            release("emr-6.14.0", root_volume={"iops": 3000}),
            release("emr-6.14.0", root_volume={"throughput_mib_per_second": 125}),
        ],
    ),
    (
        "EMR-ROOT-004",
        [
            {"root_volume": {"size_gib": 100, "iops": 16000, "throughput_mib_per_second": 1000}},
            {"root_volume": {"iops": 3000, "throughput_mib_per_second": 125}},
        ],
        [
            {"root_volume": {"iops": 2999}},
            {"root_volume": {"size_gib": 100, "iops": 16001}},
            {"root_volume": {"throughput_mib_per_second": 124}},
            {"root_volume": {"iops": 8000, "throughput_mib_per_second": 1001}},
        ],
    ),
    (
        "EMR-ROOT-005",
        [
            {"root_volume": {"size_gib": 20, "iops": 10000}},
            # 15 GiB is the default.
            {"root_volume": {"iops": 7500}},
            {"root_volume": {"throughput_mib_per_second": 750}},
            {"root_volume": {"iops": 4000, "throughput_mib_per_second": 1000}},
        ],
        [
            {"root_volume": {"size_gib": 20, "iops": 10001}},
            {"root_volume": {"iops": 7501}},
            {"root_volume": {"throughput_mib_per_second": 751}},
            {"root_volume": {"iops": 3999, "throughput_mib_per_second": 1000}},
        ],
    ),
    (
        "EMR-STEP-001",
        [
            release("emr-5.28.0", step_concurrency=2),
            release("emr-5.27.1", step_concurrency=1),
            release("emr-6.0.0", step_concurrency=256),
        ],
        [release("emr-5.27.1", step_concurrency=2)],
    ),
    (
        "EMR-STEP-002",
        [
            {"step_concurrency": 2, "steps": [step("date")]},
            {"steps": [step("date", on_failure="terminate_cluster")]},
        ],
        [
            {"step_concurrency": 2, "steps": [step("date", on_failure=action)]}
            for action in ("cancel_and_wait", "terminate_cluster")
        ],
    ),
    (
        "EMR-STEP-003",
        [
            {"steps": [step("echo", "x" * 10236)]},
            {"steps": [step("x" * 10240), step("y" * 10240)]},
            {"steps": [{"name": "step", "spark_submit": ["x" * 10240]}]},
            {"steps": [jar(args=["x" * (10240 - 18)])]},
        ],
        [
            {"steps": [step("echo", "x" * 10237)]},
            {"steps": [{"name": "step", "spark_submit": ["x" * 10240, "y"]}]},
            {"steps": [{"name": "step", "script": "a.sh", "args": ["x" * 10237]}]},
            {"steps": [jar(args=["x" * (10240 - 18)], main_class="y")]},
            {"steps": [jar(args=["x" * (10240 - 19)], properties={"a": "b"})]},
        ],
    ),
    (
        "EMR-STEP-004",
        [
            {"steps": [script("a.sh", "0", "1")]},
            # The script of a local path lies elsewhere in S3, and runs from there.
            {"steps": [script("a.sh", "a.sh")]},
            {"steps": [script("s3://foo/a.sh", "a.sh")]},
            {"steps": [submit("--conf", "a=1", "--conf", "b=2", "-c", "c=3", "x.py", "--conf")]},
            {"steps": [submit("--verbose", "--conf", "a=1", "x.py", "a=1")]},
            {"steps": [submit("--jars=a", "--files=a", "x.py")]},
            {"steps": [step("spark-submit", "--conf=a=1", "--conf=b=2", "x.py")]},
            {"steps": [jar(args=["-Da=1", "-Db=2"], main_class="-Da=1")]},
            {"steps": [step("a", "0", name="first"), step("a", "0", name="second")]},
            {"bootstrap": {"a": action("x", "y"), "b": action("x", "s3://foo/a.sh")}},
        ],
        [
            {"steps": [script("a.sh", "0", "0")]},
            {"steps": [script("s3://foo/a.sh", "s3://foo/a.sh")]},
            {"steps": [script("bucket://config/a.sh", "bucket://config/a.sh")]},
            {"steps": [submit("s3://foo/bar.py", "1", "1")]},
            {"steps": [submit("--jars", "a", "--files", "a", "x.py")]},
            {"steps": [submit("--conf", "a=1", "--conf", "a=1", "x.py")]},
            {"steps": [submit("--conf", "a=1", "--conf=a=1", "x.py")]},
            {"steps": [submit("x.py", "--conf", "a=1", "--conf", "b=2")]},
            {"steps": [submit("x.py", "spark-submit")]},
            {"steps": [step("spark-submit", "--conf", "a=1", "--conf", "b=2", "x.py")]},
            {"steps": [jar(args=["-D", "a=1", "-D", "b=2"])]},
            {"steps": [step("a", "", "")]},
            {"bootstrap": {"a": action("x", "x")}},
        ],
    ),
    (
        "EMR-STEP-005",
        [
            {"steps": [step("a", name="first"), step("a", name="second")]},
            {"steps": [step("a"), step("b")]},
            {"steps": [step("a"), step("a", on_failure="terminate_cluster")]},
            {"steps": [script("s3://foo/a"), script("s3://foo//a")]},
            {"steps": [jar(properties={"a": "1"}), jar(properties={"a": "2"})]},
        ],
        [
            {"steps": [step("a"), step("a")]},
            {"steps": [step("a"), step("b"), step("a", on_failure="continue")]},
            {"steps": [step("a", "b"), jar(args=["a", "b"])]},
            {"steps": [step("spark-submit", "--conf=a=1", "b"), submit("-c", "a=1", "b")]},
            {"steps": [script("a.sh"), script("./a.sh")]},
        ],
    ),
    (
        "EMR-TERMINATION-001",
        [
            release("emr-5.30.0", idle_timeout_minutes=1),
            release("emr-6.1.0", idle_timeout_minutes=1),
            release("emr-5.29.0"),
        ],
        [
            release("emr-5.29.0", idle_timeout_minutes=1),
            release("emr-6.0.0", idle_timeout_minutes=1),
            release("emr-6.0.1", idle_timeout_minutes=1),
        ],
    ),
    (
        "EMR-TERMINATION-002",
        [{"idle_timeout_minutes": 60, "applications": ["Spark"]}, {"applications": ["HBase"]}],
        [
            {"idle_timeout_minutes": 60, "applications": [name]}
            for name in ("hbase", "Presto", "Trino")
        ],
    ),
    (
        "EMR-CONFIGURATION-001",
        [
            {"configurations": {"a": {}, "b": {"c": {}}, "d": {"c": {}}}},
            {
                "configurations": [{"Classification": "a"}],
                "core": {"configurations": [{"Classification": "a"}]},
            },
            # EMR-CONFIGURATION-006 is about these.
            {"configurations": [setting(1), setting(1)]},
        ],
        [
            {"configurations": [setting(1), setting(2)]},
            {"core": {"configurations": [{"Classification": "a"}, {"classification": "a", **ONE}]}},
            {
                "configurations": [
                    {"Classification": "a", "Configurations": [setting(1), setting(2)]}
                ]
            },
        ],
    ),
    (
        "EMR-CONFIGURATION-006",
        [
            {"configurations": [setting(1), setting(2)]},
            {"configurations": [setting(1)], "core": {"configurations": [setting(1)]}},
            {
                "configurations": [
                    setting(1),
                    {"Classification": "b", "Configurations": [setting(1)]},
                ]
            },
            # What is added makes the first of them another one.
            {
                "applications": ["Hive"],
                "metastore": "glue",
                "configurations": [
                    {"Classification": "hive-site"},
                    {"Classification": "hive-site"},
                ],
            },
        ],
        [
            {"configurations": [setting(1), setting(1)]},
            {"configurations": [setting(1), setting(2), setting(1)]},
            {"core": {"configurations": [{"Classification": "a"}, {"classification": "a"}]}},
            {
                "configurations": [
                    {"Classification": "a", "Configurations": [setting(1), setting(1)]}
                ]
            },
        ],
    ),
]
