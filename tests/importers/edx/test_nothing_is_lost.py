"""Every value of a cluster file is in the environment file, or named in the report."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emr_platform.environment.yaml_source import parse
from emr_platform.environment.yaml_tree import plain
from emr_platform.importers.edx import ImportedCluster, ImportOptions, import_cluster_file
from emr_platform.spec import scalar_text

HERE = Path(__file__).parent

REPLACEMENTS = {"<your-analytics-packages-bucket>": "my-analytics-packages"}


def leaves(
    value: Any, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list) and value:
        for position, inner in enumerate(value):
            yield from leaves(inner, (*path, position))
    else:
        yield path, value


def words(value: Any) -> Iterator[str]:
    """Everything that a document says: its keys and its scalars, as text."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from words(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from words(inner)
    elif value is not None:
        yield scalar_text(value)


def lost(text: str, imported: ImportedCluster) -> list[tuple[tuple[str | int, ...], Any]]:
    """The values of a cluster file that neither the environment file nor the report knows."""
    before, after = parse(text, "cluster.yml")[0], parse(imported.text, "environment.yaml")[0]
    assert before is not None
    assert after is not None
    written = set(words(plain(after)))
    missing = []
    for path, value in leaves(plain(before)):
        # Nothing, and lists that are known and empty, say nothing that could get lost.
        if value is None or value in ("", [], {}):
            continue
        text_of_value = scalar_text(value).replace("\n", "\\n")
        is_named = any(
            note.where == path
            or (note.where and note.where == path[: len(note.where)] and text_of_value in note.what)
            for note in imported.notes
        )
        if not is_named and scalar_text(value) not in written:
            missing.append((path, value))
    return missing


@pytest.mark.parametrize("name", ["cluster.yml", "cluster-m3.2xlarge.yml", "everything.yml"])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"name": "other", "region": "eu-central-1", "release": "emr-7.12.0"},
        {"vpc_id": "vpc-0123456789abcdef0", "vpc_cidr": "10.1.0.0/16"},
    ],
)
def test_nothing_is_lost(name: str, options: dict[str, str]) -> None:
    text = (HERE / name).read_text()
    has_placeholders = name != "everything.yml"
    if has_placeholders and "vpc_id" in options:
        text = text.replace("<your VPC public subnet ID here>", "subnet-0123456789abcdef0")
    imported = import_cluster_file(
        text,
        file=name,
        target="environment.yaml",
        options=ImportOptions(
            **{"name": "analytics", **options} if has_placeholders else options,
            replacements=REPLACEMENTS if has_placeholders else {},
        ),
    )
    assert lost(text, imported) == []


def test_every_value_in_question_is_in_the_report_as_text() -> None:
    text = (HERE / "everything.yml").read_text()
    imported = import_cluster_file(text, file="everything.yml", target="environment.yaml")
    for note in imported.notes:
        assert note.what in imported.report
    for name in ("someuser", "otheruser", "unknown_thing", "EMR_DefaultRole", "reducer-extra"):
        assert name in imported.report
