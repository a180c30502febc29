"""One environment, from its file to what runs, on a local AWS."""

from __future__ import annotations

import tempfile
from pathlib import Path

from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.operations.inventory import Inventory, take_inventory
from emr_platform.operations.local_aws.cdk import Cdk
from emr_platform.operations.local_aws.server import LocalAws


class DemoError(Exception):
    """The demonstration cannot go on; the message says why."""


def deploy_locally(spec: EnvironmentSpec, *, file: Path, project: Path) -> Inventory:
    """Deploy an environment with the real CDK command line to a local AWS, and look at what runs there.

    Args:
        spec: The environment.
        file: The file that the environment was read from; the app reads it again.
        project: The folder of the app: with ``cdk.json``, ``app.py`` and ``node_modules``.

    Returns:
        What was deployed; it is gone when this returns, with the local AWS.

    Raises:
        DemoError: The folder is not that of the app, or a command of the CDK failed.
        LocalAwsError: The local AWS does not start.
    """
    node_modules = project / "node_modules"
    if not (project / "cdk.json").is_file() or not node_modules.is_dir():
        raise DemoError(
            f"{project} is not the folder of an installed app: it has no cdk.json or no node_modules\n"
            "  allowed: run this in the clone of the repository, after 'make install'"
        )
    with (
        # A cloud assembly of its own: the project's may be in use, and stays as it is.
        tempfile.TemporaryDirectory() as assembly,
        LocalAws(region=spec.region, account=spec.account, node_modules=node_modules) as aws,
    ):
        cdk = Cdk(project=project, environment=aws.environment(), node_modules=node_modules)
        _succeed("bootstrap", cdk.bootstrap(account=aws.account, region=spec.region))
        deploy = cdk.run(
            "deploy",
            f"{spec.name}/*",
            *("--context", f"environment-file={file.resolve()}"),
            *("--require-approval", "never"),
            *("--method", "direct"),
            *("--output", assembly),
            *("--concurrency", "2"),
        )
        _succeed("deploy", deploy)
        return take_inventory(aws.client, environment=spec.name)


def _succeed(command: str, status: int) -> None:
    if status:
        raise DemoError(f"cdk {command} ended with status {status}; what it printed is above")
