"""How a warning is acknowledged: by the id of its rule, with a reason."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from emr_platform.spec import TextMatching


def _one_line(text: str) -> str:
    return " ".join(text.split())


# "ok", "fine", "todo" and "accepted" tell nobody why.
Reason = Annotated[
    str,
    TextMatching(r"\s*\S[\s\S]{8,498}\S\s*", "a reason of 10 to 500 characters"),
    AfterValidator(_one_line),
]
"""Why a warning does not matter here."""

Acknowledgements = dict[str, Reason]
"""Why warnings do not matter, by the id of their rule."""
