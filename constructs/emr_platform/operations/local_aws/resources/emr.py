"""Clusters and what belongs to them, and serverless applications."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from emr_platform.operations.local_aws.resources.model import (
    Declared,
    Existing,
    Made,
    Properties,
    ResourceType,
    parameters,
)

# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-emr-cluster.html: the
# properties that CloudFormation changes without a replacement.
_CHANGEABLE = {
    "AutoTerminationPolicy",
    "Instances",
    "ManagedScalingPolicy",
    "StepConcurrencyLevel",
    "Tags",
    "VisibleToAllUsers",
}


class _Cluster(ResourceType):
    """By moto it has no instances, applications, configurations, bootstrap actions and steps."""

    name = "AWS::EMR::Cluster"

    def create(self, declared: Declared) -> Made:
        emr = declared.aws("emr")
        request = parameters(emr, "RunJobFlow", run_job_flow_request(declared.properties))
        cluster_id = emr.run_job_flow(**request)["JobFlowId"]
        cluster = emr.describe_cluster(ClusterId=cluster_id)["Cluster"]
        attributes = {"Id": cluster_id, "MasterPublicDNS": cluster.get("MasterPublicDnsName")}
        return Made(cluster_id, attributes)

    def update(self, existing: Existing, declared: Declared) -> Made | None:
        unchangeable = {*existing.properties, *declared.properties} - _CHANGEABLE
        before, after = _groups_by_name(existing.properties), _groups_by_name(declared.properties)
        if declared.differs(existing.declared, *unchangeable) or before.keys() != after.keys():
            return None
        emr = declared.aws("emr")
        for group in emr.list_instance_groups(ClusterId=existing.id)["InstanceGroups"]:
            name = group["InstanceGroupType"], group["Name"]
            count = int(after[name]["InstanceCount"])
            if count != group["RequestedInstanceCount"]:
                wanted = {"InstanceGroupId": group["Id"], "InstanceCount": count}
                emr.modify_instance_groups(ClusterId=existing.id, InstanceGroups=[wanted])
            policy = after[name].get("AutoScalingPolicy")
            if policy != before[name].get("AutoScalingPolicy"):
                where = {"ClusterId": existing.id, "InstanceGroupId": group["Id"]}
                if policy:
                    request = {**where, "AutoScalingPolicy": policy}
                    emr.put_auto_scaling_policy(**parameters(emr, "PutAutoScalingPolicy", request))
                else:
                    emr.remove_auto_scaling_policy(**where)
        return existing.made

    def delete(self, existing: Existing) -> None:
        existing.aws("emr").terminate_job_flows(JobFlowIds=[existing.id])


def run_job_flow_request(properties: Properties) -> dict[str, Any]:
    """The properties of an ``AWS::EMR::Cluster`` by the names that RunJobFlow has for them."""
    request, instances = dict(properties), dict(properties["Instances"])
    instances["InstanceGroups"] = list(_groups(instances))
    request["Instances"] = instances
    request["Configurations"] = _configurations(properties.get("Configurations", []))
    request["Steps"] = [_step(step) for step in properties.get("Steps", [])]
    return request


def _groups(instances: Properties) -> Iterator[dict[str, Any]]:
    # moto cannot keep a group's own configurations and image: they are left out.
    taken = (
        "AutoScalingPolicy",
        "BidPrice",
        "EbsConfiguration",
        "InstanceCount",
        "InstanceType",
        "Market",
        "Name",
    )
    for role, groups in (
        ("MASTER", [instances.get("MasterInstanceGroup")]),
        ("CORE", [instances.get("CoreInstanceGroup")]),
        ("TASK", instances.get("TaskInstanceGroups", [])),
    ):
        for group in filter(None, groups):
            known = {name: group[name] for name in taken if name in group}
            yield {"Name": role.lower(), "Market": "ON_DEMAND", **known, "InstanceRole": role}


def _groups_by_name(properties: Properties) -> dict[tuple[str, str], dict[str, Any]]:
    groups = _groups(properties["Instances"])
    return {(group["InstanceRole"], group["Name"]): group for group in groups}


def _configurations(configurations: list[Properties]) -> list[dict[str, Any]]:
    return [
        {
            "Classification": configuration["Classification"],
            "Properties": configuration.get("ConfigurationProperties", {}),
            "Configurations": _configurations(configuration.get("Configurations", [])),
        }
        for configuration in configurations
    ]


def _step(step: Properties) -> dict[str, Any]:
    jar = step["HadoopJarStep"]
    return {**step, "HadoopJarStep": {**jar, "Properties": jar.get("StepProperties", [])}}


class _Step(ResourceType):
    """Unknown to moto."""

    name = "AWS::EMR::Step"

    def create(self, declared: Declared) -> Made:
        emr, properties = declared.aws("emr"), declared.properties
        request = {"JobFlowId": properties["JobFlowId"], "Steps": [_step(properties)]}
        answer = emr.add_job_flow_steps(**parameters(emr, "AddJobFlowSteps", request))
        return Made(answer["StepIds"][0], {"Id": answer["StepIds"][0]})

    def delete(self, existing: Existing) -> None:
        """CloudFormation cancels a step that is still pending; moto cannot."""


class _SecurityConfiguration(ResourceType):
    """By moto it is an object, where the API answers with a string."""

    name = "AWS::EMR::SecurityConfiguration"
    name_property = "Name"

    def create(self, declared: Declared) -> Made:
        configuration = declared.properties["SecurityConfiguration"]
        is_text = isinstance(configuration, str)
        declared.aws("emr").create_security_configuration(
            Name=declared.physical_name,
            SecurityConfiguration=configuration if is_text else json.dumps(configuration),
        )
        return Made(declared.physical_name)

    def delete(self, existing: Existing) -> None:
        existing.aws("emr").delete_security_configuration(Name=existing.id)


class _ServerlessApplication(ResourceType):
    """Unknown to moto."""

    name = "AWS::EMRServerless::Application"

    def create(self, declared: Declared) -> Made:
        emr, properties = declared.aws("emr-serverless"), declared.properties
        request: dict[str, Any] = _small_initials(properties)
        # moto knows the types in capital letters only.
        request["type"] = properties["Type"].upper()
        request["tags"] = {tag["Key"]: tag["Value"] for tag in properties.get("Tags", [])}
        request["clientToken"] = declared.physical_name
        capacity = request.get("initialCapacity", [])
        request["initialCapacity"] = {entry["key"]: entry["value"] for entry in capacity}
        answer = emr.create_application(**parameters(emr, "CreateApplication", request))
        application_id = answer["applicationId"]
        return Made(application_id, {"ApplicationId": application_id, "Arn": answer["arn"]})

    def delete(self, existing: Existing) -> None:
        emr = existing.aws("emr-serverless")
        emr.stop_application(applicationId=existing.id)
        emr.delete_application(applicationId=existing.id)


def _small_initials(value: Any) -> Any:
    """The API's names begin with a small letter where CloudFormation's begin with a capital one."""
    if isinstance(value, Mapping):
        return {key[:1].lower() + key[1:]: _small_initials(item) for key, item in value.items()}
    return [_small_initials(item) for item in value] if isinstance(value, list) else value


TYPES: tuple[ResourceType, ...] = (
    _Cluster(),
    _SecurityConfiguration(),
    _ServerlessApplication(),
    _Step(),
)
