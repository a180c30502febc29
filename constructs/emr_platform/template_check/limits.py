"""Which limits of the cluster's spec are those of AWS, so that a template can break them.

The other limits of the spec are the environment file's own: where a template goes beyond them, the value is taken
for one that is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from emr_platform.environment import file_problems as kinds
from emr_platform.environment.file_problems import FileProblem
from emr_platform.problems import Path, Problem, dotted
from emr_platform.security_configuration.forms import DOCUMENT_KEYS
from emr_platform.security_configuration.places import KEY
from emr_platform.template_check.conversion.parts import integer
from emr_platform.template_check.shapes import shapes
from emr_platform.template_check.template import CLUSTER, EmrResource, EmrTemplate
from emr_platform.templates.evaluate import Value

OUT_OF_RANGE = FileProblem(
    "EMR-TEMPLATE-008",
    "A number lies in the range that AWS documents for its property.",
    "AWS refuses it during the deployment.",
)
WRONG_LENGTH = FileProblem(
    "EMR-TEMPLATE-009",
    "Texts, lists and mappings are neither longer nor shorter than AWS allows.",
    "AWS refuses them during the deployment.",
)
WRONG_FORM = FileProblem(
    "EMR-TEMPLATE-010",
    "A text has the form of what it names: a release label, an instance type, an id and so on.",
    "AWS refuses it, or takes it for the name of something that does not exist.",
)
WRONG_DOCUMENT = FileProblem(
    "EMR-TEMPLATE-028",
    "A security configuration has the form of EMR's document.",
    "EMR refuses one with keys or values that it does not know.",
)
LIMIT_PROBLEMS = (OUT_OF_RANGE, WRONG_LENGTH, WRONG_FORM, WRONG_DOCUMENT)

_COUNTERPARTS = {
    # A choice of numbers, such as that of primary nodes: those of words are rules about properties.
    kinds.NOT_A_CHOICE.id: OUT_OF_RANGE,
    kinds.OUT_OF_RANGE.id: OUT_OF_RANGE,
    kinds.WRONG_LENGTH.id: WRONG_LENGTH,
    kinds.WRONG_FORM.id: WRONG_FORM,
}

_INSTANCE = r"(primary|core|task\.\*|instance_fleets\.(primary|core|task)\.types\.\*)"
_OF_AWS = re.compile(
    "|".join(
        (
            "release",
            r"applications\.\*",
            r"primary\.count",
            r"task",
            r"(core|task\.\*)\.count",
            r"(primary|core|task\.\*)\.type",
            rf"{_INSTANCE}\.ami_id",
            rf"{_INSTANCE}\.ebs(\.\*)?\.(size_gib|iops|throughput_mib_per_second|volumes_per_instance)",
            r"instance_fleets\.(primary|core|task)\.types(\.\*)?",
            r"instance_fleets\.primary\.count",
            r"instance_fleets\.(core|task)\.(on_demand_capacity|spot_capacity)",
            r"instance_fleets\.(core|task)\.types\.\*\.(weight|priority)",
            r"instance_fleets\.(primary|core|task)\.spot\.timeout_minutes",
            r"instance_fleets\.(core|task)\.resize\.(on_demand|spot)\.timeout_minutes",
            r"scaling\.(minimum|maximum|max_core|max_on_demand|utilization_performance_index)",
            "step_concurrency",
            "bootstrap",
            "steps",
            r"root_volume\.(size_gib|iops|throughput_mib_per_second)",
            "ami_id",
            r"additional_security_groups\.(primary|core_and_task)(\.\*)?",
            r"tags\.\*",
        )
    )
)
_HOP_LIMIT = "HttpPutResponseHopLimit"
_MAPPINGS = ("task", "types", "tags", "bootstrap")


_IN_DOCUMENTS = frozenset(
    (kinds.UNKNOWN_KEY.id, kinds.MISSING_KEY.id, kinds.WRONG_KIND.id, kinds.NOT_A_CHOICE.id)
)


def limit_of_aws(path: Path, kind: str) -> FileProblem | None:
    """What to call a value that the cluster's spec does not let through.

    Args:
        path: Path of the value in the spec.
        kind: Identifier of the problem in an environment file.

    Returns:
        The problem of the template; None if the limit is not one of AWS.
    """
    if path[:1] == (KEY,) and path[1:2] and path[1] in DOCUMENT_KEYS:
        if path[-1] == _HOP_LIMIT and kind == kinds.OUT_OF_RANGE.id:
            return OUT_OF_RANGE
        return WRONG_DOCUMENT if kind in _IN_DOCUMENTS else None
    return _COUNTERPARTS.get(kind) if _OF_AWS.fullmatch(pattern(path)) else None


def pattern(path: Path) -> str:
    """A path with a star for each position and each name: ``task.*.count``."""
    parts = [
        "*" if isinstance(part, int) or (index and path[index - 1] in _MAPPINGS) else part
        for index, part in enumerate(path)
    ]
    return dotted(tuple(parts)).replace('["*"]', ".*")


_IDLE_SECONDS = (60, 604800)
_MOST_TAGS = 50
_MOST_SUBNETS_OF_A_STUDIO = 5
_LISTS = (
    (CLUSTER, "Tags", "tags", _MOST_TAGS),
    ("AWS::EMR::Studio", "SubnetIds", "subnets", _MOST_SUBNETS_OF_A_STUDIO),
)


def limit_problems(template: EmrTemplate) -> Iterator[Problem]:
    """Values beyond limits of AWS that the cluster's spec has no field for, or has in another unit."""
    for cluster in template.of_type(CLUSTER):
        yield from _of_cluster(cluster.properties)
    for resource in template.resources.values():
        yield from _of_texts(resource)
    for type, property, what, most in _LISTS:
        for resource in template.of_type(type):
            value = resource.properties.get(property)
            if value and len(value.items) > most:
                found = f"found {len(value.items)} {what}"
                yield Problem(WRONG_LENGTH.id, value.path, found, allowed=f"at most {most}")


def _of_cluster(properties: Value) -> Iterator[Problem]:
    policy = properties.get("AutoTerminationPolicy")
    timeout = integer(policy.get("IdleTimeout")) if policy else None
    least, most = _IDLE_SECONDS
    if timeout and not timeout.is_unknown and not least <= timeout.content <= most:
        yield Problem(
            OUT_OF_RANGE.id,
            timeout.path,
            f"found the number {timeout.content}",
            allowed=f"a whole number from {least} to {most}, in seconds",
        )
    name = properties.get("Name")
    if name and name.text is not None and (characters := sorted(set(name.text) & set("<>$|`"))):
        found = f"found {' '.join(characters)} in the name of a cluster"
        yield Problem(WRONG_FORM.id, name.path, found, allowed="a name without < > $ | `")
    instances = properties.get("Instances")
    primary = instances.get("MasterInstanceFleet") if instances else None
    types = primary.get("InstanceTypeConfigs") if primary else None
    for item in types.items if types else ():
        weight = integer(item.get("WeightedCapacity"))
        if weight and not weight.is_unknown and weight.content != 1:
            found = f"found the number {weight.content}"
            yield Problem(OUT_OF_RANGE.id, weight.path, found, allowed="1, for primary nodes")


# The EMR API takes 256 characters where it has names: XmlStringMaxLen256 in
# https://docs.aws.amazon.com/emr/latest/APIReference/API_RunJobFlow.html.
_MOST_CHARACTERS = 256
_NAMED = (
    "Cluster",
    "BootstrapActionConfig",
    "InstanceFleetConfig",
    "InstanceGroupConfig",
    "Step",
    "StepConfig",
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_IDS = {
    "Ec2SubnetId": ("subnet-", "the id of a subnet, subnet-…"),
    "Ec2SubnetIds": ("subnet-", "the id of a subnet, subnet-…"),
    "EmrManagedMasterSecurityGroup": ("sg-", "the id of a security group, sg-…"),
    "EmrManagedSlaveSecurityGroup": ("sg-", "the id of a security group, sg-…"),
    "ServiceAccessSecurityGroup": ("sg-", "the id of a security group, sg-…"),
}
_PRICE = re.compile(r"\s*(\d+\.?\d*|\.\d+)\s*|OnDemandPrice")


def _of_texts(resource: EmrResource) -> Iterator[Problem]:
    """Names that are too long, and texts that are not what their property holds."""
    kind = resource.type.rpartition("::")[2]
    for definition, name, value in _members(resource.type, "", resource.properties):
        text = value.text
        if text is None:
            continue
        if name == "Name" and (definition or kind) in _NAMED:
            if len(text) > _MOST_CHARACTERS:
                found = f"found a text of {len(text)} characters"
                allowed = f"at most {_MOST_CHARACTERS} characters"
                yield Problem(WRONG_LENGTH.id, value.path, found, allowed=allowed)
            if _CONTROL.search(text):
                found = "found a control character"
                yield Problem(WRONG_FORM.id, value.path, found, allowed="characters of XML 1.0")
        beginning, what = _IDS.get(name, ("", ""))
        if definition == "JobFlowInstancesConfig" and not text.startswith(beginning):
            yield Problem(WRONG_FORM.id, value.path, f"found '{text}'", allowed=what)
        if name == "BidPrice" and not _PRICE.fullmatch(text):
            allowed = "an amount of US dollars such as 0.25"
            yield Problem(WRONG_FORM.id, value.path, f"found '{text}'", allowed=allowed)
        if name == "BidPriceAsPercentageOfOnDemandPrice" and text.strip().startswith("-"):
            yield Problem(
                OUT_OF_RANGE.id, value.path, f"found the number {text}", allowed="a number from 0"
            )


def _members(type: str, definition: str, value: Value) -> Iterator[tuple[str, str, Value]]:
    """The scalars of a resource, each with its property and the definition which that is in."""
    known = shapes(type, definition)
    for name, inner in value.entries.items():
        shape = known.get(name)
        if shape is None:
            continue
        for item in inner.items or [inner]:
            if shape.kind == "object":
                yield from _members(type, shape.definition, item)
            else:
                yield definition, name, item
