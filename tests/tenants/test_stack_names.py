"""Which environments may get stacks of another one's names."""

import pytest

from emr_platform.tenants.stack_names import owners

NAMES = {"acme", "acme-cluster", "acme-prod", "b-cluster-x", "cluster", "queues-cluster"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("acme-cluster", [("acme", "cluster")]),
        ("acme-queues", [("acme", "queues")]),
        ("acme-cluster-two", [("acme", "cluster")]),
        ("acme-prod-cluster", [("acme-prod", "cluster")]),
        ("acme-cluster-cluster", [("acme", "cluster"), ("acme-cluster", "cluster")]),
        ("acme-clusters", []),
        ("acme-two-cluster", []),
        ("acme", []),
        ("cluster", []),
        ("cluster-queues", [("cluster", "queues")]),
        ("b-cluster-x", []),
    ],
)
def test_owners(name: str, expected: list[tuple[str, str]]) -> None:
    assert list(owners(name, NAMES)) == expected
