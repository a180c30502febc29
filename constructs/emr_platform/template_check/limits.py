"""Which limits of the cluster's spec are those of AWS, so that a template can break them.

The other limits of the spec are the environment file's own: where a template goes beyond them, the value is taken
for one that is not known.
"""

from __future__ import annotations

import re

from emr_platform.environment import file_problems as kinds
from emr_platform.environment.file_problems import FileProblem
from emr_platform.problems import Path, dotted

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
LIMIT_PROBLEMS = (OUT_OF_RANGE, WRONG_LENGTH, WRONG_FORM)

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


def limit_of_aws(path: Path, kind: str) -> FileProblem | None:
    """What to call a value that the cluster's spec does not let through.

    Args:
        path: Path of the value in the spec.
        kind: Identifier of the problem in an environment file.

    Returns:
        The problem of the template; None if the limit is not one of AWS.
    """
    return _COUNTERPARTS.get(kind) if _OF_AWS.fullmatch(pattern(path)) else None


def pattern(path: Path) -> str:
    """A path with a star for each position and each name: ``task.*.count``."""
    parts = [
        "*" if isinstance(part, int) or (index and path[index - 1] in _MAPPINGS) else part
        for index, part in enumerate(path)
    ]
    return dotted(tuple(parts)).replace('["*"]', ".*")
