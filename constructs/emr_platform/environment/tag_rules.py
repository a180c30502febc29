"""Rules about tags of environments and their clusters. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator

from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.problems import Path
from emr_platform.rule import Finding, RuleBook
from emr_platform.tags import (
    EMR_MANAGED_POLICIES_TAG,
    ENVIRONMENT_TAG,
    PLATFORM_PREFIX,
    TIER_TAG,
)

TAG_RULES: RuleBook[EnvironmentSpec] = RuleBook()

_IAM_TAGS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html"

PLATFORM_TAGS = (ENVIRONMENT_TAG, EMR_MANAGED_POLICIES_TAG, TIER_TAG)
"""Keys of the tags that the platform sets itself, in environments of every kind."""
_MOST_TAGS = 45


@TAG_RULES.rule(
    "EMR-TAGS-001",
    what="A cluster has at most 45 tags, those of its environment included.",
    why="EC2 allows 50 on an instance, and the platform needs some itself.",
    source="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html",
)
def tags_are_few(spec: EnvironmentSpec) -> Iterator[Finding]:
    """At most 45 different keys."""
    for name, cluster in spec.clusters.items():
        count = len(spec.tags.keys() | cluster.tags.keys())
        if cluster.tags and count > _MOST_TAGS:
            yield Finding(
                ("clusters", name, "tags"),
                f"{count} tags, with those of the environment",
                f"at most {_MOST_TAGS} together",
            )


@TAG_RULES.rule(
    "EMR-TAGS-002",
    what="Tag keys of an environment differ in more than the case of their letters.",
    why="The tags also go to IAM roles, for which Team and team are the same key.",
    source=_IAM_TAGS,
    aws_answer="Duplicate tag keys found. Please note that Tag keys are case insensitive.",
)
def tag_keys_differ(spec: EnvironmentSpec) -> Iterator[Finding]:
    """No two keys that IAM takes for the same, those of the platform included."""
    seen = {key.lower(): key for key in PLATFORM_TAGS}
    for key in spec.tags:
        other = seen.setdefault(key.lower(), key)
        if other != key:
            by = " of the platform itself" if other in PLATFORM_TAGS else ""
            message = f"the tag {key} differs from the tag {other}{by} only in the case of letters"
            yield Finding(("tags", key), message, "another key")


@TAG_RULES.rule(
    "EMR-TAGS-003",
    what="Tags that the platform sets itself, and keys that begin with emr-platform:, are left to it.",
    why="It would overwrite them, and EMR's managed policy grants nothing without its own tag.",
    source="https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-managed-iam-policies.html",
)
def platform_tags_are_left_alone(spec: EnvironmentSpec) -> Iterator[Finding]:
    """No key of the platform's own tags, and none that begins like them."""
    tagged: list[tuple[Path, dict[str, str]]] = [(("tags",), spec.tags)]
    tagged += [
        (("clusters", name, "tags"), cluster.tags) for name, cluster in spec.clusters.items()
    ]
    for path, tags in tagged:
        for key in tags:
            if path == ("tags",) and key not in PLATFORM_TAGS and key.lower() in PLATFORM_TAGS:
                continue  # EMR-TAGS-002 speaks of it
            # For permissions that go by tags, Tenant and tenant are one key.
            if key.lower() in PLATFORM_TAGS or key.lower().startswith(PLATFORM_PREFIX):
                message = f"the tag {key} is set by the platform"
                yield Finding((*path, key), message, "another key, or none")
