"""Snapshots without syrupy: when they fail, what they say then, and how they are written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from emr_platform.testing import assert_matches_snapshot, assert_no_replacement, masked

HASH = "0123abcd" * 8


def template(**properties: Any) -> dict[str, Any]:
    own = {"DBInstanceClass": "db.r6g.large", "Engine": "mysql", **properties}
    return {
        "Resources": {
            "Database": {"Type": "AWS::RDS::DBInstance", "Properties": own},
            "Topic": {"Type": "AWS::SNS::Topic"},
        }
    }


def failure(given: Any, path: Path) -> str:
    with pytest.raises(AssertionError) as failed:
        assert_matches_snapshot(given, path)
    return str(failed.value).replace(f"{path.parent}/", "")


@pytest.mark.parametrize("name", ["prod.yaml", "prod.json"])
def test_same_template(name: str, tmp_path: Path) -> None:
    assert_matches_snapshot(template(), tmp_path / name, update=True)

    assert_matches_snapshot(template(), tmp_path / name)
    assert_matches_snapshot(dict(reversed(template().items())), tmp_path / name)


def test_upgrade_of_the_cdk_changes_nothing(tmp_path: Path) -> None:
    assert_matches_snapshot(template(Tags=[f"{HASH}.zip"]), tmp_path / "prod.yaml", update=True)

    upgraded = template(Tags=[f"{HASH[::-1]}.zip"])
    upgraded["Rules"] = {"CheckBootstrapVersion": {"Assertions": []}}
    assert_matches_snapshot(upgraded, tmp_path / "prod.yaml")


def test_failure_says_what_differs_and_what_would_become_of_it(tmp_path: Path) -> None:
    file = tmp_path / "prod.yaml"
    assert_matches_snapshot(template(AllocatedStorage="100"), file, update=True)
    changed = template(AllocatedStorage="100", KmsKeyId="other")
    del changed["Resources"]["Topic"]
    changed["Outputs"] = {"Id": {"Value": {"Ref": "Database"}}}

    assert failure(changed, file) == (
        "prod.yaml: the template is another one\n"
        "  Resources.Database  AWS::RDS::DBInstance\n"
        "        DBInstanceClass: db.r6g.large\n"
        "        Engine: mysql\n"
        "    +   KmsKeyId: other\n"
        "  Resources.Topic  AWS::SNS::Topic (gone)\n"
        "    - Type: AWS::SNS::Topic\n"
        "  Outputs.Id (new)\n"
        "    + Value: !Ref Database\n"
        "Deployed over what the snapshot has:\n"
        "  prod\n"
        "    REPLACED: AWS::RDS::DBInstance Database\n"
        "      KmsKeyId: (nothing) → other [replaces it]\n"
        "      lost: the database\n"
        "      note: the new one begins empty\n"
        "    removed, deleted: AWS::SNS::Topic Topic\n"
        "  Resources: 1 replaced, 1 removed\n"
        "  This deployment stops here: 1 resource replaced or lost\n"
        "pytest --update-templates accepts this"
    )


def test_change_in_place_is_only_shown(tmp_path: Path) -> None:
    file = tmp_path / "prod.yaml"
    assert_matches_snapshot(template(), file, update=True)

    text = failure(template(DBInstanceClass="db.r6g.xlarge"), file)

    assert "    -   DBInstanceClass: db.r6g.large\n" in text
    assert "Deployed over" not in text


def test_many_differences_are_counted(tmp_path: Path) -> None:
    file = tmp_path / "prod.yaml"
    assert_matches_snapshot(template(), file, update=True)
    changed = template()
    changed["Resources"] |= {f"T{each}": {"Type": "AWS::SNS::Topic"} for each in range(150)}

    assert "\n  … and 100 more lines\n" in failure(changed, file)


def test_snapshot_that_is_not_there_fails_and_is_not_written(tmp_path: Path) -> None:
    assert failure(template(), tmp_path / "prod.yaml") == (
        "prod.yaml: there is no snapshot yet\npytest --update-templates accepts this"
    )
    assert [*tmp_path.iterdir()] == []


def test_snapshot_that_cannot_be_read(tmp_path: Path) -> None:
    file = tmp_path / "prod.yaml"
    file.write_text("Resources: [", encoding="utf-8")

    assert "prod.yaml:1:13: cannot be read" in failure(template(), file)


def test_snapshot_in_another_form_is_written_again(tmp_path: Path) -> None:
    file = tmp_path / "prod.yaml"
    file.write_text(json.dumps(masked(template())), encoding="utf-8")

    assert failure(template(), file).startswith("prod.yaml: is written in another way\n")


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"a snapshot of a template is \*\.yaml or \*\.json"):
        assert_matches_snapshot(template(), tmp_path / "prod.txt", update=True)


def test_folder_has_a_file_for_each_stack(tmp_path: Path) -> None:
    folder = tmp_path / "prod"
    stacks = {"prod-network": template(), "prod-storage": template(Engine="postgres")}
    assert_matches_snapshot(stacks, folder, update=True)
    assert sorted(file.name for file in folder.iterdir()) == [
        "prod-network.yaml",
        "prod-storage.yaml",
    ]

    assert_matches_snapshot(stacks, folder)
    del stacks["prod-storage"]
    assert "prod-storage.yaml: there is no such stack any more\n" in failure(stacks, folder)

    assert_matches_snapshot(stacks, folder, update=True)
    assert [file.name for file in folder.iterdir()] == ["prod-network.yaml"]


def test_snapshots_are_templates_that_others_are_compared_with(tmp_path: Path) -> None:
    stacks = {"prod-network": template(), "prod-storage": template()}
    assert_matches_snapshot(stacks, tmp_path / "prod", update=True)

    assert_no_replacement(tmp_path / "prod", stacks)
    stacks["prod-storage"] = template(KmsKeyId="other")
    with pytest.raises(AssertionError, match="prod-storage\n  REPLACED"):
        assert_no_replacement(tmp_path / "prod", stacks)
