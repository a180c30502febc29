"""Rules about steps, configurations, and the end of a cluster."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator, Sequence

from emr_platform.catalog.release import Release
from emr_platform.cluster.capacity_rules import non_yarn_applications
from emr_platform.cluster.effective import effective_configurations
from emr_platform.cluster.groups import instances
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.configurations.spec import Configuration
from emr_platform.problems import Path
from emr_platform.rule import Finding, RuleBook
from emr_platform.steps.arguments import Argument, step_arguments, written_arguments
from emr_platform.steps.request import step_request
from emr_platform.steps.spec import (
    CommandStepSpec,
    JarStepSpec,
    ScriptStepSpec,
    SparkSubmitStepSpec,
    StepSpec,
)

STEP_RULES: RuleBook[ClusterSpec] = RuleBook()

_STEP = "https://docs.aws.amazon.com/emr/latest/APIReference/API_StepConfig.html"
_JAR_STEP = "https://docs.aws.amazon.com/emr/latest/APIReference/API_HadoopJarStepConfig.html"
_AUTO_TERMINATION = (
    "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-auto-termination-policy.html"
)
_TEMPLATE_REFERENCE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference"
_CLUSTER = f"{_TEMPLATE_REFERENCE}/aws-resource-emr-cluster.html"
_REFUSED = (
    "CloudFormation's schema of AWS::EMR::Cluster wants them to be unique, and the CDK makes no template "
    "that breaks it."
)
_MOST_CHARACTERS = 10240
_MOST_SHOWN = 60
_FIRST_WITH_CONCURRENCY = Release.parse("emr-5.28.0")
_FIRST_WITH_IDLE_TIMEOUT = Release.parse("emr-5.30.0")
_WITHOUT_IDLE_TIMEOUT = (Release.parse("emr-6.0.0"), Release.parse("emr-6.0.1"))


@STEP_RULES.rule(
    "EMR-STEP-001",
    what="Several steps at the same time need emr-5.28.0 or later.",
    why="Older releases run one step after the other, and EMR refuses the cluster.",
    source="https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-add-steps-concurrent.html",
)
def concurrency_needs_release(spec: ClusterSpec) -> Iterator[Finding]:
    """A concurrency of 1 before emr-5.28.0."""
    if spec.step_concurrency > 1 and Release.parse(spec.release) < _FIRST_WITH_CONCURRENCY:
        yield Finding(
            ("step_concurrency",),
            f"{spec.step_concurrency} steps at the same time with {spec.release}",
            f"1, or {_FIRST_WITH_CONCURRENCY} or later",
        )


@STEP_RULES.rule(
    "EMR-STEP-002",
    what="Where several steps run at the same time, the cluster goes on when one fails.",
    why="EMR submits no step that would end the cluster or cancel others, if they run side by side.",
    source=_STEP,
)
def concurrent_steps_continue(spec: ClusterSpec) -> Iterator[Finding]:
    """Only ``continue`` with a concurrency above 1."""
    if spec.step_concurrency > 1:
        for position, step in enumerate(spec.steps):
            if step.on_failure != "continue":
                yield Finding(
                    ("steps", position, "on_failure"),
                    f"on_failure: {step.on_failure} with step_concurrency {spec.step_concurrency}",
                    "continue, or step_concurrency: 1",
                )


@STEP_RULES.rule(
    "EMR-STEP-003",
    what="All texts of a step together have at most 10240 characters.",
    why="EMR refuses the cluster.",
    source=_JAR_STEP,
)
def steps_are_short(spec: ClusterSpec) -> Iterator[Finding]:
    """At most 10240 characters in the JAR, its class, arguments and properties."""
    for position, step in enumerate(spec.steps):
        length = sum(map(len, _texts(step)))
        if length > _MOST_CHARACTERS:
            yield Finding(
                ("steps", position),
                f"the arguments of the step have {length} characters",
                f"at most {_MOST_CHARACTERS}; put the rest into a file in a bucket",
            )


@STEP_RULES.rule(
    "EMR-STEP-004",
    what="The arguments of a step or bootstrap action are all different.",
    why=_REFUSED,
    source=f"{_TEMPLATE_REFERENCE}/aws-properties-emr-cluster-hadoopjarstepconfig.html",
)
def arguments_are_unique(spec: ClusterSpec) -> Iterator[Finding]:
    """No argument twice in what EMR gets."""
    for name, action in spec.bootstrap.items():
        yield from _equal_arguments(("bootstrap", name), written_arguments("args", action.args))
    for position, step in enumerate(spec.steps):
        arguments = step_arguments(step)
        # Where a script of this computer comes to lie in S3, no argument can say.
        if isinstance(step, ScriptStepSpec) and "://" in step.script:
            arguments = (Argument(("script",), step.script), *arguments)
        yield from _equal_arguments(("steps", position), arguments)


@STEP_RULES.rule(
    "EMR-STEP-005",
    what="The steps of a cluster are all different.",
    why=_REFUSED,
    source=_CLUSTER,
)
def steps_are_unique(spec: ClusterSpec) -> Iterator[Finding]:
    """No two steps of which EMR gets the same, down to the name."""
    first: dict[str, int] = {}
    for position, step in enumerate(spec.steps):
        rendered = step_request(step, region="", resolve=str, resolve_script=_location)
        earlier = first.setdefault(json.dumps(rendered), position)
        if earlier != position:
            message = f"the step is the same as steps[{earlier}]"
            yield Finding(("steps", position), message, "each step once, or with a name of its own")


@STEP_RULES.rule(
    "EMR-TERMINATION-001",
    what="An idle timeout is there from emr-5.30.0, but not in emr-6.0.x.",
    why="EMR refuses the cluster.",
    source=_AUTO_TERMINATION,
)
def idle_timeout_needs_release(spec: ClusterSpec) -> Iterator[Finding]:
    """No idle timeout with releases that have none."""
    release = Release.parse(spec.release)
    if spec.idle_timeout_minutes is not None and (
        release < _FIRST_WITH_IDLE_TIMEOUT or release in _WITHOUT_IDLE_TIMEOUT
    ):
        message = f"{release} has no idle timeout"
        allowed = "emr-5.30.0 or later, but not emr-6.0.x"
        yield Finding(("idle_timeout_minutes",), message, allowed)


@STEP_RULES.rule(
    "EMR-TERMINATION-002",
    what="A cluster with an idle timeout runs applications of YARN.",
    why="EMR takes a cluster for idle while HBase, Presto or Trino work on it, and ends it.",
    source=_AUTO_TERMINATION,
    severity="warning",
)
def idle_timeout_suits_applications(spec: ClusterSpec) -> Iterator[Finding]:
    """No HBase, Presto or Trino with an idle timeout."""
    names = non_yarn_applications(spec)
    if spec.idle_timeout_minutes is not None and names:
        message = f"the idle timeout does not see the work of {names}"
        yield Finding(("idle_timeout_minutes",), message, "no idle timeout")


@STEP_RULES.rule(
    "EMR-CONFIGURATION-001",
    what="A classification is given once at its place.",
    why="EMR does not say which of two wins, or whether they are put together.",
    source="https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-configure-apps.html",
    severity="warning",
)
def classifications_are_unique(spec: ClusterSpec) -> Iterator[Finding]:
    """No classification twice in the same list, but for equal entries, which another rule refuses."""
    for path, configuration, is_equal in _repeated_classifications(spec):
        if not is_equal:
            message = f"the classification {configuration.classification} is in this list already"
            yield Finding(path, message, "each classification once")


@STEP_RULES.rule(
    "EMR-CONFIGURATION-006",
    what="The entries of a list of configurations are all different.",
    why=_REFUSED,
    source=f"{_TEMPLATE_REFERENCE}/aws-properties-emr-cluster-configuration.html",
)
def configurations_are_unique(spec: ClusterSpec) -> Iterator[Finding]:
    """No two entries with the same classification, properties and nested entries in the same list."""
    for path, configuration, is_equal in _repeated_classifications(spec):
        if is_equal:
            message = f"the same entry of {configuration.classification} is in this list already"
            yield Finding(path, message, "each entry once")


def _equal_arguments(path: Path, arguments: Sequence[Argument]) -> Iterator[Finding]:
    seen = set()
    for position, argument in enumerate(arguments):
        if argument.text in seen:
            joined = _joined(arguments, position)
            yield Finding(
                (*path, *argument.path),
                f"{_shown(argument.text)} stands twice",
                f"each argument once: {f'{joined}, ' if joined else ''}one argument that the program "
                "splits, or a script that has them",
            )
        seen.add(argument.text)


def _joined(arguments: Sequence[Argument], position: int) -> str:
    """An option and its value in one argument, as most programs take them; empty where there are none."""
    text = arguments[position].text
    before = arguments[position - 1].text
    behind = arguments[position + 1].text if position + 1 < len(arguments) else ""
    is_option = text.startswith("--") and "=" not in text
    if is_option and behind and not behind.startswith("-"):
        return _shown(f"{text}={behind}")
    # The short options of Java and Hadoop, such as -D.
    if len(text) == 2 and text[0] == "-" and text[1].isalpha() and behind[:1] not in ("", "-"):
        return _shown(f"{text}{behind}")
    is_value = before.startswith("--") and "=" not in before and not text.startswith("-")
    return _shown(f"{before}={text}") if is_value else ""


def _location(script: str) -> str:
    """Where a script lies: that of this computer may be written in several ways."""
    return script if "://" in script else posixpath.normpath(script)


def _shown(text: str) -> str:
    if len(text) > _MOST_SHOWN:
        return f"{text[: _MOST_SHOWN - 3]}..."
    return text or "an empty text"


def _repeated_classifications(spec: ClusterSpec) -> Iterator[tuple[Path, Configuration, bool]]:
    """Entries whose classification is in their list already, and whether an earlier one is equal.

    What presets add to an entry can make it equal to another one, or different: EMR gets both.
    """
    yield from _repeated(("configurations",), effective_configurations(spec))
    for path, instance in instances(spec):
        yield from _repeated((*path, "configurations"), instance.configurations)


def _repeated(
    path: Path, configurations: Sequence[Configuration]
) -> Iterator[tuple[Path, Configuration, bool]]:
    seen = set()
    for position, configuration in enumerate(configurations):
        if configuration.classification in seen:
            yield (*path, position), configuration, configuration in configurations[:position]
        seen.add(configuration.classification)
        yield from _repeated((*path, position, "configurations"), configuration.configurations)


def _texts(step: StepSpec) -> Iterator[str]:
    """What EMR counts of a step, without what the platform adds to it."""
    match step:
        case ScriptStepSpec():
            yield step.script
            yield from step.args
        case SparkSubmitStepSpec():
            yield from step.spark_submit
        case CommandStepSpec():
            yield from step.command
        case JarStepSpec():
            yield step.jar
            yield step.main_class or ""
            yield from step.args
            for name, value in step.properties.items():
                yield name
                yield value
