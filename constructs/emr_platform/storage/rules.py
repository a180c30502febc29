"""What AWS would refuse about buckets. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from emr_platform.problems import Problem
from emr_platform.rule import Finding, RuleBook
from emr_platform.storage.spec import StorageSpec

_BOOK: RuleBook[StorageSpec] = RuleBook()

_NAMING = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"
OUTPUTS_QUOTA = (
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"
)
"""Where AWS says how many outputs a template may have."""

OWN_BUCKETS = ("logs", "config")
"""Names of the buckets that every environment has."""

MOST_DATA_BUCKETS = 48
"""As many as the stack of an environment's buckets has room for: of each, name, ARN and key are exported, and the name
is an output besides. A shared environment offers them to its tenants as well, see the rules about tenants."""


@_BOOK.rule(
    "EMR-STORAGE-001",
    what="No data bucket is named logs or config.",
    why="``bucket://logs`` and ``bucket://config`` are the environment's log bucket and config bucket.",
    source=_NAMING,
)
def data_buckets_have_own_names(spec: StorageSpec) -> Iterator[Finding]:
    """Names that references can tell apart."""
    for name in spec.data:
        if name in OWN_BUCKETS:
            message = f"{name} is the name of a bucket that every environment has"
            yield Finding(("data", name), message, "another name")


@_BOOK.rule(
    "EMR-STORAGE-002",
    what="Objects expire later than they move to Infrequent Access.",
    why="S3 refuses the lifecycle rule.",
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/"
    "lifecycle-configuration-examples.html",
    aws_answer="'Days' in the Expiration action for filter '(prefix=)' must be greater than "
    "'Days' in the Transition action",
)
def objects_move_before_they_expire(spec: StorageSpec) -> Iterator[Finding]:
    """More days until expiration than until the move."""
    for name, bucket in spec.data.items():
        expire, move = bucket.expire_after_days, bucket.infrequent_access_after_days
        if expire is not None and move is not None and expire <= move:
            yield Finding(
                ("data", name, "expire_after_days"),
                f"objects expire after {expire} days, and move to Infrequent Access after {move}",
                f"more than {move} days, or no infrequent_access_after_days",
            )


@_BOOK.rule(
    "EMR-STORAGE-003",
    what="Names of other people's buckets are names that S3 allows.",
    why="There is no such bucket otherwise.",
    source=_NAMING,
)
def external_names_are_possible(spec: StorageSpec) -> Iterator[Finding]:
    """No neighbouring dots, IP addresses, or prefixes and suffixes that S3 keeps for itself."""
    for name, bucket in spec.external.items():
        if reason := impossible_bucket_name(bucket.bucket_name):
            yield Finding(
                ("external", name, "bucket_name"),
                f"{bucket.bucket_name} {reason}",
                "a bucket's name",
            )


@_BOOK.rule(
    "EMR-STORAGE-006",
    what=f"There are at most {MOST_DATA_BUCKETS} data buckets.",
    why="Clusters use what the stack of the buckets exports, and CloudFormation refuses a template of more than 200 "
    "outputs.",
    source=OUTPUTS_QUOTA,
)
def data_buckets_fit_a_stack(spec: StorageSpec) -> Iterator[Finding]:
    """Room for the outputs of each."""
    yield from too_many_data_buckets(spec, MOST_DATA_BUCKETS)


def too_many_data_buckets(spec: StorageSpec, most: int) -> Iterator[Finding]:
    """The data buckets, if there are more than their stack has room for.

    Args:
        spec: The buckets.
        most: How many data buckets there may be.
    """
    if len(spec.data) > most:
        yield Finding(
            ("data",),
            f"{len(spec.data)} data buckets",
            f"at most {most}: a bucket may hold many prefixes, and what another environment has can be `external`",
        )


def impossible_bucket_name(name: str) -> str | None:
    """Why a bucket cannot have a name, although its characters are right; None if it can."""
    if ".." in name:
        return "has two dots next to each other"
    if re.fullmatch(r"\d+\.\d+\.\d+\.\d+", name):
        return "is an IP address"
    for prefix in ("xn--", "sthree-", "amzn-s3-demo-"):
        if name.startswith(prefix):
            return f"begins with {prefix}, which S3 keeps for itself"
    for suffix in ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"):
        if name.endswith(suffix):
            return f"ends in {suffix}, which S3 keeps for itself"
    return None


STORAGE_RULES = _BOOK.rules
"""Every rule about buckets by themselves."""


def storage_problems(spec: StorageSpec) -> list[Problem]:
    """Check the buckets by themselves.

    Args:
        spec: The buckets.

    Returns:
        All errors and warnings, with paths that begin in the spec.
    """
    return _BOOK.problems(spec)
