"""Rules about the EBS root volume of a cluster's nodes."""

from __future__ import annotations

from collections.abc import Iterator

from emr_platform.catalog.release import Release
from emr_platform.cluster.gp3 import (
    DEFAULT_IOPS,
    IOPS_PER_GIB,
    IOPS_PER_MIB_PER_SECOND,
    THROUGHPUT_MIB_PER_SECOND,
    iops_ratio_answer,
    throughput_ratio_answer,
)
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.rule import Finding, RuleBook

ROOT_VOLUME_RULES: RuleBook[ClusterSpec] = RuleBook()

_ROOT = (
    "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-custom-ami-root-volume-size.html"
)
_ROOT_SIZE_GIB = (10, 100)
_DEFAULT_SIZE_GIB = 15
_ROOT_IOPS = (3000, 16000)
_FIRST_WITH_15_GIB = Release.parse("emr-6.10.0")
_FIRST_WITH_ROOT_PERFORMANCE = Release.parse("emr-6.15.0")


@ROOT_VOLUME_RULES.rule(
    "EMR-ROOT-001",
    what="The root volume has 10 to 100 GiB.",
    why="EMR's images need 10 GiB, and EMR makes no larger root volumes than 100 GiB.",
    source=_ROOT,
)
def root_size_is_in_range(spec: ClusterSpec) -> Iterator[Finding]:
    """10 to 100 GiB."""
    least, most = _ROOT_SIZE_GIB
    size = spec.root_volume.size_gib
    if size is not None and not least <= size <= most:
        message = f"a root volume of {size} GiB"
        yield Finding(("root_volume", "size_gib"), message, f"{least} to {most} GiB")


@ROOT_VOLUME_RULES.rule(
    "EMR-ROOT-002",
    what="From emr-6.10.0, the root volume has at least the default of 15 GiB.",
    why="The applications of newer releases need the room; nodes with full disks turn unhealthy.",
    source=_ROOT,
    severity="warning",
)
def root_size_is_not_below_default(spec: ClusterSpec) -> Iterator[Finding]:
    """15 GiB from emr-6.10.0."""
    size = spec.root_volume.size_gib
    is_newer = Release.parse(spec.release) >= _FIRST_WITH_15_GIB
    if size is not None and is_newer and _ROOT_SIZE_GIB[0] <= size < _DEFAULT_SIZE_GIB:
        message = f"a root volume of {size} GiB is less than EMR's default for {spec.release}"
        yield Finding(("root_volume", "size_gib"), message, f"{_DEFAULT_SIZE_GIB} GiB or more")


@ROOT_VOLUME_RULES.rule(
    "EMR-ROOT-003",
    what="I/O operations and throughput of the root volume are set from emr-6.15.0 only.",
    why="Before, root volumes are gp2, which has nothing to set.",
    source=_ROOT,
)
def root_performance_needs_release(spec: ClusterSpec) -> Iterator[Finding]:
    """Neither of both before emr-6.15.0."""
    if Release.parse(spec.release) < _FIRST_WITH_ROOT_PERFORMANCE:
        for field in ("iops", "throughput_mib_per_second"):
            if getattr(spec.root_volume, field) is not None:
                message = f"{field} of the root volume with {spec.release}"
                allowed = f"{_FIRST_WITH_ROOT_PERFORMANCE} or later"
                yield Finding(("root_volume", field), message, allowed)


@ROOT_VOLUME_RULES.rule(
    "EMR-ROOT-004",
    what="I/O operations and throughput of the root volume are in the range of gp3.",
    why="EC2 cannot make the volume, so that no node starts.",
    source=_ROOT,
)
def root_performance_is_in_range(spec: ClusterSpec) -> Iterator[Finding]:
    """3000 to 16000 operations, 125 to 1000 MiB/s."""
    limits = {"iops": _ROOT_IOPS, "throughput_mib_per_second": THROUGHPUT_MIB_PER_SECOND}
    for field, (least, most) in limits.items():
        value = getattr(spec.root_volume, field)
        if value is not None and not least <= value <= most:
            message = f"{value} for the root volume"
            yield Finding(("root_volume", field), message, f"{least} to {most}")


@ROOT_VOLUME_RULES.rule(
    "EMR-ROOT-005",
    what="I/O operations of the root volume suit its size, and its throughput suits them.",
    why="EC2 cannot make the volume, so that no node starts.",
    source=_ROOT,
)
def root_performance_is_balanced(spec: ClusterSpec) -> Iterator[Finding]:
    """At most 500 operations for each GiB, and 0.25 MiB/s for each operation."""
    root = spec.root_volume
    size = root.size_gib or _DEFAULT_SIZE_GIB
    most = IOPS_PER_GIB
    if root.iops is not None and root.iops > most * size:
        yield Finding(
            ("root_volume", "iops"),
            f"{root.iops} iops for a root volume of {size} GiB",
            f"at most {most} for each GiB, so {most * size}",
            iops_ratio_answer(root.iops, size, most),
        )
    throughput, iops = root.throughput_mib_per_second, root.iops or DEFAULT_IOPS
    if throughput is not None and throughput * IOPS_PER_MIB_PER_SECOND > iops:
        yield Finding(
            ("root_volume", "throughput_mib_per_second"),
            f"{throughput} MiB per second with {iops} iops",
            f"at most {iops // IOPS_PER_MIB_PER_SECOND}, "
            f"or iops: {throughput * IOPS_PER_MIB_PER_SECOND}",
            throughput_ratio_answer(throughput, iops),
        )
