"""The queues hold to what YARN documents of the capacity scheduler.

https://hadoop.apache.org/docs/stable/hadoop-yarn/hadoop-yarn-site/CapacityScheduler.html
"""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emr_platform.pool.queues import queue_settings
from emr_platform.pool.spec import PoolSpec, QueueSpec
from emr_platform.tenants.tenancy import PoolTenant


def tenant(name: str, guaranteed: float = 0.0, maximum: float = 100.0) -> PoolTenant:
    queue = QueueSpec(guaranteed_percent=guaranteed, maximum_percent=maximum)
    return PoolTenant(name=name, pool=PoolSpec(queue=queue))


def test_cluster_without_tenants_has_the_default_queue() -> None:
    assert queue_settings([]) == {
        "queues": "default",
        "default.capacity": "100",
        "default.maximum-capacity": "100",
        "default.maximum-applications": "1000",
        "default.user-limit-factor": "1",
    }


def test_default_queue_has_what_nobody_is_guaranteed() -> None:
    tenants = [tenant("globex", 12.5), tenant("acme-prod", 60.0, 80.0)]
    assert queue_settings(tenants) == {
        "queues": "default,acme-prod,globex",
        "default.capacity": "27.5",
        "default.maximum-capacity": "100",
        "default.maximum-applications": "1000",
        "default.user-limit-factor": "4",
        "acme-prod.capacity": "60",
        "acme-prod.maximum-capacity": "80",
        "acme-prod.maximum-applications": "1000",
        "acme-prod.user-limit-factor": "2",
        "globex.capacity": "12.5",
        "globex.maximum-capacity": "100",
        "globex.maximum-applications": "1000",
        "globex.user-limit-factor": "8",
    }


def test_order_of_tenants_does_not_matter() -> None:
    tenants = [tenant("b", 1.0), tenant("a", 2.0)]
    assert list(queue_settings(tenants).items()) == list(queue_settings(tenants[::-1]).items())


@pytest.mark.parametrize(
    ("percent", "text"), [(1e-07, "0.0000001"), (33.3, "33.3"), (10.0, "10"), (100.0, "100")]
)
def test_numbers_are_written_as_hadoop_reads_them(percent: float, text: str) -> None:
    properties = queue_settings([tenant("acme", percent)])
    assert properties["acme.capacity"] == text


@given(st.lists(st.floats(min_value=0, max_value=1, width=16), max_size=100))
def test_capacities_of_a_level_add_up_to_100(shares: list[float]) -> None:
    tenants = [tenant(f"t{number}", share) for number, share in enumerate(shares)]
    properties = queue_settings(tenants)
    queues = properties["queues"].split(",")
    capacities = {name: Decimal(properties[f"{name}.capacity"]) for name in queues}
    maxima = {name: Decimal(properties[f"{name}.maximum-capacity"]) for name in queues}

    assert sum(capacities.values()) == 100
    assert len(set(queues)) == len(shares) + 1
    assert all(0 <= capacities[name] <= maxima[name] <= 100 for name in queues)
    # A user gets no more than this many times the guaranteed share, and a tenant is one user.
    for name in queues:
        factor = int(properties[f"{name}.user-limit-factor"])
        assert factor >= 1
        assert factor * capacities[name] >= maxima[name] or not capacities[name]
    # Nothing is set for a queue that root does not list.
    assert len(properties) == 1 + 4 * len(queues)


def test_tenant_without_a_guarantee_may_use_what_is_free() -> None:
    properties = queue_settings([tenant("acme", 0.0, 50.0)])
    assert properties["acme.capacity"] == "0"
    assert properties["acme.maximum-capacity"] == "50"
    assert int(properties["acme.user-limit-factor"]) > 10_000
    # By default a queue takes applications in proportion to its capacity.
    assert int(properties["acme.maximum-applications"]) > 0


def test_three_hundred_tenants_are_far_from_what_a_function_may_be_sent() -> None:
    tenants = [tenant(f"customer-with-a-long-name-{number:03}", 0.25) for number in range(300)]
    properties = queue_settings(tenants)
    size = sum(len(name) + len(value) + len('"":"",') for name, value in properties.items())
    # Lambda takes 256 KB, and an update sends the former properties along.
    # https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    assert 2 * size < 0.75 * 256 * 1024
