"""Declarations of which parts are not known, completed with values that those parts might have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from zlib import crc32

from emr_platform.problems import Path
from emr_platform.template_check.conversion.parts import Hole, Part

Json = Any

_OMIT: Final = object()


@dataclass(frozen=True)
class Filled:
    """A declaration as plain data.

    Attributes:
        data: What an environment file would hold.
        parts: What each value was made of, by its path in the data; paths that were left out, too.
        guessed: Paths of values that were made up, and of those left out because nothing is known.
    """

    data: dict[str, Json]
    parts: Mapping[Path, Part]
    guessed: frozenset[Path]

    def is_guessed(self, path: Path) -> bool:
        """Whether a value is made up, or part of one that is."""
        return any(path[:length] in self.guessed for length in range(len(path) + 1))

    def part(self, path: Path) -> tuple[Path, Part]:
        """What the value at a path was made of; if nothing is there, the nearest around it."""
        while path not in self.parts:
            path = path[:-1]
        return path, self.parts[path]


@dataclass
class Filling:
    """Ways to complete a declaration.

    Attributes:
        root: The declaration.
    """

    root: Part
    # By the identity of parts: they are many, and stay the same ones.
    _unusable: set[int] = field(default_factory=set)
    _refused: dict[int, set[int]] = field(default_factory=dict)
    _chosen: dict[int, int] = field(default_factory=dict)
    _most_samples: int = 0

    def give_up(self, part: Part) -> None:
        """Take a part for unknown from now on, because the model has no words for its value."""
        self._unusable.add(id(part))

    def refuse(self, part: Part) -> None:
        """Never again take for a part what was taken last, because the model does not let it through."""
        self._refused.setdefault(id(part), set()).add(self._chosen.get(id(part), -1))

    @property
    def ways(self) -> int:
        """In how many ways to complete the declaration: enough for every value to be tried."""
        self.fill(0)
        return 1 if self._most_samples == 0 else self._most_samples + 8

    def fill(self, way: int) -> Filled:
        """Complete the declaration in one way.

        Args:
            way: Number of the way, counted from 0. The same number gives the same values.
        """
        run = _Run(self, way)
        data = run.filled(self.root, ())
        self._most_samples = run.most_samples
        return Filled(
            data if isinstance(data, dict) else {}, parts=run.parts, guessed=frozenset(run.guessed)
        )


class _Run:
    def __init__(self, filling: Filling, way: int) -> None:
        self.parts: dict[Path, Part] = {}
        self.guessed: set[Path] = set()
        self.most_samples = 0
        self._filling = filling
        self._way = way
        self._unknowns = 0

    def filled(self, part: Part, path: Path) -> Json:
        self.parts[path] = part
        if part.is_unknown or id(part) in self._filling._unusable:
            self.guessed.add(path)
            return self._sample(part)
        if isinstance(part.content, dict) and _is_of_parts(part.content):
            return self._mapping(part, path)
        if isinstance(part.content, list):
            # What is left out of a list moves what follows.
            items: list[Json] = []
            for item in part.content:
                value = self.filled(item, (*path, len(items)))
                if value is not _OMIT:
                    items.append(value)
                else:
                    self.guessed.discard((*path, len(items)))
            return items
        return part.content

    def _mapping(self, part: Part, path: Path) -> Json:
        entries: dict[str, Json] = {}
        for key, inner in part.content.items():
            name = self._key(key, part.content, entries) if isinstance(key, Hole) else key
            if name is None:
                continue
            value = self.filled(inner, (*path, name))
            if isinstance(key, Hole):
                self.guessed.add((*path, name))
            if value is not _OMIT:
                entries[name] = value
        return entries

    def _key(
        self, hole: Hole, content: Mapping[str | Hole, Part], taken: Mapping[str, Json]
    ) -> str | None:
        free = [name for name in hole.samples if name not in content and name not in taken]
        return free[self._index(len(free))] if free else None

    def _sample(self, part: Part) -> Json:
        refused = self._filling._refused.get(id(part), set())
        options = [index for index in range(len(part.samples)) if index not in refused]
        if not options:
            return _OMIT
        chosen = options[self._index(len(options))]
        self._filling._chosen[id(part)] = chosen
        sample = part.samples[chosen]
        return _OMIT if sample is None else _copy(sample)

    def _index(self, count: int) -> int:
        """Which of some values it is: first each in its turn, then mixed with those of other parts."""
        self.most_samples = max(self.most_samples, count)
        number = self._unknowns
        self._unknowns += 1
        if self._way < count:
            return (self._way + number) % count
        return crc32(f"{self._way}:{number}".encode()) % count


def _is_of_parts(content: Mapping[Any, Any]) -> bool:
    return all(isinstance(inner, Part) for inner in content.values())


def _copy(sample: Json) -> Json:
    if isinstance(sample, Mapping):
        return {key: _copy(value) for key, value in sample.items()}
    if isinstance(sample, Sequence) and not isinstance(sample, str):
        return [_copy(value) for value in sample]
    return sample
