"""What surrounds the cluster: names, region, network, shell access, logs and buckets."""

from __future__ import annotations

import re

from emr_platform.importers.edx import problems as kinds
from emr_platform.importers.edx.context import Context, is_placeholder, slug, unique
from emr_platform.importers.edx.source import Item

DEFAULT_REGION = "us-east-1"
_NAME = re.compile(r"[a-z]([a-z0-9-]{0,30}[a-z0-9])?", re.ASCII)
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d", re.ASCII)
_SUBNET = re.compile(r"subnet-([0-9a-f]{8}|[0-9a-f]{17})", re.ASCII)
_S3_URI = re.compile(r"s3[na]?://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/\S*)?", re.ASCII)


def import_names(context: Context, root: Item) -> None:
    """Name the environment and its cluster; both names come first in what is deployed."""
    option = context.options.name
    if option is not None and not _NAME.fullmatch(option):
        context.refuse_option(
            "--name",
            f"found '{option}'",
            "at most 32 lower-case letters, digits and hyphens, starting with a letter",
        )
    item = root.field("name")
    if item is None:
        context.refuse_missing(root, "name", "name: …")
        return
    if is_placeholder(item) and option is not None:
        context.cluster = ("clusters", option)
        context.changed(item, option, "The name that was given as an option.")
        context.draft.put(("name",), option, origin=item.location)
        return
    if is_placeholder(item):
        item.take()
        context.refuse(
            kinds.PLACEHOLDER,
            item,
            f"{item.shown()} is a placeholder",
            "--name NAME, or the name itself",
        )
        return
    written = context.text(item)
    if written is None:
        return
    cluster = slug(written, otherwise="cluster")
    context.cluster = ("clusters", cluster)
    context.draft.put(("name",), option or cluster, origin=item.location)
    if cluster != written:
        context.changed(item, cluster, "Names are lower-case letters, digits and hyphens.")
    context.moved(item, f"clusters.{cluster}, and the environment is called {option or cluster}")


def import_region(context: Context, root: Item) -> None:
    """Choose the region: the option's, the file's, or the one that the edX playbook used."""
    allowed = "a region such as eu-west-1"
    option = context.options.region
    item = root.field("region")
    if option is not None:
        if not _REGION.fullmatch(option):
            context.refuse_option("--region", f"found '{option}'", allowed)
        if item is not None and item.shown() != option:
            context.changed(item, option, "The region that was given as an option.")
        if item is not None:
            context.move(item, ("region",), option)
        else:
            context.added(("region",), option, "It was given as an option.")
    elif item is not None:
        written = context.text(item)
        if written is not None and not _REGION.fullmatch(written):
            context.refuse(kinds.WRONG_VALUE, item, f"found '{written}'", allowed)
        context.move(item, ("region",), written or DEFAULT_REGION)
    else:
        context.added(
            ("region",),
            DEFAULT_REGION,
            "The cluster file names no region; this is where the edX playbook made clusters.",
            comment="The cluster file names no region.",
        )


def import_network(context: Context, root: Item) -> None:
    """Use the file's subnets if their VPC is known, and make a VPC otherwise."""
    vpc_id, cidr = context.options.vpc_id, context.options.vpc_cidr
    item = root.field("vpc_subnet_id")
    if (vpc_id is None) != (cidr is None):
        given, lacking = ("--vpc-id", "--vpc-cidr") if cidr is None else ("--vpc-cidr", "--vpc-id")
        context.refuse_option(given, f"says nothing without {lacking}", "both, or neither")
    if vpc_id is not None and cidr is not None:
        _import_subnets(context, item, vpc_id, cidr)
        return
    if item is not None and is_placeholder(item):
        context.left_out(item, "It is a placeholder. The environment gets a VPC of its own.")
    elif item is not None:
        context.left_out(
            item,
            "The cluster file does not say which VPC the subnets are in, and what its address range "
            "is, so the environment gets a VPC of its own. To use the existing one, give --vpc-id "
            "and --vpc-cidr.",
        )
    context.added(
        ("network", "cluster_subnets"),
        "public",
        "A VPC of the environment's own, with public subnets as edX clusters have had them. "
        "Private subnets are possible too; with nat_gateways: 1 scripts still reach the internet.",
        comment="Public as before. Private subnets are possible too: with nat_gateways: 1 scripts "
        "still reach the internet.",
    )


def _import_subnets(context: Context, item: Item | None, vpc_id: str, cidr: str) -> None:
    if item is None or is_placeholder(item):
        if item is not None:
            item.take()
        context.refuse_option(
            "--vpc-id", "the cluster file names no subnets", "vpc_subnet_id: subnet-… in the file"
        )
        return
    found = context.texts(item)
    if found is None:
        return
    for subnet, child in zip(found, list(item.children()) or [item], strict=True):
        if not _SUBNET.fullmatch(subnet):
            context.refuse(
                kinds.WRONG_VALUE, child, f"found '{subnet}'", "the id of a subnet, subnet-…"
            )
    why = "It was given as an option."
    context.added(("network", "vpc_id"), vpc_id, why)
    context.added(("network", "cidr"), cidr, why)
    context.added(
        ("network", "cluster_subnets"),
        "public",
        "edX clusters run in public subnets.",
    )
    context.move(
        item,
        ("network", "cluster_subnet_ids"),
        found,
        comment="Each needs the tag for-use-with-amazon-emr-managed-policies: true.",
    )
    context.check(
        item,
        "Each subnet needs the tag for-use-with-amazon-emr-managed-policies: true, or EMR may not use "
        "it. Of several, the cluster runs in the first; subnet_index chooses another.",
    )


def import_ssh(context: Context, root: Item) -> None:
    """Take over the key pair."""
    item = root.field("keypair_name")
    if item is None:
        return
    if is_placeholder(item):
        context.left_out(item, "It is a placeholder. The environment has no SSH access.")
        return
    if (name := context.text(item)) is not None:
        context.move(
            item,
            ("ssh", "key_pair"),
            name,
            comment="Nobody can connect before allow_from names the address ranges that may.",
        )
        context.check(
            item, "Nobody can connect before ssh.allow_from names the address ranges that may."
        )


def import_logs(context: Context, root: Item) -> None:
    """Take over the place for logs; clusters without one write to the environment's log bucket."""
    item = root.field("log_uri")
    if item is None:
        return
    if is_placeholder(item):
        context.left_out(item, "It is a placeholder. Logs go to the environment's own log bucket.")
        return
    uri = context.text(item)
    if uri is None:
        return
    if not _S3_URI.fullmatch(uri):
        context.refuse(kinds.WRONG_VALUE, item, f"found '{uri}'", "s3://bucket/prefix")
        return
    becomes = re.sub(r"^s3[na]://", "s3://", uri)
    if becomes != uri:
        context.changed(item, becomes, "The names of old clients of S3 are not supported.")
    _, _, prefix = becomes.removeprefix("s3://").partition("/")
    context.use_buckets([becomes], "read_write", prefix=prefix)
    context.move(
        item,
        (*context.cluster, "log_uri"),
        becomes,
        comment="Left out, logs go to the environment's own log bucket.",
    )


def declare_buckets(context: Context) -> None:
    """Give nodes access to the buckets that the cluster uses and that are not the environment's."""
    names: list[str] = []
    for name, bucket in context.buckets.items():
        names.append(unique(slug(name, otherwise="bucket"), names))
        path = ("storage", "external", names[-1])
        writes = bucket.access == "read_write"
        content = {"bucket_name": name, "prefix": bucket.prefix, "access": bucket.access}
        if not bucket.prefix:
            del content["prefix"]
        context.draft.put(
            path,
            content,
            comment="For logs." if writes else "Change to read_write if jobs write to it.",
        )
        context.note_added(
            path,
            f"{{{', '.join(f'{key}: {value}' for key, value in content.items())}}}",
            "Nodes may use the buckets that an environment file names, and no others. "
            + ("They write logs to it." if writes else "If jobs write to it, change the access."),
        )
