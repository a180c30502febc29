"""How a user names presets, and what each lets the user say. Made from the presets' data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import ConfigDict, Discriminator, Field, Tag, create_model

from emr_platform.metastore.spec import Database, S3Directory
from emr_platform.presets.catalog import Option, Preset, presets
from emr_platform.problems import Path
from emr_platform.spec import MOST_UNITS, Items, SpecModel, TextMatching

BucketReference = Annotated[
    str,
    TextMatching(
        r"bucket://[a-z0-9-]+|[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
        "bucket://name, or the name of an S3 bucket",
    ),
]
"""A bucket of the environment, ``bucket://NAME``, or the name of another."""


def _type(option: Option) -> Any:
    match option.form:
        case "arn" | "text":
            return Annotated[str, TextMatching(option.pattern, option.allowed)]
        case "boolean":
            return bool
        case "bucket":
            return BucketReference
        case "count":
            return Annotated[int, Field(ge=1, le=MOST_UNITS)]
        case "database":
            return Database
        case "s3_directory":
            return S3Directory


def _field(option: Option) -> Any:
    kind = _type(option)
    if option.required:
        return kind, Field(description=option.description)
    if option.default is not None:
        return kind, Field(default=option.default, description=option.description)
    return kind | None, Field(default=None, description=option.description)


def _options_model(name: str, preset: Preset) -> type[SpecModel]:
    words = "".join(word.capitalize() for word in name.split("-"))
    fields: dict[str, Any] = {key: _field(option) for key, option in preset.options.items()}
    return create_model(
        f"{words}PresetSpec", __base__=SpecModel, __doc__=preset.description, **fields
    )


class _PresetsSpec(SpecModel):
    """Presets by name, each with what it lets you say."""

    # A preset that is left out has no value of its type; its key tells whether it is used.
    model_config = ConfigDict(validate_default=False)


if TYPE_CHECKING:
    PresetName = str

    class PresetsSpec(_PresetsSpec):
        """Presets by name, each with what it lets you say."""

else:
    PresetName = Literal[tuple(presets())]
    PresetsSpec = create_model(
        "PresetsSpec",
        __base__=_PresetsSpec,
        __doc__=_PresetsSpec.__doc__,
        **{
            name: (
                _options_model(name, preset),
                Field(default=None, description=preset.description),
            )
            for name, preset in presets().items()
        },
    )


def _form(value: Any) -> str:
    return "with options" if isinstance(value, dict | _PresetsSpec) else "names"


Presets = Annotated[
    Annotated[Items[PresetName], Tag("names")] | Annotated[PresetsSpec, Tag("with options")],
    Discriminator(_form),
]
"""Presets: a list of names, or a mapping of names to what each lets the user say."""


@dataclass(frozen=True, slots=True)
class PresetUse:
    """A preset that a cluster uses.

    Attributes:
        name: Its name.
        preset: Its data.
        options: What the user said, and the defaults of what was not said, by option.
        path: Where the file names it, from the cluster.
    """

    name: str
    preset: Preset
    options: Mapping[str, Any]
    path: Path

    def says(self, option: str | None) -> bool:
        """Whether an option is said, or is true; True where none is asked for."""
        return option is None or self.options.get(option) not in (None, False)


def used_presets(chosen: Presets) -> tuple[PresetUse, ...]:
    """The presets that a cluster uses, with what it says about each.

    Args:
        chosen: Either form of the file.

    Returns:
        The presets in the order of a list, or of their names in a mapping. Options that are required and not
        said, as a list cannot, are missing.
    """
    if not chosen:
        return ()
    if isinstance(chosen, _PresetsSpec):
        return tuple(
            PresetUse(
                name,
                preset,
                {key: getattr(getattr(chosen, name), key) for key in preset.options},
                ("presets", name),
            )
            for name, preset in presets().items()
            if name in chosen.model_fields_set
        )
    return tuple(
        PresetUse(
            name,
            presets()[name],
            {key: option.default for key, option in presets()[name].options.items()},
            ("presets", position),
        )
        for position, name in enumerate(chosen)
    )
