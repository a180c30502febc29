"""What can be wrong with a file before any rule about EMR is asked, each with its identifier."""

from __future__ import annotations

from dataclasses import dataclass

from emr_platform.problems import Location, Path, Problem


@dataclass(frozen=True, slots=True)
class FileProblem:
    """A kind of problem of environment files.

    Attributes:
        id: Stable identifier, ``EMR-FILE-<NUMBER>``.
        what: What must hold, in one sentence.
        why: Why it must, in one sentence.
    """

    id: str
    what: str
    why: str

    def at(
        self, location: Location, message: str, *, path: Path = (), allowed: str | None = None
    ) -> Problem:
        """A problem of this kind, at a place in a file."""
        return Problem(
            rule_id=self.id, path=path, message=message, allowed=allowed, location=location
        )


UNREADABLE = FileProblem(
    "EMR-FILE-001",
    "An environment file exists and can be read.",
    "There is nothing to check otherwise.",
)
TOO_LARGE = FileProblem(
    "EMR-FILE-002",
    "An environment file has at most 1 MiB and, with its aliases written out, 100000 values.",
    "A file beyond that is a mistake, or made to exhaust the machine that reads it.",
)
NOT_TEXT = FileProblem(
    "EMR-FILE-003",
    "An environment file is UTF-8 text without control characters, also as escapes such as \\0.",
    "Every YAML reader takes UTF-8, and CloudFormation takes no control characters.",
)
SYNTAX = FileProblem(
    "EMR-FILE-004",
    "An environment file is YAML.",
    "Where the structure is unclear, any reading of it would be a guess.",
)
EMPTY = FileProblem(
    "EMR-FILE-005",
    "An environment file is a mapping with at least a name and a region.",
    "An empty file most often means that saving it failed.",
)
SEVERAL_DOCUMENTS = FileProblem(
    "EMR-FILE-006",
    "A file holds one environment, so one YAML document.",
    "Every tool would have to guess which one of several is meant.",
)
DUPLICATE_KEY = FileProblem(
    "EMR-FILE-007",
    "A key stands once in its mapping.",
    "Most YAML readers silently keep the last one, so the other one would be lost.",
)
KEY_NOT_TEXT = FileProblem(
    "EMR-FILE-008",
    "Every key is text.",
    "A number, a truth value or an empty key has more than one spelling; JSON and EMR know text only.",
)
TAG = FileProblem(
    "EMR-FILE-009",
    "Values carry no YAML tags but the standard ones, such as !!str.",
    "CloudFormation's !Ref and the like mean nothing here, and other tags run code in some readers.",
)
ALIAS = FileProblem(
    "EMR-FILE-010",
    "An alias (*name) refers to an anchor (&name) above it that does not contain it.",
    "A value that contains itself never ends.",
)
MERGE = FileProblem(
    "EMR-FILE-011",
    "A merge key (<<) has a mapping or a list of mappings.",
    "Nothing else has keys that could be merged.",
)
TOO_DEEP = FileProblem(
    "EMR-FILE-012",
    "Values are nested at most 50 deep.",
    "No environment needs that, and reading it could exhaust the memory.",
)
UNKNOWN_KEY = FileProblem(
    "EMR-FILE-013",
    "Every key is one that the platform knows at its place.",
    "A misspelled key would otherwise be ignored, and its default be used.",
)
MISSING_KEY = FileProblem(
    "EMR-FILE-014",
    "Keys without a safe default are there.",
    "The platform does not guess names, regions, releases and sizes.",
)
WRONG_KIND = FileProblem(
    "EMR-FILE-015",
    "A value is of the kind that its key asks for: text, number, truth value, list or mapping.",
    "Silent conversion hides mistakes: 010 is 10, 1.10 is 1.1, and an account loses its zeros.",
)
NOT_A_CHOICE = FileProblem(
    "EMR-FILE-016",
    "Where only certain values exist, the value is one of them.",
    "AWS knows no other.",
)
OUT_OF_RANGE = FileProblem(
    "EMR-FILE-017",
    "A number lies in the range that AWS documents for it.",
    "AWS would refuse it during the deployment.",
)
WRONG_LENGTH = FileProblem(
    "EMR-FILE-018",
    "Texts, lists and mappings are neither longer nor shorter than AWS allows.",
    "AWS would refuse them during the deployment.",
)
WRONG_FORM = FileProblem(
    "EMR-FILE-019",
    "A text has the form of what it names: a release label, an address range, an ARN and so on.",
    "AWS would refuse it, or take it for the name of something that does not exist.",
)
NOT_EXACTLY_ONE = FileProblem(
    "EMR-FILE-020",
    "Of keys that exclude one another, exactly one is given.",
    "With none or several of them, it is not said what is meant.",
)
SAME_NAME = FileProblem(
    "EMR-FILE-021",
    "Environments that are checked together have different names.",
    "The name is the first part of every stack's name, so they would overwrite each other.",
)
RESERVED_KEY = FileProblem(
    "EMR-FILE-022",
    "No key is __proto__.",
    "JavaScript, which the CDK is written in, has something else of that name in every mapping.",
)
TOKEN = FileProblem(
    "EMR-FILE-023",
    "No text looks like a token of the CDK: ${Token[…]}, #{Token[…]}, or such as -1.0123456789e+289.",
    "The CDK puts something else in the place of its tokens, and fails when it knows nothing to put there.",
)

FILE_PROBLEMS: tuple[FileProblem, ...] = (
    UNREADABLE,
    TOO_LARGE,
    NOT_TEXT,
    SYNTAX,
    EMPTY,
    SEVERAL_DOCUMENTS,
    DUPLICATE_KEY,
    KEY_NOT_TEXT,
    TAG,
    ALIAS,
    MERGE,
    TOO_DEEP,
    UNKNOWN_KEY,
    MISSING_KEY,
    WRONG_KIND,
    NOT_A_CHOICE,
    OUT_OF_RANGE,
    WRONG_LENGTH,
    WRONG_FORM,
    NOT_EXACTLY_ONE,
    SAME_NAME,
    RESERVED_KEY,
    TOKEN,
)
"""Every kind, in the order of its identifier."""
