"""Rules about how a cluster comes to its end, and what it does until then."""

from __future__ import annotations

import json
from collections.abc import Iterator

from emr_platform.catalog.release import Release
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.rule import Finding, RuleBook

LIFECYCLE_RULES: RuleBook[ClusterSpec] = RuleBook()

_GUIDE = "https://docs.aws.amazon.com/emr/latest/ManagementGuide"
_LONG_RUNNING = f"{_GUIDE}/emr-plan-longrunning-transient.html"
_AUTO_TERMINATION = f"{_GUIDE}/emr-auto-termination-policy.html"
_SCALE_DOWN = f"{_GUIDE}/emr-scaledown-behavior.html"
_LOGS = f"{_GUIDE}/emr-plan-debugging.html"
_REPLACEMENT = f"{_GUIDE}/emr-plan-node-replacement.html"
_RUN_JOB_FLOW = "https://docs.aws.amazon.com/emr/latest/APIReference/API_RunJobFlow.html"
_FIRST_WITH_INSTANCE_HOUR = Release.parse("emr-5.1.0")
_LAST_WITH_INSTANCE_HOUR = Release.parse("emr-5.9.1")
_FIRST_WITH_LOG_ENCRYPTION = Release.parse("emr-5.30.0")
_WITHOUT_LOG_ENCRYPTION = Release.parse("emr-6.0.0")
_MOST_CHARACTERS = 10280


@LIFECYCLE_RULES.rule(
    "EMR-LIFECYCLE-001",
    what="A transient cluster has steps.",
    why="It ends itself as soon as it has started, and is paid for all the same.",
    source=_LONG_RUNNING,
    severity="warning",
)
def transient_clusters_have_steps(spec: ClusterSpec) -> Iterator[Finding]:
    """At least one step, if the cluster does not wait for more."""
    if spec.lifecycle == "transient" and not spec.steps:
        yield Finding(("lifecycle",), "a transient cluster without steps", "long_running, or steps")


@LIFECYCLE_RULES.rule(
    "EMR-LIFECYCLE-002",
    what="A transient cluster has no idle timeout.",
    why="It ends itself after its last step, so that it is never idle.",
    source=_AUTO_TERMINATION,
    severity="warning",
)
def transient_clusters_are_not_idle(spec: ClusterSpec) -> Iterator[Finding]:
    """No idle timeout with transient."""
    if spec.lifecycle == "transient" and spec.idle_timeout_minutes is not None:
        message = "an idle timeout of a transient cluster"
        yield Finding(("idle_timeout_minutes",), message, "no idle timeout, or long_running")


@LIFECYCLE_RULES.rule(
    "EMR-LIFECYCLE-003",
    what="Instances end at the hour only with emr-5.1.0 to emr-5.9.1.",
    why="EC2 bills by the second, and EMR no longer supports it.",
    source=_SCALE_DOWN,
)
def instance_hours_need_release(spec: ClusterSpec) -> Iterator[Finding]:
    """terminate_at_task_completion with all other releases."""
    release = Release.parse(spec.release)
    known = _FIRST_WITH_INSTANCE_HOUR <= release <= _LAST_WITH_INSTANCE_HOUR
    if spec.scale_down_behavior == "terminate_at_instance_hour" and not known:
        message = f"terminate_at_instance_hour with {release}"
        yield Finding(("scale_down_behavior",), message, "terminate_at_task_completion")


@LIFECYCLE_RULES.rule(
    "EMR-LIFECYCLE-004",
    what="A key for the logs needs emr-5.30.0 or later, but not emr-6.0.0.",
    why="EMR refuses the cluster.",
    source=_LOGS,
)
def log_key_needs_release(spec: ClusterSpec) -> Iterator[Finding]:
    """No log_encryption_key_arn with other releases."""
    release = Release.parse(spec.release)
    unable = release < _FIRST_WITH_LOG_ENCRYPTION or release == _WITHOUT_LOG_ENCRYPTION
    if spec.log_encryption_key_arn and unable:
        message = f"a key for the logs with {release}"
        allowed = f"{_FIRST_WITH_LOG_ENCRYPTION} or later, but not {_WITHOUT_LOG_ENCRYPTION}"
        yield Finding(("log_encryption_key_arn",), message, allowed)


@LIFECYCLE_RULES.rule(
    "EMR-LIFECYCLE-005",
    what="EMR's additional info has at most 10280 characters as JSON.",
    why="EMR refuses the cluster.",
    source=_RUN_JOB_FLOW,
)
def additional_info_is_short(spec: ClusterSpec) -> Iterator[Finding]:
    """At most as many characters as EMR takes."""
    if spec.additional_info is not None:
        length = len(json.dumps(spec.additional_info))
        if length > _MOST_CHARACTERS:
            message = f"{length} characters as JSON"
            yield Finding(("additional_info",), message, f"at most {_MOST_CHARACTERS}")


@LIFECYCLE_RULES.rule(
    "EMR-LIFECYCLE-006",
    what="Clusters are visible to everybody whom IAM lets see them.",
    why="EMR no longer supports hiding a cluster, and ignores the setting.",
    source=_RUN_JOB_FLOW,
    severity="warning",
)
def clusters_are_visible(spec: ClusterSpec) -> Iterator[Finding]:
    """No ``visible_to_all_users: false``."""
    if not spec.visible_to_all_users:
        message = "visible_to_all_users is false"
        yield Finding(("visible_to_all_users",), message, "true, and IAM policies for the rest")


@LIFECYCLE_RULES.rule(
    "EMR-LIFECYCLE-007",
    what="EMR replaces core nodes that it finds unhealthy.",
    why="Otherwise they do no work, count as capacity and are paid for until somebody looks.",
    source=_REPLACEMENT,
    severity="warning",
)
def unhealthy_nodes_are_replaced(spec: ClusterSpec) -> Iterator[Finding]:
    """No ``unhealthy_node_replacement: false``."""
    if spec.unhealthy_node_replacement is False:
        message = "unhealthy core nodes stay in the cluster"
        yield Finding(("unhealthy_node_replacement",), message, "true")
