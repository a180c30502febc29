"""The lock file beside a tenants file: which address range each environment has, for good."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import AddressValueError, IPv4Network, NetmaskValueError
from pathlib import Path
from typing import Any, Final

from emr_platform.problems import Location, Problem
from emr_platform.tenants import file_problems as kinds

VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Lock:
    """What a lock file says.

    Attributes:
        path: The file.
        ranges: The range of each environment, also of those that are gone.
        lines: The line of each environment in the file.
    """

    path: Path
    ranges: Mapping[str, IPv4Network] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)


def lock_path(tenants_file: Path) -> Path:
    """Where the lock file of a tenants file is: ``customers.lock.json`` beside ``customers.yaml``."""
    return tenants_file.with_suffix(".lock.json")


def read_lock(path: Path) -> tuple[Lock, list[Problem]]:
    """Read a lock file.

    Args:
        path: The file; if there is none, nothing is locked.

    Returns:
        What it says, and what is wrong with it.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Lock(path), []
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        return Lock(path), [_broken(path, 1, f"the file cannot be read: {reason}")]
    try:
        content = json.loads(text, object_pairs_hook=_each_key_once)
    except json.JSONDecodeError as error:
        conflict = "<<<<<<<" in text
        message = "git could not merge the file" if conflict else f"this is not JSON: {error.msg}"
        return Lock(path), [_broken(path, error.lineno, message)]
    except _TwiceError as error:
        name = error.args[0]
        lines = [number for number, key in _keys(text) if key == name]
        return Lock(path), [_broken(path, lines[-1] if lines else 1, f"{name} has two ranges")]
    except (RecursionError, ValueError):
        # Nested deeper, or a number longer, than Python reads: nobody has such ranges.
        return Lock(path), [_broken(path, 1, f"found no ranges of version {VERSION}")]
    ranges = content.get("ranges") if isinstance(content, dict) else None
    if not isinstance(ranges, dict) or content.get("version") != VERSION:
        return Lock(path), [_broken(path, 1, f"found no ranges of version {VERSION}")]
    return _checked(path, text, ranges)


def _checked(path: Path, text: str, ranges: dict[str, Any]) -> tuple[Lock, list[Problem]]:
    lines: dict[str, int] = {}
    for number, name in _keys(text):
        if name in ranges:
            lines.setdefault(name, number)
    networks: dict[str, IPv4Network] = {}
    problems = []
    for name, range_ in ranges.items():
        try:
            networks[name] = IPv4Network(range_ if isinstance(range_, str) else "")
        except (AddressValueError, NetmaskValueError, ValueError):
            message = f"{json.dumps(range_)} of {name} is not an IPv4 address range"
            problems.append(_broken(path, lines.get(name, 1), message))
    return Lock(path, networks, lines), problems


def _keys(text: str) -> Iterator[tuple[int, str]]:
    """Number and key of each line."""
    for number, line in enumerate(text.splitlines(), 1):
        yield number, line.strip().partition(":")[0].strip('"')


def lock_text(ranges: Mapping[str, IPv4Network]) -> str:
    """The content of a lock file, one environment to a line, so that branches merge.

    Args:
        ranges: The range of each environment.
    """
    content = {"version": VERSION, "ranges": {name: str(ranges[name]) for name in sorted(ranges)}}
    return json.dumps(content, indent=2) + "\n"


class _TwiceError(ValueError):
    """A key stands twice in the file."""


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _TwiceError(key)
        found[key] = value
    return found


def _broken(path: Path, line: int, message: str) -> Problem:
    return kinds.LOCK_FILE.at(
        Location(str(path), line, 1),
        message,
        allowed="the file as `emr-platform lock` wrote it; take the version that was deployed and run it again",
    )
