"""Makes the facts that isolation is judged by: what AWS's actions work on, and managed policies.

Run it with a newer cfn-lint and moto installed to bring the facts up to date:

    python -m scripts.build_isolation_facts
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
from pathlib import Path
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data

from emr_platform.isolation.targets import ACTED_ON

TARGET = Path(__file__).parents[1] / "constructs/emr_platform/isolation/facts.json"

MANAGED_POLICIES = (
    "AWSLambdaBasicExecutionRole",
    "AWSLambdaVPCAccessExecutionRole",
    "AmazonEMRServicePolicy_v2",
    "AmazonElasticMapReduceEditorsRole",
    "AmazonElasticMapReduceRole",
    "AmazonElasticMapReduceforAutoScalingRole",
    "AmazonElasticMapReduceforEC2Role",
    "AmazonRDSEnhancedMonitoringRole",
    "AmazonS3FullAccess",
    "AmazonS3ReadOnlyAccess",
    "AmazonSSMManagedInstanceCore",
    "AdministratorAccess",
    "CloudWatchAgentServerPolicy",
    "PowerUserAccess",
    "SecretsManagerReadWrite",
)
"""Managed policies of AWS that environments use, or that people attach in a hurry."""

Json = Any


def build(policies: Path) -> Json:
    """Condense what cfn-lint and moto know.

    Args:
        policies: cfn-lint's ``Policies.json``: each action with the types of resources it works on.

    Returns:
        The content of the data file.
    """
    known = json.loads(policies.read_text(encoding="utf-8"))
    managed = json.loads(aws_managed_policies_data)
    wanted: dict[str, set[str]] = {}
    for service, kind in ACTED_ON:
        wanted.setdefault(service, set()).add(kind)
    return {
        "source": "Actions condensed from cfn-lint "
        f"{importlib.metadata.version('cfn-lint')} (https://github.com/aws-cloudformation/cfn-lint, MIT-0); "
        f"managed policies of AWS as in moto {importlib.metadata.version('moto')} "
        "(https://github.com/getmoto/moto, Apache-2.0)",
        "actions": {
            f"{service} {kind}": " ".join(
                sorted(
                    action
                    for action, about in known[service]["Actions"].items()
                    if kind in (each.lower() for each in about.get("Resources", ()))
                )
            )
            for service, kinds in sorted(wanted.items())
            for kind in sorted(kinds)
        },
        "other_actions": {
            service: " ".join(
                sorted(
                    action
                    for action, about in known[service]["Actions"].items()
                    if not kinds & {each.lower() for each in about.get("Resources", ())}
                )
            )
            for service, kinds in sorted(wanted.items())
        },
        "managed_policies": {
            (managed[name]["Path"] + name).lstrip("/"): {
                "version": managed[name]["DefaultVersionId"],
                "statements": managed[name]["Document"]["Statement"],
            }
            for name in MANAGED_POLICIES
        },
    }


def render(facts: Json) -> str:
    """Write the facts as JSON, one row to a line so that versions can be compared."""
    sections = [f'"source": {json.dumps(facts["source"])}']
    for section in ("actions", "other_actions", "managed_policies"):
        rows = ",\n".join(
            f"  {json.dumps(key)}: {json.dumps(row, separators=(',', ':'))}"
            for key, row in facts[section].items()
        )
        sections.append(f'"{section}": {{\n{rows}\n }}')
    return "{\n " + ",\n ".join(sections) + "\n}\n"


def current() -> str:
    """The data file's text as the installed packages have it.

    Raises:
        ModuleNotFoundError: cfn-lint is not installed.
    """
    specification = importlib.util.find_spec("cfnlint")
    if specification is None or specification.origin is None:
        raise ModuleNotFoundError("cfn-lint is not installed")
    folder = Path(specification.origin).parent
    return render(build(folder / "data/AdditionalSpecs/Policies.json"))


def main() -> None:
    """Write the data file of the package."""
    TARGET.write_text(current(), encoding="utf-8")


if __name__ == "__main__":
    main()
