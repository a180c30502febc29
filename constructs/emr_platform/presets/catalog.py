"""The presets that there are. Each is a file of plain data in the folder ``data``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from emr_platform.catalog.release import Release

_FOLDER = Path(__file__).parent / "data"

OptionForm = Literal["arn", "boolean", "bucket", "count", "database", "s3_directory", "text"]
MetastoreKind = Literal["local", "glue", "mysql"]
Classifications = dict[str, Any]

_Label = Annotated[str, AfterValidator(lambda label: Release.parse(label).label)]


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Option(_Data):
    """Something that the user of a preset says.

    Attributes:
        form: What may be said. ``bucket`` is ``bucket://NAME`` or the name of a bucket, ``count`` a whole number
            above 0.
        description: What it means, for users.
        required: Whether it must be said.
        default: What holds where it is not said.
        pattern: Regular expression for the forms ``arn`` and ``text``.
        allowed: What the pattern lets through, in words.
        database_name: Name of the database where the user says none, for the form ``database``.
        access: What nodes must be allowed to do in the bucket or the directory.
        prefix: Beginning of the keys that they need in a bucket.
        first_release: The first release that knows it. None: as the preset.
    """

    form: OptionForm
    description: str
    required: bool = False
    default: str | bool | None = None
    pattern: str = ""
    allowed: str = ""
    database_name: str = ""
    access: Literal["read", "read_write"] | None = None
    prefix: str = ""
    first_release: _Label | None = None


class Part(_Data):
    """Classifications, and when they are for a cluster.

    Attributes:
        classifications: Properties and nested classifications by classification. A property that is a list has its
            entries joined by commas, with those of other presets. ``{{OPTION}}`` stands for what the user said.
        applications: Only with one of these. Empty: with any.
        metastores: Only with a metastore of one of these kinds. Empty: with any.
        with_option: Only where this option is said, or is true.
        first_release: Only from this release.
        last_release: Only up to this release.
    """

    classifications: Classifications
    applications: tuple[str, ...] = ()
    metastores: tuple[MetastoreKind, ...] = ()
    with_option: str | None = None
    first_release: _Label | None = None
    last_release: _Label | None = None


class Grant(_Data):
    """What IAM has to allow the nodes.

    Attributes:
        actions: IAM actions.
        resource: The ARN that they are for.
        with_option: Only where this option is said, or is true.
    """

    actions: tuple[str, ...]
    resource: str
    with_option: str | None = None


class Preset(_Data):
    """What people often want of a cluster, as EMR documents it.

    Attributes:
        description: What it is, in a sentence for users.
        source: The AWS document that it follows.
        first_release: The first release that has it; those after it do, too.
        first_spark_release: The first release of the ``emr-spark`` line for which it is documented. None: for none.
        applications: Applications that it adds to those of the cluster.
        one_of: Applications that it is for, where it adds none: the cluster needs at least one of them.
        options: What the user may say, by name.
        configurations: The classifications.
        grants: What IAM has to allow the nodes, beside buckets.
    """

    description: str
    source: str
    first_release: _Label
    first_spark_release: _Label | None = None
    applications: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    options: dict[str, Option] = Field(default_factory=dict)
    configurations: tuple[Part, ...]
    grants: tuple[Grant, ...] = ()

    def is_in(self, release: Release) -> bool | None:
        """Whether AWS documents it for a release; None where it says nothing about the whole line."""
        if release.is_spark_line:
            first = self.first_spark_release
            return None if first is None else release >= Release.parse(first)
        return release >= Release.parse(self.first_release)


@cache
def presets() -> Mapping[str, Preset]:
    """All presets by name, in the order of their names."""
    return {
        file.stem: Preset.model_validate_json(file.read_bytes())
        for file in sorted(_FOLDER.glob("*.json"))
    }


def preset_text(name: str) -> str:
    """The data of a preset as it is in its file.

    Raises:
        KeyError: There is no preset of that name.
    """
    if name not in presets():
        raise KeyError(name)
    return (_FOLDER / f"{name}.json").read_text(encoding="utf-8")
