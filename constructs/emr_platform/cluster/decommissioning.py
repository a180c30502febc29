"""How long a node that is taken away has for what runs on it: one key for YARN's setting and Spark's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from emr_platform.catalog.release import Release
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.configurations.spec import property_of
from emr_platform.rule import Finding, RuleBook

DECOMMISSION_RULES: RuleBook[ClusterSpec] = RuleBook()

_SCALE_DOWN = "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-scaledown-behavior.html"
_FIRST_WITH_PRESENT_NAME = Release.parse("emr-5.12.0")
_FIRST_WITH_SPARK = Release.parse("emr-5.9.0")


def decommissioning_properties(
    minutes: int, *, release: Release, applications: Sequence[str]
) -> dict[str, dict[str, str]]:
    """The properties that give nodes a time-out.

    Spark has one of its own, during which it gives no new tasks to the node. AWS asks for no less than YARN's. Of
    the emr-spark line it documents none.
    See https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-spark-configure.html#spark-decommissioning.

    Args:
        minutes: The time-out.
        release: Release of the cluster.
        applications: Its applications.

    Returns:
        Properties by classification.
    """
    name = (
        "yarn.resourcemanager.nodemanager-graceful-decommission-timeout-secs"
        if release >= _FIRST_WITH_PRESENT_NAME
        else "yarn.resourcemanager.decommissioning.timeout"
    )
    properties = {"yarn-site": {name: str(minutes * 60)}}
    has_spark = "spark" in (application.lower() for application in applications)
    if has_spark and release >= _FIRST_WITH_SPARK and not release.is_spark_line:
        properties["spark-defaults"] = {"spark.blacklist.decommissioning.timeout": f"{minutes}m"}
    return properties


@DECOMMISSION_RULES.rule(
    "EMR-DECOMMISSION-001",
    what="The time-out of decommission_timeout_minutes is not contradicted by configurations.",
    why="What configurations say wins, so that the time-out is not the one that the key promises.",
    source=_SCALE_DOWN,
    severity="warning",
)
def timeout_is_said_once(spec: ClusterSpec) -> Iterator[Finding]:
    """No other value of a property that the key stands for."""
    minutes = spec.decommission_timeout_minutes
    if minutes is None:
        return
    # Spark's is meant even where it is a preset that adds Spark.
    meant = decommissioning_properties(
        minutes, release=Release.parse(spec.release), applications=["Spark"]
    )
    for classification, properties in meant.items():
        for name, value in properties.items():
            written = property_of(spec.configurations, classification, name)
            if written is not None and written != value:
                yield Finding(
                    ("configurations", classification, name),
                    f"{name} is {written}, and decommission_timeout_minutes stands for {value}",
                    "one of the two",
                )
