"""Reads the text of a user's file, whatever the file turns out to be."""

from __future__ import annotations

from pathlib import Path

from emr_platform.environment import file_problems as kinds
from emr_platform.environment.file_problems import FileProblem
from emr_platform.problems import InvalidSpecError, Location

MOST_BYTES = 1024 * 1024


def is_file(path: Path) -> bool:
    """Whether there is a file; not by a name that none can have, either."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        # Too long, for instance.
        return False


def read_text(file: Path) -> str:
    """Read a file of the user's.

    Args:
        file: The file, UTF-8 and at most 1 MiB.

    Returns:
        Its content.

    Raises:
        InvalidSpecError: It cannot be read.
    """
    try:
        with file.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except IsADirectoryError:
        raise _refusal(kinds.UNREADABLE, file, "this is a directory", "a file") from None
    except FileNotFoundError:
        raise _refusal(kinds.UNREADABLE, file, "there is no such file") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _refusal(kinds.UNREADABLE, file, f"cannot be read: {reason}") from None
    if len(content) > MOST_BYTES:
        raise _refusal(kinds.TOO_LARGE, file, "the file has more than 1 MiB", "at most 1 MiB")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode(errors="replace")) + 1
        utf_16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
        message = (
            "the file is UTF-16"
            if utf_16
            else f"the byte 0x{content[error.start]:02x} is not UTF-8"
        )
        raise _refusal(kinds.NOT_TEXT, file, message, "text saved as UTF-8", line, column) from None


def _refusal(
    kind: FileProblem,
    file: Path,
    message: str,
    allowed: str | None = None,
    line: int = 1,
    column: int = 1,
) -> InvalidSpecError:
    return InvalidSpecError([kind.at(Location(str(file), line, column), message, allowed=allowed)])
