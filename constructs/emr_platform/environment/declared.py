"""What the spec declares at a place of an environment file, in words for error messages."""

from __future__ import annotations

import types
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, MaxLen, MinLen
from pydantic import AliasChoices, BaseModel, StringConstraints, Tag, ValidationError
from pydantic.fields import FieldInfo

from emr_platform.security_configuration.values import EmrWords
from emr_platform.spec import Allowed, TextMatching

T = TypeVar("T")

KEY = "[key]"
"""What pydantic puts behind the name of a mapping's entry to say that the name itself is wrong."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A type of the spec without the wrapping that only pydantic needs.

    Attributes:
        kind: The type itself: a class, ``Literal[...]``, ``Sequence[...]``, ``dict[...]`` or a union.
        metadata: The constraints on it.
    """

    kind: Any
    metadata: tuple[Any, ...] = ()

    @classmethod
    def of(cls, annotation: Any, metadata: Iterable[Any] = ()) -> Declared:
        """Unwrap a type annotation; None as an alternative is left out."""
        gathered = _flat(metadata)
        while True:
            origin = get_origin(annotation)
            if origin is Annotated:
                annotation, *more = get_args(annotation)
                gathered += _flat(more)
            elif origin in (Union, types.UnionType):
                members = [m for m in get_args(annotation) if m is not type(None)]
                if len(members) > 1:
                    return cls(annotation, gathered)
                annotation = members[0]
            else:
                return cls(annotation, gathered)

    @property
    def model(self) -> type[BaseModel] | None:
        """The model, where the place holds a mapping with known keys."""
        return (
            self.kind if isinstance(self.kind, type) and issubclass(self.kind, BaseModel) else None
        )

    @property
    def members(self) -> dict[str, Declared]:
        """The alternatives of a union by pydantic's names for them; empty for everything else."""
        tagged = {}
        if get_origin(self.kind) in (Union, types.UnionType):
            for member in get_args(self.kind):
                alternative = Declared.of(member)
                for item in alternative.metadata:
                    if isinstance(item, Tag):
                        tagged[item.tag] = alternative
        return tagged

    def field(self, key: str | int) -> FieldInfo | None:
        """What is declared for a key of a mapping whose keys are known; None if nothing is."""
        for name, info in self.model.model_fields.items() if self.model else ():
            if key in (name, *_other_spellings(name, info)):
                return info
        return None

    def child(self, part: str | int, following: str | int | None) -> Declared | None:
        """What is declared one part of an error's location further in; None if nothing is."""
        if self.model:
            info = self.field(part)
            return Declared.of(info.annotation, info.metadata) if info else None
        if members := self.members:
            return members.get(str(part))
        origin = get_origin(self.kind)
        if origin is dict:
            key, value = get_args(self.kind)
            return Declared.of(key if following == KEY else value)
        if origin is Sequence and isinstance(part, int):
            return Declared.of(get_args(self.kind)[0])
        # One of pydantic's names for an alternative, which leads no further in.
        return self

    def first(self, kind: type[T]) -> T | None:
        """The first constraint of a kind."""
        return next((item for item in self.metadata if isinstance(item, kind)), None)

    @property
    def expected(self) -> str:
        """What would be accepted here."""
        if members := self.members:
            return ", or ".join(member.expected for member in members.values())
        if words := self.first(Allowed):
            return words.words
        if matching := self.first(TextMatching):
            return matching.allowed
        if get_origin(self.kind) is Literal:
            return one_of(get_args(self.kind))
        if self.kind is bool:
            return "true or false"
        if self.kind is int:
            return _whole_number(self.first(Ge), self.first(Le))
        if self.kind is float:
            return _number(self.first(Ge), self.first(Gt), self.first(Le))
        if self.model:
            return f"a mapping with the keys {', '.join(self.keys)}"
        if get_origin(self.kind) is dict:
            return "a mapping"
        if get_origin(self.kind) is Sequence:
            return f"a list{self._limits('entries')}"
        return f"text{self._limits('characters')}"

    @property
    def needs_nothing(self) -> bool:
        """Whether an empty mapping would be accepted here."""
        try:
            return self.model is not None and self.model.model_validate({}) is not None
        except ValidationError:
            return False

    @property
    def keys(self) -> list[str]:
        """The keys of a mapping whose keys are known, as they are to be written."""
        fields = self.model.model_fields if self.model else {}
        emr_only = self.model is not None and not self.model.model_config.get("validate_by_name")
        return [info.alias if info.alias and emr_only else name for name, info in fields.items()]

    @property
    def aliases(self) -> list[str]:
        """Other names of the keys of a mapping whose keys are known."""
        fields = self.model.model_fields if self.model else {}
        return [
            spelling for name, info in fields.items() for spelling in _other_spellings(name, info)
        ]

    @property
    def expected_by_emr(self) -> str:
        """What would be accepted here by those who write as EMR does."""
        if words := self.first(EmrWords):
            return one_of(words.ours)
        fields = self.model.model_fields if self.model else {}
        keys = ", ".join(self.emr_spelling(name) for name in fields)
        return f"a mapping with the keys {keys}" if self.aliases else self.expected

    @property
    def choices(self) -> list[str]:
        """The texts that may be chosen from, EMR's own among them."""
        words = self.first(EmrWords)
        return [*map(str, get_args(self.kind)), *(words.ours if words else ())]

    def emr_spelling(self, key: str) -> str:
        """How EMR spells a key of a mapping whose keys are known; the key itself where it has no such."""
        field = self.model.model_fields.get(key) if self.model else None
        return next(iter(_other_spellings(key, field)), key) if field else key

    def _limits(self, what: str) -> str:
        least = self.first(MinLen)
        most = self.first(MaxLen)
        lengths = self.first(StringConstraints)
        low = (least.min_length if least else None) or (lengths.min_length if lengths else None)
        high = (most.max_length if most else None) or (lengths.max_length if lengths else None)
        if low and high:
            return f" of {low} to {high} {what}"
        if high:
            return f" of at most {high} {what}"
        return f" of at least {low} {what}" if low and low > 1 else ""


def _other_spellings(name: str, info: FieldInfo) -> list[str]:
    """EMR's own spellings of a key, the usual one first; none where there is the file's alone."""
    if info.alias:
        return [info.alias]
    if isinstance(info.validation_alias, AliasChoices):
        return [str(choice) for choice in info.validation_alias.choices if choice != name]
    return []


def _flat(metadata: Iterable[Any]) -> tuple[Any, ...]:
    """Constraints, also those that are written as ``Field(...)``."""
    gathered: tuple[Any, ...] = ()
    for item in metadata:
        gathered += tuple(item.metadata) if isinstance(item, FieldInfo) else (item,)
    return gathered


def declared_at(model: type[BaseModel], location: Sequence[str | int]) -> Declared | None:
    """Follow an error's location through the types of a model.

    Args:
        model: Where the location begins.
        location: pydantic's ``loc``: keys, positions, and its own names for alternatives.

    Returns:
        What is declared there; None if the location leads to nothing that is declared.
    """
    # What is declared for one item of a list is declared for all.
    return _declared_at(model, tuple(0 if isinstance(part, int) else part for part in location))


@lru_cache(maxsize=1000)
def _declared_at(model: type[BaseModel], location: tuple[str | int, ...]) -> Declared | None:
    declared: Declared | None = Declared(model)
    for position, part in enumerate(location):
        if declared is None:
            return None
        if part != KEY:
            following = location[position + 1] if position + 1 < len(location) else None
            declared = declared.child(part, following)
    return declared


def one_of(choices: Iterable[object]) -> str:
    """Write alternatives as people do: ``a, b or c``."""
    *most, last = [str(choice) for choice in choices]
    return f"{', '.join(most)} or {last}" if most else last


def _number(least: Ge | None, above: Gt | None, most: Le | None) -> str:
    if least and most:
        return f"a number from {least.ge} to {most.le}"
    if above and most:
        return f"a number above {above.gt}, up to {most.le}"
    if least:
        return f"a number of at least {least.ge}"
    return f"a number above {above.gt}" if above else "a number"


def _whole_number(least: Ge | None, most: Le | None) -> str:
    if least and most:
        return f"a whole number from {least.ge} to {most.le}"
    if least:
        return f"a whole number of at least {least.ge}"
    return f"a whole number of at most {most.le}" if most else "a whole number"
