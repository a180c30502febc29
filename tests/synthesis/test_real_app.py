"""The repository's own app as a worker: what it makes is what ``cdk synth`` makes, and deploys as it is."""

from __future__ import annotations

import json
import os
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from emr_platform.operations.local_aws.cdk import Cdk
from emr_platform.synthesis.project import read_project
from emr_platform.synthesis.records import read_record
from emr_platform.synthesis.synthesize import Result, Synthesizer
from emr_platform.synthesis.worker import LIBRARY
from emr_platform.templates.reading import read
from emr_platform.tenants.estate import read_estate
from tests.support import ROOT

SMALL = """\
name: small
region: us-east-1
clusters:
  etl: {release: emr-7.12.0, bootstrap: {first: {script: first.sh}}}
"""
SHARING = "name: other\nregion: eu-west-1\nstorage: {data: {lake: {}}}\n"
# jsii's folder of the process, in the stack traces of the metadata.
_OF_PROCESS = re.compile(rb"jsii-kernel-\w+")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of the project, with two environments of its own."""
    folder = tmp_path_factory.mktemp("project")
    content = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))
    content["app"] = f"'{sys.executable}' '{ROOT / 'app.py'}'"
    (folder / "cdk.json").write_text(json.dumps(content), encoding="utf-8")
    (folder / "environments").mkdir()
    for name, text in (("small", SMALL), ("other", SHARING)):
        (folder / "environments" / f"{name}.yaml").write_text(text, encoding="utf-8")
    (folder / "environments" / "first.sh").write_text("#!/bin/sh\n", encoding="utf-8")
    return folder


def run(project: Path) -> Result:
    """One worker, so that one environment comes after the other in it."""
    return Synthesizer(project=read_project(project), output=project / "cdk.out", jobs=1).run(
        read_estate(sorted((project / "environments").glob("*.yaml")))
    )


def files(assembly: Path) -> dict[str, bytes]:
    return {
        path.relative_to(assembly).as_posix(): _OF_PROCESS.sub(b"jsii-kernel", path.read_bytes())
        for path in assembly.rglob("*")
        if path.is_file() and path.name != ".emr-platform.json"
    }


def test_assemblies_are_those_of_cdk_synth(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    node = ROOT / ".venv" / "bin" / "node"
    if node.exists():
        monkeypatch.setenv("JSII_NODE", str(node))
    cdk = Cdk(project=project, environment=os.environ, node_modules=ROOT / "node_modules")
    arguments = ("synth", "--quiet", "--context", "environment=small", "--output", "expected")

    with ThreadPoolExecutor() as pool:
        status = pool.submit(cdk.run, *arguments)
        result = run(project)

    assert status.result() == 0
    assert [(each.name, each.status, each.problem) for each in result.outcomes] == [
        ("other", "synthesized", None),
        ("small", "synthesized", None),
    ]
    # The second one of a worker: nothing of the first is left in it.
    found, expected = files(project / "cdk.out" / "small"), files(project / "expected")
    assert found.keys() == expected.keys()
    assert [name for name in found if found[name] != expected[name]] == []
    assert {stack for stack in read(project / "cdk.out").stacks if "small" in stack} == {
        "small-network",
        "small-storage",
        "small-cluster-etl",
    }
    record = read_record(project / "cdk.out" / "small")
    assert record is not None
    assert {str(ROOT / "app.py"), str(ROOT / "stacks"), str(LIBRARY)} == set(record.sources)
    assert record.node == os.environ.get("JSII_NODE", "node")
