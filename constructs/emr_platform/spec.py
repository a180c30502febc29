"""What all parts of an environment file share: the strict, frozen base model and value types.

Pure data: nothing here imports the CDK, boto3, or touches the network.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, PydanticCustomError
from pydantic_core.core_schema import no_info_after_validator_function

T = TypeVar("T")


class SpecModel(BaseModel):
    """A part of an environment: immutable, no unknown keys, no silent conversion between types.

    The field names are the keys of the environment file, so that a file and a Python program build
    the same object.
    """

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        validate_default=True,
        # YAML has .inf and .nan, which compare with no limit as one expects, and JSON has no words for.
        allow_inf_nan=False,
    )


MOST_NODES = 65_531
"""Nodes that a subnet has room for: the largest block, a /16, but for five addresses that AWS keeps.

All nodes of an instance group run in one subnet.
https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
"""

MOST_UNITS = MOST_NODES * 1_920
"""Units of capacity: as many vCPUs as that many of the largest instances have, u7inh-32tb.480xlarge."""

MOST_SECONDS = 365 * 24 * 60 * 60
"""A year, where no rule knows a limit that is documented."""


Items = Annotated[Sequence[T], AfterValidator(tuple)]
"""An ordered list; any sequence is accepted and an immutable tuple is kept."""


@dataclass(frozen=True)
class Allowed:
    """Metadata for ``Annotated[...]``: what error messages say is allowed.

    Attributes:
        words: What is let through, in words for people.
    """

    words: str


def scalar_text(value: object) -> str:
    """Write a scalar of an environment file as the text that EMR wants, true to how it was written.

    Args:
        value: A string, boolean, integer or float. Numbers that were read from a file carry
            their own spelling (``text``), so that ``1.10`` does not become ``1.1``.

    Returns:
        The text; booleans become ``true`` and ``false``, as in Hadoop's configuration files.

    Raises:
        PydanticCustomError: The value is not a scalar, or is empty.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        text = getattr(value, "text", None)
        return text if isinstance(text, str) else str(value)
    found = "an empty value" if value is None else f"a {_yaml_kind(value)}"
    raise PydanticCustomError(
        "scalar",
        "expected one scalar value, found {found}",
        {
            "found": found,
            "allowed": "a string, a number, true or false; quote an empty string as ''",
        },
    )


def _yaml_kind(value: object) -> str:
    return "mapping" if isinstance(value, dict) else "list"


ScalarText = Annotated[
    str,
    BeforeValidator(scalar_text),
    WithJsonSchema({"anyOf": [{"type": kind} for kind in ("string", "number", "boolean")]}),
]
"""A string, number or boolean of the file, kept as the text that EMR wants."""


# The dearest instance costs some hundred US dollars per hour.
_AMOUNT = re.compile(r"\d{1,4}(\.\d{1,6})?|\.\d{1,6}", re.ASCII)
_US_DOLLARS = "a number above 0 and below 10000, such as 0.25"


def _us_dollars(text: str) -> str:
    if not (_AMOUNT.fullmatch(text) and Decimal(text) > 0):
        raise PydanticCustomError(
            "us_dollars",
            "'{text}' is not an amount of US dollars",
            {"text": text, "allowed": _US_DOLLARS},
        )
    return text


UsDollarsPerHour = Annotated[
    ScalarText,
    AfterValidator(_us_dollars),
    Allowed(_US_DOLLARS),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": f"^({_AMOUNT.pattern})$"},
                {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 10_000},
            ]
        }
    ),
]
"""A price per instance and hour in US dollars, as the text that EMR's ``BidPrice`` wants."""


@dataclass(frozen=True)
class TextMatching:
    """Metadata for ``Annotated[str, ...]``: the whole string must match a regular expression.

    Attributes:
        pattern: The regular expression, valid in Python and in JSON Schema.
        allowed: What it lets through, in words for people.
    """

    pattern: str
    allowed: str

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        # As in JSON Schema, \d and \w mean ASCII.
        return re.compile(self.pattern, re.ASCII)

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "pattern": f"^(?:{self.pattern})$"}

    def _check(self, text: str) -> str:
        if not self._compiled.fullmatch(text):
            raise PydanticCustomError(
                "text",
                "found '{text}', allowed is {allowed}",
                {"text": text, "allowed": self.allowed},
            )
        return text


PARENTHESES_IN_PAIRS = r"(?=[^()]*(\([^()]*\)[^()]*)*$)"
"""What a pattern begins with for texts that become part of an acknowledgement: the CDK counts brackets in it."""


_NAME_OF_JAVASCRIPT = "constructor"


def _free_name(name: str) -> str:
    # Every object of JavaScript has something of this name, which the CDK takes for a construct.
    if name == _NAME_OF_JAVASCRIPT:
        raise PydanticCustomError(
            "reserved_name",
            "'{name}' has a meaning of its own in JavaScript, which the CDK is written in",
            {"name": name, "allowed": "another name"},
        )
    return name


Name = Annotated[
    str,
    AfterValidator(_free_name),
    TextMatching(
        # Without that name also for editors, which know the pattern alone.
        rf"(?!{_NAME_OF_JAVASCRIPT}$)[a-z]([a-z0-9-]{{0,30}}[a-z0-9])?",
        "at most 32 lower-case letters, digits and hyphens, starting with a letter",
    ),
]
"""A name in the file."""

InstanceType = Annotated[
    str, TextMatching(r"[a-z][a-z0-9-]*\.[a-z0-9-]+", "an instance type such as m6g.xlarge")
]
"""An EC2 instance type."""

KmsKeyArn = Annotated[
    str,
    TextMatching(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+", "the ARN of a KMS key"),
]
"""The ARN of a KMS key, not of an alias."""

SecurityGroupId = Annotated[
    str, TextMatching(r"sg-([0-9a-f]{8}|[0-9a-f]{17})", "the id of a security group, sg-…")
]
"""The id of an existing security group."""

SubnetId = Annotated[
    str, TextMatching(r"subnet-([0-9a-f]{8}|[0-9a-f]{17})", "the id of a subnet, subnet-…")
]
"""The id of an existing subnet."""

S3Uri = Annotated[
    str, TextMatching(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/\S*)?", "an S3 URI, s3://bucket/key")
]
"""An S3 URI."""


_TAG_TEXT = re.compile(r"[\w .:/=+@-]*")


def _tag_text(text: str) -> str:
    if not _TAG_TEXT.fullmatch(text):
        raise PydanticCustomError(
            "tag_text",
            "'{text}' has characters that EMR does not take in tags",
            {"text": text, "allowed": "letters, digits, spaces and _ . : / = + - @"},
        )
    return text


def _own_tag_key(key: str) -> str:
    if key.lower().startswith("aws:"):
        raise PydanticCustomError(
            "reserved_tag",
            "the tag key '{key}' is reserved for AWS",
            {"key": key, "allowed": "a key that does not start with aws:"},
        )
    return key


TagKey = Annotated[
    str,
    StringConstraints(min_length=1, max_length=128),
    AfterValidator(_tag_text),
    AfterValidator(_own_tag_key),
]
TagValue = Annotated[str, StringConstraints(max_length=256), AfterValidator(_tag_text)]

Tags = Annotated[dict[TagKey, TagValue], Field(max_length=45)]
"""Tags by key. EC2 allows 50 on a resource; five are left for the platform's own."""
