"""Lets instance groups of moto's EMR be reconfigured while they run."""

from __future__ import annotations

from typing import Any

from moto.emr.models import ElasticMapReduceBackend

from emr_platform.operations.local_aws.moto_changes import replace


def install() -> None:
    """Keep the configurations of a group: moto takes a new count only, and fails without one."""

    def modify_instance_groups(self: Any, instance_groups: list[dict[str, Any]]) -> None:
        for wanted in instance_groups:
            if "instance_count" in wanted:
                modify(self, [wanted])
            if "configurations" in wanted:
                group = self.instance_groups[wanted["instance_group_id"]]
                group.configurations = wanted["configurations"]
                group.configurations_version = getattr(group, "configurations_version", 0) + 1
                group.last_successfully_applied_configurations = group.configurations
                group.last_successfully_applied_configurations_version = (
                    group.configurations_version
                )

    modify = replace(ElasticMapReduceBackend, "modify_instance_groups", modify_instance_groups)
