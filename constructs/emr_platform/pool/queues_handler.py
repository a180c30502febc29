"""The Lambda function behind a custom resource: sets the queues of a running cluster.

It changes the configuration of the primary node's instance group, for which EMR restarts YARN's ResourceManager. See
https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-configure-apps-running-cluster.html.
"""

from __future__ import annotations

import json
import time
import urllib.request
from typing import Any

import boto3

_CLASSIFICATION = "capacity-scheduler"
_ROOT = "yarn.scheduler.capacity.root."
_APPLIED = "LastSuccessfullyAppliedConfigurations"
_ENDED = {"ARRESTED", "ENDED", "SHUTTING_DOWN", "SUSPENDED", "TERMINATED", "TERMINATING"}
_WAIT_SECONDS = 10
# Lambda ends a function after 15 minutes; a minute is left to answer.
_LONGEST_SECONDS = 14 * 60


def handler(event: dict[str, Any], context: Any) -> None:
    """Answer one request of CloudFormation.

    Args:
        event: The request; its properties are ``ClusterId``, and as ``Queues`` the properties of the classification
            ``capacity-scheduler`` whose names begin with ``yarn.scheduler.capacity.root.``, without that.
        context: Lambda's context object.

    See https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
    """
    answer = {"Status": "SUCCESS"}
    try:
        # Queues go with their cluster: EMR cannot take one away while it runs.
        if event["RequestType"] != "Delete":
            properties = event["ResourceProperties"]
            wanted = {f"{_ROOT}{name}": value for name, value in properties["Queues"].items()}
            _set_queues(properties["ClusterId"], wanted)
    except Exception as error:  # noqa: BLE001 - CloudFormation waits an hour for those who say nothing
        answer = {"Status": "FAILED", "Reason": f"{error} (log: {context.log_stream_name})"}
    answer |= {key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")}
    answer["PhysicalResourceId"] = event.get("PhysicalResourceId") or event["LogicalResourceId"]
    request = urllib.request.Request(  # noqa: S310 - CloudFormation's own URL
        event["ResponseURL"], json.dumps(answer).encode(), {"Content-Type": ""}, method="PUT"
    )
    urllib.request.urlopen(request, timeout=30).close()  # noqa: S310


def with_retired(wanted: dict[str, str], present: dict[str, str]) -> dict[str, str]:
    """Keep queues that nobody wants any more, without a share and closed to new applications.

    EMR cannot take a queue away from a running cluster, and YARN lets what runs in a stopped one finish.

    Args:
        wanted: The settings of all queues that are wanted.
        present: What the scheduler is set to.

    Returns:
        What it is to be set to.
    """
    names = wanted[f"{_ROOT}queues"].split(",")
    listed = present.get(f"{_ROOT}queues", "").split(",")
    retired = [name for name in listed if name and name not in names]
    others = {name: value for name, value in present.items() if not name.startswith(_ROOT)}
    settings = {**others, **wanted, f"{_ROOT}queues": ",".join([*names, *retired])}
    for name in retired:
        own = f"{_ROOT}{name}."
        settings |= {key: value for key, value in present.items() if key.startswith(own)}
        settings[f"{_ROOT}{name}.capacity"] = "0"
        settings[f"{_ROOT}{name}.state"] = "STOPPED"
    return settings


def _set_queues(cluster_id: str, wanted: dict[str, str]) -> None:
    emr = boto3.client("emr")
    until = time.monotonic() + _LONGEST_SECONDS
    group = _settled(emr, cluster_id, until)
    configurations = group.get("Configurations", [])
    present = _scheduler(configurations)
    settings = with_retired(wanted, present)
    if settings == present or not (present or _has_tenants(wanted)):
        return
    # What is not in the request is taken away: EMR's other configurations of the group are repeated.
    others = [each for each in configurations if each["Classification"] != _CLASSIFICATION]
    scheduler: Any = {
        "Classification": _CLASSIFICATION,
        "Properties": settings,
        "Configurations": [],
    }
    emr.modify_instance_groups(
        ClusterId=cluster_id,
        InstanceGroups=[
            {
                "InstanceGroupId": group["Id"],
                "ReconfigurationType": "OVERWRITE",
                "Configurations": [*others, scheduler],
            }
        ],
    )
    _settled(emr, cluster_id, until, settings)


def _has_tenants(wanted: dict[str, str]) -> bool:
    """Whether there is any queue but the one that a cluster starts with."""
    return wanted[f"{_ROOT}queues"] != "default"


def _scheduler(configurations: list[dict[str, Any]]) -> dict[str, str]:
    """What some configurations set the scheduler to."""
    settings: dict[str, str] = {}
    for each in configurations:
        if each["Classification"] == _CLASSIFICATION:
            settings |= each.get("Properties", {})
    return settings


def _settled(
    emr: Any, cluster_id: str, until: float, applied: dict[str, str] | None = None
) -> dict[str, Any]:
    """The primary node's instance group, once EMR does not change it any more.

    Args:
        emr: The client.
        cluster_id: Id of the cluster.
        until: When to give up, by the monotonic clock.
        applied: What the scheduler has to be set to. Default: anything.
    """
    has_begun = False
    while True:
        group = _primary_group(emr, cluster_id)
        state = group["Status"]["State"]
        if state == "RUNNING":
            if applied in (None, _scheduler(group.get(_APPLIED, []))):
                return group
            if has_begun:
                reason = group["Status"].get("StateChangeReason", {}).get("Message")
                raise RuntimeError(f"EMR went back to the former queues of {cluster_id}: {reason}")
        elif state in _ENDED:
            raise RuntimeError(f"the primary node of {cluster_id} is {state}")
        has_begun |= state == "RECONFIGURING"
        if time.monotonic() + _WAIT_SECONDS > until:
            raise RuntimeError(f"EMR has not set the queues of {cluster_id}, it is still {state}")
        time.sleep(_WAIT_SECONDS)


def _primary_group(emr: Any, cluster_id: str) -> dict[str, Any]:
    for page in emr.get_paginator("list_instance_groups").paginate(ClusterId=cluster_id):
        for group in page["InstanceGroups"]:
            if group["InstanceGroupType"] == "MASTER":
                found: dict[str, Any] = group
                return found
    raise RuntimeError(f"{cluster_id} has no instance group for the primary node")
