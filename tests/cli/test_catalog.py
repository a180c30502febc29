"""``emr-platform catalog``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from emr_platform.catalog.data import (
    CATALOG_VARIABLE,
    PROJECT_CATALOG,
    catalog_data,
    packaged_content,
    read_catalog,
)
from emr_platform.catalog.facts import condense, expand, render
from emr_platform.catalog.instance_types import newest_release, releases
from emr_platform.cli.program import run
from emr_platform.operations import catalog_refresh
from emr_platform.operations.catalog_refresh import (
    CatalogRefreshError,
    RegionAnswer,
    ReleaseAnswer,
)
from tests.catalog.test_facts import M5

KNOWN = expand(packaged_content())
HERE = KNOWN.regions["eu-west-1"]
ENVIRONMENT = """\
name: dev
region: eu-west-1
protection: destroy
clusters: {etl: {release: emr-7.99.0, core: {type: m9.xlarge, count: 1}}}
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty project as the current folder, and a process that has read no catalogue."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(CATALOG_VARIABLE, raising=False)
    catalog_data.cache_clear()
    yield tmp_path
    catalog_data.cache_clear()


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    """An account with a newer release and a newer instance type; and what it was asked."""
    asked: list[dict[str, object]] = []

    def answer(**arguments: object) -> object:
        asked.append({name: arguments[name] for name in ("profile", "regions")})
        ec2_types = frozenset((*(HERE.instance_types or ()), "m9.xlarge")) - {"m5.xlarge"}
        types = {"m9.xlarge": M5, "m6g.xlarge": KNOWN.instance_types["m6g.xlarge"]}
        return (
            {"eu-west-1": RegionAnswer(HERE.releases | {"emr-7.99.0"}, ec2_types)},
            {"emr-7.99.0": ReleaseAnswer("eu-west-1", {"Spark": "4.9.0"}, types)},
        )

    monkeypatch.setattr(catalog_refresh, "ask_account", answer)
    return asked


def rules_in(report: str) -> set[str]:
    return set(re.findall(r"EMR-[A-Z]+-\d+", report))


def shown_in_documentation() -> str:
    page = (Path(__file__).parents[2] / "docs" / "catalogue.md").read_text(encoding="utf-8")
    [shown] = re.findall(r"^```text\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    return re.sub(r"\d{4}-\d\d-\d\d", KNOWN.as_of, str(shown))


def test_overview(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["catalog", "show"]) == 0
    text = capsys.readouterr().out
    lines = text.splitlines()
    assert lines[0] == f"Catalogue of {KNOWN.as_of}, from the package"
    assert (
        f"{len(releases())} releases, the newest of them {newest_release()} and "
        f"{newest_release(is_spark_line=True)}" in lines
    )
    [ireland] = [line for line in lines if line.startswith("eu-west-1")]
    assert ireland.split() == [
        "eu-west-1",
        HERE.as_of,
        str(len(HERE.releases)),
        "emr-7.14.0",
        str(len(HERE.instance_types or ())),
    ]
    assert next(line for line in lines if line.startswith("ap-east-2")).endswith("not known")


def test_a_release(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["catalog", "show", "emr-spark-8.0.0"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:10] == [
        "emr-spark-8.0.0: AWS supports it until 2028-05-21",
        "",
        "Applications",
        "  AmazonCloudWatchAgent     1.300032.2-amzn-0",
        "  Delta                     4.0.0-amzn-1-spark",
        "  Hudi                      1.1.0-amzn-0",
        "  Iceberg                   1.10.1-amzn-0",
        "  JupyterEnterpriseGateway  2.6.0",
        "  Livy                      0.8.0-incubating",
        "  Spark                     4.0.2-amzn-0",
    ]
    count = len(KNOWN.supported["emr-spark-8.0.0"])
    assert any(line.startswith(f"Instance types: {count}: ") for line in lines)
    assert any(line.split() == ["us-east-1", "727"] for line in lines)
    assert lines[-1] == "Not listed in " + ", ".join(
        sorted(
            name
            for name, region in KNOWN.regions.items()
            if "emr-spark-8.0.0" not in region.releases
        )
    )


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("emr-5.30.0", "emr-5.30.0: AWS ended its support on 2026-09-01"),
        ("emr-7.5.0", "  Trino                     version not known"),
        # Documented, and not listed.
        ("emr-4.7.2", "Instance types: not known"),
        ("emr-4.7.2", "Regions: EMR does not list it in any of those that were asked."),
    ],
)
def test_what_is_not_known_is_said(
    label: str, expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["catalog", "show", label]) == 0
    assert expected in capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(
    ("label", "status", "expected"),
    [
        (
            "7.12.0",
            2,
            "'7.12.0' is not an EMR release label\n  allowed: a label such as emr-7.14.0",
        ),
        (
            "emr-7.99.0",
            1,
            "emr-7.99.0 is not among the releases known here\n  allowed: a release up",
        ),
    ],
)
def test_releases_that_cannot_be_shown(
    label: str, status: int, expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["catalog", "show", label]) == status
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(expected)


def test_checks_go_by_a_refreshed_catalogue(
    account: list[dict[str, object]], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("dev.yaml").write_text(ENVIRONMENT, encoding="utf-8")
    assert run(["validate", "dev.yaml"]) == 0
    assert {"EMR-RELEASE-001", "EMR-INSTANCE-002"} <= rules_in(capsys.readouterr().out)

    assert run(["catalog", "refresh", "--profile", "me", "--region", "eu-west-1"]) == 0
    assert account == [{"profile": "me", "regions": ["eu-west-1"]}]
    assert capsys.readouterr().out == shown_in_documentation()
    assert list(Path().rglob(".catalog*")) == []

    catalog_data.cache_clear()
    assert run(["validate", "dev.yaml"]) == 0
    assert not {"EMR-RELEASE-001", "EMR-INSTANCE-002"} & rules_in(capsys.readouterr().out)
    assert run(["catalog", "show", "emr-7.99.0"]) == 0
    assert "  Spark  4.9.0" in capsys.readouterr().out.splitlines()
    assert run(["catalog", "show"]) == 0
    assert "from .emr-platform/catalog.json" in capsys.readouterr().out


def test_long_lists_are_cut(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    none = {"us-east-1": RegionAnswer(frozenset({"emr-7.14.0"}), frozenset({"m5.xlarge"}))}
    types = {"m5.xlarge": replace(M5, memory_gib=15)}
    releases_of_it = {"emr-7.14.0": ReleaseAnswer("us-east-1", {"Spark": "4.0.0"}, types)}
    monkeypatch.setattr(catalog_refresh, "ask_account", lambda **_: (none, releases_of_it))
    assert run(["catalog", "refresh"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "  m5.xlarge: GiB of memory 16 → 15" in lines
    count = len(KNOWN.regions["us-east-1"].releases) - 1
    [gone] = [line for line in lines if line.startswith(f"  - us-east-1: {count} releases: ")]
    assert gone.endswith(f" and {count - 12} more")
    [changed] = [line for line in lines if line.startswith("  emr-7.14.0: ")]
    assert "without Trino" in changed
    assert "Spark 3.5.8-amzn-0 → 4.0.0" in changed


@pytest.mark.usefixtures("account")
def test_a_second_refresh_goes_over_the_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["catalog", "refresh"]) == 0
    capsys.readouterr()
    assert run(["catalog", "refresh"]) == 0
    as_of = read_catalog(PROJECT_CATALOG).as_of
    assert capsys.readouterr().out.splitlines() == [
        ".emr-platform/catalog.json: written",
        f"Nothing differs from .emr-platform/catalog.json, which is of {as_of}.",
    ]


@pytest.mark.usefixtures("account")
def test_an_older_or_broken_file_is_made_again(capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.json").write_text("{", encoding="utf-8")
    assert run(["catalog", "refresh", "--output", "mine.json"]) == 0
    captured = capsys.readouterr()
    assert captured.err.startswith("mine.json: is not a catalogue that this version reads")
    assert "It is made again" in captured.err
    assert "differs from the catalogue of the package" in captured.out
    assert "emr-7.99.0" in read_catalog(Path("mine.json")).release_labels

    content = {**packaged_content(), "as_of": "2000-01-01", "source": "old"}
    Path("mine.json").write_text(render(content), encoding="utf-8")
    assert run(["catalog", "refresh", "--output", "mine.json"]) == 0
    assert "differs from the catalogue of the package" in capsys.readouterr().out


def test_nothing_is_written_where_aws_refuses(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = render({**condense(KNOWN), "as_of": "2999-01-01"})
    PROJECT_CATALOG.parent.mkdir()
    PROJECT_CATALOG.write_text(before, encoding="utf-8")

    def refuse(**_: object) -> object:
        raise CatalogRefreshError("us-east-1: AWS does not allow ListReleaseLabels: not you")

    monkeypatch.setattr(catalog_refresh, "ask_account", refuse)
    assert run(["catalog", "refresh"]) == 1
    captured = capsys.readouterr()
    assert captured.err == "us-east-1: AWS does not allow ListReleaseLabels: not you\n"
    assert captured.out == ""
    assert PROJECT_CATALOG.read_text(encoding="utf-8") == before


@pytest.mark.usefixtures("account")
def test_what_cannot_be_written(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["catalog", "refresh", "--output", "nowhere/catalog.json"]) == 1
    assert "nowhere/catalog.json: cannot be written: No such file" in capsys.readouterr().err
    (project / ".emr-platform").write_text("a file", encoding="utf-8")
    assert run(["catalog", "refresh"]) == 1
    assert ".emr-platform/catalog.json: cannot be written: " in capsys.readouterr().err


def test_broken_catalogue_of_a_project_is_no_fault_of_the_program(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("dev.yaml").write_text(ENVIRONMENT, encoding="utf-8")
    Path("mine.json").write_text("{}", encoding="utf-8")
    monkeypatch.setenv(CATALOG_VARIABLE, "mine.json")
    assert run(["validate", "dev.yaml"]) == 1
    assert capsys.readouterr().err == (
        "mine.json: is not a catalogue that this version reads ('format' is missing)\n"
        "  allowed: what `emr-platform catalog refresh` writes; make it again, or delete it\n"
    )
