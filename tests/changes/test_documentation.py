import json
import re
from pathlib import Path

from emr_platform.changes.compare import compare, matched
from emr_platform.changes.report import as_text
from emr_platform.templates.reading import read
from tests.support import ROOT

PAGE = (ROOT / "docs" / "changes.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    [text] = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return str(text)


def test_example_is_reported_as_shown(tmp_path: Path) -> None:
    template = json.loads(block("json"))
    (tmp_path / "before.json").write_text(json.dumps(template))
    cluster = template["Resources"]["Cluster"]["Properties"]
    cluster["ReleaseLabel"] = "emr-7.13.0"
    cluster["Instances"]["CoreInstanceGroup"]["InstanceCount"] = 3
    del template["Resources"]["Input"]
    (tmp_path / "after.json").write_text(json.dumps(template))
    before, after = read(tmp_path / "before.json"), read(tmp_path / "after.json")
    assert as_text(compare(*matched(before, after))) == block("text")
