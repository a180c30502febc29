"""Environments that are too large for CloudFormation, and how far a large one is from that."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import cloudformation_include as include

from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.problems import InvalidSpecError
from emr_platform.result_store.rules import MOST_USERS
from emr_platform.storage.rules import MOST_DATA_BUCKETS
from emr_platform.template_check.quota_rules import MOST_OUTPUTS, uses
from emr_platform.templates.reading import read_all
from emr_platform.tenants.rules import MOST_SHARED_DATA_BUCKETS
from emr_platform.tenants.tenancy import Tenancy
from emr_platform.testing import Synthesizer
from stacks import app as the_app
from stacks.environment import EnvironmentStage
from stacks.quotas import check_quotas
from tests.support import REGION, new_app

SERVES_POOL = Tenancy(tier="shared", serves=frozenset({"bridge", "pool"}))


def template(resources: int = 1, outputs: int = 0) -> dict[str, Any]:
    return {
        "Resources": {f"Topic{each}": {"Type": "AWS::SNS::Topic"} for each in range(resources)},
        "Outputs": {f"Output{each}": {"Value": "x"} for each in range(outputs)},
    }


def assembly(folder: Path, **templates: dict[str, Any]) -> Path:
    """A cloud assembly as the CDK writes it, in as few words."""
    artifacts = {}
    for name, content in templates.items():
        file = folder / f"{name}.template.json"
        file.write_text(json.dumps(content, indent=1), encoding="utf-8")
        properties = {"templateFile": file.name, "stackName": f"prod-{name}"}
        artifacts[name] = {"type": "aws:cloudformation:stack", "properties": properties}
    (folder / "manifest.json").write_text(json.dumps({"artifacts": artifacts}), encoding="utf-8")
    return folder


def test_templates_with_room_to_grow(tmp_path: Path) -> None:
    assert check_quotas(assembly(tmp_path, one=template(399), other=template(1, 159))) == []


def test_assemblies_of_others_in_the_folder_do_not_matter(tmp_path: Path) -> None:
    """``emr-platform synth`` puts one for each environment where ``cdk synth`` writes its own."""
    assembly(tmp_path, fine=template(400))
    (tmp_path / "dev").mkdir()
    assembly(tmp_path / "dev", huge=template(501))
    (tmp_path / "dev" / ".emr-platform.json").write_text("{}", encoding="utf-8")

    assert len(check_quotas(tmp_path)) == 1


def test_templates_that_are_nearly_full(tmp_path: Path) -> None:
    warnings = check_quotas(assembly(tmp_path, one=template(400), other=template(500, 160)))

    assert [(each.rule_id, each.message.partition(",")[0]) for each in warnings] == [
        ("EMR-TEMPLATE-050", "400 resources"),
        ("EMR-TEMPLATE-050", "500 resources"),
        ("EMR-TEMPLATE-050", "160 outputs"),
    ]
    assert str(warnings[0]).startswith(f"{tmp_path}/one.template.json:2:")


def test_all_templates_that_are_too_large_are_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidSpecError) as refused:
        check_quotas(assembly(tmp_path, one=template(501), other=template(1, 201)))

    assert [each.rule_id for each in refused.value.problems] == [
        "EMR-TEMPLATE-042",
        "EMR-TEMPLATE-043",
    ]


def test_app_ends_with_a_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "large.json").write_text(json.dumps(template(501, 160)), encoding="utf-8")

    def build(app: cdk.App, _: object) -> list[EnvironmentStage]:
        stack = cdk.Stack(cdk.Stage(app, "prod"), "large")
        include.CfnInclude(stack, "Large", template_file=str(tmp_path / "large.json"))
        return []

    monkeypatch.setattr(the_app, "build", build)
    with pytest.raises(SystemExit) as end:
        the_app.main()

    assert "EMR-TEMPLATE-042\n  501 resources\n  allowed: at most 500\n" in str(end.value)
    assert "EMR-TEMPLATE-050  warning\n  160 outputs, 80 % of" in str(end.value)


def outputs(folder: Path, count: int, tenancy: Tenancy | None) -> dict[str, int]:
    """How many outputs the stacks of an environment have, with so many data buckets and users."""
    names = [f"n{number}" for number in range(count)]
    spec = EnvironmentSpec.model_validate(
        {
            "name": "dev",
            "region": REGION,
            "storage": {"data": {name: {} for name in names}},
            "result_store": {
                "databases": ["results"],
                "users": dict.fromkeys(names, "read_only"),
            },
            "clusters": {"etl": {"release": "emr-7.12.0"}},
        }
    )
    app = new_app(folder)
    EnvironmentStage(app, spec=spec, directory=folder, tenancy=tenancy)
    app.synth()
    return {stack.name: len(stack.outputs) for stack in read_all(folder)}


@pytest.mark.parametrize(
    ("stack", "tenancy", "most"),
    [
        ("dev-storage", None, MOST_DATA_BUCKETS),
        ("dev-storage", SERVES_POOL, MOST_SHARED_DATA_BUCKETS),
        ("dev-result-store", None, MOST_USERS),
    ],
)
def test_rules_leave_room_for_all_outputs_and_no_more(
    tmp_path: Path, stack: str, tenancy: Tenancy | None, most: int
) -> None:
    one, two = (outputs(tmp_path / str(count), count, tenancy)[stack] for count in (1, 2))

    of_each, of_none = two - one, 2 * one - two
    assert (MOST_OUTPUTS - of_none) // of_each == most


def test_a_large_environment_is_far_from_every_quota(
    synthesized: Synthesizer, record_property: Callable[[str, object], None]
) -> None:
    environment = synthesized(Path(__file__).parent / "largest" / "largest.yaml")
    stacks = read_all(environment.directory)
    used = sorted(
        (
            (use.percent, stack.name, f"{use.used} of {use.most} {use.what}")
            for stack in stacks
            for use in uses(stack)
        ),
        reverse=True,
    )

    # Shown by `pytest -rP`, and in the report for a build server.
    nearest = [f"{percent:3} %  {stack}: {what}" for percent, stack, what in used[:10]]
    sys.stdout.write("\n".join(nearest))
    record_property("nearest to a quota", nearest[0])

    assert [each for each in used if each[0] >= 80] == []
    assert {stack.name for stack in stacks} == {
        "largest-network",
        "largest-storage",
        "largest-result-store",
        "largest-cluster-etl",
        "largest-cluster-jobs",
    }
    # Nothing that is counted is left out.
    assert {use.what for stack in stacks for use in uses(stack) if use.used} == {
        "bytes",
        "dynamic references",
        "outputs",
        "parameters",
        "resources",
    }
