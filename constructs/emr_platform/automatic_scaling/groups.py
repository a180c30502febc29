"""The instance groups of a cluster that have a scaling policy, and the rules of those."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from emr_platform.automatic_scaling.presets import effective_rules
from emr_platform.automatic_scaling.spec import AutomaticScalingRuleSpec, AutomaticScalingSpec
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.instances.spec import CoreGroupSpec, TaskGroupSpec
from emr_platform.problems import Path


class ScaledGroup(NamedTuple):
    """An instance group with a policy.

    Attributes:
        path: Where the cluster's spec has the group.
        group: The group.
        policy: Its policy.
    """

    path: Path
    group: CoreGroupSpec | TaskGroupSpec
    policy: AutomaticScalingSpec

    def place(self, *keys: str) -> Path:
        """Where the file says something of the policy; see :meth:`AutomaticScalingSpec.written`."""
        return (*self.path, "automatic_scaling", *self.policy.written(*keys))


def scaled_groups(spec: ClusterSpec) -> Iterator[ScaledGroup]:
    """The core and task groups that have a policy."""
    if spec.core and spec.core.automatic_scaling:
        yield ScaledGroup(("core",), spec.core, spec.core.automatic_scaling)
    for name, group in spec.task.items():
        if group.automatic_scaling:
            yield ScaledGroup(("task", name), group, group.automatic_scaling)


class GroupRule(NamedTuple):
    """One rule of a group's policy.

    Attributes:
        scaled: The group.
        name: Name of the rule.
        rule: The rule.
    """

    scaled: ScaledGroup
    name: str
    rule: AutomaticScalingRuleSpec

    def place(self, *keys: str) -> Path:
        """Where the file says something of the rule."""
        return self.scaled.place("rules", self.name, *keys)


def group_rules(spec: ClusterSpec) -> Iterator[GroupRule]:
    """Every rule of every policy, those of presets among them."""
    for scaled in scaled_groups(spec):
        for name, rule in effective_rules(scaled.policy).items():
            yield GroupRule(scaled, name, rule)
