"""Tests of environments and of whatever else a CDK app makes: templates, snapshots, assertions.

Importing it costs nothing: what a name stands for is loaded when the name is used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emr_platform.testing.assertions import (
        assert_checked,
        assert_isolated,
        assert_no_replacement,
    )
    from emr_platform.testing.masking import masked
    from emr_platform.testing.nag import assert_nag_clean
    from emr_platform.testing.snapshots import assert_matches_snapshot
    from emr_platform.testing.synthesis import Finding, Synthesized, Synthesizer, synthesize

_MODULES = {
    "Finding": "synthesis",
    "Synthesized": "synthesis",
    "Synthesizer": "synthesis",
    "assert_checked": "assertions",
    "assert_isolated": "assertions",
    "assert_matches_snapshot": "snapshots",
    "assert_nag_clean": "nag",
    "assert_no_replacement": "assertions",
    "masked": "masking",
    "synthesize": "synthesis",
}

__all__ = [
    "Finding",
    "Synthesized",
    "Synthesizer",
    "assert_checked",
    "assert_isolated",
    "assert_matches_snapshot",
    "assert_nag_clean",
    "assert_no_replacement",
    "masked",
    "synthesize",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = importlib.import_module(f"{__name__}.{_MODULES[name]}")
    return getattr(module, name)
