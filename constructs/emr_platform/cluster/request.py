"""A cluster spec rendered as the request of EMR's RunJobFlow API, as plain data.

Everything that creates a cluster starts from this one request, so that no two ways can drift apart.
See https://docs.aws.amazon.com/emr/latest/APIReference/API_RunJobFlow.html.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from emr_platform.cluster.configurations import Configuration
from emr_platform.cluster.spec import (
    BootstrapActionSpec,
    ClusterSpec,
    CommandStepSpec,
    EbsSpec,
    InstanceGroupSpec,
    JarStepSpec,
    ManagedScalingSpec,
    ScriptStepSpec,
    SparkSubmitStepSpec,
    StepSpec,
)
from emr_platform.tags import EMR_MANAGED_POLICIES_TAG

Json = dict[str, Any]

_REFERENCE = re.compile(r"(?P<scheme>bucket|secret)://(?P<name>[a-z0-9-]+)")


def references(text: str, scheme: str) -> set[str]:
    """The names that a text refers to as ``bucket://NAME`` or ``secret://NAME``."""
    return {match["name"] for match in _REFERENCE.finditer(text) if match["scheme"] == scheme}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterSurroundings:
    """What a cluster's request needs to know of the things around the cluster.

    Attributes:
        name: Display name of the cluster; EMR does not ask for it to be unique.
        region: Region of the cluster; EMR's script runner lies in a bucket of the region.
        subnet_id: Subnet that all nodes run in.
        instance_profile: Name of the instance profile of the nodes.
        service_role: ARN of the role that EMR itself works with.
        log_uri: Where EMR writes logs, ``s3://bucket/prefix/``.
        security_configuration: Name of the security configuration; None for none.
        key_pair: Name of the EC2 key pair for SSH; None for no SSH.
        primary_security_group: Id of the managed security group of the primary node.
        core_and_task_security_group: Id of the managed security group of core and task nodes.
        service_access_security_group: Id of the service access group; None in a public subnet.
        termination_protection: Whether the cluster refuses to be terminated.
        resolve_script: Turns a script as the spec names it into the ``s3://`` URI it can be read from.
        buckets: Real bucket names by the name that ``bucket://`` references use.
        secrets: Secret ARNs by the name that ``secret://`` references use.
        tags: Tags of the cluster beside its own, by key.
    """

    name: str
    region: str
    subnet_id: str
    instance_profile: str
    service_role: str
    log_uri: str
    primary_security_group: str
    core_and_task_security_group: str
    service_access_security_group: str | None = None
    security_configuration: str | None = None
    key_pair: str | None = None
    termination_protection: bool = True
    resolve_script: Callable[[str], str] = field(default=lambda script: script)
    buckets: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)

    def resolve(self, text: str) -> str:
        """Replace ``bucket://NAME`` by the bucket's ``s3://`` URI and ``secret://NAME`` by the secret's ARN.

        Raises:
            KeyError: There is no bucket or secret of that name.
        """

        def replacement(match: re.Match[str]) -> str:
            if match["scheme"] == "bucket":
                return f"s3://{self.buckets[match['name']]}"
            return self.secrets[match["name"]]

        return _REFERENCE.sub(replacement, text)


def run_job_flow_request(spec: ClusterSpec, surroundings: ClusterSurroundings) -> Json:
    """Render a cluster as a RunJobFlow request.

    Args:
        spec: The cluster.
        surroundings: Ids and names of what the cluster is connected to.

    Returns:
        The request, in the shape and spelling of the EMR API. Optional members that the spec leaves
        open are left out, so that EMR's own defaults hold.
    """
    request: Json = {
        "Name": surroundings.name,
        "ReleaseLabel": spec.release,
        "Applications": [{"Name": name} for name in spec.applications],
        "Instances": _instances(spec, surroundings),
        "JobFlowRole": surroundings.instance_profile,
        "ServiceRole": surroundings.service_role,
        "LogUri": spec.log_uri or surroundings.log_uri,
        "StepConcurrencyLevel": spec.step_concurrency,
        "VisibleToAllUsers": True,
        "ScaleDownBehavior": "TERMINATE_AT_TASK_COMPLETION",
        "Tags": _tags({**surroundings.tags, **spec.tags, EMR_MANAGED_POLICIES_TAG: "true"}),
    }
    if surroundings.security_configuration:
        request["SecurityConfiguration"] = surroundings.security_configuration
    if spec.configurations:
        request["Configurations"] = _configurations(spec.configurations, surroundings)
    if spec.bootstrap:
        request["BootstrapActions"] = [
            _bootstrap_action(name, action, surroundings) for name, action in spec.bootstrap.items()
        ]
    if spec.steps:
        request["Steps"] = [_step(step, surroundings) for step in spec.steps]
    if spec.scaling:
        request["ManagedScalingPolicy"] = {"ComputeLimits": _compute_limits(spec.scaling)}
    if spec.idle_timeout_minutes is not None:
        request["AutoTerminationPolicy"] = {"IdleTimeout": spec.idle_timeout_minutes * 60}
    root = spec.root_volume
    for member, value in (
        ("EbsRootVolumeSize", root.size_gib),
        ("EbsRootVolumeIops", root.iops),
        ("EbsRootVolumeThroughput", root.throughput_mib_per_second),
    ):
        if value is not None:
            request[member] = value
    return request


def _instances(spec: ClusterSpec, surroundings: ClusterSurroundings) -> Json:
    groups = [_instance_group("primary", "MASTER", spec.primary, spec.primary.count, surroundings)]
    if spec.core:
        groups.append(_instance_group("core", "CORE", spec.core, spec.core.count, surroundings))
    groups += [
        _instance_group(name, "TASK", group, group.count, surroundings)
        for name, group in spec.task.items()
    ]
    instances: Json = {
        "InstanceGroups": groups,
        "Ec2SubnetId": surroundings.subnet_id,
        # Always said: CloudFormation's documents and the API disagree on the default.
        "KeepJobFlowAliveWhenNoSteps": True,
        "TerminationProtected": surroundings.termination_protection,
        "EmrManagedMasterSecurityGroup": surroundings.primary_security_group,
        "EmrManagedSlaveSecurityGroup": surroundings.core_and_task_security_group,
    }
    if surroundings.service_access_security_group:
        instances["ServiceAccessSecurityGroup"] = surroundings.service_access_security_group
    if surroundings.key_pair:
        instances["Ec2KeyName"] = surroundings.key_pair
    additional = spec.additional_security_groups
    if additional.primary:
        instances["AdditionalMasterSecurityGroups"] = list(additional.primary)
    if additional.core_and_task:
        instances["AdditionalSlaveSecurityGroups"] = list(additional.core_and_task)
    return instances


def _instance_group(
    name: str, role: str, group: InstanceGroupSpec, count: int, surroundings: ClusterSurroundings
) -> Json:
    rendered: Json = {
        "Name": name,
        "InstanceRole": role,
        "InstanceType": group.type,
        "InstanceCount": count,
        "Market": group.market.upper(),
    }
    if group.bid_price_usd is not None:
        rendered["BidPrice"] = group.bid_price_usd
    if group.ebs:
        rendered["EbsConfiguration"] = _ebs_configuration(group.ebs)
    if group.configurations:
        rendered["Configurations"] = _configurations(group.configurations, surroundings)
    return rendered


def _ebs_configuration(ebs: EbsSpec) -> Json:
    volume: Json = {"VolumeType": ebs.type, "SizeInGB": ebs.size_gib}
    if ebs.iops is not None:
        volume["Iops"] = ebs.iops
    if ebs.throughput_mib_per_second is not None:
        volume["Throughput"] = ebs.throughput_mib_per_second
    return {
        "EbsBlockDeviceConfigs": [
            {"VolumeSpecification": volume, "VolumesPerInstance": ebs.volumes_per_instance}
        ],
        "EbsOptimized": True,
    }


def _configurations(
    configurations: Sequence[Configuration], surroundings: ClusterSurroundings
) -> list[Json]:
    return [_configuration(configuration, surroundings) for configuration in configurations]


def _configuration(configuration: Configuration, surroundings: ClusterSurroundings) -> Json:
    rendered: Json = {
        "Classification": configuration.classification,
        "Properties": {
            name: surroundings.resolve(value) for name, value in configuration.properties.items()
        },
    }
    if configuration.configurations:
        rendered["Configurations"] = _configurations(configuration.configurations, surroundings)
    return rendered


def _bootstrap_action(
    name: str, action: BootstrapActionSpec, surroundings: ClusterSurroundings
) -> Json:
    return {
        "Name": name,
        "ScriptBootstrapAction": {
            "Path": _script_uri(action.script, surroundings),
            "Args": [surroundings.resolve(arg) for arg in action.args],
        },
    }


def _script_uri(script: str, surroundings: ClusterSurroundings) -> str:
    return surroundings.resolve_script(surroundings.resolve(script))


def _step(step: StepSpec, surroundings: ClusterSurroundings) -> Json:
    return {
        "Name": step.name,
        "ActionOnFailure": step.on_failure.upper(),
        "HadoopJarStep": _hadoop_jar_step(step, surroundings),
    }


def _hadoop_jar_step(step: StepSpec, surroundings: ClusterSurroundings) -> Json:
    def resolved(args: Sequence[str]) -> list[str]:
        return [surroundings.resolve(arg) for arg in args]

    match step:
        case ScriptStepSpec():
            return {
                "Jar": script_runner_uri(surroundings.region),
                "Args": [_script_uri(step.script, surroundings), *resolved(step.args)],
            }
        case SparkSubmitStepSpec():
            return {
                "Jar": "command-runner.jar",
                "Args": ["spark-submit", *resolved(_join_options(step.spark_submit))],
            }
        case CommandStepSpec():
            return {"Jar": "command-runner.jar", "Args": resolved(step.command)}
        case JarStepSpec():
            jar: Json = {"Jar": surroundings.resolve(step.jar), "Args": resolved(step.args)}
            if step.main_class:
                jar["MainClass"] = step.main_class
            if step.properties:
                jar["Properties"] = [
                    {"Key": name, "Value": value} for name, value in step.properties.items()
                ]
            return jar


def _compute_limits(scaling: ManagedScalingSpec) -> Json:
    return {
        "UnitType": {"instances": "Instances", "vcpu": "VCPU"}[scaling.unit],
        "MinimumCapacityUnits": scaling.minimum,
        "MaximumCapacityUnits": scaling.maximum,
        # EMR's own defaults for these two, said aloud so that a template shows what holds.
        "MaximumCoreCapacityUnits": (
            scaling.maximum if scaling.max_core is None else scaling.max_core
        ),
        "MaximumOnDemandCapacityUnits": (
            scaling.maximum if scaling.max_on_demand is None else scaling.max_on_demand
        ),
    }


def script_runner_uri(region: str) -> str:
    """Where EMR keeps the JAR that runs a script as a step.

    See https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-commandrunner.html.
    """
    return f"s3://{region}.elasticmapreduce/libs/script-runner/script-runner.jar"


def _tags(tags: Mapping[str, str]) -> list[Json]:
    return [{"Key": key, "Value": tags[key]} for key in sorted(tags)]


_SPARK_SUBMIT_FLAGS = frozenset({"--verbose", "-v", "--supervise", "--version", "--help", "-h"})


def _join_options(args: Sequence[str]) -> list[str]:
    """Write ``--conf k=v`` as the one argument ``--conf=k=v``, which spark-submit reads as the same.

    CloudFormation's schema of AWS::EMR::Cluster wants the arguments of a step to be unique, and ``--conf``
    is repeated in nearly every real one. Only spark-submit's own options are touched, not the application's.
    """
    joined: list[str] = []
    position = 0
    while position < len(args) and args[position].startswith("-"):
        option = args[position]
        if option in _SPARK_SUBMIT_FLAGS or "=" in option or position + 1 == len(args):
            joined.append(option)
            position += 1
        elif option in ("--conf", "-c"):
            joined.append(f"--conf={args[position + 1]}")
            position += 2
        else:
            joined += args[position : position + 2]
            position += 2
    return [*joined, *args[position:]]
