"""Turns what pydantic says of a document into problems that its writer understands."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Sequence, Sized
from dataclasses import dataclass
from typing import Any, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from emr_platform.environment import file_problems as kinds
from emr_platform.environment.declared import KEY, Declared, declared_at
from emr_platform.environment.empty_values import EMPTY_VALUE
from emr_platform.environment.file_problems import FileProblem
from emr_platform.environment.yaml_tree import MappingNode, Mark, Node, SequenceNode, plain
from emr_platform.problems import Path, Problem
from emr_platform.spec import Allowed, TextMatching


def schema_problems(
    errors: Sequence[ErrorDetails], *, model: type[BaseModel], root: Node, file: str
) -> list[Problem]:
    """Translate the errors of a document.

    Args:
        errors: What pydantic found.
        model: The model that the document was checked against.
        root: The document.
        file: Name of the file, for the places of the problems.

    Returns:
        One problem for each error.
    """
    return [_Error(error, model, root).problem(file) for error in errors]


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where an error is in the document, as the document has it.

    Attributes:
        path: The keys that the document has.
        node: The value there.
        key_mark: Where its key stands, or the value itself where it has none.
        value_mark: Where the value stands.
        rest: Parts of the error's location that are not in the document.
    """

    path: Path
    node: Node
    key_mark: Mark
    value_mark: Mark
    rest: tuple[str | int, ...] = ()


def _find(root: Node, location: Sequence[str | int]) -> _Spot:
    """Walk the document along an error's location, stepping over pydantic's own names in it."""
    path: Path = ()
    node, key_mark, value_mark = root, root.mark, root.mark
    rest: list[str | int] = []
    for part in location:
        if isinstance(node, MappingNode) and isinstance(part, str) and part in node.entries:
            entry = node.entries[part]
            node, key_mark, value_mark = entry.node, entry.mark, entry.value_mark
        elif isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.items):
            node = node.items[part]
            key_mark = value_mark = node.mark
        else:
            rest.append(part)
            continue
        path += (part,)
    return _Spot(path, node, key_mark, value_mark, tuple(rest))


class _Error:
    """One error of pydantic, with what the document has and what the spec declares at its place."""

    def __init__(self, details: ErrorDetails, model: type[BaseModel], root: Node) -> None:
        self.type = details["type"]
        self.message = details["msg"]
        self.context: dict[str, Any] = details.get("ctx", {})
        self.is_about_key = details["loc"][-1:] == (KEY,)
        self.spot = _find(root, details["loc"])
        self.value = self.spot.path[-1] if self.is_about_key else plain(self.spot.node)
        self._location = details["loc"]
        self._model = model

    @property
    def declared(self) -> Declared:
        return declared_at(self._model, self._location) or Declared(object)

    @property
    def parent(self) -> Declared:
        return declared_at(self._model, self._location[:-1]) or Declared(object)

    @property
    def expected(self) -> str:
        """What would be accepted here, by any of the alternatives that there are."""
        return self.parent.expected if self.parent.members else self.declared.expected

    @property
    def is_optional(self) -> bool:
        """Whether the key may be left out."""
        key = self.spot.path[-1]
        before = len(self._location) - self._location[::-1].index(key) - 1
        within = declared_at(self._model, self._location[:before])
        field = within.model.model_fields.get(str(key)) if within and within.model else None
        return field is not None and not field.is_required()

    @property
    def missing_key(self) -> str:
        """The key that is missing, in EMR's spelling to those who use it."""
        key = str(self.spot.rest[-1])
        return self.parent.emr_spelling(key) if self.is_like_emr else key

    @property
    def is_like_emr(self) -> bool:
        """Whether keys beside it are written as EMR spells them."""
        node = self.spot.node
        return isinstance(node, MappingNode) and any(key[:1].isupper() for key in node.entries)

    def problem(self, file: str) -> Problem:
        kind, message, allowed = _WORDS.get(self.type, _custom)(self)
        path = self.spot.path
        if self.type == "missing":
            path += (self.missing_key,)
        at_key = self.is_about_key or self.type in ("missing", "extra_forbidden")
        mark = self.spot.key_mark if at_key else self.spot.value_mark
        return kind.at(mark.location(file), message, path=path, allowed=allowed)


_Words = tuple[FileProblem, str, str | None]


def _missing(error: _Error) -> _Words:
    expected = error.declared.expected_by_emr if error.is_like_emr else error.expected
    return kinds.MISSING_KEY, f"the key {error.missing_key} is missing", expected


def _unknown_key(error: _Error) -> _Words:
    key = str(error.spot.path[-1])
    # EMR's own spelling, to those who use it.
    known = error.parent.aliases if key[:1].isupper() else []
    known = known or error.parent.keys
    if len(error.spot.path) == 1 and (elsewhere := _OF_OTHER_FILES.get(key)):
        return kinds.UNKNOWN_KEY, f"the key {key} is not known here: {elsewhere}", ", ".join(known)
    likely = similar_key(key, known)
    hint = f", did you mean {likely}?" if likely else ""
    return kinds.UNKNOWN_KEY, f"the key {key} is not known here{hint}", ", ".join(known)


def _wrong_kind(error: _Error) -> _Words:
    hint = _hint(error.value, error.declared)
    expected = error.expected
    if error.value is None and error.is_optional:
        hint = "or no such key at all, for the default"
        if error.declared.needs_nothing:
            expected = f"{{}} for its defaults, or {expected}"
    return kinds.WRONG_KIND, f"found {found(error.value)}", expected + (hint and f"; {hint}")


def _wrong_choice(error: _Error) -> _Words:
    # EMR's own words, to those who use its keys.
    like_emr = str(error.spot.path[-1])[:1].isupper()
    words = [word for word in error.declared.choices if not like_emr or word[:1].isupper()]
    likely = similar(str(error.value), words) if isinstance(error.value, str) else None
    hint = f", did you mean {likely}?" if likely else ""
    expected = error.declared.expected_by_emr if like_emr else error.expected
    return kinds.NOT_A_CHOICE, f"found {found(error.value)}{hint}", expected


def _out_of_range(error: _Error) -> _Words:
    return kinds.OUT_OF_RANGE, f"found {found(error.value)}", error.expected


def _wrong_count(error: _Error) -> _Words:
    # Of a mapping that is too long, pydantic does not say how long.
    count = error.context["actual_length"]
    if count is None and isinstance(error.value, Sized):
        count = len(error.value)
    entries = "1 entry" if count == 1 else f"{count} entries"
    limit = (
        f"at least {error.context['min_length']}"
        if "min_length" in error.context
        else f"at most {error.context['max_length']}"
    )
    return kinds.WRONG_LENGTH, f"found {entries}", limit


def _wrong_text_length(error: _Error) -> _Words:
    what = "a key" if error.is_about_key else "a text"
    limit = (
        f"at least {error.context['min_length']}"
        if "min_length" in error.context
        else f"at most {error.context['max_length']}"
    )
    return (
        kinds.WRONG_LENGTH,
        f"found {what} of {len(str(error.value))} characters",
        f"{limit} characters",
    )


def _wrong_text(error: _Error) -> _Words:
    what = f"the name '{error.value}'" if error.is_about_key else found(error.value)
    return kinds.WRONG_FORM, f"found {what}", error.context["allowed"]


def _not_a_scalar(error: _Error) -> _Words:
    return kinds.WRONG_KIND, f"found {found(error.value)}", error.context["allowed"]


def _not_exactly_one(error: _Error) -> _Words:
    message = f"found {found(error.value)}"
    if isinstance(error.value, dict):
        given = [key for key in error.context["choices"].split() if key in error.value]
        message = f"found {' and '.join(given)}" if given else "found none of them"
    return kinds.NOT_EXACTLY_ONE, message, error.context["allowed"]


def _custom(error: _Error) -> _Words:
    """An error that the spec raises in its own words."""
    return kinds.WRONG_FORM, error.message, error.context.get("allowed")


_WORDS: dict[str, Callable[[_Error], _Words]] = {
    "missing": _missing,
    "extra_forbidden": _unknown_key,
    **dict.fromkeys(
        (
            EMPTY_VALUE,
            "bool_type",
            "dict_type",
            "float_type",
            "int_type",
            "is_instance_of",
            "model_type",
            "sequence_str",
            "string_type",
        ),
        _wrong_kind,
    ),
    "literal_error": _wrong_choice,
    "finite_number": _out_of_range,
    "greater_than": _out_of_range,
    "greater_than_equal": _out_of_range,
    "less_than_equal": _out_of_range,
    "too_long": _wrong_count,
    "too_short": _wrong_count,
    "string_too_long": _wrong_text_length,
    "string_too_short": _wrong_text_length,
    "text": _wrong_text,
    "scalar": _not_a_scalar,
    "one_of": _not_exactly_one,
}


def found(value: object) -> str:
    """Say what a value of a file is."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"the number {getattr(value, 'text', value)}"
    if isinstance(value, str):
        return f"the text '{_shortened(value)}'" if value else "an empty text"
    return "a list" if isinstance(value, list) else "a mapping"


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."


_TRUTH_VALUES = {
    **dict.fromkeys(("yes", "on", "y", "true"), "true"),
    **dict.fromkeys(("no", "off", "n", "false"), "false"),
}


# No mapping by kind: a kind is any annotation, and not all of them have a hash.
_NUMBERS = ((int, r"[0-9]{1,12}"), (float, r"[0-9]{1,12}(\.[0-9]{1,12})?"))


def _hint(value: object, declared: Declared) -> str:
    """What the writer of a value of the wrong kind may have meant; empty if nobody knows."""
    if declared.kind is str and isinstance(value, int | float):
        text = str(value).lower() if isinstance(value, bool) else getattr(value, "text", str(value))
        matching = declared.first(TextMatching)
        fits = matching is None or re.fullmatch(matching.pattern, text, re.ASCII)
        return f'in quotes: "{text}"' if fits else ""
    if declared.kind is bool and isinstance(value, str) and value.lower() in _TRUTH_VALUES:
        return f"without quotes: {_TRUTH_VALUES[value.lower()]}"
    number = next((text for kind, text in _NUMBERS if declared.kind is kind), "")
    if number and isinstance(value, str) and re.fullmatch(number, value):
        return f"without quotes: {value}"
    is_list = get_origin(declared.kind) is Sequence and declared.first(Allowed) is None
    if isinstance(value, str) and is_list:
        return f"for one entry: [{json.dumps(value, ensure_ascii=False)}]"
    return ""


_OF_OTHER_FILES = {
    "tenant": "did you mean tenants, of a tenants file?",
    **dict.fromkeys(
        ("template", "address_pool", "shared"), "a tenants file has it, beside tenants"
    ),
    **dict.fromkeys(("parameters", "extends"), "a template has it, in environments/templates/"),
}
"""Keys of a tenants file without its key ``tenants``, and of a template in the place of an environment file."""

_WORDS_OF_OTHERS = {
    "master": "primary",
    "instance_type": "type",
    "instance_count": "count",
    "num_instances": "count",
    "bid_price": "bid_price_usd",
    "bidprice": "bid_price_usd",
    "release_label": "release",
    "bootstrap_actions": "bootstrap",
    "step_concurrency_level": "step_concurrency",
    "action_on_failure": "on_failure",
    "availability_zone": "availability_zones",
    "subnet_id": "subnet_index",
    "subnet_ids": "cluster_subnet_ids",
    "managed_scaling": "scaling",
    "auto_scaling": "automatic_scaling",
    "auto_scaling_policy": "automatic_scaling",
    "autoscaling_policy": "automatic_scaling",
    "max": "maximum",
    "min": "minimum",
    "volume_type": "type",
    "volume_size": "size_gib",
    "size_in_gb": "size_gib",
    "key_name": "key_pair",
    "keypair_name": "key_pair",
    "ec2_key_name": "key_pair",
}
"""Words of the EMR API and of older files for keys that are called otherwise here."""


def similar_key(key: str, known: Sequence[str]) -> str | None:
    """The known key that an unknown one is most likely meant to be."""
    plain_key = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key).lower().replace("-", "_")
    if _WORDS_OF_OTHERS.get(plain_key) in known:
        return _WORDS_OF_OTHERS[plain_key]
    return similar(plain_key, known)


def similar(text: str, known: Sequence[str]) -> str | None:
    """The nearest of some texts, whatever the case of letters; None if none is near."""
    by_folded = {item.lower(): item for item in known}
    nearest = difflib.get_close_matches(text.lower(), by_folded, n=1, cutoff=0.6)
    return by_folded[nearest[0]] if nearest else None
