"""What can stand in the way of importing a cluster file, each with its identifier."""

from __future__ import annotations

from emr_platform.environment.file_problems import FileProblem

NOT_A_CLUSTER = FileProblem(
    "EMR-EDX-001",
    "A cluster file is a mapping with at least a name, a release label and a master group.",
    "Anything else is some other file.",
)
MISSING = FileProblem(
    "EMR-EDX-002",
    "What every cluster needs is there.",
    "The import does not guess releases and sizes.",
)
WRONG_KIND = FileProblem(
    "EMR-EDX-003",
    "A value is of the kind that its key asks for: text, number, list or mapping.",
    "A guess at what was meant would end in a cluster that nobody asked for.",
)
WRONG_VALUE = FileProblem(
    "EMR-EDX-004",
    "A value is one that its key can have.",
    "EMR would have refused it.",
)
PLACEHOLDER = FileProblem(
    "EMR-EDX-005",
    "Placeholders such as <your-bucket> are replaced where the environment needs their value.",
    "An environment with a placeholder cannot be deployed.",
)
OPTION = FileProblem(
    "EMR-EDX-006",
    "The options of the import fit together and fit the file.",
    "An option without effect is a misunderstanding.",
)
NO_GROUPS = FileProblem(
    "EMR-EDX-007",
    "The cluster is made of instance groups.",
    "Instance fleets have no place in an environment file of this version.",
)

EDX_PROBLEMS: tuple[FileProblem, ...] = (
    NOT_A_CLUSTER,
    MISSING,
    WRONG_KIND,
    WRONG_VALUE,
    PLACEHOLDER,
    OPTION,
    NO_GROUPS,
)
"""Every kind, in the order of its identifier."""
