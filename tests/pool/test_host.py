from typing import Any

import pytest

from emr_platform.cluster.settings import cluster_setting
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.environment.rules import environment_problems
from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.metastore.spec import glue_catalog
from emr_platform.network.spec import NewVpcSpec
from emr_platform.pool.host import RECOVERY, as_pool_host, hosts
from emr_platform.security_configuration.effective import declared_security


def shared(more: dict[str, Any] | None = None, **environment: Any) -> EnvironmentSpec:
    cluster = {
        "release": "emr-7.12.0",
        "core": {"type": "m6g.xlarge", "count": 2},
        **(more or {}),
    }
    whole = {"name": "shared-eu", "region": "eu-west-1", "clusters": {"etl": cluster}}
    return EnvironmentSpec.model_validate({**whole, **environment})


def completed(more: dict[str, Any] | None = None, **environment: Any) -> ClusterSpec:
    return as_pool_host(shared(more, **environment)).clusters["etl"]


def role_path(cluster: ClusterSpec) -> str | None:
    security = declared_security(cluster)
    return security.runtime_roles.role_path if security and security.runtime_roles else None


def test_everything_that_is_missing_is_added() -> None:
    cluster = completed()
    catalog = glue_catalog(cluster.metastore)
    recovery = cluster_setting(cluster, "yarn-site", RECOVERY)

    assert role_path(cluster) == "/emr-platform/shared-eu/etl/"
    assert cluster.step_concurrency == 10
    assert cluster.data_access == {}
    assert catalog
    assert catalog.databases == ("shared_eu__*",)
    assert recovery
    assert recovery.value == "true"


def test_what_is_said_stays() -> None:
    cluster = completed(
        {
            "security_configuration": {
                "in_transit": {
                    "certificates": {"provider": "pem", "s3_object": "s3://certificates/tls.zip"}
                },
                "runtime_roles": {
                    "role_path": "/company/tenants/",
                    "propagate_source_identity": True,
                },
            },
            "step_concurrency": 1,
            "metastore": "local",
            "data_access": {"lake": "read"},
            "configurations": {"yarn-site": {RECOVERY: "false"}},
        }
    )
    security = declared_security(cluster)
    recovery = cluster_setting(cluster, "yarn-site", RECOVERY)

    assert role_path(cluster) == "/company/tenants/"
    assert security
    assert security.in_transit
    assert security.runtime_roles
    assert security.runtime_roles.propagate_source_identity
    assert cluster.step_concurrency == 1
    assert cluster.metastore == "local"
    assert cluster.data_access == {"lake": "read"}
    assert recovery
    assert recovery.value == "false"


def test_recovery_joins_what_is_said_of_yarn() -> None:
    cluster = completed(
        {
            "configurations": {
                "spark-defaults": {"spark.executor.memory": "4g"},
                "yarn-site": {"yarn.nodemanager.vmem-check-enabled": "false"},
            }
        }
    )
    assert {each.classification: each.properties for each in cluster.configurations} == {
        "spark-defaults": {"spark.executor.memory": "4g"},
        "yarn-site": {"yarn.nodemanager.vmem-check-enabled": "false", RECOVERY: "true"},
    }


def test_roles_of_tenants_lie_below_the_environments_path() -> None:
    cluster = completed(identity={"role_path": "/company/"})
    assert role_path(cluster) == "/company/emr-platform/shared-eu/etl/"


def test_document_of_emr_is_completed_too() -> None:
    document = {
        "AuthorizationConfiguration": {
            "IAMConfiguration": {"EnableApplicationScopedIAMRole": True},
        }
    }
    assert role_path(completed({"security_configuration": document})) is not None


@pytest.mark.parametrize(
    "more",
    [
        {"release": "emr-6.6.0"},
        {"primary": {"type": "m6g.xlarge", "count": 3}},
        {"security_configuration": {"existing": "ours"}},
        {"lifecycle": "transient"},
    ],
)
def test_cluster_that_cannot_be_shared_stays_as_it_is(more: dict[str, Any]) -> None:
    spec = shared(more)
    assert as_pool_host(spec) == spec
    assert hosts(spec) == ()


def test_completing_twice_is_completing_once() -> None:
    once = as_pool_host(shared())
    assert as_pool_host(once) == once
    assert hosts(once) == ("etl",)


@pytest.mark.parametrize(
    ("network", "endpoints"),
    [
        ({}, ("elasticmapreduce", "kms", "logs", "sts", "glue")),
        ({"nat_gateways": 1}, ()),
        ({"endpoints": ["elasticmapreduce"]}, ("elasticmapreduce",)),
    ],
)
def test_catalog_can_be_reached(network: dict[str, Any], endpoints: tuple[str, ...]) -> None:
    spec = as_pool_host(shared(network=network)).network
    assert isinstance(spec, NewVpcSpec)
    assert spec.interface_endpoints == endpoints


def test_completed_environment_has_no_problem() -> None:
    assert environment_problems(as_pool_host(shared())) == []
