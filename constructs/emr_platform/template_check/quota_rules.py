"""Rules about CloudFormation's own quotas: how much a template of whatever services may hold."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from emr_platform.problems import Path
from emr_platform.rule import Finding, RuleBook
from emr_platform.templates.model import Stack

QUOTA_RULES: RuleBook[Stack] = RuleBook()

MOST_RESOURCES: Final = 500
MOST_OUTPUTS: Final = 200
MOST_PARAMETERS: Final = 200
MOST_MAPPINGS: Final = 200
MOST_MAPPING_ATTRIBUTES: Final = 200
MOST_DYNAMIC_REFERENCES: Final = 60
MOST_TEMPLATE_BYTES: Final = 1_000_000
"""AWS's document says 1 MB, its answer is "may not exceed 1000000 bytes"."""

MOST_NAME_CHARACTERS: Final = 255
MOST_DESCRIPTION_BYTES: Final = 1024
MOST_PARAMETER_BYTES: Final = 4096

NEAR: Final = 0.8
"""The share of a quota from which on there is a warning."""

_QUOTAS = (
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"
)
_REFUSED = "CloudFormation refuses the template."
# Whatever is put together between the ends of a reference has quotes, and no two braces in a row.
_DYNAMIC_REFERENCE = re.compile(r"\{\{resolve:.*?\}\}")

Json = Any


class Use(NamedTuple):
    """How much of a quota a template uses.

    Attributes:
        what: What there is, in the plural.
        used: How many there are.
        most: How many there may be.
        path: Where they are in the template.
    """

    what: str
    used: int
    most: int
    path: Path

    @property
    def percent(self) -> int:
        """The share of the quota that is used, rounded down."""
        return 100 * self.used // self.most


def uses(stack: Stack) -> Iterator[Use]:
    """How much of each quota a template uses.

    Args:
        stack: The template. Its bytes are counted as it was written: that is what is uploaded.
    """
    yield _resources(stack)
    yield _outputs(stack)
    yield _parameters(stack)
    yield from _mappings(stack)
    yield _size(stack)
    yield _dynamic_references(stack)


def _resources(stack: Stack) -> Use:
    return Use("resources", len(stack.resources), MOST_RESOURCES, ("Resources",))


def _outputs(stack: Stack) -> Use:
    return Use("outputs", len(stack.outputs), MOST_OUTPUTS, ("Outputs",))


def _parameters(stack: Stack) -> Use:
    return Use("parameters", len(stack.parameters), MOST_PARAMETERS, ("Parameters",))


def _mappings(stack: Stack) -> Iterator[Use]:
    yield Use("mappings", len(stack.mappings), MOST_MAPPINGS, ("Mappings",))
    for path, mapping in _levels(stack):
        yield Use("attributes of a mapping", len(mapping), MOST_MAPPING_ATTRIBUTES, path)


def _levels(stack: Stack) -> Iterator[tuple[Path, Mapping[str, Json]]]:
    """The mappings and what is in them by their first keys: both levels have the same quota."""
    for name, mapping in stack.mappings.items():
        if isinstance(mapping, Mapping):
            yield ("Mappings", name), mapping
            for key, attributes in mapping.items():
                if isinstance(attributes, Mapping):
                    yield ("Mappings", name, key), attributes


def _size(stack: Stack) -> Use:
    return Use("bytes", len(stack.text.encode()), MOST_TEMPLATE_BYTES, ())


def _dynamic_references(stack: Stack) -> Use:
    found: set[str] = set()
    if "{{resolve:" in stack.text:
        values = [dict(resource.properties) for resource in stack.resources.values()]
        # AWS does not say whether it counts what stands there twice, so it counts once.
        found = {*_DYNAMIC_REFERENCE.findall(json.dumps([values, dict(stack.outputs)]))}
    return Use("dynamic references", len(found), MOST_DYNAMIC_REFERENCES, ("Resources",))


def _over(use: Use, answer: str | None = None) -> Iterator[Finding]:
    if use.used > use.most:
        words = answer and answer.format(used=use.used, most=use.most)
        yield Finding(use.path, f"{use.used:,} {use.what}", f"at most {use.most:,}", words)


@QUOTA_RULES.rule(
    "EMR-TEMPLATE-042",
    what=f"A template has at most {MOST_RESOURCES} resources.",
    why=f"{_REFUSED} Some of them have to go to another stack, or to a nested one.",
    source=_QUOTAS,
)
def resources_are_within_the_quota(stack: Stack) -> Iterator[Finding]:
    """Resources of all types, those that conditions leave out included."""
    answer = "Template format error: Number of resources, {used}, is greater than maximum allowed, {most}"
    yield from _over(_resources(stack), answer)


@QUOTA_RULES.rule(
    "EMR-TEMPLATE-043",
    what=f"A template has at most {MOST_OUTPUTS} outputs.",
    why=f"{_REFUSED} What is exported for other stacks counts, too.",
    source=_QUOTAS,
)
def outputs_are_within_the_quota(stack: Stack) -> Iterator[Finding]:
    """Outputs, exported or not."""
    answer = "Template format error: Outputs count {used} is greater than max allowed {most}"
    yield from _over(_outputs(stack), answer)


@QUOTA_RULES.rule(
    "EMR-TEMPLATE-044",
    what=f"A template has at most {MOST_PARAMETERS} parameters.",
    why=_REFUSED,
    source=_QUOTAS,
)
def parameters_are_within_the_quota(stack: Stack) -> Iterator[Finding]:
    """Parameters, those with a default included."""
    answer = "Template format error: Parameter count {used} is greater than max allowed {most}"
    yield from _over(_parameters(stack), answer)


@QUOTA_RULES.rule(
    "EMR-TEMPLATE-045",
    what=f"A template has at most {MOST_MAPPINGS} mappings, each of at most "
    f"{MOST_MAPPING_ATTRIBUTES} attributes.",
    why=_REFUSED,
    source=_QUOTAS,
)
def mappings_are_within_the_quota(stack: Stack) -> Iterator[Finding]:
    """Mappings, and both levels of keys in them."""
    for use in _mappings(stack):
        yield from _over(use)


@QUOTA_RULES.rule(
    "EMR-TEMPLATE-046",
    what=f"A template is at most 1 MB long: {MOST_TEMPLATE_BYTES:,} bytes.",
    why=f"{_REFUSED} Spaces at the beginnings of lines count, too.",
    source=_QUOTAS,
)
def size_is_within_the_quota(stack: Stack) -> Iterator[Finding]:
    """The text of the template in UTF-8, as it is uploaded."""
    yield from _over(_size(stack), "Template may not exceed {most} bytes in size.")


@QUOTA_RULES.rule(
    "EMR-TEMPLATE-047",
    what=f"A template has at most {MOST_DYNAMIC_REFERENCES} dynamic references.",
    why=f"{_REFUSED} A secret that several resources need can stand in one of them.",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html",
)
def dynamic_references_are_within_the_quota(stack: Stack) -> Iterator[Finding]:
    """Different references to secrets and parameters: ``{{resolve:…}}``."""
    yield from _over(_dynamic_references(stack))


@QUOTA_RULES.rule(
    "EMR-TEMPLATE-048",
    what=f"Names of resources, outputs, parameters and mappings have at most {MOST_NAME_CHARACTERS} "
    "characters.",
    why=_REFUSED,
    source=_QUOTAS,
)
def names_are_within_the_quota(stack: Stack) -> Iterator[Finding]:
    """Logical ids, and both levels of keys in mappings."""
    sections: tuple[tuple[Path, Mapping[str, Json]], ...] = (
        (("Resources",), stack.resources),
        (("Outputs",), stack.outputs),
        (("Parameters",), stack.parameters),
        (("Mappings",), stack.mappings),
        *_levels(stack),
    )
    for path, section in sections:
        for name in section:
            if len(name) > MOST_NAME_CHARACTERS:
                message = f"a name of {len(name)} characters"
                yield Finding((*path, name), message, f"at most {MOST_NAME_CHARACTERS}")


@QUOTA_RULES.rule(
    "EMR-TEMPLATE-049",
    what=f"Descriptions of templates and outputs have at most {MOST_DESCRIPTION_BYTES:,} bytes, and "
    f"values of parameters at most {MOST_PARAMETER_BYTES:,}.",
    why=_REFUSED,
    source=_QUOTAS,
)
def texts_are_within_the_quota(stack: Stack) -> Iterator[Finding]:
    """Descriptions, and defaults of parameters."""
    texts: list[tuple[Path, Json, int]] = [
        (("Description",), stack.description, MOST_DESCRIPTION_BYTES)
    ]
    for name, output in stack.outputs.items():
        if isinstance(output, Mapping):
            texts.append(
                (
                    ("Outputs", name, "Description"),
                    output.get("Description"),
                    MOST_DESCRIPTION_BYTES,
                )
            )
    for name, parameter in stack.parameters.items():
        if isinstance(parameter, Mapping):
            texts.append(
                (("Parameters", name, "Default"), parameter.get("Default"), MOST_PARAMETER_BYTES)
            )
    for path, text, most in texts:
        if isinstance(text, str) and len(text.encode()) > most:
            yield Finding(path, f"a text of {len(text.encode()):,} bytes", f"at most {most:,}")


@QUOTA_RULES.rule(
    "EMR-TEMPLATE-050",
    what=f"A template stays below {NEAR:.0%} of each of CloudFormation's quotas.",
    why="One that grows a little more can no longer be deployed, and to divide a stack that is "
    "deployed means to move or replace what is in it.",
    source=_QUOTAS,
    severity="warning",
)
def template_has_room_to_grow(stack: Stack) -> Iterator[Finding]:
    """Resources, outputs, parameters, mappings, dynamic references and bytes."""
    for use in uses(stack):
        if NEAR * use.most <= use.used <= use.most:
            message = f"{use.used:,} {use.what}, {use.percent} % of what CloudFormation takes"
            yield Finding(use.path, message, f"at most {use.most:,}; divide the stack in time")
