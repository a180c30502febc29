"""``emr-platform check``."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import jsonschema
import pytest

from emr_platform.cli.program import run
from tests.template_check.support import CLUSTER, cluster, stack

ROOT = Path(__file__).parents[2]
SARIF_SCHEMA = ROOT / "tests" / "reports" / "sarif-2.1.0-rtm.5.json"


@pytest.fixture(autouse=True)
def _somewhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(name: str, properties: Any) -> str:
    Path(name).write_text(stack(properties).text, encoding="utf-8")
    return name


def test_good_template(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", write("good.json", CLUSTER)]) == 0
    assert capsys.readouterr().out == "1 template: no problems\n"


def test_bad_template(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", write("bad.json", cluster(StepConcurrencyLevel=999))]) == 1
    out = capsys.readouterr().out.splitlines()
    assert out[0].startswith("bad.json:1:")
    assert out[0].endswith("  Resources.Cluster.Properties.StepConcurrencyLevel  EMR-TEMPLATE-008")
    assert out[1:] == [
        "  found the number 999",
        "  allowed: a whole number from 1 to 256",
        "1 template: 1 error",
    ]


def test_warnings_fail_on_demand() -> None:
    file = write("warning.json", cluster(SecurityConfiguration=None))
    assert run(["check", file]) == 0
    assert run(["check", "--strict", file]) == 1


def test_what_cannot_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "absent.yaml", write("bad.json", cluster(Name="<"))]) == 2
    out = capsys.readouterr().out
    assert "absent.yaml:1:1  EMR-TEMPLATE-001\n  cannot be read: No such file" in out
    assert out.endswith("2 templates: 2 errors\n")


def test_cloud_assembly_is_what_is_checked_by_default(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check"]) == 2
    assert "there is no cdk.out here; name a template" in capsys.readouterr().err
    Path("cdk.out").mkdir()
    artifact = {"type": "aws:cloudformation:stack", "properties": {"templateFile": "t.json"}}
    Path("cdk.out/manifest.json").write_text(json.dumps({"artifacts": {"t": artifact}}))
    write("cdk.out/t.json", CLUSTER)
    assert run(["check"]) == 0
    assert capsys.readouterr().out == "1 template: no problems\n"


def test_sarif(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "--format=sarif", write("bad.json", cluster(Name="<"))]) == 1
    log = json.loads(capsys.readouterr().out)
    jsonschema.Draft4Validator(json.loads(SARIF_SCHEMA.read_text())).validate(log)
    [result] = log["runs"][0]["results"]
    assert result["ruleId"] == "EMR-TEMPLATE-010"
    [rule] = log["runs"][0]["tool"]["driver"]["rules"]
    assert rule["shortDescription"]["text"].startswith("A text has the form of what it names")


def test_junit_in_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    file = write("bad.json", cluster(Name="<"))
    assert run(["check", "--format=junit", "--output=report.xml", file]) == 1
    assert capsys.readouterr().out == "1 template: 1 error\n"
    root = Xml.parse("report.xml").getroot()
    assert (root.get("tests"), root.get("failures")) == ("1", "1")


def test_checking_loads_neither_the_cdk_nor_boto3() -> None:
    file = write("good.json", CLUSTER)
    script = (
        "import sys\n"
        "from emr_platform.cli.program import run\n"
        f"status = run(['check', {file!r}])\n"
        "heavy = {'aws_cdk', 'jsii', 'constructs', 'boto3', 'botocore', 'rich', 'ruamel', 'cfnlint'}\n"
        "print(status, sorted(heavy & sys.modules.keys()), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    assert done.stderr == "0 []\n"
