"""Runs a Lambda function's code as a child process of this one: Node.js or Python, no container.

Knows nothing of moto; what it is given is a zip file, a handler and an event.
"""

import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_BOOTSTRAP_FOLDER = Path(__file__).parent / "lambda_runtime"


class UnsupportedRuntimeError(Exception):
    """The function's runtime is neither Node.js nor Python."""


@dataclass(frozen=True, kw_only=True)
class Function:
    """What Lambda knows of a function, as its ``FunctionConfiguration`` has it.

    Attributes:
        name: Its name.
        arn: Its ARN.
        runtime: Such as ``nodejs22.x`` or ``python3.13``; which version of the language runs is up to the runner.
        handler: Module and function, such as ``index.handler``.
        code: The content of its zip file.
        environment: The variables of its configuration.
        memory_mib: Its memory, which is not enforced.
        timeout_seconds: After this time it is ended.
    """

    name: str
    arn: str
    runtime: str
    handler: str
    code: bytes = field(repr=False)
    environment: Mapping[str, str] = field(default_factory=dict)
    memory_mib: int = 128
    timeout_seconds: float = 3


@dataclass(frozen=True, kw_only=True)
class Invocation:
    """How an invocation ended.

    Attributes:
        payload: The JSON text that Lambda answers: what the function returned, or its error.
        failed: Whether it is an error.
        log: What the function printed.
    """

    payload: str
    failed: bool
    log: str


@dataclass(frozen=True, kw_only=True)
class LambdaRunner:
    """Runs functions, each invocation in a process of its own.

    Attributes:
        environment: The variables that lead the functions to their AWS: endpoint, region, credentials.
        node: The Node.js executable.
        node_modules: Where Node.js functions find what Lambda's runtime brings along: the AWS SDK.
    """

    environment: Mapping[str, str]
    node: Path
    node_modules: Path

    def invoke(self, function: Function, event: Any) -> Invocation:
        """Run a function once, in a temporary folder.

        Args:
            function: What to run.
            event: What it is given; anything that JSON can say.

        Returns:
            The outcome, also if the function raised, crashed or ran out of time: as on AWS, those are answers.

        Raises:
            UnsupportedRuntimeError: The runtime is neither ``nodejs…`` nor ``python…``.
        """
        command = self._command(function.runtime)
        # Not TemporaryDirectory: a function that ran out of time may still be writing while the folder is removed.
        folder = Path(tempfile.mkdtemp(prefix="lambda-"))
        try:
            with zipfile.ZipFile(io.BytesIO(function.code)) as archive:
                archive.extractall(folder / "task")
            return self._run(command, function, event, folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _command(self, runtime: str) -> list[str]:
        if runtime.startswith("nodejs"):
            return [str(self.node), str(_BOOTSTRAP_FOLDER / "bootstrap.js")]
        if runtime.startswith("python"):
            return [sys.executable, str(_BOOTSTRAP_FOLDER / "bootstrap.py")]
        raise UnsupportedRuntimeError(
            f"the local AWS runs Lambda functions of the runtimes nodejs* and python*, not {runtime!r}"
        )

    def _run(self, command: list[str], function: Function, event: Any, folder: Path) -> Invocation:
        task, scratch, result_file = folder / "task", folder / "tmp", folder / "result.json"
        scratch.mkdir()
        request_id = str(uuid.uuid4())
        log_group, log_stream = f"/aws/lambda/{function.name}", f"[$LATEST]{uuid.uuid4().hex}"
        invocation = {
            "event": event,
            "handler": function.handler,
            "timeout_seconds": function.timeout_seconds,
            "result_file": str(result_file),
            "context": {
                "functionName": function.name,
                "functionVersion": "$LATEST",
                "invokedFunctionArn": function.arn,
                "memoryLimitInMB": str(function.memory_mib),
                "awsRequestId": request_id,
                "logGroupName": log_group,
                "logStreamName": log_stream,
            },
        }
        # https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "TMPDIR": str(scratch),
            "HOME": str(scratch),
            "NODE_PATH": str(self.node_modules),
            # CDK's handlers may try to install a newer SDK; without a network they fall back to the one that is there.
            "NPM_CONFIG_OFFLINE": "true",
            "LAMBDA_TASK_ROOT": str(task),
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mib),
            "AWS_LAMBDA_LOG_GROUP_NAME": log_group,
            "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
            "_HANDLER": function.handler,
            **function.environment,
            **self.environment,
        }
        # Files, not pipes: what a function leaves running behind it could hold a pipe open for ever.
        input_file, log_file = folder / "invocation.json", folder / "log"
        input_file.write_text(json.dumps(invocation), encoding="utf-8")
        with input_file.open("rb") as stdin, log_file.open("wb") as stdout:
            process = subprocess.Popen(  # noqa: S603 - to run what was deployed is the purpose
                command,
                stdin=stdin,
                stdout=stdout,
                stderr=subprocess.STDOUT,
                cwd=task,
                env=environment,
            )
            try:
                status = process.wait(function.timeout_seconds)
            except subprocess.TimeoutExpired:
                status = None
            finally:
                process.kill()
                process.wait()
        log = log_file.read_text(encoding="utf-8", errors="replace")
        if status is None:
            message = f"{request_id} Task timed out after {function.timeout_seconds:.2f} seconds"
            return _failure("Sandbox.Timedout", message, log=log)
        if not result_file.exists():
            message = f"RequestId: {request_id} Error: Runtime exited with status {status}"
            return _failure("Runtime.ExitError", message, log=log)
        outcome = json.loads(result_file.read_text(encoding="utf-8"))
        if "error" in outcome:
            return Invocation(payload=json.dumps(outcome["error"]), failed=True, log=log)
        return Invocation(payload=json.dumps(outcome["result"]), failed=False, log=log)


def _failure(error_type: str, message: str, *, log: str) -> Invocation:
    payload = json.dumps({"errorType": error_type, "errorMessage": message})
    return Invocation(payload=payload, failed=True, log=f"{log}{message}\n")
