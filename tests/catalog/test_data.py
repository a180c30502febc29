"""Which catalogue is used, and what is said of one that cannot be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emr_platform.catalog.data import (
    CATALOG_VARIABLE,
    PROJECT_CATALOG,
    CatalogError,
    catalog_data,
    packaged_content,
    read_catalog,
)
from emr_platform.catalog.instance_types import newest_release


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty project as the current folder, and a process that has read no catalogue."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(CATALOG_VARIABLE, raising=False)
    catalog_data.cache_clear()
    yield tmp_path
    catalog_data.cache_clear()


def write(file: Path, **changed: Any) -> Path:
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps({**packaged_content(), **changed}), encoding="utf-8")
    return file


def test_without_others_the_packages_is_used() -> None:
    assert catalog_data().place == "the package"
    assert catalog_data().as_of == packaged_content()["as_of"]
    assert catalog_data() is catalog_data()


@pytest.mark.parametrize(
    ("as_of", "is_used"), [("2999-01-01", True), ("2000-01-01", False), (None, True)]
)
def test_a_projects_own_is_used_unless_it_is_older(as_of: str | None, is_used: bool) -> None:
    write(PROJECT_CATALOG, source="ours", as_of=as_of or packaged_content()["as_of"])
    assert (catalog_data().source == "ours") is is_used
    assert catalog_data().place == (str(PROJECT_CATALOG) if is_used else "the package")


def test_a_catalogue_that_is_named_is_used_whatever_its_age(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(PROJECT_CATALOG, as_of="2999-01-01")
    named = write(project / "named.json", as_of="2000-01-01", source="named")
    monkeypatch.setenv(CATALOG_VARIABLE, str(named))
    assert (catalog_data().source, catalog_data().place) == ("named", str(named))


def test_what_is_looked_up_comes_from_the_catalogue_in_use(project: Path) -> None:
    regions = packaged_content()["regions"]
    everything = [*packaged_content()["releases"], "emr-7.99.0"]
    last = len(everything) - 1
    newer = {"as_of": "2999-01-01", "releases": str(last), "instance_types": None}
    write(
        project / PROJECT_CATALOG,
        as_of="2999-01-01",
        releases=everything,
        regions={**regions, "us-east-1": newer},
    )
    assert newest_release().label == "emr-7.99.0"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "Expecting value"),
        ("{", "Expecting property name"),
        ("[]", "list indices"),
        ("{}", "'format' is missing"),
        ('{"format": 1}', "its format is 1, and this version reads 2"),
        ("[" * 100_000, "recursion"),
    ],
)
def test_what_is_no_catalogue(text: str, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    file = Path("wrong.json")
    file.write_text(text, encoding="utf-8")
    monkeypatch.setenv(CATALOG_VARIABLE, str(file))
    with pytest.raises(CatalogError, match=r"^wrong\.json: is not a catalogue") as raised:
        catalog_data()
    assert reason in str(raised.value)
    assert "emr-platform catalog refresh" in str(raised.value)


def test_what_cannot_be_read(project: Path) -> None:
    with pytest.raises(CatalogError, match=r"gone\.json: cannot be read: No such file"):
        read_catalog(Path("gone.json"))
    with pytest.raises(CatalogError, match="cannot be read: Is a directory"):
        read_catalog(project)
    Path("latin.json").write_bytes(b'{"source": "\xe9"}')
    with pytest.raises(CatalogError, match=r"latin\.json: is not a catalogue.*utf-8"):
        read_catalog(Path("latin.json"))
