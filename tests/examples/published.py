"""Published examples of EMR clusters, what our files make of them, and where the two differ.

Beside each environment file lies a JSON file of the same name. It was written from the published text:

- ``source`` and ``example``: where the example stands, and which one of that page it is.
- ``request``: the cluster as a RunJobFlow request. A command of the AWS CLI is given as the request that the CLI
  makes of it, without the names and tags that the CLI adds by itself.
- ``part``: or just the members of a request that the example is about.
- ``template``: or a CloudFormation template, with ``parameters``, the values of its parameters and conditions.
- ``security_configuration``: the document of the example's security configuration, if it has one.
- ``differences``: members that differ, or parts of them, each with the reason. All others are equal.

In ``reports.yaml`` are the rules that have something to say about examples, and why they are right.

Placeholders that AWS itself would not take, such as a bucket in capitals, are replaced on both sides.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from emr_platform.automatic_scaling.groups import scaled_groups
from emr_platform.cluster.cloudformation import cluster_properties
from emr_platform.cluster.request import ClusterSurroundings, run_job_flow_request
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.environment.loader import load_environment
from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.environment.yaml_source import parse
from emr_platform.environment.yaml_tree import plain
from emr_platform.problems import InvalidSpecError
from emr_platform.security_configuration.effective import (
    cluster_security,
    existing_security,
    written_security,
)
from emr_platform.security_configuration.request import (
    SecuritySurroundings,
    dynamic_reference,
    kerberos_attributes,
    security_configuration_document,
)

Json = dict[str, Any]

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Example:
    """A published example.

    Attributes:
        file: Our environment file for it, with the one cluster ``published``.
    """

    file: Path

    @property
    def name(self) -> str:
        """Folder and name of the example."""
        return str(self.file.relative_to(HERE).with_suffix(""))

    @cached_property
    def facts(self) -> Json:
        """What was published, and what is known about it."""
        facts: Json = json.loads(self.file.with_suffix(".json").read_text(encoding="utf-8"))
        return facts

    @cached_property
    def environment(self) -> EnvironmentSpec:
        """What our file declares, whatever the rules say of it."""
        root, problems = parse(self.file.read_text(encoding="utf-8"), str(self.file))
        assert root is not None
        assert problems == []
        return EnvironmentSpec.model_validate(plain(root))

    @property
    def spec(self) -> ClusterSpec:
        """The cluster."""
        return self.environment.clusters["published"]

    @cached_property
    def published(self) -> Json:
        """The published cluster: a request or a part of it, or the properties of a template's cluster."""
        if "template" not in self.facts:
            return _as_fleets_say_it(self.facts.get("request") or self.facts.get("part", {}))
        properties = self.published_resource("AWS::EMR::Cluster")
        steps = [
            {name: value for name, value in step.items() if name != "JobFlowId"}
            for step in self._resources("AWS::EMR::Step")
        ]
        return {**properties, "Steps": steps} if steps else properties

    def published_resource(self, type: str) -> Json:
        """The properties of the only resource of a type in the template, parameters replaced by their values."""
        (properties,) = self._resources(type)
        return properties

    def _resources(self, type: str) -> Iterator[Json]:
        for resource in self.facts["template"]["Resources"].values():
            if resource["Type"] == type:
                yield _with_values(resource["Properties"], self.facts["parameters"])

    @cached_property
    def request(self) -> Json:
        """Our file's cluster as a request, in the surroundings of the example."""
        spec, published = self.spec, self.published
        instances = published.get("Instances", {})
        existing, written = existing_security(spec), written_security(spec)
        subnet_ids = instances.get("Ec2SubnetIds") or [instances.get("Ec2SubnetId", "subnet")]
        return run_job_flow_request(
            spec,
            ClusterSurroundings(
                name=published.get("Name", "example-published"),
                region=self.environment.region,
                subnet_ids=subnet_ids,
                instance_profile=published.get("JobFlowRole", "instance-profile"),
                service_role=published.get("ServiceRole", "service-role"),
                automatic_scaling_role=(
                    published.get("AutoScalingRole") if any(scaled_groups(spec)) else None
                ),
                log_uri="s3://logs/example-published/",
                primary_security_group=instances.get("EmrManagedMasterSecurityGroup", "sg"),
                core_and_task_security_group=instances.get("EmrManagedSlaveSecurityGroup", "sg"),
                service_access_security_group=instances.get("ServiceAccessSecurityGroup"),
                security_configuration=(
                    existing.existing
                    if existing
                    else published.get("SecurityConfiguration", "security-configuration")
                ),
                kerberos_attributes=(
                    kerberos_attributes(
                        written.kerberos_attributes,
                        password=lambda at: dynamic_reference(at.secret_arn, at.json_key),
                        generated_kdc_admin_password=None,
                    )
                    if written and written.kerberos_attributes
                    else None
                ),
                key_pair=self.environment.ssh.key_pair if self.environment.ssh else None,
                termination_protection=(
                    self.environment.protection == "retain"
                    if spec.termination_protection is None
                    else spec.termination_protection
                ),
            ),
        )

    @property
    def rendered(self) -> Json:
        """Our file's cluster, in the shape of what was published."""
        if "template" in self.facts:
            return cluster_properties(self.request)
        if "part" in self.facts:
            return {name: self.request.get(name) for name in self.published}
        return self.request

    @property
    def security_document(self) -> Json:
        """The document of the security configuration that our file's cluster gets."""
        security = cluster_security(self.spec)
        assert security is not None
        return security_configuration_document(security, SecuritySurroundings())

    def reports(self) -> list[str]:
        """The ids of all rules that find something in our file."""
        try:
            problems = list(load_environment(self.file).warnings)
        except InvalidSpecError as error:
            problems = list(error.problems)
        return sorted({problem.rule_id for problem in problems})


def examples() -> list[Example]:
    """All published examples."""
    return [Example(file) for file in sorted(HERE.glob("*/*.yaml"))]


def _as_fleets_say_it(request: Json) -> Json:
    """One subnet may be named in either of two members; with fleets we always use the list."""
    instances = dict(request.get("Instances", {}))
    if "InstanceFleets" in instances and "Ec2SubnetId" in instances:
        instances["Ec2SubnetIds"] = [instances.pop("Ec2SubnetId")]
        return {**request, "Instances": instances}
    return request


def _with_values(value: Any, parameters: Mapping[str, Any]) -> Any:
    """A part of a template with the values of parameters; references to resources become their logical ids."""
    match value:
        case {"Ref": name}:
            return parameters.get(name, name)
        case {"Fn::If": [condition, then, otherwise]}:
            return _with_values(then if parameters[condition] else otherwise, parameters)
        case dict():
            return {name: _with_values(inner, parameters) for name, inner in value.items()}
        case list():
            inner = [_with_values(item, parameters) for item in value]
            return [item for item in inner if item != "AWS::NoValue"]
    return value


def leaves(value: Any, path: str = "") -> dict[str, Any]:
    """Every value in a nested structure, by its path; empty lists and mappings are nothing.

    Instance groups and fleets go by their role, and pairs of ``Key`` and ``Value`` by their key.
    """
    found: dict[str, Any] = {}
    for name, inner in _members(value):
        place = f"{path}.{name}" if path else name
        found |= leaves(inner, place) if isinstance(inner, dict | list) else {place: inner}
    return found


def _members(value: Json | list[Any]) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    elif all(isinstance(item, dict) and item.keys() == {"Key", "Value"} for item in value):
        yield from ((item["Key"], item["Value"]) for item in value)
    else:
        tasks = 0
        for position, item in enumerate(value):
            role = isinstance(item, dict) and (
                item.get("InstanceFleetType") or item.get("InstanceRole")
            )
            if role == "TASK":
                tasks += 1
            yield (f"TASK-{tasks}" if role == "TASK" else role or str(position)), item


_GROUP = r"Instances\.(InstanceGroups\.\w+|(Master|Core)InstanceGroup)"
_FLEET = r"Instances\.(InstanceFleets\.[\w-]+|(Master|Core)InstanceFleet|TaskInstanceFleets\.0)"
_ANY = object()

# What our requests say and many examples leave out, with the value that EMR takes then, or that is ours to choose.
_ADDED: tuple[tuple[str, Any], ...] = (
    # What an environment makes around its clusters.
    (r"Name|JobFlowRole|ServiceRole|LogUri|SecurityConfiguration", _ANY),
    (r"Instances\.(Ec2SubnetId|Ec2SubnetIds\.\d|EmrManaged(Master|Slave)SecurityGroup)", _ANY),
    (r"Tags\.for-use-with-amazon-emr-managed-policies", "true"),
    # Names for people.
    (rf"({_GROUP}|{_FLEET}|BootstrapActions\.\d)\.Name", _ANY),
    # EMR's own defaults, said aloud.
    (r"StepConcurrencyLevel", 1),
    (r"VisibleToAllUsers|Instances\.KeepJobFlowAliveWhenNoSteps", True),
    (r"Instances\.TerminationProtected", False),
    (r"ScaleDownBehavior", "TERMINATE_AT_TASK_COMPLETION"),
    (r"PlacementGroupConfigs\.MASTER\.PlacementStrategy", "SPREAD"),
    (r"Instances\.(\w+\.)*\w+\.Market", "ON_DEMAND"),
    (r".*\.VolumesPerInstance", 1),
    (rf"{_FLEET}\.(TargetOnDemandCapacity|TargetSpotCapacity)", 0),
    (rf"{_FLEET}\.InstanceTypeConfigs\.\d+\.WeightedCapacity", 1),
    (r".*\.OnDemandSpecification\.AllocationStrategy", "lowest-price"),
    (r".*\.CapacityReservationOptions\.CapacityReservationPreference", "open"),
    (r".*\.SimpleScalingPolicyConfiguration\.CoolDown", 0),
    # EMR asks for both wherever Spot capacity has a specification, and has no default.
    (r".*\.SpotSpecification\.TimeoutDurationMinutes", 60),
    (r".*\.SpotSpecification\.TimeoutAction", "SWITCH_TO_ON_DEMAND"),
    # Better than EMR's default, which is off, or the lowest price.
    (r".*\.EbsConfiguration\.EbsOptimized", True),
    (r".*\.SpotSpecification\.AllocationStrategy", "price-capacity-optimized"),
)
_LIMITS = re.compile(
    r"ManagedScalingPolicy\.ComputeLimits\.Maximum(Core|OnDemand)CapacityUnits", re.ASCII
)
_NAMES = re.compile(rf"({_GROUP}|{_FLEET})\.Name")
_OWN_NAMES = re.compile(
    r"(BootstrapActions\.\d|Instances\.InstanceGroups\.TASK-\d|Instances\.TaskInstanceGroups\.\d)\.Name"
)


def is_within(path: str, places: Iterable[str]) -> bool:
    """Whether a path is one of some places, or below one of them."""
    return any(path == place or path.startswith(f"{place}.") for place in places)


def differing(published: Json, rendered: Json) -> dict[str, tuple[Any, Any]]:
    """The members of a published example that our rendering says differently, or not at all.

    Instance groups, fleets and bootstrap actions are named by our file: a task group and an action by its key, which
    knows no capitals and no spaces, the others by their role. Everything else has to be equal.

    Args:
        published: The example.
        rendered: The rendering of our file.

    Returns:
        Both values by path; the second is None where there is nothing.
    """
    ours = leaves(rendered)
    return {
        path: (value, ours.get(path))
        for path, value in leaves(published).items()
        if not _NAMES.fullmatch(path) and not _same(path, value, ours.get(path))
    }


def _same(path: str, published: Any, ours: Any) -> bool:
    if _OWN_NAMES.fullmatch(path):
        return bool(re.sub(r"[^a-z0-9]+", "-", published.lower()).strip("-") == ours)
    if isinstance(published, str) and isinstance(ours, int | float):
        # CloudFormation reads numbers and truth values from text, such as the value of a parameter.
        return published == (str(ours).lower() if isinstance(ours, bool) else f"{ours:g}")
    # True is 1 in Python, but not in a request.
    return isinstance(published, bool) == isinstance(ours, bool) and bool(published == ours)


def unexplained_additions(published: Json, rendered: Json) -> dict[str, Any]:
    """The members of our rendering that a published example lacks, and that are no default of EMR or ours.

    Args:
        published: The example.
        rendered: The rendering of our file.

    Returns:
        Our values by path.
    """
    ours = leaves(rendered)
    return {
        path: ours[path]
        for path in ours.keys() - leaves(published).keys()
        if not _is_explained(path, ours)
    }


def _is_explained(path: str, ours: Mapping[str, Any]) -> bool:
    if _LIMITS.fullmatch(path):
        return bool(ours[path] == ours["ManagedScalingPolicy.ComputeLimits.MaximumCapacityUnits"])
    return any(
        re.fullmatch(pattern, path) and value in (_ANY, ours[path]) for pattern, value in _ADDED
    )
