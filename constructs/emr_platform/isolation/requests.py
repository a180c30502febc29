"""What is known of a request to do something to a target, and what conditions leave of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from emr_platform.isolation.conditions import NO, YES, Known, Request, conditions_hold
from emr_platform.isolation.parties import Target
from emr_platform.isolation.policies import Statement

_TAG_KEYS: Final = (
    "aws:resourcetag/",
    "ec2:resourcetag/",
    "elasticmapreduce:resourcetag/",
    "iam:resourcetag/",
    "rds:db-tag/",
    "secretsmanager:resourcetag/",
    "ssm:resourcetag/",
)


_WITHOUT_TAGS: Final = frozenset(("iam:passrole",))
"""Actions for which tags of the resource are no reliable condition, as AWS says."""


def values_of(target: Target) -> dict[str, Known]:
    """What conditions on the target itself look at, tags aside."""
    found: dict[str, Known] = {
        "aws:resourceaccount": target.account,
        "s3:resourceaccount": target.account,
    }
    if target.type == "AWS::SecretsManager::Secret":
        found["secretsmanager:secretid"] = target.text
    if target.vpc:
        vpc = target.text.split(":")
        found["ec2:vpc"] = ":".join([*vpc[:5], f"vpc/{target.vpc}"])
    if target.part:
        found.update(target.part.values)
    return found


def allowed_part(statement: Statement, request: Request, actions: frozenset[str]) -> frozenset[str]:
    """Those of some actions for which the conditions of a statement may hold."""
    if conditions_hold(statement, request) is not NO:
        return actions
    tagged = actions & _WITHOUT_TAGS
    if not tagged or conditions_hold(statement, replace(request, groups={})) is NO:
        return frozenset()
    return tagged


def denied_part(statement: Statement, request: Request, actions: frozenset[str]) -> frozenset[str]:
    """Those of some actions for which the conditions of a statement hold for certain."""
    if conditions_hold(statement, request) is not YES:
        return frozenset()
    tagged = actions & _WITHOUT_TAGS
    if tagged and conditions_hold(statement, replace(request, groups={})) is not YES:
        return actions - tagged
    return actions


def tags_of(target: Target) -> dict[str, Mapping[str, str]]:
    """The tags by which conditions tell a target from others."""
    # Whether S3 looks at a bucket's tags is a setting of the bucket, and objects have tags of their own.
    # Of what is in no template, no tags are known.
    if target.type == "AWS::S3::Bucket" or (target.part and target.part.within is None):
        return {}
    return dict.fromkeys(_TAG_KEYS, target.tags)
