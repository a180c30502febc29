"""Rules about the Amazon Machine Images of a cluster's nodes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from emr_platform.catalog.instance_types import instance_type
from emr_platform.catalog.release import Release
from emr_platform.cluster.groups import instance_types, instances
from emr_platform.cluster.settings import nodes
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.problems import Path
from emr_platform.rule import Finding, RuleBook

AMI_RULES: RuleBook[ClusterSpec] = RuleBook()

_AMI = "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-custom-ami.html"
_AMAZON_LINUX = (
    "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-custom-ami-change-al-release.html"
)
_DEFAULT_AMI = "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-default-ami.html"
_FIRST_WITH_AMI = Release.parse("emr-5.7.0")
_FIRST_5_WITH_OS_RELEASE = Release.parse("emr-5.36.0")
_FIRST_6_WITH_OS_RELEASE = Release.parse("emr-6.6.0")
_FIRST_WITH_AMAZON_LINUX_2023 = Release.parse("emr-7.0.0")


@AMI_RULES.rule(
    "EMR-AMI-001",
    what="An AMI of one's own needs emr-5.7.0 or later.",
    why="EMR refuses the cluster.",
    source=_AMI,
)
def ami_needs_release(spec: ClusterSpec) -> Iterator[Finding]:
    """No AMI with older releases."""
    if Release.parse(spec.release) < _FIRST_WITH_AMI:
        paths: list[Path] = [("ami_id",)] if spec.ami_id else []
        paths += [(*path, "ami_id") for path, instance in instances(spec) if instance.ami_id]
        for path in paths:
            message = f"an AMI of one's own with {spec.release}"
            yield Finding(path, message, f"{_FIRST_WITH_AMI} or later")


@AMI_RULES.rule(
    "EMR-AMI-002",
    what="There is one AMI for the whole cluster, or one for each group or instance type.",
    why="EMR cannot start a cluster with both.",
    source=_AMI,
)
def ami_is_in_one_place(spec: ClusterSpec) -> Iterator[Finding]:
    """No AMI of a group or type beside the cluster's."""
    if spec.ami_id:
        for path, instance in instances(spec):
            if instance.ami_id:
                message = "an AMI of its own beside the cluster's"
                yield Finding((*path, "ami_id"), message, "one of the two")


@AMI_RULES.rule(
    "EMR-AMI-003",
    what="One AMI for the whole cluster comes with instance types of one architecture.",
    why="An AMI is for x86_64 or for arm64, so that the nodes of the other one do not start.",
    source=_AMI,
)
def cluster_has_one_architecture(spec: ClusterSpec) -> Iterator[Finding]:
    """Either x86_64 or arm64 with an AMI of the cluster."""
    if spec.ami_id:
        found: dict[str, str] = {}
        for _, _, name in instance_types(spec):
            if type_ := instance_type(name):
                found.setdefault(type_.architecture, name)
        if len(found) > 1:
            names = " and ".join(f"{name} ({kind})" for kind, name in found.items())
            message = f"one AMI for {names}"
            allowed = "an ami_id for each group or type, or types of one architecture"
            yield Finding(("ami_id",), message, allowed)


@AMI_RULES.rule(
    "EMR-AMI-004",
    what="The same AMI is given to instance types of one architecture.",
    why="An AMI is for x86_64 or for arm64, so that the nodes of the other one do not start.",
    source=_AMI,
)
def ami_has_one_architecture(spec: ClusterSpec) -> Iterator[Finding]:
    """No AMI twice for types of different architectures."""
    amis = {path: instance.ami_id for path, instance in instances(spec) if instance.ami_id}
    seen: dict[str, dict[str, str]] = defaultdict(dict)
    for node in nodes(spec) if amis else ():
        ami, type_ = amis.get(node.path), node.type
        if ami is None or type_ is None:
            continue
        others = {kind: name for kind, name in seen[ami].items() if kind != type_.architecture}
        if others:
            kind, name = next(iter(others.items()))
            message = f"the AMI of {name} ({kind}) for {type_.name} ({type_.architecture})"
            yield Finding((*node.path, "ami_id"), message, f"an AMI for {type_.architecture}")
        else:
            seen[ami].setdefault(type_.architecture, type_.name)


@AMI_RULES.rule(
    "EMR-AMI-005",
    what="An Amazon Linux release is chosen with emr-5.36.0, emr-6.6.0 or later.",
    why="Older releases have one AMI each, with the Amazon Linux of their time.",
    source=_AMAZON_LINUX,
)
def os_release_needs_release(spec: ClusterSpec) -> Iterator[Finding]:
    """No os_release with older releases."""
    release = Release.parse(spec.release)
    first = _FIRST_5_WITH_OS_RELEASE if release.major <= 5 else _FIRST_6_WITH_OS_RELEASE
    if spec.os_release and release < first:
        message = f"an Amazon Linux release with {release}"
        allowed = f"{_FIRST_5_WITH_OS_RELEASE}, {_FIRST_6_WITH_OS_RELEASE} or later"
        yield Finding(("os_release",), message, allowed)


@AMI_RULES.rule(
    "EMR-AMI-006",
    what="The Amazon Linux release is of the Amazon Linux that the EMR release runs on.",
    why="It is Amazon Linux 2 before emr-7.0.0 and Amazon Linux 2023 from there.",
    source=_DEFAULT_AMI,
)
def os_release_suits_release(spec: ClusterSpec) -> Iterator[Finding]:
    """2.0.… before emr-7.0.0, 2023.… from there."""
    if spec.os_release:
        is_new = Release.parse(spec.release) >= _FIRST_WITH_AMAZON_LINUX_2023
        if spec.os_release.startswith("2023.") != is_new:
            message = f"Amazon Linux {spec.os_release} with {spec.release}"
            allowed = "one of Amazon Linux 2023" if is_new else "one of Amazon Linux 2"
            yield Finding(("os_release",), message, allowed)


@AMI_RULES.rule(
    "EMR-AMI-007",
    what="An Amazon Linux release is for clusters without an AMI of one's own.",
    why="An AMI has its own Amazon Linux, so that one of the two means nothing.",
    source=_DEFAULT_AMI,
    severity="warning",
)
def os_release_or_ami(spec: ClusterSpec) -> Iterator[Finding]:
    """Not both os_release and an AMI for the whole cluster."""
    if spec.os_release and spec.ami_id:
        message = "an Amazon Linux release beside an AMI of one's own"
        yield Finding(("os_release",), message, "one of the two")
