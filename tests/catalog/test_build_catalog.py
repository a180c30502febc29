import gzip
import json
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from emr_platform.catalog.data import CatalogData
from emr_platform.catalog.facts import expand, render
from scripts.build_catalog import TARGET, VERSIONS, applications, build, main

AS_OF = date(2026, 1, 2)
APPLICATIONS: dict[str, Any] = {
    "as_of": date(2026, 1, 1),
    "spans": [["emr-7.9.0", "emr-7.11.0"], ["emr-spark-8.0.0", "emr-spark-8.0.0"]],
    "not_listed": ["emr-7.9.1"],
    "versions_not_recorded": ["emr-7.9.1"],
    "applications": {
        "Spark": {"emr-7.9.0": "3.5.5", "emr-spark-8.0.0": "4.0.2"},
        "Sqoop": {"emr-7.9.0": "?", "emr-7.10.0": "-"},
        "Trino": {"emr-7.10.0": "470"},
    },
}


def _type(vcpu: int, memory: float, architecture: str = "X86_64", disks: int = 0) -> dict[str, Any]:
    return {
        "VCPU": vcpu,
        "MemoryGB": memory,
        "Architecture": architecture,
        "NumberOfDisks": disks,
        "StorageGB": disks * 100,
    }


@pytest.fixture
def resources(tmp_path: Path) -> Path:
    contents = {
        "release-labels-us-east-1": [
            "emr-7.10.0",
            "emr-7.9.0",
            "emr-6.0.0-beta",
            "emr-spark-8.0.0",
        ],
        "release-labels-ap-east-2": ["emr-7.10.0"],
        "instance-types-emr-7.9.0": ["m5.xlarge"],
        "instance-types-emr-7.10.0": ["m5.xlarge", "x9g.xlarge"],
        "instance-types-emr-spark-8.0.0": ["m5.xlarge"],
        "instance_types": {
            "x9g.xlarge": _type(4, 17.100000381469727, "AARCH64", disks=2),
            "m5.xlarge": _type(4, 16.0),
        },
        "ec2/instance_types": {
            "m5.xlarge": {"CurrentGeneration": True},
            "t3.micro": {},
            "m5.large": {},
            "m5.metal": {},
        },
        "ec2/instance_type_offerings/region/us-east-1": [
            {"InstanceType": name} for name in ("m5.xlarge", "t3.micro")
        ],
    }
    for name, content in contents.items():
        file = tmp_path / f"{name}.json.gz"
        file.parent.mkdir(parents=True, exist_ok=True)
        with gzip.open(file, "wt") as stream:
            json.dump(content, stream)
    return tmp_path


def test_answers_are_condensed_without_loss(resources: Path) -> None:
    content = build(resources, resources / "ec2", APPLICATIONS, source="moto 0", as_of=AS_OF)
    facts = expand(content)
    assert (facts.source, facts.as_of) == ("moto 0", "2026-01-02")
    assert facts.listed == {"emr-7.9.0", "emr-7.10.0", "emr-spark-8.0.0"}
    assert facts.regions["ap-east-2"].releases == {"emr-7.10.0"}
    assert facts.regions["ap-east-2"].instance_types is None
    assert facts.regions["us-east-1"].instance_types == frozenset({"m5.xlarge"})
    assert facts.supported["emr-7.9.0"] == {"m5.xlarge"}
    assert facts.supported["emr-7.10.0"] == {"m5.xlarge", "x9g.xlarge"}
    assert facts.supported["emr-spark-8.0.0"] == {"m5.xlarge"}
    assert facts.other_ec2_types == {"t3.micro", "m5.large", "m5.metal"}
    new = facts.instance_types["x9g.xlarge"]
    assert (new.vcpu, new.memory_gib, new.architecture) == (4, 17.1, "arm64")
    assert (new.instance_store_disks, new.instance_store_gb) == (2, 200)
    # EC2 no longer describes it.
    assert not new.is_current_generation
    assert facts.instance_types["m5.xlarge"].is_current_generation
    assert facts.applications["emr-7.10.0"] == {"Spark": "3.5.5", "Trino": "470"}
    data = CatalogData(content)
    assert data.labels == ("emr-7.9.0", "emr-7.9.1", "emr-7.10.0", "emr-spark-8.0.0")
    assert data.release_labels == ("emr-7.9.0", "emr-7.10.0", "emr-spark-8.0.0")


def test_applications_of_each_release() -> None:
    listed = frozenset({"emr-7.9.0", "emr-7.10.0", "emr-6.15.0", "emr-spark-8.0.0"})
    assert applications(APPLICATIONS, listed) == {
        "emr-7.9.0": {"Spark": "3.5.5", "Sqoop": None},
        "emr-7.9.1": {"Spark": None, "Sqoop": None},
        "emr-7.10.0": {"Spark": "3.5.5", "Trino": "470"},
        "emr-spark-8.0.0": {"Spark": "4.0.2"},
    }


def test_entries_for_other_releases_are_refused() -> None:
    wrong = {**APPLICATIONS, "applications": {"Spark": {"emr-7.8.0": "3.5.4"}}}
    with pytest.raises(ValueError, match=r"Spark: not among the documented releases: .*7\.8\.0"):
        applications(wrong, frozenset({"emr-7.8.0", "emr-7.9.0"}))


def test_file_is_json_with_one_entry_to_a_line(resources: Path) -> None:
    content = build(resources, resources / "ec2", APPLICATIONS, source="moto 0", as_of=AS_OF)
    text = render(content)
    assert json.loads(text) == content
    assert sum('"m5.xlarge"' in line for line in text.splitlines()) == 1
    assert sum('"Spark"' in line for line in text.splitlines()) == 1


def test_the_package_has_what_the_script_makes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = tmp_path / "data.json"
    as_of = json.loads(TARGET.read_text(encoding="utf-8"))["as_of"]
    monkeypatch.setattr("scripts.build_catalog.TARGET", made)
    monkeypatch.setattr("sys.argv", ["build_catalog", "--date", as_of])
    main()
    assert made.read_text(encoding="utf-8") == TARGET.read_text(encoding="utf-8")


def test_the_package_stays_small() -> None:
    assert TARGET.stat().st_size < 150_000


def test_no_run_of_versions_is_written_twice() -> None:
    versions = yaml.safe_load(VERSIONS.read_text(encoding="utf-8"))
    spans = {span[0] for span in versions["spans"]}
    for name, entries in versions["applications"].items():
        labels = list(entries) if name != "Hive" else []
        for label, next_label in pairwise(labels):
            if next_label not in spans and label.split(".")[0] == next_label.split(".")[0]:
                assert entries[label] != entries[next_label], (name, next_label)
