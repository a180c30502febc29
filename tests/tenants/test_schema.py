"""The JSON Schemas for editors take what the loader takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from emr_platform.cli.program import run
from emr_platform.tenants.schema import (
    template_schema,
    template_schema_text,
    tenants_schema,
    tenants_schema_text,
)
from tests.support import ROOT
from tests.tenants.files import CUSTOMERS, STANDARD

BAD = Path(__file__).parent / "bad"


@pytest.fixture(scope="module")
def tenants() -> Draft202012Validator:
    return Draft202012Validator(tenants_schema())


@pytest.fixture(scope="module")
def template() -> Draft202012Validator:
    return Draft202012Validator(template_schema())


def test_committed_schemas_are_current() -> None:
    environments = ROOT / "environments"

    assert (environments / "tenants.schema.json").read_text(
        encoding="utf-8"
    ) == tenants_schema_text()
    committed = environments / "templates" / "template.schema.json"
    assert committed.read_text(encoding="utf-8") == template_schema_text()


def test_they_are_schemas() -> None:
    Draft202012Validator.check_schema(tenants_schema())
    Draft202012Validator.check_schema(template_schema())


@pytest.mark.parametrize("text", [CUSTOMERS, (BAD / "addresses.yaml").read_text(encoding="utf-8")])
def test_tenants_files(tenants: Draft202012Validator, text: str) -> None:
    assert [*tenants.iter_errors(yaml.safe_load(text))] == []


@pytest.mark.parametrize(
    "text",
    [
        STANDARD,
        *(
            (BAD / "templates" / f"{name}.yaml").read_text(encoding="utf-8")
            for name in ("small", "orphan")
        ),
        *(
            path.read_text(encoding="utf-8").replace(f"name: {path.stem}\n", "")
            for path in sorted((ROOT / "environments").glob("*.yaml"))
        ),
    ],
)
def test_templates(template: Draft202012Validator, text: str) -> None:
    assert [*template.iter_errors(yaml.safe_load(text))] == []


@pytest.mark.parametrize(
    "text",
    [
        "tenants: {acme: {tier: gold}}",
        "tenants: {acme: {regoin: eu-west-1}}",
        "tenants: {acme: {overrides: {clusters: {etl: {core: {cuont: 2}}}}}}",
        "tenants: {acme: {overrides: {clusters: {etl: {core: {count: two}}}}}}",
        "tenants: {acme: {pool: {queue: {maximum_percent: 101}}}}",
        "address_pool: 10.0.0.0\ntenants: {}",
        "shared: {common: {serves: [silo]}}\ntenants: {}",
        "template: templates/standard.yaml",
    ],
)
def test_what_the_loader_refuses(tenants: Draft202012Validator, text: str) -> None:
    assert not tenants.is_valid(yaml.safe_load(text))


def test_overrides_take_keys_out(tenants: Draft202012Validator) -> None:
    assert tenants.is_valid(yaml.safe_load("tenants: {acme: {overrides: {clusters: {etl: null}}}}"))


@pytest.mark.parametrize(
    "text",
    [
        "parameters: {a: {type: list, description: A}}",
        "parameters: {a: {}}",
        "name: dev",
        "clutsers: {}",
    ],
)
def test_what_no_template_says(template: Draft202012Validator, text: str) -> None:
    assert not template.is_valid(yaml.safe_load(text))


@pytest.mark.parametrize(
    ("kind", "expected"), [("tenants", tenants_schema), ("template", template_schema)]
)
def test_command(kind: str, expected: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema", kind]) == 0

    assert json.loads(capsys.readouterr().out) == expected()
