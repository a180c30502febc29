"""Which environments may get stacks of another one's names."""

from pathlib import Path

import pytest

from emr_platform.tenants.stack_names import StackNames, owners

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


@pytest.mark.parametrize("names", [("acme", "acme-cluster-two"), ("acme-cluster-two", "acme")])
def test_names_of_two_files(names: tuple[str, str]) -> None:
    """Whichever comes first, the later one is told of the other."""
    first, second = names
    stack_names = StackNames()

    assert stack_names.add(first, Path("a.yaml")) == []
    [problem] = stack_names.add(second, Path("b.yaml"))

    assert problem.path == ("name",)
    assert problem.message == (
        "stacks of acme-cluster-two may have the names of acme's, which begin with acme-cluster-; "
        f"{first} is in a.yaml"
    )


def test_names_of_one_file() -> None:
    """The file itself is asked for those."""
    stack_names = StackNames()

    assert [stack_names.add(name, Path("a.yaml")) for name in sorted(NAMES)] == [[]] * len(NAMES)


def test_all_environments_that_are_met() -> None:
    stack_names = StackNames()
    for name in ("acme-cluster-one", "acme-cluster-two", "acme-clusters", "acme-cluster-x-queues"):
        stack_names.add(name, Path("a.yaml"))

    found = stack_names.add("acme-cluster-x", Path("b.yaml"))
    more = stack_names.add("acme", Path("c.yaml"))

    assert [problem.message.rpartition("; ")[2] for problem in found] == [
        "acme-cluster-x-queues is in a.yaml"
    ]
    assert [problem.message.split()[2] for problem in more] == [
        "acme-cluster-one",
        "acme-cluster-two",
        "acme-cluster-x-queues",
        "acme-cluster-x",
    ]
