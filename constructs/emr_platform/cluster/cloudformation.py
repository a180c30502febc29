"""A RunJobFlow request turned into the properties of ``AWS::EMR::Cluster``.

See https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-emr-cluster.html.
"""

from __future__ import annotations

import json
import re
from typing import Any

from emr_platform.cluster.request import Json

_GROUPS_BY_ROLE = {"MASTER": "MasterInstanceGroup", "CORE": "CoreInstanceGroup"}
_FLEETS_BY_ROLE = {"MASTER": "MasterInstanceFleet", "CORE": "CoreInstanceFleet"}
_FREE_FORM = ("ConfigurationProperties", "AdditionalInfo")


def cluster_properties(request: Json) -> Json:
    """Turn a RunJobFlow request into CloudFormation's properties of a cluster.

    CloudFormation differs from the API in these places: instance groups and fleets are members of their own
    instead of one list, classifications hold ``ConfigurationProperties``, a step's properties are
    ``StepProperties``, and ``AdditionalInfo`` is an object instead of text.

    Args:
        request: The request, as :func:`~emr_platform.cluster.request.run_job_flow_request` renders it.

    Returns:
        The properties, spelt as in a template.
    """
    properties = {name: value for name, value in request.items() if name != "Instances"}
    properties["Instances"] = _instances(request["Instances"])
    if "Configurations" in request:
        properties["Configurations"] = _configurations(request["Configurations"])
    if "Steps" in request:
        properties["Steps"] = [
            {**step, "HadoopJarStep": _hadoop_jar_step(step["HadoopJarStep"])}
            for step in request["Steps"]
        ]
    if "AdditionalInfo" in request:
        properties["AdditionalInfo"] = json.loads(request["AdditionalInfo"])
    return properties


def _instances(instances: Json) -> Json:
    rendered = {
        name: value
        for name, value in instances.items()
        if name not in ("InstanceGroups", "InstanceFleets")
    }
    for group in instances.get("InstanceGroups", ()):
        member = _with_configurations(group, without="InstanceRole")
        if group["InstanceRole"] == "TASK":
            rendered.setdefault("TaskInstanceGroups", []).append(member)
        else:
            rendered[_GROUPS_BY_ROLE[group["InstanceRole"]]] = member
    for fleet in instances.get("InstanceFleets", ()):
        member = {name: value for name, value in fleet.items() if name != "InstanceFleetType"}
        member["InstanceTypeConfigs"] = [
            _with_configurations(type_) for type_ in fleet["InstanceTypeConfigs"]
        ]
        if fleet["InstanceFleetType"] == "TASK":
            rendered.setdefault("TaskInstanceFleets", []).append(member)
        else:
            rendered[_FLEETS_BY_ROLE[fleet["InstanceFleetType"]]] = member
    return rendered


def _with_configurations(member: Json, *, without: str = "") -> Json:
    rendered = {name: value for name, value in member.items() if name != without}
    if "Configurations" in rendered:
        rendered["Configurations"] = _configurations(rendered["Configurations"])
    return rendered


def _configurations(configurations: list[Json]) -> list[Json]:
    rendered = []
    for configuration in configurations:
        entry: Json = {
            "Classification": configuration["Classification"],
            "ConfigurationProperties": configuration["Properties"],
        }
        if "Configurations" in configuration:
            entry["Configurations"] = _configurations(configuration["Configurations"])
        rendered.append(entry)
    return rendered


def _hadoop_jar_step(step: Json) -> Json:
    rendered = {name: value for name, value in step.items() if name != "Properties"}
    if "Properties" in step:
        rendered["StepProperties"] = step["Properties"]
    return rendered


def camel_case(properties: Json) -> Json:
    """Spell a template's property names as the CDK's level-1 constructs want them, all the way down.

    They drop any other spelling without a word. The names inside ``ConfigurationProperties`` and
    ``AdditionalInfo`` are the user's and stay as they are.
    """
    return {
        _camel(name): value if name in _FREE_FORM else _camel_values(value)
        for name, value in properties.items()
    }


def _camel_values(value: Any) -> Any:
    if isinstance(value, dict):
        return camel_case(value)
    if isinstance(value, list):
        return [_camel_values(item) for item in value]
    return value


def _camel(name: str) -> str:
    # jsii writes an acronym as a word, at the beginning of a name and inside of it.
    acronym = _LEADING_ACRONYM.match(name)
    length = acronym.end() if acronym else 1
    return name[:length].lower() + name[length:].replace("GB", "Gb")


_LEADING_ACRONYM = re.compile(r"[A-Z]+(?=[A-Z][a-z])")
