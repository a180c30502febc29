"""The function behind the custom resource, with CloudFormation, Secrets Manager and Lambda played by the test."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from emr_platform.result_store.users import request_function

SECRETS = {
    "arn:admin": {"username": "admin", "password": "of-admin", "host": "h", "engine": "mysql"},
    "arn:api": {"username": "api", "password": "of-api", "dbname": "results"},
}
PROPERTIES: dict[str, Any] = {
    # CloudFormation writes numbers as texts.
    "Host": "db.example.com",
    "Port": "3306",
    "AdministratorSecret": "arn:admin",
    "Databases": ["results"],
    "Users": {"api": {"Secret": "arn:api", "Privileges": {"results": ["SELECT"]}}},
}
ADMINISTRATOR = {"username": "admin", "password": "of-admin"}


class Aws:
    """What the function calls, and what it was told."""

    def __init__(self) -> None:
        self.answers: list[dict[str, Any]] = []
        self.payloads: list[dict[str, Any]] = []
        self.outcomes: list[dict[str, Any] | Exception] = []
        self.slept: list[float] = []

    def client(self, service: str, **_options: Any) -> Any:
        if service == "secretsmanager":
            return SimpleNamespace(get_secret_value=self.get_secret_value)
        return SimpleNamespace(invoke=self.invoke)

    def get_secret_value(self, SecretId: str) -> dict[str, str]:  # noqa: N803
        if SecretId not in SECRETS:
            raise error("ResourceNotFoundException")
        return {"SecretString": json.dumps(SECRETS[SecretId])}

    def invoke(self, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803
        assert FunctionName == "database-function"
        self.payloads.append(json.loads(Payload))
        outcome = self.outcomes.pop(0) if self.outcomes else returned({"statements": 4})
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def returned(value: Any, **more: str) -> dict[str, Any]:
    return {"Payload": io.BytesIO(json.dumps(value).encode()), **more}


def error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "for the test"}}, "Operation")


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Aws:
    aws = Aws()
    monkeypatch.setattr(request_function, "boto3", aws)
    monkeypatch.setattr(request_function, "time", SimpleNamespace(sleep=aws.slept.append))
    monkeypatch.setenv("DATABASE_FUNCTION", "database-function")
    return aws


@pytest.fixture
def send(aws: Aws) -> Iterator[Callable[..., dict[str, Any]]]:
    """Send an event of CloudFormation, and return the answer."""

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            aws.answers.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()

    def send(request_type: str, properties: Any = PROPERTIES, **more: Any) -> dict[str, Any]:
        event = {
            "RequestType": request_type,
            "ResponseURL": f"http://127.0.0.1:{server.server_port}/answer",
            "StackId": "stack",
            "RequestId": "request",
            "LogicalResourceId": "Users",
            "ResourceProperties": properties,
            **more,
        }
        request_function.handler(event, SimpleNamespace(log_stream_name="the log"))
        [answer] = aws.answers
        return answer

    yield send
    server.shutdown()
    server.server_close()


Send = Callable[..., dict[str, Any]]
ANSWERED = {
    "Status": "SUCCESS",
    "StackId": "stack",
    "RequestId": "request",
    "LogicalResourceId": "Users",
    "PhysicalResourceId": "result-store-users",
}


def test_create(aws: Aws, send: Send) -> None:
    assert send("Create") == ANSWERED
    assert aws.payloads == [
        {
            "host": "db.example.com",
            "port": 3306,
            "administrator": ADMINISTRATOR,
            "databases": ["results"],
            "users": {"api": {"password": "of-api", "privileges": {"results": ["SELECT"]}}},
            "removed_users": [],
        }
    ]


def test_update_removes_who_is_no_longer_there(aws: Aws, send: Send) -> None:
    old = {**PROPERTIES, "Users": {"api": {}, "pipeline": {}, "batch": {}}}

    assert send("Update", OldResourceProperties=old) == ANSWERED
    assert aws.payloads[0]["removed_users"] == ["batch", "pipeline"]
    assert aws.payloads[0]["users"].keys() == {"api"}


def test_update_without_users(aws: Aws, send: Send) -> None:
    # Nothing that is empty has to get here.
    now = {key: value for key, value in PROPERTIES.items() if key not in {"Users", "Databases"}}

    assert send("Update", now, OldResourceProperties=PROPERTIES) == ANSWERED
    assert aws.payloads[0]["removed_users"] == ["api"]
    assert (aws.payloads[0]["users"], aws.payloads[0]["databases"]) == ({}, [])


def test_delete_drops_users_and_no_database(aws: Aws, send: Send) -> None:
    assert send("Delete", PhysicalResourceId="result-store-users") == ANSWERED
    assert aws.payloads[0]["removed_users"] == ["api"]
    assert (aws.payloads[0]["users"], aws.payloads[0]["databases"]) == ({}, [])
    assert aws.payloads[0]["administrator"] == ADMINISTRATOR


@pytest.mark.parametrize("request_type", ["Create", "Update"])
def test_a_failure_says_why(
    aws: Aws, send: Send, request_type: str, capsys: pytest.CaptureFixture[str]
) -> None:
    message = "cannot connect to db.example.com: timed out"
    aws.outcomes = [returned({"errorMessage": message}, FunctionError="Unhandled")]

    answer = send(request_type)

    assert answer["Status"] == "FAILED"
    assert answer["Reason"] == f"{message} (log: the log)"
    assert message in capsys.readouterr().out


@pytest.mark.parametrize(
    "outcome",
    [
        returned({"errorMessage": "cannot connect"}, FunctionError="Unhandled"),
        returned({}, FunctionError="Unhandled"),
        error("ResourceNotFoundException"),
        TimeoutError("read timed out"),
    ],
)
def test_no_failure_keeps_a_stack_from_being_deleted(
    aws: Aws, send: Send, outcome: dict[str, Any] | Exception
) -> None:
    aws.outcomes = [outcome]

    assert send("Delete") == ANSWERED


def test_delete_without_the_administrators_secret(send: Send) -> None:
    assert send("Delete", {**PROPERTIES, "AdministratorSecret": "arn:gone"}) == ANSWERED


def test_create_without_a_secret(send: Send) -> None:
    answer = send("Create", {**PROPERTIES, "AdministratorSecret": "arn:gone"})

    assert answer["Status"] == "FAILED"
    assert "ResourceNotFoundException" in answer["Reason"]


def test_a_function_that_was_idle_for_weeks(aws: Aws, send: Send) -> None:
    aws.outcomes = [error("ResourceNotReadyException"), error("ResourceConflictException")]

    assert send("Update") == ANSWERED
    assert len(aws.payloads) == 3
    assert aws.slept == [15, 15]


def test_a_function_that_never_gets_ready(aws: Aws, send: Send) -> None:
    aws.outcomes = [error("ResourceNotReadyException")] * 100

    assert send("Create")["Status"] == "FAILED"
    # Well below what Lambda gives this function, and so answered.
    assert sum(aws.slept) == 19 * 15 < 300


def test_no_password_in_log_or_answer(
    aws: Aws, send: Send, capsys: pytest.CaptureFixture[str]
) -> None:
    send("Create")

    assert "of-a" not in capsys.readouterr().out + json.dumps(aws.answers)
    assert "of-api" in json.dumps(aws.payloads)
