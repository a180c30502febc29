"""EMR release labels: how they are read and which of two is newer."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache, total_ordering

_LABEL = re.compile(r"emr-(?P<spark>spark-)?(?P<version>\d+\.\d+\.\d+)")


@total_ordering
@dataclass(frozen=True, slots=True)
class Release:
    """A release of Amazon EMR.

    Attributes:
        version: Major, minor and patch number.
        is_spark_line: Whether it is of the ``emr-spark-…`` line, which holds Spark and its companions only.
        label: Its release label.
    """

    version: tuple[int, int, int]
    is_spark_line: bool = False
    label: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Write the label once: rules ask for it over and over."""
        numbers = ".".join(map(str, self.version))
        label = f"emr-{'spark-' if self.is_spark_line else ''}{numbers}"
        object.__setattr__(self, "label", label)

    @classmethod
    def parse(cls, label: str) -> Release:
        """Read a release label, ``emr-7.12.0`` or ``emr-spark-8.0.0``.

        Raises:
            ValueError: The text is not a release label.
        """
        return _parse(label)

    @property
    def major(self) -> int:
        """The major number, 7 for ``emr-7.12.0``."""
        return self.version[0]

    def __lt__(self, other: Release) -> bool:
        """Releases are ordered by their numbers; at equal numbers the Spark line counts as newer."""
        return (self.version, self.is_spark_line) < (other.version, other.is_spark_line)

    def __str__(self) -> str:
        return self.label


# Rules read the same label over and over.
@lru_cache(maxsize=1024)
def _parse(label: str) -> Release:
    match = _LABEL.fullmatch(label)
    if not match:
        raise ValueError(f"'{label}' is not an EMR release label")
    major, minor, patch = (int(part) for part in match["version"].split("."))
    return Release((major, minor, patch), is_spark_line=bool(match["spark"]))
