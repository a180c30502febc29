"""How long the command line takes to check 100 environment files, from its start to its end."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FILES = 100
RUNS = 5
LIMIT_SECONDS = 2.0

_VALIDATE = "from emr_platform.cli import main; main()"


def main() -> int:
    """Measure, print what was measured, and compare it with the limit."""
    with tempfile.TemporaryDirectory() as directory:
        files = [_write(Path(directory), number) for number in range(FILES)]
        seconds = statistics.median(_run(files) for _ in range(RUNS))
    print(
        f"validate {FILES} files: {seconds:.2f} s, limit {LIMIT_SECONDS:.2f} s (median of {RUNS})"
    )
    return int(seconds > LIMIT_SECONDS)


def _run(files: list[Path]) -> float:
    begin = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", _VALIDATE, "validate", *map(str, files)],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - begin


def _write(directory: Path, number: int) -> Path:
    """An environment of two clusters, of the size of those that people have."""
    file = directory / f"environment-{number}.yaml"
    file.write_text(
        f"""\
name: environment-{number}
account: "111122223333"
region: eu-west-1
tags: {{cost-center: analytics, team: data, stage: prod}}
network:
  cidr: 10.{number}.0.0/16
  availability_zones: 3
  nat_gateways: 1
  endpoints: [elasticmapreduce, kms, logs, secretsmanager, sts]
storage:
  logs: {{expire_after_days: 365}}
  data:
    input: {{infrequent_access_after_days: 90}}
    output: {{}}
    scratch: {{expire_after_days: 7}}
ssh: {{key_pair: analytics, allow_from: [10.0.0.0/8]}}
result_store: {{instance_type: r6g.large, storage_gib: 100, max_storage_gib: 500, multi_az: true}}
clusters:
{_cluster("etl")}{_cluster("adhoc")}""",
        encoding="utf-8",
    )
    return file


def _cluster(name: str) -> str:
    steps = "".join(
        f"""\
      - name: step-{step}
        spark_submit: [--deploy-mode, cluster, --conf, spark.executor.memory=8g, bucket://input/jobs/{step}.py]
"""
        for step in range(10)
    )
    return f"""\
  {name}:
    release: emr-7.12.0
    applications: [Hadoop, Hive, Livy, Spark]
    primary: {{type: m6g.xlarge}}
    core: {{type: r6g.2xlarge, count: 3, ebs: {{type: gp3, size_gib: 256, iops: 4000}}}}
    task:
      spot: {{type: r6g.2xlarge, count: 4, market: spot}}
    scaling: {{minimum: 3, maximum: 20, max_core: 6, max_on_demand: 6}}
    configurations:
      spark-defaults:
        spark.dynamicAllocation.enabled: true
        spark.sql.shuffle.partitions: 200
        spark.executor.memory: 8g
      yarn-site: {{yarn.nodemanager.vmem-check-enabled: false}}
      spark-env:
        export: {{PYSPARK_PYTHON: /usr/bin/python3}}
    bootstrap:
      first: {{script: "s3://bucket/bootstrap/first.sh", args: [one, two]}}
      second: {{script: "s3://bucket/bootstrap/second.sh"}}
    data_access: {{input: read, output: read_write}}
    steps:
{steps}"""


if __name__ == "__main__":
    sys.exit(main())
