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
from emr_platform.template_check.template import CLUSTER, EmrTemplate

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
            r"scaling\.(minimum|maximum|max_core|max_on_demand)",
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
_NAME_CHARACTERS = 256
_MOST_TAGS = 50
_MOST_SUBNETS_OF_A_STUDIO = 5


def limit_problems(template: EmrTemplate) -> Iterator[Problem]:
    """Values beyond limits of AWS that the cluster's spec has no field for, or has in another unit."""
    for cluster in template.of_type(CLUSTER):
        properties = cluster.properties
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
        if name and name.text is not None:
            if len(name.text) > _NAME_CHARACTERS:
                found = f"found a text of {len(name.text)} characters"
                allowed = f"at most {_NAME_CHARACTERS} characters"
                yield Problem(WRONG_LENGTH.id, name.path, found, allowed=allowed)
            if characters := sorted(set(name.text) & set("<>$|`")):
                found = f"found {' '.join(characters)} in the name of a cluster"
                yield Problem(WRONG_FORM.id, name.path, found, allowed="a name without < > $ | `")
    lists = (
        (CLUSTER, "Tags", "tags", _MOST_TAGS),
        ("AWS::EMR::Studio", "SubnetIds", "subnets", _MOST_SUBNETS_OF_A_STUDIO),
    )
    for type, property, what, most in lists:
        for resource in template.of_type(type):
            value = resource.properties.get(property)
            if value and len(value.items) > most:
                found = f"found {len(value.items)} {what}"
                yield Problem(WRONG_LENGTH.id, value.path, found, allowed=f"at most {most}")
