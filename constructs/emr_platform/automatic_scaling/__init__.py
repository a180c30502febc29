"""Automatic scaling of instance groups with policies of one's own: what may be declared, presets, the rules."""

from __future__ import annotations

from emr_platform.automatic_scaling.spec import (
    AdjustmentSpec,
    AutomaticScalingRuleSpec,
    AutomaticScalingSpec,
)

__all__ = ["AdjustmentSpec", "AutomaticScalingRuleSpec", "AutomaticScalingSpec"]
