"""What tests of the checks for templates share."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any

from emr_platform.problems import Problem
from emr_platform.template_check.check import check_stack
from emr_platform.templates.model import Stack
from emr_platform.templates.reading import parse
from emr_platform.templates.yaml_text import load_yaml

# A cluster that no rule finds anything about.
CLUSTER: Mapping[str, Any] = {
    "Name": "etl",
    "ReleaseLabel": "emr-7.12.0",
    "Applications": [{"Name": "Spark"}],
    "ServiceRole": "emr-service",
    "JobFlowRole": "emr-nodes",
    "LogUri": "s3://logs-of-somebody/etl/",
    "SecurityConfiguration": "encrypted",
    "Instances": {
        "KeepJobFlowAliveWhenNoSteps": True,
        "MasterInstanceGroup": {"InstanceCount": 1, "InstanceType": "m6g.xlarge"},
        "CoreInstanceGroup": {"InstanceCount": 2, "InstanceType": "m6g.xlarge"},
    },
}


def merged(below: Any, above: Any) -> Any:
    """Put one value over another, key by key; None takes a key away."""
    if not (isinstance(below, Mapping) and isinstance(above, Mapping)):
        return copy.deepcopy(above)
    keys = dict.fromkeys((*below, *above))
    values = {
        key: merged(below.get(key), above[key]) if key in above else below[key] for key in keys
    }
    return {key: value for key, value in values.items() if value is not None}


def cluster(**changes: Any) -> dict[str, Any]:
    """The properties of a cluster, changed."""
    properties: dict[str, Any] = merged(CLUSTER, changes)
    return properties


def stack(
    properties: Mapping[str, Any], *, sections: Mapping[str, Any] | None = None, **more: Any
) -> Stack:
    """A template with a cluster, and other resources by logical id."""
    resources = {"Cluster": {"Type": "AWS::EMR::Cluster", "Properties": properties}, **more}
    text = json.dumps({**(sections or {}), "Resources": resources})
    return parse(text, name="t.json", place="t.json")


def resource(type: str, **properties: Any) -> dict[str, Any]:
    """A resource of a template."""
    return {"Type": type, "Properties": properties}


def problems(properties: Mapping[str, Any], **more: Any) -> list[Problem]:
    """What is found in a template with a cluster."""
    return check_stack(stack(properties, **more))


def ids(properties: Mapping[str, Any], **more: Any) -> set[str]:
    """The identifiers of what is found in a template with a cluster."""
    return {problem.rule_id for problem in problems(properties, **more)}


def from_yaml(text: str) -> Any:
    """Properties that are written as YAML, with the short forms of functions."""
    return load_yaml(text)
