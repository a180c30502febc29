"""``emr-platform presets``."""

from __future__ import annotations

import json

import pytest
import yaml

from emr_platform.cli.program import run
from emr_platform.presets.catalog import presets


def test_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["presets"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(presets())
    assert all(
        preset.description in line for preset, line in zip(presets().values(), lines, strict=True)
    )


def test_list_for_a_release(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["presets", "--release", "emr-6.8.0"]) == 0
    names = {line.split()[0] for line in capsys.readouterr().out.splitlines()}
    assert "iceberg" in names
    assert not {"delta", "cloudwatch-agent"} & names


def test_list_as_data(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["presets", "--format", "json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert listed == {name: preset.description for name, preset in presets().items()}


def test_one_preset(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["presets", "cloudwatch-agent"]) == 0
    shown = yaml.safe_load(capsys.readouterr().out)
    assert shown["source"] == presets()["cloudwatch-agent"].source
    assert shown["adds applications"] == ["AmazonCloudWatchAgent"]
    assert shown["releases"] == "emr-7.0.0 or later, and emr-spark-8.0.0 or later"
    assert {"yarn", "prometheus_workspace_arn"} == shown["options"].keys()
    assert [part["when"] for part in shown["configurations"]] == [
        "yarn is said",
        "prometheus_workspace_arn is said",
    ]
    assert shown["allows nodes"][0]["{{prometheus_workspace_arn}}"] == ["aps:RemoteWrite"]


def test_one_preset_for_a_release(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["presets", "hbase-on-s3", "--release", "emr-5.6.0"]) == 0
    shown = yaml.safe_load(capsys.readouterr().out)
    assert shown["options"].keys() == {"root_directory"}
    assert shown["options"]["root_directory"].endswith("; required)")
    sites = [part.get("hbase-site", {}) for part in shown["configurations"]]
    assert {"hbase.rootdir": "{{root_directory}}"} in sites
    assert {"fs.s3a.experimental.input.fadvise": "sequential"} not in sites


def test_data(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["presets", "iceberg", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["first_release"] == "emr-6.5.0"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["icberg"], "there is no preset icberg, did you mean iceberg?\n  allowed: cloudwatch-"),
        (["a\x1b[31m"], "there is no preset a\\x1b[31m\n"),
        (["delta", "--release", "emr-6.8.0"], "emr-6.8.0 does not have what the preset delta"),
        (["--release", "seven"], "'seven' is not an EMR release label\n  allowed: a release label"),
    ],
)
def test_mistakes(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["presets", *arguments]) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith(message)
    assert captured.out == ""
