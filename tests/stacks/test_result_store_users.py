"""Users of the result store from the file to the stacks: secrets, exports, outputs, and who reads what."""

from __future__ import annotations

import json
from typing import Any

import pytest

from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.testing import Synthesized
from stacks.environment import EnvironmentStage
from tests.support import ROOT, new_app, synthesize

SPEC = EnvironmentSpec.model_validate(
    {
        "name": "reports",
        "account": "111122223333",
        "region": "eu-west-1",
        "network": {"endpoints": ["elasticmapreduce", "kms", "logs", "secretsmanager", "sts"]},
        "result_store": {
            "databases": ["results", "hive_metastore"],
            "users": {
                "pipeline": {"access": "read_write", "databases": ["results"]},
                "hive": "read_write",
                "api": "read_only",
            },
        },
        "clusters": {
            "etl": {
                "release": "emr-7.12.0",
                "applications": ["Hive"],
                "result_store_users": ["pipeline"],
                "metastore": {"mysql": {"user": "hive"}},
                "steps": [{"name": "load", "command": ["secret://result-store-user-pipeline"]}],
            },
            "adhoc": {"release": "emr-7.12.0"},
        },
    }
)


@pytest.fixture(scope="module")
def synthesis(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    app = new_app(tmp_path_factory.mktemp("users"))
    EnvironmentStage(app, spec=SPEC, directory=ROOT / "environments")
    return synthesize(app)


def read_secrets(synthesis: Synthesized, stack: str) -> list[str]:
    """The secrets that somebody of a stack may read, without what the CDK adds to their names."""
    return sorted(
        json.dumps(statement["Resource"])
        for policy in synthesis.resources(stack, "AWS::IAM::Policy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if "secretsmanager:GetSecretValue" in statement["Action"]
    )


def test_nothing_is_found(synthesis: Synthesized) -> None:
    assert synthesis.findings == ()


def test_secrets_are_exported_whether_or_not_somebody_reads_them(synthesis: Synthesized) -> None:
    template = synthesis.template("reports-result-store")
    secrets = {
        name.removeprefix("ResultStoreUsersSecrets")[:-8]: name
        for name in template["Resources"]
        if name.startswith("ResultStoreUsersSecrets")
    }
    exported = [output["Value"] for output in template["Outputs"].values() if "Export" in output]

    assert secrets.keys() == {"pipeline", "hive", "api"}
    for name in secrets.values():
        assert {"Ref": name} in exported


def test_output_tells_the_names_of_secrets(synthesis: Synthesized) -> None:
    value: Any = synthesis.template("reports-result-store")["Outputs"]["UserSecretNames"]["Value"]
    text = "".join(
        part if isinstance(part, str) else "NAME" for part in flat_parts(value["Fn::Join"][1])
    )

    assert json.loads(text).keys() == {"pipeline", "hive", "api"}


def flat_parts(parts: list[Any]) -> list[Any]:
    return [each for part in parts for each in (part if isinstance(part, list) else [part])]


def test_nodes_read_the_users_that_their_cluster_names(synthesis: Synthesized) -> None:
    service, nodes = read_secrets(synthesis, "reports-cluster-etl")
    if "pipeline" in service:
        service, nodes = nodes, service

    assert "ResultStoreUsersSecretspipeline" in nodes
    assert "hive" not in nodes
    # EMR's own role: the copy of the password of the metastore's user.
    assert "ResultStorePasswordOfHive" in service
    assert read_secrets(synthesis, "reports-cluster-adhoc") == []


def test_a_step_is_told_the_secret_and_no_password(synthesis: Synthesized) -> None:
    cluster = synthesis.properties("reports-cluster-etl", "AWS::EMR::Cluster")
    [step] = cluster["Steps"]

    [argument] = step["HadoopJarStep"]["Args"]
    assert "ResultStoreUsersSecretspipeline" in argument["Fn::ImportValue"]
    assert "resolve:secretsmanager" not in json.dumps(cluster)
