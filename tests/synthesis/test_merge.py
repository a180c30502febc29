"""Assemblies of one environment each become what one app had made of all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from emr_platform.synthesis.merge import MergeError, merge_assemblies

ACKNOWLEDGED = {"acknowledgedId": "Guard::R1", "reason": "it is meant to be"}


def stage(name: str) -> dict[str, Any]:
    return {
        "type": "cdk:cloud-assembly",
        "properties": {"directoryName": f"assembly-{name}", "displayName": name},
    }


TREE = {"type": "cdk:tree", "properties": {"file": "tree.json"}}


def violation(name: str, *paths: str, **more: Any) -> dict[str, Any]:
    return {
        "ruleName": name,
        "description": f"{name} says no",
        "severity": "error",
        "violatingConstructs": [{"constructPath": path} for path in paths],
        **more,
    }


def plugin(
    *violations: dict[str, Any], name: str = "Guard", conclusion: str = "success", **more: Any
) -> dict[str, Any]:
    return {
        "pluginName": name,
        "conclusion": conclusion,
        "violations": list(violations),
        **more,
    }


def assembly(
    folder: Path,
    name: str,
    *,
    manifest: Mapping[str, Any] | None = None,
    reports: list[dict[str, Any]] | None = None,
) -> Path:
    """A cloud assembly with one stage, as the CDK writes it."""
    directory = folder / name
    inner = directory / f"assembly-{name}"
    inner.mkdir(parents=True)
    (inner / "manifest.json").write_text("{}", encoding="utf-8")
    (inner / f"{name}.template.json").write_text(f'{{"Description": "{name}"}}', encoding="utf-8")
    (directory / f"asset.{name}.sh").write_text(name, encoding="utf-8")
    (directory / "asset.shared").mkdir()
    (directory / "asset.shared" / "index.py").write_text("pass", encoding="utf-8")
    (directory / "cdk.out").write_text('{"version":"55.0.0"}', encoding="utf-8")
    children = {
        name: {"id": name, "path": name},
        "Tree": {"id": "Tree", "path": "Tree"},
    }
    files: dict[str, Any] = {
        "manifest.json": {
            "version": "55.0.0",
            "artifacts": {f"assembly-{name}": stage(name), "Tree": TREE},
            **(manifest or {}),
        },
        "tree.json": {"version": "tree-0.1", "tree": {"id": "App", "children": children}},
    }
    if reports is not None:
        files["validation-report.json"] = {"version": "55.0.0", "pluginReports": reports}
    for file, content in files.items():
        (directory / file).write_text(json.dumps(content), encoding="utf-8")
    return directory


def read(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


def merged_reports(tmp_path: Path, *reports: list[dict[str, Any]] | None) -> list[Any]:
    output = tmp_path / "cdk.out"
    folders = [
        assembly(tmp_path, f"env-{number}", reports=each) for number, each in enumerate(reports)
    ]
    merge_assemblies(folders, output)
    merged: list[Any] = read(output / "validation-report.json")["pluginReports"]
    return merged


def test_stages_come_in_their_order_and_before_what_the_app_has_once(tmp_path: Path) -> None:
    output = tmp_path / "cdk.out"

    merge_assemblies([assembly(tmp_path, "b"), assembly(tmp_path, "a")], output)

    manifest = read(output / "manifest.json")
    assert list(manifest["artifacts"].items()) == [
        ("assembly-b", stage("b")),
        ("assembly-a", stage("a")),
        ("Tree", TREE),
    ]
    assert manifest["version"] == "55.0.0"
    assert "missing" not in manifest
    tree = read(output / "tree.json")
    assert list(tree["tree"]["children"]) == ["b", "a", "Tree"]
    assert (tree["version"], tree["tree"]["id"]) == ("tree-0.1", "App")


def test_every_file_is_moved(tmp_path: Path) -> None:
    output = tmp_path / "cdk.out"

    merge_assemblies([assembly(tmp_path, "a"), assembly(tmp_path, "b")], output)

    assert {
        path.relative_to(output).as_posix() for path in output.rglob("*") if path.is_file()
    } == {
        "assembly-a/a.template.json",
        "assembly-a/manifest.json",
        "assembly-b/b.template.json",
        "assembly-b/manifest.json",
        "asset.a.sh",
        "asset.b.sh",
        "asset.shared/index.py",
        "cdk.out",
        "manifest.json",
        "tree.json",
    }


def test_an_earlier_assembly_gives_way(tmp_path: Path) -> None:
    output = tmp_path / "cdk.out"
    merge_assemblies([assembly(tmp_path / "1", "a", reports=[plugin()])], output)
    (output / "assembly-a" / "old.template.json").touch()
    (output / "mine.txt").touch()

    merge_assemblies([assembly(tmp_path / "2", "a"), assembly(tmp_path / "2", "b")], output)

    assert not (output / "assembly-a" / "old.template.json").exists()
    assert not (output / "validation-report.json").exists()
    assert (output / "mine.txt").exists()


def test_what_is_to_be_looked_up_is_asked_once(tmp_path: Path) -> None:
    def zones(region: str) -> dict[str, Any]:
        return {"key": f"zones:{region}", "provider": "zones", "props": {"region": region}}

    output = tmp_path / "cdk.out"
    folders = [
        assembly(tmp_path, "a", manifest={"minimumCliVersion": "2"}),
        *(
            assembly(
                tmp_path,
                name,
                manifest={"missing": [zones(each) for each in regions], "minimumCliVersion": "2"},
            )
            for name, regions in {"b": ["eu-west-1"], "c": ["eu-west-1", "us-east-1"]}.items()
        ),
    ]

    merge_assemblies(folders, output)

    manifest = read(output / "manifest.json")
    assert manifest["missing"] == [zones("eu-west-1"), zones("us-east-1")]
    assert list(manifest) == ["version", "artifacts", "missing", "minimumCliVersion"]


def test_the_same_finding_in_two_environments_is_one(tmp_path: Path) -> None:
    reports = merged_reports(
        tmp_path,
        [plugin(violation("R1", "a/x"), conclusion="failure")],
        None,
        [plugin(violation("R2", "b/y"), violation("R1", "b/x", "b/z"), conclusion="failure")],
    )

    assert reports == [
        plugin(violation("R1", "a/x", "b/x", "b/z"), violation("R2", "b/y"), conclusion="failure")
    ]


def test_a_finding_about_the_app_itself_is_in_all_of_them_and_once_in_the_end(
    tmp_path: Path,
) -> None:
    reports = merged_reports(
        tmp_path, [plugin(violation("R1", ""))], [plugin(violation("R1", "", "b/x"))]
    )

    assert reports == [plugin(violation("R1", "", "b/x"))]


def test_one_failure_is_enough(tmp_path: Path) -> None:
    """Also one that no finding explains: what the plug-in says of it is in its metadata."""
    failure = plugin(conclusion="failure", metadata={"error": "it broke"})

    reports = merged_reports(tmp_path, [plugin(violation("R1", "a"), version="1")], [failure])

    assert reports == [
        plugin(violation("R1", "a"), conclusion="failure", metadata={"error": "it broke"})
    ]


def test_findings_that_were_acknowledged_in_different_places_stay_apart(tmp_path: Path) -> None:
    def suppressed(*paths: str, at: str) -> dict[str, Any]:
        return violation("R1", *paths, acknowledgedAt=at, **ACKNOWLEDGED)

    reports = merged_reports(
        tmp_path,
        [
            plugin(
                violation("R1", "a/z"),
                suppressedViolations=[suppressed("a/x", at="a/x"), suppressed("a/y", at="a/y")],
            )
        ],
        [plugin(name="Annotations"), plugin(suppressedViolations=[suppressed("b/x", at="b")])],
    )

    assert reports == [
        plugin(
            violation("R1", "a/z"),
            suppressedViolations=[
                suppressed("a/x", at="a/x"),
                suppressed("a/y", at="a/y"),
                suppressed("b/x", at="b"),
            ],
        ),
        plugin(name="Annotations"),
    ]


def test_assemblies_of_different_apps_are_refused_and_nothing_is_moved(tmp_path: Path) -> None:
    output = tmp_path / "cdk.out"
    folders = [
        assembly(tmp_path, "a"),
        assembly(tmp_path, "b", manifest={"version": "54.0.0"}),
    ]

    with pytest.raises(MergeError, match="each says something else of version"):
        merge_assemblies(folders, output)

    assert not output.exists()
    assert (folders[0] / "assembly-a").is_dir()


def test_text_is_written_as_the_cdk_writes_it(tmp_path: Path) -> None:
    """In UTF-8, the tree in one line and all else indented by two."""
    folder = assembly(tmp_path, "a", manifest={"about": "größer"})
    output = tmp_path / "cdk.out"

    merge_assemblies([folder], output)

    manifest = (output / "manifest.json").read_text(encoding="utf-8")
    assert manifest.startswith('{\n  "version": "55.0.0",\n  "artifacts": {\n    "assembly-a": {')
    assert manifest.endswith('  },\n  "about": "größer"\n}')
    tree = (output / "tree.json").read_text(encoding="utf-8")
    assert tree.startswith('{"version":"tree-0.1","tree":{"id":"App","children":{"a":{"id":"a"')
