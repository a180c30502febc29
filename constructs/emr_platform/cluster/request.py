"""A cluster spec rendered as the request of EMR's RunJobFlow API, as plain data.

Everything that creates a cluster starts from this one request, so that no two ways can drift apart.
See https://docs.aws.amazon.com/emr/latest/APIReference/API_RunJobFlow.html.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from emr_platform.catalog.release import Release
from emr_platform.cluster.effective import effective_applications, effective_configurations
from emr_platform.cluster.spec import ClusterSpec, ManagedScalingSpec
from emr_platform.configurations.request import configurations_request
from emr_platform.instances.request import (
    InstanceRole,
    instance_fleet_request,
    instance_group_request,
)
from emr_platform.instances.spec import InstanceFleetSpec, InstanceFleetsSpec, PrimaryFleetSpec
from emr_platform.steps.request import bootstrap_action_request, step_request
from emr_platform.tags import EMR_MANAGED_POLICIES_TAG

Json = dict[str, Any]

_REFERENCE = re.compile(r"(?P<scheme>bucket-name|bucket|secret|host)://(?P<name>[a-z0-9-]+)")

Reference = Literal["bucket", "secret", "host"]
"""What a text may refer to by name."""


def references(text: str, kind: Reference) -> set[str]:
    """The names by which a text refers to buckets, secrets or hosts, e.g. as ``secret://NAME``.

    A bucket is ``bucket://NAME``, or ``bucket-name://NAME`` where just its name is wanted.
    """
    if "://" not in text:
        return set()
    return {
        match["name"]
        for match in _REFERENCE.finditer(text)
        if match["scheme"].removesuffix("-name") == kind
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterSurroundings:
    """What a cluster's request needs to know of the things around the cluster.

    Attributes:
        name: Display name of the cluster; EMR does not ask for it to be unique.
        region: Region of the cluster; EMR's script runner lies in a bucket of the region.
        subnet_ids: Subnets that EMR may choose from; all nodes run in the one that it chooses. Instance groups
            take exactly one.
        instance_profile: Name of the instance profile of the nodes.
        service_role: ARN of the role that EMR itself works with.
        automatic_scaling_role: ARN of the role that scaling policies of instance groups work with; None for none.
        log_uri: Where EMR writes logs, ``s3://bucket/prefix/``.
        security_configuration: Name of the security configuration; None for none.
        kerberos_attributes: Realm and passwords, for a security configuration with Kerberos; None for none.
        key_pair: Name of the EC2 key pair for SSH; None for no SSH.
        primary_security_group: Id of the managed security group of the primary node.
        core_and_task_security_group: Id of the managed security group of core and task nodes.
        service_access_security_group: Id of the service access group; None in a public subnet.
        termination_protection: Whether the cluster refuses to be terminated.
        resolve_script: Turns a script as the spec names it into the ``s3://`` URI it can be read from.
        buckets: Real bucket names by the name that ``bucket://`` references use.
        secrets: Secret ARNs by the name that ``secret://`` references use.
        hosts: Addresses by the name that ``host://`` references use.
        tags: Tags of the cluster beside its own, by key.
    """

    name: str
    region: str
    subnet_ids: Sequence[str]
    instance_profile: str
    service_role: str
    log_uri: str
    primary_security_group: str
    core_and_task_security_group: str
    automatic_scaling_role: str | None = None
    service_access_security_group: str | None = None
    security_configuration: str | None = None
    kerberos_attributes: Json | None = None
    key_pair: str | None = None
    termination_protection: bool = True
    resolve_script: Callable[[str], str] = field(default=lambda script: script)
    buckets: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    hosts: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)

    def resolve(self, text: str) -> str:
        """Replace references by what they refer to.

        ``bucket://NAME`` becomes the bucket's ``s3://`` URI, ``bucket-name://NAME`` its name, ``secret://NAME`` the
        secret's ARN, and ``host://NAME`` the host's address.

        Raises:
            KeyError: There is no bucket, secret or host of that name.
        """

        def replacement(match: re.Match[str]) -> str:
            match match["scheme"]:
                case "bucket":
                    return f"s3://{self.buckets[match['name']]}"
                case "bucket-name":
                    return self.buckets[match["name"]]
                case "host":
                    return self.hosts[match["name"]]
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
        "Applications": [{"Name": name} for name in effective_applications(spec)],
        "Instances": _instances(spec, surroundings),
        "JobFlowRole": surroundings.instance_profile,
        "ServiceRole": surroundings.service_role,
        "LogUri": spec.log_uri or surroundings.log_uri,
        "StepConcurrencyLevel": spec.step_concurrency,
        "VisibleToAllUsers": spec.visible_to_all_users,
        "ScaleDownBehavior": spec.scale_down_behavior.upper(),
        "Tags": _tags({**surroundings.tags, **spec.tags, EMR_MANAGED_POLICIES_TAG: "true"}),
    }
    if surroundings.security_configuration:
        request["SecurityConfiguration"] = surroundings.security_configuration
    if surroundings.kerberos_attributes:
        request["KerberosAttributes"] = surroundings.kerberos_attributes
    if configurations := effective_configurations(spec):
        request["Configurations"] = configurations_request(
            configurations, resolve=surroundings.resolve
        )
    if spec.bootstrap:
        request["BootstrapActions"] = [
            bootstrap_action_request(
                name,
                action,
                resolve=surroundings.resolve,
                resolve_script=surroundings.resolve_script,
            )
            for name, action in spec.bootstrap.items()
        ]
    if spec.steps:
        request["Steps"] = [
            step_request(
                step,
                region=surroundings.region,
                resolve=surroundings.resolve,
                resolve_script=surroundings.resolve_script,
            )
            for step in spec.steps
        ]
    if spec.scaling:
        request["ManagedScalingPolicy"] = _managed_scaling(spec.scaling, spec.instance_fleets)
    if spec.idle_timeout_minutes is not None:
        request["AutoTerminationPolicy"] = {"IdleTimeout": spec.idle_timeout_minutes * 60}
    if spec.placement_group:
        request["PlacementGroupConfigs"] = [
            {"InstanceRole": "MASTER", "PlacementStrategy": spec.placement_group.upper()}
        ]
    if spec.additional_info is not None:
        request["AdditionalInfo"] = json.dumps(spec.additional_info)
    root = spec.root_volume
    for member, value in (
        ("AutoScalingRole", surroundings.automatic_scaling_role),
        ("LogEncryptionKmsKeyId", spec.log_encryption_key_arn),
        ("CustomAmiId", spec.ami_id),
        ("OSReleaseLabel", spec.os_release),
        ("EbsRootVolumeSize", root.size_gib),
        ("EbsRootVolumeIops", root.iops),
        ("EbsRootVolumeThroughput", root.throughput_mib_per_second),
    ):
        if value is not None:
            request[member] = value
    return request


def _instances(spec: ClusterSpec, surroundings: ClusterSurroundings) -> Json:
    instances: Json = {
        **_groups_or_fleets(spec, surroundings),
        # Always said: CloudFormation's documents and the API disagree on the default.
        "KeepJobFlowAliveWhenNoSteps": spec.lifecycle == "long_running",
        "TerminationProtected": surroundings.termination_protection,
        "EmrManagedMasterSecurityGroup": surroundings.primary_security_group,
        "EmrManagedSlaveSecurityGroup": surroundings.core_and_task_security_group,
    }
    if spec.unhealthy_node_replacement is not None:
        instances["UnhealthyNodeReplacement"] = spec.unhealthy_node_replacement
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


def _groups_or_fleets(spec: ClusterSpec, surroundings: ClusterSurroundings) -> Json:
    if spec.instance_fleets:
        return _fleets(spec.instance_fleets, Release.parse(spec.release), surroundings)
    resolve = surroundings.resolve
    groups = [instance_group_request("primary", "MASTER", spec.primary, resolve=resolve)]
    if spec.core:
        groups.append(instance_group_request("core", "CORE", spec.core, resolve=resolve))
    groups += [
        instance_group_request(name, "TASK", group, resolve=resolve)
        for name, group in spec.task.items()
    ]
    (subnet_id,) = surroundings.subnet_ids
    return {"InstanceGroups": groups, "Ec2SubnetId": subnet_id}


def _fleets(
    fleets: InstanceFleetsSpec, release: Release, surroundings: ClusterSurroundings
) -> Json:
    def fleet_request(
        name: str, role: InstanceRole, fleet: PrimaryFleetSpec | InstanceFleetSpec
    ) -> Json:
        return instance_fleet_request(
            name, role, fleet, release=release, resolve=surroundings.resolve
        )

    rendered = [fleet_request("primary", "MASTER", fleets.primary)]
    if fleets.core:
        rendered.append(fleet_request("core", "CORE", fleets.core))
    if fleets.task:
        rendered.append(fleet_request("task", "TASK", fleets.task))
    return {"InstanceFleets": rendered, "Ec2SubnetIds": list(surroundings.subnet_ids)}


_UNIT_TYPES = {
    "instances": "Instances",
    "vcpu": "VCPU",
    "instance_fleet_units": "InstanceFleetUnits",
}


def _managed_scaling(scaling: ManagedScalingSpec, fleets: InstanceFleetsSpec | None) -> Json:
    policy: Json = {"ComputeLimits": _compute_limits(scaling, fleets)}
    if scaling.strategy == "advanced":
        policy["ScalingStrategy"] = "ADVANCED"
        policy["UtilizationPerformanceIndex"] = scaling.utilization_performance_index
    return policy


def _compute_limits(scaling: ManagedScalingSpec, fleets: InstanceFleetsSpec | None) -> Json:
    return {
        "UnitType": _UNIT_TYPES[
            scaling.unit or ("instance_fleet_units" if fleets else "instances")
        ],
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


def _tags(tags: Mapping[str, str]) -> list[Json]:
    return [{"Key": key, "Value": tags[key]} for key in sorted(tags)]
