"""All environments of a project, whatever files declare them."""

from __future__ import annotations

from pathlib import Path

import pytest

from emr_platform.environment.files import check_files
from emr_platform.problems import InvalidSpecError
from emr_platform.tenants.estate import read_estate, read_tenants_file
from tests.tenants.files import CUSTOMERS, LOCK, write_tenants

DEV = "name: dev\nregion: us-east-1\nclusters: {etl: {release: emr-7.12.0}}\n"


def test_environments_of_both_kinds_of_files(tmp_path: Path) -> None:
    dev = tmp_path / "dev.yaml"
    dev.write_text(DEV, encoding="utf-8")

    estate = read_estate([dev, write_tenants(tmp_path)])

    assert [(each.name, each.tenant, each.tier, each.shared) for each in estate.entries] == [
        ("acme-prod", "acme", "silo", None),
        ("acme-staging", "acme", "silo", None),
        ("common", None, "shared", None),
        ("dev", None, None, None),
        ("globex", "globex", "bridge", "common"),
        ("tiny", "tiny", "pool", "common"),
    ]
    assert estate.problems == ()
    assert estate.by_name["dev"].load().spec.region == "us-east-1"


@pytest.mark.parametrize("name", ["globex-queues", "acme"])
def test_stacks_of_two_files_that_may_be_called_alike(tmp_path: Path, name: str) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(DEV.replace("name: dev", f"name: {name}"), encoding="utf-8")
    tenants = CUSTOMERS.replace("staging:", "cluster:")

    estate = read_estate(
        [other, write_tenants(tmp_path, tenants, lock=LOCK.replace("staging", "cluster"))]
    )

    blamed = {"globex-queues": "globex", "acme": "acme-cluster"}[name]
    with pytest.raises(InvalidSpecError, match=f"EMR-TENANT-018\n  stacks of .* is in {other}"):
        estate.by_name[blamed].load()
    assert estate.by_name["acme-prod"].load().spec.name == "acme-prod"
    assert estate.errors_for(["acme-prod"]) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tenants: {}", True),
        ('{"template": "a.yaml", "tenants": {}}', True),
        ("# tenants: none\nname: dev", False),
        ("name: dev\nclusters: {tenants: {}}", False),
        ("tenants: [", False),
        ("", False),
    ],
)
def test_tenants_files_are_told_by_their_key(tmp_path: Path, text: str, expected: bool) -> None:
    file = tmp_path / "some.yaml"
    file.write_text(text, encoding="utf-8")

    assert (read_tenants_file(file) is not None) is expected


def test_what_cannot_be_read_is_no_tenants_file(tmp_path: Path) -> None:
    assert read_tenants_file(tmp_path / "nowhere.yaml") is None


def test_one_tenants_error_is_not_that_of_others(tmp_path: Path) -> None:
    tenants = CUSTOMERS.replace("  tiny: {tier: pool", "  tiny: {tier: poool")

    estate = read_estate([write_tenants(tmp_path, tenants)])

    assert estate.by_name["acme-prod"].load().spec.name == "acme-prod"
    with pytest.raises(InvalidSpecError):
        estate.by_name["tiny"].load()


def test_errors_of_a_file_concern_those_whom_they_name(tmp_path: Path) -> None:
    lock = """\
{"version": 1, "ranges": {"acme-prod": "10.64.0.0/20", "acme-staging": "10.64.16.0/20",
 "common": "10.64.16.0/21"}}
"""

    estate = read_estate([write_tenants(tmp_path, lock=lock)])

    assert [problem.path for problem in estate.problems] == [("ranges", "common")]
    assert estate.errors_for(["acme-prod"]) == []
    assert len(estate.errors_for(["common"])) == 1


def test_names_are_unique_over_all_files(tmp_path: Path) -> None:
    prod = tmp_path / "prod.yaml"
    prod.write_text(DEV.replace("dev", "acme-prod"), encoding="utf-8")
    customers = write_tenants(tmp_path)

    alone = check_files([prod], others=[customers])
    both = check_files([customers, prod])

    expected = f"the environment acme-prod is described by {customers} already"
    assert [problem.message for problem in alone.errors] == [expected]
    assert [problem.message for problem in both.errors] == [expected]


def test_what_many_tenants_have_wrong_is_told_once(tmp_path: Path) -> None:
    rows = "".join(f"  t{number}: {{template: templates/none.yaml}}\n" for number in range(9))
    file = write_tenants(tmp_path, f"tenants:\n{rows}  one: &one {{tier: gold}}\n", lock=None)

    checked = check_files([file])

    assert [problem.subject for problem in checked.errors if problem.subject != "one"] == [
        f"t{number}" for number in range(9)
    ], "each row names the template itself"
    shared = (
        "template: templates/none.yaml\n"
        + "tenants:\n"
        + "".join(f"  t{number}: {{}}\n" for number in range(9))
    )
    [problem] = check_files([write_tenants(tmp_path, shared, lock=None)]).errors
    assert problem.subject == "t0, t1, t2 and 6 others"
