"""What the stacks of an environment have in common."""

from __future__ import annotations

import re
from pathlib import Path

from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.templates.reading import read_all
from stacks.environment import EnvironmentStage
from tests.support import REGION, new_app

ALIKE = ("a1", "a-1", "a1b", "a1-b")
SPEC = EnvironmentSpec.model_validate(
    {
        "name": "dev",
        "region": REGION,
        "network": {"endpoints": ["secretsmanager"]},
        "storage": {"data": {name: {} for name in (*ALIKE, "year-2024")}},
        "result_store": {
            "databases": ["results"],
            "users": dict.fromkeys(ALIKE, "read_only"),
        },
        "clusters": {
            name: {
                "release": "emr-7.12.0",
                "result_store_users": list(ALIKE),
                "configurations": [
                    {
                        "classification": "hive-site",
                        "properties": {
                            f"password.{user}": f"secret://result-store-password-of-{user}"
                            for user in ALIKE
                        },
                    }
                ],
            }
            for name in ALIKE
        },
    }
)


def test_names_that_differ_in_hyphens_only(tmp_path: Path) -> None:
    """Names in templates have none: whatever has such a name is there all the same."""
    app = new_app(tmp_path)
    EnvironmentStage(app, spec=SPEC, directory=tmp_path)
    app.synth()

    stacks = {stack.name: stack for stack in read_all(tmp_path)}
    outputs = [name for name in stacks["dev-storage"].outputs if name.startswith("DataBucket")]
    assert len(outputs) == 5
    assert "DataBucketYear2024" in outputs
    assert len([name for name in outputs if re.fullmatch("DataBucketA1B?[0-9a-f]{8}", name)]) == 4
    for name in ALIKE:
        copies = [
            resource
            for resource in stacks[f"dev-cluster-{name}"].resources.values()
            if resource.type == "AWS::SecretsManager::Secret"
        ]
        assert len(copies) == 4
