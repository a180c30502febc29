import json
from pathlib import Path
from typing import Any

import pytest

from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.pool.cluster_rules import SHARED_POOL_RULES
from emr_platform.pool.queues import queue_settings
from emr_platform.pool.rules import POOL_RULES, pool_problems, shared_problems
from emr_platform.pool.spec import PoolSpec
from emr_platform.problems import Problem, dotted
from emr_platform.tenants.tenancy import PoolTenant

ROOT = Path(__file__).parents[2]

CORE = {"type": "m6g.xlarge", "count": 2}


def shared(**clusters: dict[str, Any]) -> EnvironmentSpec:
    return environment(clusters={name: cluster(**more) for name, more in clusters.items()})


def environment(**more: Any) -> EnvironmentSpec:
    whole = {"storage": {"data": {"lake": {}, "reports": {}}}, **more}
    return EnvironmentSpec.model_validate({"name": "shared-eu", "region": "eu-west-1", **whole})


def cluster(**more: Any) -> dict[str, Any]:
    return {"release": "emr-7.12.0", "core": CORE, **more}


def pool(**more: Any) -> PoolSpec:
    return PoolSpec.model_validate(more)


def tenant(name: str, guaranteed: float = 0, maximum: float = 100, **more: Any) -> PoolTenant:
    queue = {"guaranteed_percent": guaranteed, "maximum_percent": maximum}
    return PoolTenant(name=name, pool=pool(queue=queue, **more))


def found(problems: list[Problem]) -> list[tuple[str, str]]:
    return [(problem.rule_id, dotted(problem.path)) for problem in problems]


SHARED = shared(etl={})


def test_nothing_said_is_fine() -> None:
    assert pool_problems(PoolSpec(), shared=SHARED) == []
    assert shared_problems(SHARED, [tenant("acme"), tenant("globex")]) == []
    assert shared_problems(SHARED, []) == []


@pytest.mark.parametrize(
    ("use", "of", "where"),
    [
        (pool(cluster="olap"), SHARED, "cluster"),
        (pool(), shared(etl={}, olap={}), "cluster"),
        (pool(), shared(), "cluster"),
    ],
)
def test_cluster_has_to_be_clear(use: PoolSpec, of: EnvironmentSpec, where: str) -> None:
    assert found(pool_problems(use, shared=of)) == [("EMR-POOL-001", where)]


def test_cluster_is_named_where_there_are_several() -> None:
    assert pool_problems(pool(cluster="olap"), shared=shared(etl={}, olap={})) == []
    (problem,) = pool_problems(pool(), shared=shared(etl={}, olap={}))
    assert problem.allowed == "etl or olap"


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"release": "emr-6.6.0"}, "clusters.etl.release"),
        ({"applications": ["HBase"]}, "clusters.etl.applications"),
        ({"primary": {"type": "m6g.xlarge", "count": 3}}, "clusters.etl.primary.count"),
        ({"security_configuration": {"existing": "ours"}}, "security_configuration.existing"),
        (
            {"security_configuration": {"runtime_roles": {"enabled": False}}},
            "runtime_roles.enabled",
        ),
        (
            {
                "core": None,
                "instance_fleets": {
                    "primary": {"types": {"m6g.xlarge": {}}},
                    "core": {"types": {"m6g.xlarge": {}}, "on_demand_capacity": 2},
                },
            },
            "clusters.etl.instance_fleets",
        ),
        ({"lifecycle": "transient"}, "clusters.etl.lifecycle"),
    ],
)
def test_cluster_that_cannot_be_shared(more: dict[str, Any], place: str) -> None:
    problems = pool_problems(pool(), shared=shared(etl=more))
    assert found(problems) == [("EMR-POOL-002", "cluster")]
    assert place in str(problems[0].allowed)
    # Said to those who want to use it, and to nobody else.
    assert shared_problems(shared(etl=more), [tenant("acme", 60), tenant("globex", 60)]) == []


def test_first_release_with_runtime_roles_can_be_shared() -> None:
    assert pool_problems(pool(), shared=shared(etl={"release": "emr-6.7.0"})) == []


@pytest.mark.parametrize("application", ["Spark", "Hive", "spark"])
def test_spark_or_hive_is_enough(application: str) -> None:
    assert pool_problems(pool(), shared=shared(etl={"applications": [application]})) == []


def test_buckets_are_those_of_the_shared_environment() -> None:
    assert pool_problems(pool(data={"lake": "read"}), shared=SHARED) == []
    assert pool_problems(pool(data={}), shared=SHARED) == []
    problems = pool_problems(pool(data={"lake": "read", "swamp": "read"}), shared=SHARED)
    assert found(problems) == [("EMR-POOL-003", "data.swamp")]
    assert problems[0].allowed == "lake, reports"


@pytest.mark.parametrize(
    ("guaranteed", "maximum", "right"),
    [(10, 10, True), (10, 9.9, False), (0, 0, False), (0, 0.1, True), (100, 100, True)],
)
def test_maximum_of_a_queue(guaranteed: float, maximum: float, right: bool) -> None:
    use = tenant("acme", guaranteed, maximum).pool
    expected = [] if right else [("EMR-POOL-004", "queue.maximum_percent")]
    assert found(pool_problems(use, shared=SHARED)) == expected


def test_database_needs_the_catalog() -> None:
    local = shared(etl={"metastore": "local"})
    assert found(pool_problems(pool(), shared=local)) == [("EMR-POOL-005", "glue_database")]
    assert pool_problems(pool(glue_database=False), shared=local) == []


@pytest.mark.parametrize(("length", "right"), [(486, True), (487, False)])
def test_path_of_roles_has_a_length(length: int, right: bool) -> None:
    # emr-platform/shared-eu/etl/ has 27 characters, less one for the slash that both have.
    of = environment(clusters={"etl": cluster()}, identity={"role_path": f"/{'a' * (length - 3)}/"})
    expected = [] if right else [("EMR-POOL-006", "cluster")]
    assert found(pool_problems(pool(), shared=of)) == expected


@pytest.mark.parametrize(
    ("shares", "right"),
    [((60, 40), True), ((60, 40.1), False), ((33.3, 33.3, 33.4), True), ((0.25,) * 400, True)],
)
def test_guarantees_of_a_cluster_add_up(shares: tuple[float, ...], right: bool) -> None:
    tenants = [tenant(f"t{number}", share) for number, share in enumerate(shares)]
    expected = [] if right else [("EMR-POOL-007", "clusters.etl")]
    assert found(shared_problems(SHARED, tenants)) == expected


def test_largest_guarantees_are_named() -> None:
    tenants = [tenant(f"t{number}", number) for number in range(10, 20)]
    (problem,) = shared_problems(SHARED, tenants)
    assert problem.message == (
        "10 tenants are guaranteed 145 % of etl together: t19 19, t18 18, t17 17, t16 16, t15 15, …"
    )


def test_guarantees_are_added_up_for_each_cluster() -> None:
    tenants = [tenant("acme", 60, cluster="etl"), tenant("globex", 60, cluster="olap")]
    assert shared_problems(shared(etl={}, olap={}), tenants) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("queues", "default,adhoc"), ("default.capacity", "50"), ("adhoc.capacity", "50")],
)
def test_queues_are_those_of_tenants(name: str, value: str) -> None:
    setting = f"yarn.scheduler.capacity.root.{name}"
    of = shared(etl={"configurations": {"capacity-scheduler": {setting: value}}})
    expected = [
        ("EMR-POOL-008", f'clusters.etl.configurations.capacity-scheduler["{setting}"]'),
    ]
    assert found(shared_problems(of, [tenant("acme")])) == expected


def test_other_settings_of_the_scheduler_are_the_clusters() -> None:
    setting = {"yarn.scheduler.capacity.maximum-am-resource-percent": "0.5"}
    of = shared(etl={"configurations": {"capacity-scheduler": setting}})
    assert shared_problems(of, [tenant("acme")]) == []


@pytest.mark.parametrize(
    ("name", "right"), [("default", False), ("root", False), ("default-1", True), ("a--b", False)]
)
def test_names_of_tenants(name: str, right: bool) -> None:
    expected = [] if right else [("EMR-POOL-009", "clusters.etl")]
    assert found(shared_problems(SHARED, [tenant(name)])) == expected


def test_two_hyphens_matter_to_databases_alone() -> None:
    assert shared_problems(SHARED, [tenant("a--b", glue_database=False)]) == []


@pytest.mark.parametrize(("steps", "right"), [(1, False), (2, True)])
def test_steps_run_side_by_side(steps: int, right: bool) -> None:
    of = shared(etl={"step_concurrency": steps})
    expected = [] if right else [("EMR-POOL-010", "clusters.etl.step_concurrency")]
    assert found(shared_problems(of, [tenant("acme")])) == expected


WARNINGS = [
    ({"idle_timeout_minutes": 60}, "EMR-POOL-011", "idle_timeout_minutes"),
    ({"session_manager": True}, "EMR-POOL-012", "session_manager"),
    (
        {
            "security_configuration": {
                "emrfs_role_mappings": {
                    "all": {"role_arn": "arn:aws:iam::111122223333:role/a", "users": ["hadoop"]}
                }
            }
        },
        "EMR-POOL-013",
        "security_configuration.emrfs_role_mappings",
    ),
    (
        {
            "configurations": {
                "yarn-site": {"yarn.resourcemanager.recovery.enabled": "false"},
            }
        },
        "EMR-POOL-014",
        'configurations.yarn-site["yarn.resourcemanager.recovery.enabled"]',
    ),
    (
        {
            "security_configuration": {
                "at_rest": {
                    "s3": {
                        "mode": "sse_kms",
                        "kms_key_arn": "arn:aws:kms:eu-west-1:111122223333:key/abc",
                    }
                }
            }
        },
        "EMR-POOL-016",
        "security_configuration.at_rest.s3.kms_key_arn",
    ),
    (
        {"configurations": {"yarn-site": {"yarn.node-labels.enabled": "true"}}},
        "EMR-POOL-015",
        'configurations.yarn-site["yarn.node-labels.enabled"]',
    ),
]


@pytest.mark.parametrize(("more", "rule", "place"), WARNINGS, ids=[each[1] for each in WARNINGS])
def test_what_is_unwise_on_a_shared_cluster(more: dict[str, Any], rule: str, place: str) -> None:
    problems = shared_problems(shared(etl=more), [tenant("acme")])
    assert found(problems) == [(rule, f"clusters.etl.{place}")]
    assert problems[0].severity == "warning"
    # A cluster that no tenant uses may be as it likes.
    others = shared_problems(shared(etl=more, olap={}), [tenant("acme", cluster="olap")])
    assert others == []


def test_ssh_is_not_for_shared_clusters() -> None:
    of = environment(clusters={"etl": cluster()}, ssh={"key_pair": "ops"})
    assert found(shared_problems(of, [tenant("acme")])) == [("EMR-POOL-012", "ssh")]
    assert shared_problems(of, []) == []


@pytest.mark.parametrize(("count", "right"), [(300, True), (1000, False)])
def test_queues_fit_into_an_event(count: int, right: bool) -> None:
    tenants = [tenant(f"customer-{number:04}") for number in range(count)]

    problems = shared_problems(shared(etl={}), tenants)

    assert found(problems) == ([] if right else [("EMR-POOL-017", "clusters.etl")])
    # https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: with the former properties beside them.
    events = 2 * len(json.dumps(queue_settings(tenants)))
    assert (events < 0.8 * 256 * 1024) is right


def test_every_rule_is_seen_in_a_report() -> None:
    report = (ROOT / "tests/tenants/bad/shared-clusters.txt").read_text(encoding="utf-8")
    ids = [rule.id for rule in POOL_RULES.rules] + [rule.id for rule in SHARED_POOL_RULES.rules]
    # One of them takes hundreds of tenants.
    assert [id for id in ids if f"  {id}" not in report] == ["EMR-POOL-017"]
