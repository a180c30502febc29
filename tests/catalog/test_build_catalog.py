import gzip
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from emr_platform.catalog.data import indexes
from scripts.build_catalog import build, index_ranges, render


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
        "instance-types-emr-7.9.0": ["m5.xlarge"],
        "instance-types-emr-7.10.0": ["m5.xlarge", "x9g.xlarge"],
        "instance-types-emr-spark-8.0.0": ["m5.xlarge"],
        "instance_types": {
            "x9g.xlarge": _type(4, 17.100000381469727, "AARCH64", disks=2),
            "m5.xlarge": _type(4, 16.0),
        },
    }
    for name, content in contents.items():
        with gzip.open(tmp_path / f"{name}.json.gz", "wt") as file:
            json.dump(content, file)
    (tmp_path / "ec2").mkdir()
    with gzip.open(tmp_path / "ec2/instance_types.json.gz", "wt") as file:
        json.dump({"m5.xlarge": {"CurrentGeneration": True}}, file)
    return tmp_path


def test_catalog_is_condensed_without_loss(resources: Path) -> None:
    catalog = build(resources, resources / "ec2", source="moto 0", as_of=date(2026, 1, 2))
    assert catalog["release_labels"] == ["emr-7.9.0", "emr-7.10.0", "emr-spark-8.0.0"]
    assert catalog["as_of"] == "2026-01-02"
    assert list(catalog["instance_types"]) == ["m5.xlarge", "x9g.xlarge"]
    *m5, m5_set = catalog["instance_types"]["m5.xlarge"]
    *x9, x9_set = catalog["instance_types"]["x9g.xlarge"]
    assert m5 == [4, 16, "x86_64", 0, 0, True]
    assert x9 == [4, 17.1, "arm64", 2, 200, False]
    assert indexes(catalog["support_sets"][m5_set]) == [0, 1, 2]
    assert indexes(catalog["support_sets"][x9_set]) == [1]
    assert len(catalog["instance_type_columns"]) == len(m5) + 1


def test_file_is_json_with_one_type_to_a_line(resources: Path) -> None:
    catalog = build(resources, resources / "ec2", source="moto 0", as_of=date(2026, 1, 2))
    text = render(catalog)
    assert json.loads(text) == catalog
    assert sum('"m5.xlarge"' in line for line in text.splitlines()) == 1


@pytest.mark.parametrize(
    ("flags", "expected"),
    [([], ""), ([False], ""), ([True], "0"), ([True, True, False, True], "0-1,3")],
)
def test_index_ranges_read_back(flags: list[bool], expected: str) -> None:
    assert index_ranges(flags) == expected
    assert indexes(expected) == [position for position, flag in enumerate(flags) if flag]
