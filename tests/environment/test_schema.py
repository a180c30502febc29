"""The JSON Schema for editors says the same as the loader."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from emr_platform.environment.schema import environment_schema, environment_schema_text

ROOT = Path(__file__).parents[2]
COMMITTED = ROOT / "environments" / "environment.schema.json"
BAD = Path(__file__).parent / "bad"
SAMPLES = sorted((ROOT / "environments").glob("*.yaml"))

SMALLEST = """\
name: dev
region: us-east-1
clusters:
  etl:
    release: emr-7.12.0
    applications: [Spark, Hive]
    core: {type: m6g.xlarge, count: 2}
"""
MISTAKES_OF_THE_SCHEMA = [
    *("absurd-numbers", "database-class-with-prefix", "empty-values"),
    *("endpoints-by-their-whole-names", "acknowledged-without-reason", "acknowledgements"),
    *("missing-keys", "missing-quotes", "not-exactly-one", "out-of-range", "unknown-keys"),
    *("wrong-choices", "wrong-forms", "wrong-kinds", "wrong-lengths"),
]


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    return Draft202012Validator(environment_schema())


def test_committed_schema_is_current() -> None:
    # emr-platform schema --output environments/environment.schema.json
    assert COMMITTED.read_text(encoding="utf-8") == environment_schema_text()


def test_schema_is_one() -> None:
    schema = environment_schema()

    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"] == "EMR Platform environment"
    assert schema["required"] == ["name", "region"]


def objects(schema: Any) -> list[dict[str, Any]]:
    """Every schema of a mapping with known keys."""
    if isinstance(schema, list):
        return [found for item in schema for found in objects(item)]
    if not isinstance(schema, dict):
        return []
    inner = [found for item in schema.values() for found in objects(item)]
    is_object = schema.get("type") == "object" and isinstance(schema.get("properties"), dict)
    return [schema, *inner] if is_object else inner


def test_every_key_is_known_and_described() -> None:
    found = objects(environment_schema())

    assert len(found) > 20
    for schema in found:
        assert schema["additionalProperties"] is False
        assert schema["description"]
        for name, field in schema["properties"].items():
            # A reference without words of its own has those of what it refers to.
            assert field.get("description") or "$ref" in field, f"{schema['title']}.{name}"


@pytest.mark.parametrize(
    "text", [SMALLEST, *(path.read_text(encoding="utf-8") for path in SAMPLES)]
)
def test_valid(validator: Draft202012Validator, text: str) -> None:
    assert list(validator.iter_errors(yaml.safe_load(text))) == []


def test_both_forms_of_configurations(validator: Draft202012Validator) -> None:
    document = yaml.safe_load(SMALLEST)
    for form in (
        {"spark-env": {"export": {"A": 1, "B": True}, "level": "x"}},
        [{"Classification": "a", "Properties": {"b": "c"}, "Configurations": []}],
    ):
        document["clusters"]["etl"]["configurations"] = form
        assert list(validator.iter_errors(document)) == []


@pytest.mark.parametrize(
    "configuration",
    [
        {"Classifications": "a"},
        {"Classification": "a", "Propertys": {}},
        {"Properties": {"a": "b"}},
        {"Classification": ""},
        {"Classification": "a", "Properties": {"a": ["b"]}},
        {"classification": "a", "Configurations": [{"Clasification": "export"}]},
    ],
)
def test_mistakes_in_emrs_own_form_of_configurations(
    validator: Draft202012Validator, configuration: dict[str, Any]
) -> None:
    document = yaml.safe_load(SMALLEST)
    document["clusters"]["etl"]["configurations"] = [configuration]

    assert list(validator.iter_errors(document))


def numbers(schema: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema of a number, with its place."""
    if isinstance(schema, dict | list):
        parts = schema.items() if isinstance(schema, dict) else enumerate(schema)
        for key, part in parts:
            yield from numbers(part, (*path, key))
    if isinstance(schema, dict) and schema.get("type") in ("integer", "number"):
        yield ".".join(map(str, path)), schema


def test_no_number_is_without_limits() -> None:
    found = dict(numbers(environment_schema()))

    assert len(found) > 60
    boundless = {
        place
        for place, schema in found.items()
        if "enum" not in schema
        and "const" not in schema
        and not (
            {"minimum", "exclusiveMinimum"} & schema.keys()
            and {"maximum", "exclusiveMaximum"} & schema.keys()
        )
    }
    # Values of properties of Hadoop, Spark and so on become text.
    assert {place for place in boundless if not place.startswith("$defs.Configuration.")} == set()


def test_no_key_may_be_empty(validator: Draft202012Validator) -> None:
    assert '"null"' not in environment_schema_text()
    document = yaml.safe_load(SMALLEST)
    for key in ("account", "ssh", "result_store"):
        assert list(validator.iter_errors({**document, key: None}))


@pytest.mark.parametrize("name", MISTAKES_OF_THE_SCHEMA)
def test_editors_see_the_mistakes_of_the_schema(validator: Draft202012Validator, name: str) -> None:
    document = yaml.safe_load((BAD / f"{name}.yaml").read_text(encoding="utf-8"))

    assert list(validator.iter_errors(document))


def test_samples_name_the_schema() -> None:
    assert SAMPLES
    for path in SAMPLES:
        first = path.read_text(encoding="utf-8").splitlines()[0]
        assert first == f"# yaml-language-server: $schema={COMMITTED.name}"


def test_schema_is_json_that_editors_can_load() -> None:
    assert json.loads(environment_schema_text()) == environment_schema()
