"""Text that YAML allows, and that CloudFormation or the CDK cannot have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from emr_platform.environment import file_problems as kinds
from emr_platform.environment.file_problems import FileProblem

CONTROL_CHARACTER: Final = re.compile(
    r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)
RESERVED_KEY: Final = "__proto__"
"""The one key that the CDK takes for something else."""

# As the CDK looks for them: tokens that are texts, lists and numbers. What parameters of a template
# are filled into may become a token, so that its beginning is enough.
_TOKEN = re.compile(r"[$#]\{Token\[|-1\.[0-9]{10,16}e\+289")
_SIGNS = ("\\", "Token[", "e+289")


class Unfit(NamedTuple):
    """What is wrong with a text.

    Attributes:
        kind: The kind of problem.
        message: What was found.
        allowed: What would be accepted.
    """

    kind: FileProblem
    message: str
    allowed: str


def may_be_unfit(text: str) -> bool:
    """Whether a file can have unfit scalars at all: nearly none can, and the others need not look at each.

    Args:
        text: The text of the file, without control characters.
    """
    return any(sign in text for sign in _SIGNS)


def unfit(value: str, *, has_escapes: bool) -> Iterator[Unfit]:
    """Find out what is wrong with a scalar, as which it is read.

    Args:
        value: The scalar.
        has_escapes: Whether it was written so that escapes may stand for other characters; what stands in the file
            as such was looked at already.
    """
    if has_escapes and (match := CONTROL_CHARACTER.search(value)):
        yield Unfit(
            kinds.NOT_TEXT,
            f"an escape stands for the character U+{ord(match[0]):04X}, which is not text",
            r"text without control characters; \\ for a backslash",
        )
    if match := _TOKEN.search(value):
        is_number = match[0].startswith("-")
        yield Unfit(
            kinds.TOKEN,
            f"the CDK takes {match[0]}{'' if is_number else '…'} for a token of its own",
            "another number" if is_number else f"text without {match[0]}",
        )
