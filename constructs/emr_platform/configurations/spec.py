"""EMR's configuration classifications, in the file's mapping form and in EMR's own list form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Annotated, Any

from pydantic import (
    ConfigDict,
    Discriminator,
    Field,
    GetJsonSchemaHandler,
    PlainValidator,
    Tag,
    TypeAdapter,
)
from pydantic_core import CoreSchema

from emr_platform.spec import Allowed, Items, ScalarText, SpecModel


class Configuration(SpecModel):
    """One classification with its properties, and the classifications nested in it.

    Mirrors the ``Configuration`` type of the EMR API, whose own spelling of the keys
    (``Classification``, ``Properties``, ``Configurations``) is accepted as well.
    """

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    classification: str = Field(
        alias="Classification",
        min_length=1,
        description="Name of the classification, e.g. spark-defaults.",
    )
    properties: dict[str, ScalarText] = Field(
        default_factory=dict,
        alias="Properties",
        description="Settings; every value becomes a string.",
    )
    configurations: Items[Configuration] = Field(
        default=(),
        alias="Configurations",
        description="Nested classifications, e.g. export in spark-env.",
    )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Describe both spellings of the keys."""
        described = handler(schema)
        content = handler.resolve_ref_schema(described)
        spellings = [(name, str(info.alias)) for name, info in cls.model_fields.items()]
        content["properties"] |= {name: content["properties"][emr] for name, emr in spellings}
        required = content.pop("required")
        content["allOf"] = [
            {"anyOf": [{"required": [name]}, {"required": [emr]}]}
            for name, emr in spellings
            if emr in required
        ]
        return described


def _content_kind(value: Any) -> str:
    return "nested classification" if isinstance(value, Mapping) else "property"


def _form(value: Any) -> str:
    return "mapping form" if isinstance(value, Mapping) else "list form"


_Properties = dict[str, ScalarText]
_Content = dict[
    str,
    Annotated[
        Annotated[_Properties, Tag("nested classification")]
        | Annotated[ScalarText, Tag("property")],
        Discriminator(_content_kind),
    ],
]


@cache
def _adapter() -> TypeAdapter[Any]:
    return TypeAdapter(
        Annotated[
            Annotated[dict[str, _Content], Tag("mapping form")]
            | Annotated[Items[Configuration], Tag("list form")],
            Discriminator(_form),
        ],
        config=ConfigDict(strict=True),
    )


def _validate(value: Any) -> tuple[Configuration, ...]:
    """Check either form as it was written, so that errors point at what the user wrote."""
    if isinstance(value, tuple) and all(isinstance(each, Configuration) for each in value):
        return value  # the default, once for every group and type; or what was checked before
    checked = _adapter().validate_python(value)
    if isinstance(checked, tuple):
        return checked
    return tuple(_from_mapping(name, content) for name, content in checked.items())


def _from_mapping(classification: str, content: Mapping[str, Any]) -> Configuration:
    return Configuration(
        classification=classification,
        properties={key: value for key, value in content.items() if not isinstance(value, Mapping)},
        configurations=[
            _from_mapping(key, value)
            for key, value in content.items()
            if isinstance(value, Mapping)
        ],
    )


_SCALAR_SCHEMA: dict[str, Any] = {"type": ["string", "number", "boolean"]}
_NESTED_SCHEMA: dict[str, Any] = {"type": "object", "additionalProperties": _SCALAR_SCHEMA}
_MAPPING_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": {
        "type": "object",
        "additionalProperties": {"anyOf": [_SCALAR_SCHEMA, _NESTED_SCHEMA]},
    },
}


class _BothForms:
    """Metadata for ``Annotated[...]``: the JSON Schema of the mapping form and of EMR's list."""

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {
            "anyOf": [
                _MAPPING_SCHEMA,
                {
                    "type": "array",
                    "description": "EMR's own form: a list of Classification, Properties, "
                    "Configurations.",
                    "items": handler(Configuration.__pydantic_core_schema__),
                },
            ]
        }


Configurations = Annotated[
    Sequence[Configuration],
    PlainValidator(_validate),
    _BothForms(),
    Allowed("a mapping of properties for each classification, or EMR's list of classifications"),
]
"""Classifications: a mapping (``spark-defaults: {spark.executor.cores: 4}``), or EMR's list."""


def property_of(
    configurations: Sequence[Configuration], classification: str, name: str
) -> str | None:
    """Look up one property of one top-level classification; None where it is not set."""
    for configuration in configurations:
        if configuration.classification == classification and name in configuration.properties:
            return configuration.properties[name]
    return None
