"""Rules about settings of the Hive metastore and of EMRFS that contradict each other."""

from __future__ import annotations

from collections.abc import Iterator

from emr_platform.catalog.release import Release
from emr_platform.cluster.effective import written_path
from emr_platform.cluster.settings import all_settings, cluster_setting, installs, is_true
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.rule import Finding, RuleBook

HIVE_RULES: RuleBook[ClusterSpec] = RuleBook()

_EXTERNAL = "https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-metastore-external-hive.html"
_GLUE = "https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-hive-metastore-glue.html"
_SPARK_GLUE = "https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-spark-glue.html"
_CONSISTENT_VIEW = (
    "https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-plan-consistent-view.html"
)
_FACTORY = "hive.metastore.client.factory.class"
_CONNECTION = "javax.jdo.option.ConnectionURL"
_REMOTE = "hive.metastore.uris"
_CONSISTENT = "fs.s3.consistent"
_FIRST_WITH_GLUE = Release.parse("emr-5.8.0")


@HIVE_RULES.rule(
    "EMR-HIVE-001",
    what="Hive has one metastore: the Glue Data Catalog, a database, or a service elsewhere.",
    why="With the class of the Data Catalog the others are not asked, although the file says so.",
    source=_EXTERNAL,
    severity="warning",
)
def metastore_is_one(spec: ClusterSpec) -> Iterator[Finding]:
    """Neither a database nor a service beside the class of the Data Catalog."""
    for classification in ("hive-site", "spark-hive-site"):
        if not _uses_glue(spec, classification):
            continue
        for name in (_CONNECTION, _REMOTE):
            if setting := cluster_setting(spec, classification, name):
                message = f"{name} beside {_FACTORY} for the Glue Data Catalog"
                yield Finding(setting.path, message, "one of the two")


@HIVE_RULES.rule(
    "EMR-HIVE-002",
    what="Hive and Spark on the same cluster see the same tables.",
    why="Spark does not read hive-site, so that what Hive makes in the Data Catalog is not there for "
    "Spark, or the other way round.",
    source=_SPARK_GLUE,
    severity="warning",
)
def hive_and_spark_agree(spec: ClusterSpec) -> Iterator[Finding]:
    """The class of the Data Catalog in both hive-site and spark-hive-site, or in none."""
    if not (installs(spec, "Hive") and installs(spec, "Spark")):
        return
    hive, spark = _uses_glue(spec, "hive-site"), _uses_glue(spec, "spark-hive-site")
    if hive != spark:
        one, other = ("hive-site", "spark-hive-site") if hive else ("spark-hive-site", "hive-site")
        setting = cluster_setting(spec, one, _FACTORY)
        if setting:
            message = f"the Glue Data Catalog in {one}, and not in {other}"
            yield Finding(setting.path, message, f"{_FACTORY} in {other} too")


@HIVE_RULES.rule(
    "EMR-HIVE-003",
    what="The Glue Data Catalog as metastore needs emr-5.8.0 or later.",
    why="Older releases do not have the class, and Hive does not start.",
    source=_GLUE,
)
def release_knows_glue(spec: ClusterSpec) -> Iterator[Finding]:
    """No class of the Data Catalog with older releases."""
    release = Release.parse(spec.release)
    for classification in ("hive-site", "spark-hive-site"):
        for setting in all_settings(spec, classification, _FACTORY):
            # What the key metastore adds, a rule about that key reports.
            written = "configurations" in written_path(spec, setting.path)
            if written and release < _FIRST_WITH_GLUE and "glue" in setting.value.lower():
                message = f"the Glue Data Catalog with {release}"
                yield Finding(setting.path, message, f"{_FIRST_WITH_GLUE} or later")


@HIVE_RULES.rule(
    "EMR-EMRFS-001",
    what="EMRFS does without its consistent view.",
    why="S3 is consistent by itself since 2020; the view costs a table in DynamoDB and time, and AWS "
    "ended its support for new releases on 2023-06-01.",
    source=_CONSISTENT_VIEW,
    severity="warning",
)
def s3_is_consistent(spec: ClusterSpec) -> Iterator[Finding]:
    """The consistent view is not switched on."""
    for setting in all_settings(spec, "emrfs-site", _CONSISTENT):
        if is_true(setting):
            yield Finding(setting.path, f"{_CONSISTENT} is true", f"no {_CONSISTENT}")


def _uses_glue(spec: ClusterSpec, classification: str) -> bool:
    setting = cluster_setting(spec, classification, _FACTORY)
    return setting is not None and "glue" in setting.value.lower()
