"""Writes the parts of the documentation that follow from the code.

Run it after a change of the spec, the rules or the sample environments; a test compares:

    make reference
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from emr_platform.deployment.spec import DeploymentSpec
from scripts.reference.bill import sample_bill
from scripts.reference.environment_file import environment_file_reference, file_reference
from scripts.reference.markdown import with_generated
from scripts.reference.presets import presets_reference
from scripts.reference.rules import rules_reference

ROOT = Path(__file__).parents[1]


class GeneratedPart(NamedTuple):
    """A part of a page that is written by this script.

    Attributes:
        page: The page, from the root of the repository.
        name: Name of the part, as its markers have it.
        content: Makes the part.
    """

    page: str
    name: str
    content: Callable[[], str]


PARTS = (
    GeneratedPart("README.md", "bill", lambda: sample_bill(ROOT)),
    GeneratedPart("docs/environment-file.md", "keys", environment_file_reference),
    GeneratedPart("docs/presets.md", "presets", presets_reference),
    GeneratedPart("docs/rules.md", "rules", rules_reference),
    GeneratedPart("docs/shipping.md", "keys", lambda: file_reference(DeploymentSpec)),
)


def main() -> None:
    """Bring every generated part up to date."""
    for part in PARTS:
        path = ROOT / part.page
        page = path.read_text(encoding="utf-8")
        path.write_text(with_generated(page, part.name, part.content()), encoding="utf-8")


if __name__ == "__main__":
    main()
