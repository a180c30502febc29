"""Runs the real CDK command line of the project with this package's Node.js, without a system Node.js or network."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from emr_platform.operations.local_aws.server import node_executable


class CdkNotInstalledError(Exception):
    """The CDK command line is not where the project's ``package.json`` puts it."""


@dataclass(frozen=True, kw_only=True)
class Cdk:
    """The CDK command line of a project. Every method prints what it prints, and returns its exit status.

    Nothing is asked, as nobody could answer. Whatever ends a method early (Ctrl-C, say) ends the command line, too.

    Attributes:
        project: The folder with ``cdk.json``; the command line runs there.
        environment: The variables that choose where to deploy, such as ``LocalAws.environment()``.
        node_modules: Where npm installed the package ``aws-cdk``.
        app: The app to synthesize, a command line or a folder with a cloud assembly; what ``cdk.json`` says by
            default.
    """

    project: Path
    environment: Mapping[str, str]
    node_modules: Path
    app: str | None = None

    def bootstrap(self, *, account: str, region: str) -> int:
        """Create the resources that every deployment to ``account`` and ``region`` needs (stack ``CDKToolkit``)."""
        # Outside the project: with an environment given there is no need to synthesize the app first.
        return self._run(
            ["bootstrap", f"aws://{account}/{region}"], app=None, directory=self.node_modules
        )

    def deploy(self, *stacks: str, outputs_file: Path | None = None) -> int:
        """Deploy ``stacks`` (names or patterns; all of them by default) without asking.

        Args:
            stacks: What to deploy.
            outputs_file: Where to write the stacks' outputs, as JSON: stack name to output name to value.
        """
        outputs = ["--outputs-file", str(outputs_file.resolve())] if outputs_file else []
        return self.run("deploy", *(stacks or ("--all",)), "--require-approval", "never", *outputs)

    def destroy(self, *stacks: str) -> int:
        """Delete ``stacks`` (names or patterns; all of them by default) without asking."""
        return self.run("destroy", *(stacks or ("--all",)), "--force")

    def run(self, *arguments: str) -> int:
        """Run any command of the command line, such as ``run("diff", "prod/*")``.

        Raises:
            CdkNotInstalledError: There is no CDK command line in ``node_modules``.
        """
        return self._run(arguments, app=self.app, directory=self.project)

    def _run(self, arguments: Sequence[str], *, app: str | None, directory: Path) -> int:
        script = self.node_modules.resolve() / "aws-cdk" / "bin" / "cdk"
        if not script.is_file():
            raise CdkNotInstalledError(
                f"no CDK command line in {self.node_modules}; run 'make install' first"
            )
        node = node_executable()
        path = [
            str(Path(sys.executable).parent),
            str(node.parent),
            self.environment.get("PATH", os.defpath),
        ]
        environment = {
            **self.environment,
            # `python3 app.py` of cdk.json is this Python, `node` is this Node.js, also that of jsii.
            "PATH": os.pathsep.join(path),
            "JSII_NODE": str(node),
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "CDK_DISABLE_VERSION_CHECK": "true",
        }
        app_option = ["--app", app] if app else []
        command = [str(node), str(script), *arguments, *app_option, "--no-notices"]
        # The command line of the project, with what its own user asks for. In a process group of its own, so
        # that also the app that it runs can be ended; then it can read nothing from a terminal.
        process = subprocess.Popen(  # noqa: S603
            command, cwd=directory, env=environment, stdin=subprocess.DEVNULL, process_group=0
        )
        try:
            return process.wait()
        except BaseException:
            _end(process)
            raise


def _end(leader: subprocess.Popen[bytes]) -> None:
    """End a process and all that it has started."""
    for sign, patience_seconds in ((signal.SIGTERM, 5.0), (signal.SIGKILL, None)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(leader.pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            leader.wait(patience_seconds)
