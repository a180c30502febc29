"""Rules about steps, configurations, and the end of a cluster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from emr_platform.catalog.release import Release
from emr_platform.cluster.capacity_rules import non_yarn_applications
from emr_platform.cluster.groups import all_configurations
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.configurations.spec import Configuration
from emr_platform.problems import Path
from emr_platform.rule import Finding, RuleBook
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
_MOST_CHARACTERS = 10240
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
    """No classification twice in the same list."""
    for path, configurations in all_configurations(spec):
        yield from _duplicates(path, configurations)


def _duplicates(path: Path, configurations: Sequence[Configuration]) -> Iterator[Finding]:
    seen = set()
    for position, configuration in enumerate(configurations):
        name = configuration.classification
        if name in seen:
            message = f"the classification {name} is in this list already"
            yield Finding((*path, position), message, "each classification once")
        seen.add(name)
        yield from _duplicates((*path, position, "configurations"), configuration.configurations)


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
