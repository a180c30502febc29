"""What EMR gets of a cluster."""

from emr_platform.cluster.effective import (
    effective_applications,
    effective_configurations,
    written_path,
)
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.configurations.spec import Configuration


def test_alone_a_cluster_gets_what_its_file_says() -> None:
    spec = ClusterSpec.model_validate(
        {
            "release": "emr-7.12.0",
            "applications": ["Hive"],
            "configurations": {"hive-site": {"hive.exec.parallel": True}},
        }
    )
    assert effective_applications(spec) == ("Hive",)
    assert effective_configurations(spec) == (
        Configuration(classification="hive-site", properties={"hive.exec.parallel": "true"}),
    )
    path = ("configurations", "hive-site", "hive.exec.parallel")
    assert written_path(spec, path) == path
