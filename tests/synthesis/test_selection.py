"""Which environments a name means."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from emr_platform.synthesis.selection import UnknownNameError, doubles, select
from emr_platform.tenants.estate import EnvironmentEntry, Estate


def entry(name: str, tenant: str | None = None, file: str = "a.yaml") -> EnvironmentEntry:
    def load() -> Any:
        raise AssertionError("names are known without checking an environment")

    return EnvironmentEntry(name, Path(file), load, tenant=tenant)


ESTATE = Estate(
    (
        entry("acme-prod", "acme"),
        entry("acme-staging", "acme"),
        entry("dev"),
        entry("globex", "globex"),
        entry("globex-2", "globex"),
    )
)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (["dev"], ["dev"]),
        (["dev", "acme-prod", "dev"], ["acme-prod", "dev"]),
        (["acme"], ["acme-prod", "acme-staging"]),
        (["globex"], ["globex", "globex-2"]),
        (["acme-*"], ["acme-prod", "acme-staging"]),
        (["*-prod", "de?", "globe[x]"], ["acme-prod", "dev", "globex"]),
        (["*"], ["acme-prod", "acme-staging", "dev", "globex", "globex-2"]),
    ],
)
def test_selection(wanted: list[str], found: list[str]) -> None:
    assert select(ESTATE, wanted) == found


@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        ("prod", "no environment and no tenant named prod\n  allowed: acme, acme-prod, acme-st"),
        ("Acme-*", r"no environment whose name is like Acme-\*$"),
        ("", "no environment and no tenant named"),
    ],
)
def test_nothing_is_meant(name: str, refusal: str) -> None:
    with pytest.raises(UnknownNameError, match=refusal):
        select(ESTATE, ["dev", name])


def test_names_are_not_listed_by_the_thousand() -> None:
    estate = Estate(tuple(entry(f"environment-{number}") for number in range(21)))

    with pytest.raises(UnknownNameError, match=r"allowed: see emr-platform list$"):
        select(estate, ["dev"])


def test_doubles() -> None:
    assert doubles(ESTATE) == {}

    estate = Estate((entry("dev"), entry("dev", file="b.yaml"), entry("prod")))

    [(name, problem)] = doubles(estate).items()
    assert name == "dev"
    assert "the environment dev is described 2 times: in a.yaml and b.yaml" in str(problem)
