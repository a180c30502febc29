"""Custom resources by the whole of CloudFormation's protocol: created, updated and deleted by a Lambda function.

moto calls the function once, when the resource is created, from a thread that nobody waits for; it knows neither
updates nor deletions, and takes no notice of a failure. Here each of the three is waited for.
"""

from __future__ import annotations

import json
import secrets
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from emr_platform.operations.local_aws.resources.model import (
    Declared,
    Existing,
    Made,
    ResourceType,
)


class CustomResourceError(Exception):
    """The function of a custom resource answered that it failed, or did not answer."""


class AnswerListener:
    """The other end of ``ResponseURL``, on a free port of the loopback address."""

    def __init__(self) -> None:
        self._answers: dict[str, dict[str, Any]] = {}
        answers = self._answers

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                answers[self.path] = json.loads(body)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_arguments: Any) -> None:
                # The function's own log tells more than a line for each of its answers.
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._address = f"http://127.0.0.1:{self._server.server_port}"

    @contextmanager
    def listening(self) -> Iterator[AnswerListener]:
        """Take answers for as long as the ``with`` statement lasts."""
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()

    def new_url(self) -> str:
        """A URL for one answer."""
        return f"{self._address}/answer/{secrets.token_urlsafe(16)}"

    def take(self, url: str) -> dict[str, Any] | None:
        """The answer that came to ``url``, if one came."""
        return self._answers.pop(url.removeprefix(self._address), None)


class CustomResource(ResourceType):
    """Sends the function the events of the protocol, and waits for its answers.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html

    Args:
        listener: Where the answers come.
    """

    name = "AWS::CloudFormation::CustomResource"

    def __init__(self, listener: AnswerListener) -> None:
        self._listener = listener

    def create(self, declared: Declared) -> Made:
        """Send the event ``Create``."""
        return self._send("Create", declared)

    def update(self, existing: Existing, declared: Declared) -> Made:
        """Send the event ``Update``; if the answer has another physical id, delete the old resource."""
        old_properties = _as_sent(existing.properties)
        more = {"PhysicalResourceId": existing.id, "OldResourceProperties": old_properties}
        made = self._send("Update", declared, **more)
        if made.id != existing.id:
            self.delete(existing)
        return made

    def delete(self, existing: Existing) -> None:
        """Send the event ``Delete``."""
        self._send("Delete", existing.declared, PhysicalResourceId=existing.id)

    def _send(self, request_type: str, declared: Declared, **more: Any) -> Made:
        token = declared.properties["ServiceToken"]
        url = self._listener.new_url()
        event = {
            "RequestType": request_type,
            "ServiceToken": token,
            "ResponseURL": url,
            "StackId": declared.stack_id,
            "RequestId": str(uuid.uuid4()),
            "LogicalResourceId": declared.logical_id,
            "ResourceType": declared.type_name,
            "ResourceProperties": _as_sent(declared.properties),
            **more,
        }
        functions = declared.aws("lambda")
        result = functions.invoke(FunctionName=token, Payload=json.dumps(event).encode())
        answer = self._listener.take(url)
        if answer is None:
            reason = f"the function ended without an answer: {_outcome(result)}"
        elif answer["Status"] == "SUCCESS":
            return Made(answer["PhysicalResourceId"], answer.get("Data") or {})
        else:
            reason = answer.get("Reason") or "no reason given"
        raise CustomResourceError(f"{request_type} of {declared.logical_id} failed: {reason}")


def _outcome(result: dict[str, Any]) -> str:
    """What a function raised, or else what it returned."""
    payload = json.loads(result["Payload"].read())
    if isinstance(payload, dict) and "errorMessage" in payload:
        return f"{payload.get('errorType', 'Error')}: {payload['errorMessage']}"
    return f"it returned {json.dumps(payload)}"


def _as_sent(value: Any) -> Any:
    """CloudFormation sends every scalar of a custom resource's properties as a string."""
    if isinstance(value, dict):
        return {key: _as_sent(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_sent(item) for item in value]
    return str(value).lower() if isinstance(value, bool) else str(value)
