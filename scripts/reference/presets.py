"""The list of presets, from their data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from emr_platform.presets.catalog import Preset, presets
from emr_platform.presets.description import described, option_words, releases
from scripts.reference.markdown import code, prose, table


def presets_reference() -> str:
    """Describe every preset: what it is for, what it lets users say, and what it sets."""
    return "\n\n".join(part for name, preset in presets().items() for part in _preset(name, preset))


def _preset(name: str, preset: Preset) -> Iterator[str]:
    yield f"## {name}"
    facts = [f"Releases: {releases(preset)}."]
    if preset.applications:
        facts.append(f"Adds {', '.join(preset.applications)}.")
    if preset.one_of:
        facts.append(f"For clusters with {' or '.join(preset.one_of)}.")
    yield f"{prose(preset.description)} {prose(' '.join(facts))} ([source]({preset.source}))"
    if preset.options:
        rows = [(code(key), prose(option_words(option))) for key, option in preset.options.items()]
        yield table(("Option", "Meaning"), rows)
    data: dict[str, Any] = described(name, preset)
    shown = {key: data[key] for key in ("configurations", "allows nodes") if key in data}
    if shown:
        text = yaml.safe_dump(shown, sort_keys=False, allow_unicode=True, width=100)
        yield f"```text\n{text}```"
