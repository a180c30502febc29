"""What every part of the import works with: the options, the draft, and what there is to say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from emr_platform.environment.file_problems import FileProblem
from emr_platform.importers.edx import problems as kinds
from emr_platform.importers.edx.draft import Draft
from emr_platform.importers.edx.report import Note, NoteKind
from emr_platform.importers.edx.source import PLACEHOLDER, Item, shown_scalar
from emr_platform.problems import Location, Path, Problem, dotted
from emr_platform.spec import scalar_text
from emr_platform.storage.spec import BucketAccess

_BUCKET = re.compile(r"s3[an]?://([^/\s]+)")
_BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_OF_EMR = re.compile(r"(.*\.)?elasticmapreduce")


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What a cluster file does not say, or should say differently.

    Attributes:
        name: Name of the environment. Default: the cluster's name.
        region: AWS region. Default: the file's, or us-east-1.
        release: EMR release label. Default: the file's, or a current one if AWS has ended its support.
        replacements: Texts by the placeholder that they are put in the place of.
        vpc_id: VPC of the file's subnets. Default: the environment gets a VPC of its own.
        vpc_cidr: Address range of that VPC.
    """

    name: str | None = None
    region: str | None = None
    release: str | None = None
    replacements: Mapping[str, str] = field(default_factory=dict)
    vpc_id: str | None = None
    vpc_cidr: str | None = None


@dataclass(frozen=True, slots=True)
class Bucket:
    """What nodes do with a bucket.

    Attributes:
        access: Whether they write to it.
        prefix: How the keys begin that they use.
    """

    access: BucketAccess
    prefix: str = ""


class Context:
    """The state of one import.

    Attributes:
        file: Name of the cluster file.
        options: The options of the import.
        draft: The environment file in the making.
        notes: What goes into the report.
        problems: What stands in the way.
        cluster: Path of the cluster in the environment file.
        replaced_types: Instance types of core and task nodes that gave way to current ones.
    """

    def __init__(self, file: str, options: ImportOptions) -> None:
        self.file = file
        self.options = options
        self.draft = Draft()
        self.notes: list[Note] = []
        self.problems: list[Problem] = []
        self.cluster: tuple[str, ...] = ("clusters", "cluster")
        self.replaced_types: set[str] = set()
        self._buckets: dict[str, Bucket] = {}

    # --- Reading ---------------------------------------------------------------------------

    def text(self, item: Item) -> str | None:
        """Take a scalar as text; None, with a problem, where it is none or has a placeholder left."""
        item.take()
        if isinstance(item.value, list | dict) or item.value is None:
            self.refuse(kinds.WRONG_KIND, item, f"found {_kind(item)}", "one text or number")
            return None
        text = scalar_text(item.value)
        if PLACEHOLDER.search(text):
            self.refuse_placeholder(item, text)
            return None
        return text

    def texts(self, item: Item) -> list[str] | None:
        """Take a list of scalars, or a single one, as texts."""
        if not isinstance(item.value, list):
            text = self.text(item)
            return None if text is None else [text]
        found = [self.text(child) for child in item.value]
        item.is_taken = True
        return None if None in found else [text for text in found if text is not None]

    def count(self, item: Item, *, least: int = 0) -> int | None:
        """Take a whole number, which the file may have in quotes."""
        text = self.text(item)
        if text is None:
            return None
        if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or int(text) < least:
            self.refuse(
                kinds.WRONG_VALUE, item, f"found '{text}'", f"a whole number from {least} on"
            )
            return None
        return int(text)

    def mapping(self, item: Item) -> dict[str, Item]:
        """The values of a mapping by key; none, with a problem, where it is something else."""
        if isinstance(item.value, dict):
            return item.value
        item.take()
        self.refuse(kinds.WRONG_KIND, item, f"found {_kind(item)}", "a mapping, key: value")
        return {}

    def items(self, item: Item) -> list[Item]:
        """The values of a list; none, with a problem, where it is something else."""
        if isinstance(item.value, list):
            return item.value
        item.take()
        self.refuse(kinds.WRONG_KIND, item, f"found {_kind(item)}", "a list, [first, second]")
        return []

    # --- Writing ---------------------------------------------------------------------------

    def move(
        self, item: Item, path: tuple[str, ...], value: Any, *, comment: str | None = None
    ) -> None:
        """Put a value of the file into the draft, and say where it went."""
        item.is_taken = True
        self.draft.put(path, value, origin=item.location, comment=comment)
        self.moved(item, dotted(path))

    def moved(self, item: Item, where: str) -> None:
        """Say where a value went that others put into the draft."""
        if where != dotted(item.path):
            self._note("moved", item, f" → {where}", "")

    def changed(self, item: Item, becomes: str, why: str, *, found: str | None = None) -> None:
        """Say that a value became another one."""
        item.is_taken = True
        self._note("changed", item, f": {found or item.shown(as_written=True)} → {becomes}", why)

    def added(
        self, path: tuple[str, ...], value: str | bool, why: str, *, comment: str | None = None
    ) -> None:
        """Put a value into the draft that the file does not have, and say so."""
        self.draft.put(path, value, comment=comment)
        self.note_added(path, shown_scalar(value), why)

    def note_added(self, path: Path, shown: str, why: str) -> None:
        """Say that the draft has a value that the file does not have."""
        self.notes.append(Note("added", path, f": {shown}", why))

    def check(self, item: Item, why: str) -> None:
        """Ask for a second look at a value that was taken over."""
        self._note("check", item, f": {item.shown()}", why)

    def left_out(self, item: Item, why: str) -> None:
        """Say that a value, with everything in it, is not carried over."""
        item.take()
        self._note("left_out", item, f": {item.shown(as_written=True)}", why)

    def _note(self, kind: NoteKind, item: Item, what: str, why: str) -> None:
        self.notes.append(Note(kind, item.path, what, why, item.location))

    # --- Problems --------------------------------------------------------------------------

    def refuse(
        self, kind: FileProblem, item: Item, message: str, allowed: str | None = None
    ) -> None:
        """Note that a value stands in the way of the import."""
        self.problems.append(kind.at(item.location, message, path=item.path, allowed=allowed))

    def refuse_missing(self, root: Item, key: str, allowed: str) -> None:
        """Note that the file lacks a key that every cluster needs."""
        self.refuse(kinds.MISSING, root, f"{key} is missing", allowed)

    def refuse_placeholder(self, item: Item, text: str) -> None:
        """Note that a value has a placeholder that must be replaced."""
        for placeholder in dict.fromkeys(match[0] for match in PLACEHOLDER.finditer(text)):
            self.refuse(
                kinds.PLACEHOLDER,
                item,
                f"{placeholder} is a placeholder",
                f"--replace '{placeholder}=…', or the value itself in the file",
            )

    def refuse_option(self, option: str, message: str, allowed: str) -> None:
        """Note that an option of the import is wrong."""
        self.problems.append(
            kinds.OPTION.at(Location(self.file, 1, 1), f"{option}: {message}", allowed=allowed)
        )

    # --- Buckets ---------------------------------------------------------------------------

    def use_buckets(
        self, texts: Iterable[str], access: BucketAccess = "read", *, prefix: str = ""
    ) -> None:
        """Note the buckets that texts name, so that nodes get access to them."""
        for text in texts:
            for name in _BUCKET.findall(text):
                if _OF_EMR.fullmatch(name) or not _BUCKET_NAME.fullmatch(name):
                    continue
                known = self._buckets.get(name)
                if known is None:
                    self._buckets[name] = Bucket(access, prefix)
                else:
                    both: BucketAccess = (
                        "read" if known.access == access == "read" else "read_write"
                    )
                    common = prefix if prefix == known.prefix else ""
                    self._buckets[name] = Bucket(both, common)

    @property
    def buckets(self) -> dict[str, Bucket]:
        """What nodes do with buckets that are not the environment's own, by name."""
        return dict(sorted(self._buckets.items()))


def is_placeholder(item: Item) -> bool:
    """Whether a value holds a placeholder that nobody replaced."""
    return any(
        isinstance(part.value, str) and PLACEHOLDER.search(part.value) is not None
        for part in item.walk()
    )


def slug(text: str, *, otherwise: str) -> str:
    """Make a text a name of an environment file.

    Args:
        text: Any text.
        otherwise: What to put in front, or to use, where no letter comes first.
    """
    name = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    if not name or not name[0].isalpha():
        name = f"{otherwise}-{name}"
    return name[:32].strip("-")


def unique(name: str, taken: Iterable[str]) -> str:
    """Make a name differ from others by a number behind it."""
    others = set(taken)
    candidate, number = name, 2
    while candidate in others:
        candidate, number = f"{name[:28]}-{number}", number + 1
    return candidate


def _kind(item: Item) -> str:
    if isinstance(item.value, dict):
        return "a mapping"
    if isinstance(item.value, list):
        return "a list"
    return "nothing" if item.value is None else f"'{item.shown()}'"
