"""Tenants files to test with."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

STANDARD = """\
region: eu-west-1
parameters:
  core_count: {type: integer, minimum: 1, maximum: 20, default: 2, description: Core nodes}
tags: {cost-center: analytics}
network: {availability_zones: 2, nat_gateways: 1}
storage: {data: {input: {}, output: {}}}
clusters:
  etl:
    release: emr-7.12.0
    core: {type: m6g.xlarge, count: $(core_count)}
    acknowledge: {EMR-COST-002: It waits for steps.}
"""

CUSTOMERS = """\
template: templates/standard.yaml
address_pool: 10.64.0.0/10
shared:
  common: {}
tenants:
  acme:
    account: "111122223333"
    region: us-east-1
    parameters: {core_count: 10}
    tags: {plan: gold}
    environments:
      staging: {parameters: {core_count: 1}}
      prod: {overrides: {clusters: {etl: {core: {type: r6g.xlarge}}}}}
  globex: {tier: bridge}
  tiny: {tier: pool, pool: {queue: {guaranteed_percent: 10}}}
"""

LOCK = """\
{
  "version": 1,
  "ranges": {
    "acme-prod": "10.64.32.0/20",
    "acme-staging": "10.64.16.0/20",
    "common": "10.64.0.0/20"
  }
}
"""


def write_tenants(
    directory: Path,
    tenants: str = CUSTOMERS,
    *,
    lock: str | None = LOCK,
    templates: Mapping[str, str] = {"standard": STANDARD},
) -> Path:
    """Write a tenants file with its templates and its lock file.

    Returns:
        The tenants file, ``customers.yaml``.
    """
    (directory / "templates").mkdir(parents=True, exist_ok=True)
    for name, template in templates.items():
        (directory / "templates" / f"{name}.yaml").write_text(template, encoding="utf-8")
    if lock is not None:
        (directory / "customers.lock.json").write_text(lock, encoding="utf-8")
    file = directory / "customers.yaml"
    file.write_text(tenants, encoding="utf-8")
    return file
