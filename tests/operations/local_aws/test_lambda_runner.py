"""Functions run as processes: their events, contexts, results, failures and ends."""

import io
import json
import zipfile
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from emr_platform.operations.local_aws.lambda_runner import (
    Function,
    LambdaRunner,
    UnsupportedRuntimeError,
)
from emr_platform.operations.local_aws.server import node_executable


@pytest.fixture
def runner(node_modules: Path) -> LambdaRunner:
    return LambdaRunner(
        environment={"AWS_REGION": "eu-west-1"},
        node=node_executable(),
        node_modules=node_modules,
    )


def _function(runtime: str, files: dict[str, str], **more: Any) -> Function:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return Function(
        name="greeter",
        arn="arn:aws:lambda:eu-west-1:123456789012:function:greeter",
        runtime=runtime,
        handler=more.pop("handler", "index.handler"),
        code=buffer.getvalue(),
        timeout_seconds=more.pop("timeout_seconds", 30),
        **more,
    )


def _node(code: str, **more: Any) -> Function:
    return _function("nodejs22.x", {"index.js": code}, **more)


def _python(code: str, **more: Any) -> Function:
    return _function("python3.13", {"index.py": code}, **more)


ECHO = {
    "node": _node(
        "exports.handler = async (event, context) => [event, context.functionName,"
        " context.memoryLimitInMB, context.getRemainingTimeInMillis() > 20000, process.env.AWS_REGION,"
        " process.env.AWS_LAMBDA_FUNCTION_NAME, process.env.GREETING];",
        environment={"GREETING": "hello"},
        memory_mib=256,
    ),
    "python": _python(
        "import os\n"
        "def handler(event, context):\n"
        "    return [event, context.function_name, context.memory_limit_in_mb,\n"
        "            context.get_remaining_time_in_millis() > 20000, os.environ['AWS_REGION'],\n"
        "            os.environ['AWS_LAMBDA_FUNCTION_NAME'], os.environ['GREETING']]\n",
        environment={"GREETING": "hello"},
        memory_mib=256,
    ),
}


@pytest.mark.parametrize("language", ECHO)
def test_event_context_and_environment_reach_the_function(
    runner: LambdaRunner, language: str
) -> None:
    invocation = runner.invoke(ECHO[language], {"deep": [1, "ü"]})
    assert not invocation.failed
    expected = [{"deep": [1, "ü"]}, "greeter", "256", True, "eu-west-1", "greeter", "hello"]
    assert json.loads(invocation.payload) == expected


def test_environment_of_this_process_does_not_reach_the_function(
    runner: LambdaRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "personal")
    function = _python("import os\ndef handler(event, context):\n    return dict(os.environ)\n")
    environment = json.loads(runner.invoke(function, {}).payload)
    assert "AWS_PROFILE" not in environment
    assert environment["HOME"] != str(Path.home())


@pytest.mark.parametrize(
    "code",
    [
        "exports.handler = (event, context, callback) => setTimeout(() => callback(null, 'late'), 5);",
        "exports.handler = async () => 'late';",
    ],
)
def test_node_function_may_use_a_callback_or_a_promise(runner: LambdaRunner, code: str) -> None:
    assert json.loads(runner.invoke(_node(code), {}).payload) == "late"


def test_node_function_may_be_an_es_module(runner: LambdaRunner) -> None:
    code = {"index.mjs": "export const handler = async (event) => event.n * 2;"}
    assert runner.invoke(_function("nodejs22.x", code), {"n": 21}).payload == "42"


def test_handler_may_be_in_a_folder(runner: LambdaRunner) -> None:
    code = {"app/main.py": "def run(event, context):\n    return 'found'\n", "app/__init__.py": ""}
    function = _function("python3.13", code, handler="app/main.run")
    assert json.loads(runner.invoke(function, {}).payload) == "found"


def test_node_function_finds_the_sdk_of_the_project(runner: LambdaRunner) -> None:
    code = "exports.handler = async () => typeof require('@aws-sdk/client-s3').S3Client;"
    assert json.loads(runner.invoke(_node(code), {}).payload) == "function"


@pytest.mark.parametrize(
    ("function", "error_type"),
    [
        (_node("exports.handler = async () => { throw new TypeError('no good'); };"), "TypeError"),
        (_python("def handler(event, context):\n    raise ValueError('no good')\n"), "ValueError"),
    ],
    ids=["node", "python"],
)
def test_what_a_function_raises_is_its_answer(
    runner: LambdaRunner, function: Function, error_type: str
) -> None:
    invocation = runner.invoke(function, {})
    assert invocation.failed
    payload = json.loads(invocation.payload)
    assert (payload["errorType"], payload["errorMessage"]) == (error_type, "no good")
    assert "no good" in invocation.log


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (_node("exports.other = 1;"), "index.handler is undefined or not exported"),
        (_node("", handler="main.handler"), "Cannot find module 'main'"),
        (_node("require('@aws-sdk/client-nowhere');"), "is looked for in"),
        (_python("", handler="main.handler"), "No module named 'main'"),
    ],
    ids=["no export", "no file", "no module", "no python module"],
)
def test_code_that_cannot_be_loaded_is_an_answer_too(
    runner: LambdaRunner, function: Function, message: str
) -> None:
    invocation = runner.invoke(function, {})
    assert invocation.failed
    assert message in json.loads(invocation.payload)["errorMessage"]


@pytest.mark.parametrize(
    "function",
    [
        _node("exports.handler = () => process.exit(3);"),
        _python("import os\ndef handler(event, context):\n    os._exit(3)\n"),
    ],
    ids=["node", "python"],
)
def test_process_that_just_ends_has_failed(runner: LambdaRunner, function: Function) -> None:
    invocation = runner.invoke(function, {})
    assert invocation.failed
    assert "Runtime exited with status 3" in json.loads(invocation.payload)["errorMessage"]


def test_function_is_ended_when_its_time_is_over(runner: LambdaRunner) -> None:
    # A child of the function holds its standard output, and must not hold us.
    code = (
        "import subprocess, sys, time\n"
        "def handler(event, context):\n"
        "    print('started', flush=True)\n"
        "    subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(5)'])\n"
        "    time.sleep(60)\n"
    )
    invocation = runner.invoke(_python(code, timeout_seconds=1.0), {})
    assert invocation.failed
    assert "Task timed out after 1.00 seconds" in json.loads(invocation.payload)["errorMessage"]
    assert invocation.log.startswith("started\n")


def test_other_runtimes_are_refused(runner: LambdaRunner) -> None:
    function = replace(_python(""), runtime="java21")
    with pytest.raises(UnsupportedRuntimeError, match=r"nodejs\* and python\*, not 'java21'"):
        runner.invoke(function, {})


def test_node_function_answers_to_the_response_url_as_on_aws(runner: LambdaRunner) -> None:
    # CDK's handlers use https and drop the port of the URL.
    code = """
    const https = require('https'), url = require('url');
    exports.handler = (event) => new Promise((resolve, reject) => {
      const { hostname, path } = url.parse(event.ResponseURL);
      const body = JSON.stringify({ Status: 'SUCCESS' });
      const headers = { 'content-type': '', 'content-length': Buffer.byteLength(body) };
      const request = https.request({ hostname, path, method: 'PUT', headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      request.on('error', reject);
      request.end(body);
    });
    """
    received: list[tuple[str, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append((self.path, body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/answer?stack=1"
        invocation = runner.invoke(_node(code), {"ResponseURL": url})
    finally:
        server.shutdown()
        server.server_close()
    assert (invocation.failed, invocation.payload) == (False, "200")
    assert received == [("/answer?stack=1", b'{"Status":"SUCCESS"}')]
