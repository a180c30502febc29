"""Environment files to measure with: no two alike, of the size of those that people have, and valid."""

from __future__ import annotations

from pathlib import Path

_TYPES = ("m6g.xlarge", "r6g.2xlarge", "m5.2xlarge", "c6g.4xlarge", "r5.xlarge")
_APPLICATIONS = ("Hadoop, Hive, Spark", "Hadoop, Hive, Livy, Spark", "Spark", "Hadoop, Flink")
_RELEASES = ("emr-7.12.0", "emr-7.10.0", "emr-6.15.0", "emr-7.5.0")


def write_environments(directory: Path, count: int) -> list[Path]:
    """Write ``environment-0.yaml`` and so on.

    Args:
        directory: Where to.
        count: How many.

    Returns:
        The files.
    """
    files = [directory / f"environment-{number}.yaml" for number in range(count)]
    for number, file in enumerate(files):
        file.write_text(_environment(number), encoding="utf-8")
    return files


def _environment(number: int) -> str:
    """One to three clusters, of instance groups or of fleets."""
    clusters = "".join(
        _cluster(number, name) for name in ("etl", "adhoc", "reports")[: 1 + number % 3]
    )
    return f"""\
name: environment-{number}
account: "{111122220000 + number}"
region: {("eu-west-1", "us-east-1", "us-west-2")[number % 3]}
tags: {{cost-center: "{number}", team: data, stage: prod}}
network:
  cidr: 10.{number % 250}.0.0/16
  availability_zones: {1 + number % 3 or 2}
  nat_gateways: 1
  endpoints: [elasticmapreduce, kms, logs, secretsmanager, sts]
storage:
  logs: {{expire_after_days: {30 + number}}}
  data:
    input: {{infrequent_access_after_days: 90}}
    output: {{}}
    scratch: {{expire_after_days: 7}}
ssh: {{key_pair: analytics-{number}, allow_from: [10.0.0.0/8]}}
clusters:
{clusters}"""


def _cluster(number: int, name: str) -> str:
    seed = number * 31 + len(name)
    release = _RELEASES[seed % len(_RELEASES)]
    applications = _APPLICATIONS[seed % len(_APPLICATIONS)]
    steps = "".join(
        f"""\
      - name: {name}-{step}
        spark_submit: [--deploy-mode, cluster, --conf, spark.executor.memory={2 + step % 4}g, bucket://input/jobs/{seed}-{step}.py]
"""
        for step in range(10 if "Spark" in applications else 0)
    )
    return f"""\
  {name}:
    release: {release}
    applications: [{applications}]
{_groups(seed) if seed % 4 else _fleets(seed)}\
    configurations:
      core-site:
        fs.s3.maxConnections: {100 + seed % 50}
      yarn-site: {{yarn.nodemanager.vmem-check-enabled: false}}
{_spark(seed) if "Spark" in applications else ""}\
    bootstrap:
      first: {{script: "s3://bucket-{number}/bootstrap/first.sh", args: [one, "{seed}"]}}
      second: {{script: "s3://bucket-{number}/bootstrap/second.sh"}}
    data_access: {{input: read, output: read_write}}
    steps:{steps and chr(10)}{steps or " []" + chr(10)}"""


def _spark(seed: int) -> str:
    return f"""\
      spark-defaults:
        spark.dynamicAllocation.enabled: true
        spark.sql.shuffle.partitions: {100 + seed % 400}
        spark.executor.memory: {4 + seed % 4}g
      spark-env:
        export: {{PYSPARK_PYTHON: /usr/bin/python3}}
"""


def _groups(seed: int) -> str:
    type_ = _TYPES[seed % len(_TYPES)]
    return f"""\
    primary: {{type: m6g.xlarge}}
    core: {{type: {type_}, count: {3 + seed % 3}, ebs: {{type: gp3, size_gib: {100 + seed % 100}, iops: 4000}}}}
    task:
      spot: {{type: {type_}, count: 4, market: spot}}
    scaling: {{minimum: 3, maximum: {20 + seed % 10}, max_core: 6, max_on_demand: 6}}
"""


def _fleets(seed: int) -> str:
    types = ", ".join(f"{type_}: {{weight: {1 + seed % 2}}}" for type_ in _TYPES[:3])
    return f"""\
    instance_fleets:
      primary: {{types: {{m6g.xlarge: {{}}}}}}
      core: {{types: {{{types}}}, on_demand_capacity: {4 + seed % 4}}}
      task: {{types: {{{types}}}, spot_capacity: {seed % 9 + 1}}}
"""
