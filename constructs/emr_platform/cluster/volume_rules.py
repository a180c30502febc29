"""Rules about the EBS volumes of a cluster's nodes."""

from __future__ import annotations

from collections.abc import Iterator

from emr_platform.cluster.gp3 import (
    DEFAULT_IOPS,
    IOPS_PER_GIB,
    IOPS_PER_MIB_PER_SECOND,
    THROUGHPUT_MIB_PER_SECOND,
    iops_ratio_answer,
    throughput_ratio_answer,
)
from emr_platform.cluster.groups import data_volumes, instances
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.instances.spec import EbsVolumes, VolumeType, volumes
from emr_platform.rule import Finding, RuleBook

VOLUME_RULES: RuleBook[ClusterSpec] = RuleBook()

_EMR_VOLUME = "https://docs.aws.amazon.com/emr/latest/APIReference/API_VolumeSpecification.html"
_EC2_VOLUME = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVolume.html"
_PLAN_STORAGE = "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-plan-storage.html"
_EBS_CONFIGURATION = (
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/"
    "aws-properties-emr-cluster-ebsconfiguration.html"
)

# EC2 has smaller gp2, gp3, io1 and standard volumes. EMR's nodes are EBS-optimized, for which
# EMR's minimum is 10 GiB.
_SIZES_GIB: dict[VolumeType, tuple[int, int]] = {
    "gp2": (10, 16384),
    "gp3": (10, 16384),
    "io1": (10, 16384),
    "st1": (125, 16384),
    "sc1": (125, 16384),
    "standard": (10, 1024),
}
_DOCUMENTED_SIZE_GIB = 1024
_IOPS: dict[VolumeType, tuple[int, int]] = {"gp3": (3000, 80000), "io1": (100, 64000)}
_IOPS_PER_GIB: dict[VolumeType, int] = {"gp3": IOPS_PER_GIB, "io1": 50}
_VOLUMES_PER_INSTANCE = 25


@VOLUME_RULES.rule(
    "EMR-VOLUME-001",
    what="Data volumes have a size that their type can have.",
    why="EC2 cannot make the volume, so that no node starts.",
    source=_EC2_VOLUME,
)
def size_suits_type(spec: ClusterSpec) -> Iterator[Finding]:
    """The size is within the range of the type."""
    for path, ebs in data_volumes(spec):
        least, most = _SIZES_GIB[ebs.type]
        if not least <= ebs.size_gib <= most:
            yield Finding(
                (*path, "size_gib"),
                f"{ebs.size_gib} GiB for a volume of type {ebs.type}",
                f"{least} to {most} GiB",
            )


@VOLUME_RULES.rule(
    "EMR-VOLUME-002",
    what="Data volumes are not larger than EMR documents.",
    why="EMR documents sizes up to 1024 GiB; larger ones may be refused.",
    source=_EMR_VOLUME,
    severity="warning",
)
def size_is_documented(spec: ClusterSpec) -> Iterator[Finding]:
    """At most 1024 GiB, for types that can be larger."""
    for path, ebs in data_volumes(spec):
        if _DOCUMENTED_SIZE_GIB < ebs.size_gib <= _SIZES_GIB[ebs.type][1]:
            yield Finding(
                (*path, "size_gib"),
                f"{ebs.size_gib} GiB is more than EMR documents for a volume",
                f"up to {_DOCUMENTED_SIZE_GIB} GiB, and more of volumes_per_instance",
            )


@VOLUME_RULES.rule(
    "EMR-VOLUME-003",
    what="Only gp3 and io1 volumes have I/O operations to provision.",
    why="EC2 refuses the parameter for all other types.",
    source=_EC2_VOLUME,
)
def iops_suit_type(spec: ClusterSpec) -> Iterator[Finding]:
    """No iops with gp2, st1, sc1 and standard."""
    for path, ebs in data_volumes(spec):
        if ebs.iops is not None and ebs.type not in _IOPS:
            message = f"iops for a volume of type {ebs.type}"
            yield Finding((*path, "iops"), message, "type: gp3 or io1, or no iops")


@VOLUME_RULES.rule(
    "EMR-VOLUME-004",
    what="Provisioned I/O operations are in the range of the volume's type.",
    why="EC2 cannot make the volume, so that no node starts.",
    source=_EC2_VOLUME,
)
def iops_are_in_range(spec: ClusterSpec) -> Iterator[Finding]:
    """3000 to 80000 for gp3, 100 to 64000 for io1."""
    for path, ebs in data_volumes(spec):
        least, most = _IOPS.get(ebs.type, (0, 0))
        if ebs.iops is not None and ebs.type in _IOPS and not least <= ebs.iops <= most:
            message = f"{ebs.iops} iops for a volume of type {ebs.type}"
            yield Finding((*path, "iops"), message, f"{least} to {most}")


@VOLUME_RULES.rule(
    "EMR-VOLUME-005",
    what="Provisioned I/O operations are not too many for the volume's size.",
    why="EC2 cannot make the volume, so that no node starts.",
    source=_EC2_VOLUME,
)
def iops_suit_size(spec: ClusterSpec) -> Iterator[Finding]:
    """At most 500 for each GiB of gp3, 50 of io1."""
    for path, ebs in data_volumes(spec):
        ratio = _IOPS_PER_GIB.get(ebs.type)
        if ebs.iops is not None and ratio and ebs.iops > ratio * ebs.size_gib:
            yield Finding(
                (*path, "iops"),
                f"{ebs.iops} iops for {ebs.size_gib} GiB of type {ebs.type}",
                f"at most {ratio} for each GiB, so {ratio * ebs.size_gib}",
                iops_ratio_answer(ebs.iops, ebs.size_gib, ratio),
            )


@VOLUME_RULES.rule(
    "EMR-VOLUME-006",
    what="An io1 volume says how many I/O operations it is for.",
    why="EC2 has no default for io1.",
    source=_EC2_VOLUME,
    aws_answer="The parameter iops must be specified for io1 volumes.",
)
def io1_has_iops(spec: ClusterSpec) -> Iterator[Finding]:
    """Iops with io1."""
    for path, ebs in data_volumes(spec):
        if ebs.type == "io1" and ebs.iops is None:
            yield Finding((*path, "type"), "a volume of type io1 without iops", "iops, or type gp3")


@VOLUME_RULES.rule(
    "EMR-VOLUME-007",
    what="Only gp3 volumes have throughput to provision.",
    why="EMR refuses the parameter for all other types.",
    source=_EMR_VOLUME,
)
def throughput_suits_type(spec: ClusterSpec) -> Iterator[Finding]:
    """No throughput but with gp3."""
    for path, ebs in data_volumes(spec):
        if ebs.throughput_mib_per_second is not None and ebs.type != "gp3":
            yield Finding(
                (*path, "throughput_mib_per_second"),
                f"throughput for a volume of type {ebs.type}",
                "type: gp3, or no throughput_mib_per_second",
            )


@VOLUME_RULES.rule(
    "EMR-VOLUME-008",
    what="Provisioned throughput is from 125 to 1000 MiB per second.",
    why="EMR refuses the cluster.",
    source=_EMR_VOLUME,
)
def throughput_is_in_range(spec: ClusterSpec) -> Iterator[Finding]:
    """125 to 1000 MiB/s for gp3."""
    least, most = THROUGHPUT_MIB_PER_SECOND
    for path, ebs in data_volumes(spec):
        throughput = ebs.throughput_mib_per_second
        if throughput is not None and ebs.type == "gp3" and not least <= throughput <= most:
            yield Finding(
                (*path, "throughput_mib_per_second"),
                f"{throughput} MiB per second",
                f"{least} to {most}",
            )


@VOLUME_RULES.rule(
    "EMR-VOLUME-009",
    what="Provisioned throughput is not too much for the volume's I/O operations.",
    why="EC2 cannot make the volume, so that no node starts.",
    source=_EC2_VOLUME,
)
def throughput_suits_iops(spec: ClusterSpec) -> Iterator[Finding]:
    """At most 0.25 MiB/s for each I/O operation per second."""
    for path, ebs in data_volumes(spec):
        throughput = ebs.throughput_mib_per_second
        iops = ebs.iops or DEFAULT_IOPS
        if throughput and ebs.type == "gp3" and throughput * IOPS_PER_MIB_PER_SECOND > iops:
            yield Finding(
                (*path, "throughput_mib_per_second"),
                f"{throughput} MiB per second with {iops} iops",
                f"at most {iops // IOPS_PER_MIB_PER_SECOND}, "
                f"or iops: {throughput * IOPS_PER_MIB_PER_SECOND}",
                throughput_ratio_answer(throughput, iops),
            )


@VOLUME_RULES.rule(
    "EMR-VOLUME-010",
    what="An instance has at most 25 data volumes.",
    why="EMR attaches no more to an instance.",
    source=_PLAN_STORAGE,
)
def volumes_are_few(spec: ClusterSpec) -> Iterator[Finding]:
    """At most 25 of all kinds together; of one kind the spec takes no more."""
    for path, instance in instances(spec):
        ebs: EbsVolumes | None = instance.ebs
        count = sum(kind.volumes_per_instance for _, kind in volumes(ebs))
        if count > _VOLUMES_PER_INSTANCE:
            message = f"{count} volumes on each instance"
            yield Finding((*path, "ebs"), message, f"at most {_VOLUMES_PER_INSTANCE}")


@VOLUME_RULES.rule(
    "EMR-VOLUME-011",
    what="The kinds of data volumes of an instance are all different.",
    why="CloudFormation's schema of AWS::EMR::Cluster wants them to be unique, and the CDK makes no template "
    "that breaks it.",
    source=_EBS_CONFIGURATION,
)
def kinds_of_volumes_are_unique(spec: ClusterSpec) -> Iterator[Finding]:
    """No two equal entries in a list of data volumes."""
    for path, instance in instances(spec):
        ebs: EbsVolumes | None = instance.ebs
        kinds = [kind for _, kind in volumes(ebs)]
        for position, kind in enumerate(kinds):
            if kind in kinds[:position]:
                count = kinds.count(kind) * kind.volumes_per_instance
                yield Finding(
                    (*path, "ebs", position),
                    "the same kind of volume is in the list already",
                    f"one entry with volumes_per_instance: {count}",
                )
