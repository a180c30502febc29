"""What deployment.yaml may say, and how it is told what it must not."""

from __future__ import annotations

from pathlib import Path

import pytest

from emr_platform.deployment.loader import load_deployment
from emr_platform.deployment.spec import DEFAULT_WAVES
from emr_platform.deployment.waves import Deployable
from emr_platform.problems import InvalidSpecError

PROD = Deployable("prod", "eu-west-1", "retain")
STAGING = Deployable("staging", "eu-west-1", "destroy")


def written(folder: Path, text: str) -> Path:
    file = folder / "deployment.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def refused(folder: Path, text: str) -> list[str]:
    with pytest.raises(InvalidSpecError) as error:
        load_deployment(written(folder, text), (PROD, STAGING))
    return [str(each).replace(f"{folder}/", "") for each in error.value.problems]


def test_defaults_without_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert load_deployment(None, ()).spec.waves == DEFAULT_WAVES


def test_file_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, "waves: [{name: only}]\n")
    monkeypatch.chdir(tmp_path)

    assert [wave.name for wave in load_deployment(None, ()).spec.waves] == ["only"]


def test_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(InvalidSpecError, match="there is no such file"):
        load_deployment(tmp_path / "other.yaml", ())


def test_faults_have_their_places(tmp_path: Path) -> None:
    text = "waves:\n  - name: Canary\n    tiers: [gold]\n  - {environments: [prod]}\nwave: 1\n"

    assert [each.partition("\n")[0] for each in refused(tmp_path, text)] == [
        "deployment.yaml:2:11  waves[0].name  EMR-FILE-019",
        "deployment.yaml:3:13  waves[0].tiers[0]  EMR-FILE-016",
        "deployment.yaml:4:5  waves[1].name  EMR-FILE-014",
        "deployment.yaml:5:1  wave  EMR-FILE-013",
    ]


def test_empty_file(tmp_path: Path) -> None:
    [problem] = refused(tmp_path, "# waves\n")

    assert problem.endswith("the file is empty\n  allowed: waves: … or pipeline: …, or no file")


@pytest.mark.parametrize("text", ["waves: [", "waves: []\n", "- waves\n", "waves:\n"])
def test_what_is_no_deployment(tmp_path: Path, text: str) -> None:
    assert refused(tmp_path, text)


def test_names_of_waves_differ(tmp_path: Path) -> None:
    text = "waves:\n  - {name: a, protection: destroy}\n  - {name: b}\n  - {name: a}\n"

    [problem] = refused(tmp_path, text)

    assert problem.startswith("deployment.yaml:4:12  waves[2].name  EMR-WAVE-001\n")


def warnings(folder: Path, text: str, *environments: Deployable) -> list[str]:
    loaded = load_deployment(written(folder, text), environments)
    return [f"{each.rule_id} {each.message}" for each in loaded.warnings]


def test_patterns_that_are_nobodys(tmp_path: Path) -> None:
    text = "waves:\n  - {name: a, environments: [stag*, production]}\n"

    assert warnings(tmp_path, text, PROD, STAGING) == [
        "EMR-WAVE-002 there is no environment production"
    ]
    assert warnings(tmp_path, text.replace("production", "pro?"), PROD, STAGING) == [
        "EMR-WAVE-003 the first wave deploys prod, whose data is retained, before environments that may be lost"
    ]


def test_retained_environments_may_come_first_where_there_are_no_others(tmp_path: Path) -> None:
    text = "waves:\n  - {name: a, regions: [us-east-1]}\n  - {name: b, environments: [prod]}\n"

    assert warnings(tmp_path, text, PROD) == []
    # The wave above has no environments.
    [warning] = warnings(tmp_path, text, PROD, STAGING)
    assert warning.startswith("EMR-WAVE-003")


PIPELINE = """\
pipeline:
  account: "111122223333"
  region: eu-west-1
  source: {source}
"""


@pytest.mark.parametrize(
    "source",
    [
        "{connection_arn: 'arn:aws:codeconnections:eu-west-1:111122223333:connection/"
        "0f5e1f5c-1111-2222-3333-444455556666', repository: acme/environments}",
        "{connection_arn: 'arn:aws:codestar-connections:eu-west-1:111122223333:connection/"
        "0f5e1f5c-1111-2222-3333-444455556666', repository: acme/group/environments, branch: live}",
        "{codecommit: environments, branch: main}",
        "{bucket: acme-sources, key: environments.zip}",
    ],
)
def test_sources_of_a_pipeline(tmp_path: Path, source: str) -> None:
    spec = load_deployment(written(tmp_path, PIPELINE.format(source=source)), (PROD,)).spec

    assert spec.pipeline is not None
    assert spec.pipeline.name == "environments"
    assert spec.waves == DEFAULT_WAVES


def test_faults_of_a_pipeline_have_their_places(tmp_path: Path) -> None:
    text = "pipeline:\n  account: 12\n  region: europe\n  source: {bucket: a, kee: b}\n"

    assert [each.partition("\n")[0] for each in refused(tmp_path, text)] == [
        "deployment.yaml:2:12  pipeline.account  EMR-FILE-015",
        "deployment.yaml:3:11  pipeline.region  EMR-FILE-019",
        "deployment.yaml:4:3  pipeline.source.key  EMR-FILE-014",
        "deployment.yaml:4:20  pipeline.source.bucket  EMR-FILE-019",
        "deployment.yaml:4:23  pipeline.source.kee  EMR-FILE-013",
    ]


def test_environments_of_a_pipeline(tmp_path: Path) -> None:
    text = PIPELINE.format(source="{codecommit: it}") + "  environments: [acme, staging, pord]\n"
    tenant = Deployable("acme", "eu-west-1", "retain", "bridge", "shared-eu")
    shared = Deployable("shared-eu", "eu-west-1", "retain", "shared")

    assert warnings(tmp_path, text, tenant, shared, STAGING) == [
        "EMR-WAVE-004 acme uses shared-eu, which this pipeline does not deploy",
        "EMR-WAVE-002 there is no environment pord",
    ]
    text = text.replace("pord", "shared-*")
    assert warnings(tmp_path, text, tenant, shared, STAGING) == []
