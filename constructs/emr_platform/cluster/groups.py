"""The instance groups of a cluster, each with its path in the spec."""

from __future__ import annotations

from collections.abc import Iterator

from emr_platform.cluster.spec import ClusterSpec, EbsSpec, InstanceGroupSpec
from emr_platform.problems import Path


def instance_groups(spec: ClusterSpec) -> Iterator[tuple[Path, InstanceGroupSpec]]:
    """The primary, core and task groups, in this order."""
    yield ("primary",), spec.primary
    if spec.core:
        yield ("core",), spec.core
    for name, group in spec.task.items():
        yield ("task", name), group


def data_volumes(spec: ClusterSpec) -> Iterator[tuple[Path, EbsSpec]]:
    """The EBS data volumes of all groups that declare some."""
    for path, group in instance_groups(spec):
        if group.ebs:
            yield (*path, "ebs"), group.ebs
