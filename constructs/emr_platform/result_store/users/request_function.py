"""The Lambda function behind the custom resource: reads the secrets, and has ``database_function.py`` do the work.

It is in no VPC, so that it reaches Secrets Manager, Lambda and CloudFormation without endpoints or NAT gateways.
"""

from __future__ import annotations

import json
import os
import time
import urllib.request
from collections.abc import Iterable, Mapping
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

_PHYSICAL_ID = "result-store-users"
# More than the other function may take, and never a second time.
_INVOCATION = Config(connect_timeout=10, read_timeout=150, retries={"total_max_attempts": 1})
# Lambda takes the network interfaces of a function away that nobody has called for weeks. The next call fails, and
# has Lambda make new ones: https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html
_NOT_READY = frozenset({"ResourceConflictException", "ResourceNotReadyException"})
_READY_TRIES = 20
_READY_SECONDS = 15


class UsersError(Exception):
    """The other function failed; the message says why."""


def handler(event: Mapping[str, Any], context: Any) -> None:
    """Answer one request of CloudFormation. Whatever happens, it is answered.

    Args:
        event: The request. Its properties: ``Host``, ``Port``, ``AdministratorSecret``; ``Databases``, a list of names;
            ``Users``, by name with ``Secret`` and ``Privileges`` (lists, by database).
        context: Lambda's context object.

    See https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
    """
    answer = {"Status": "SUCCESS"}
    try:
        _ask(call(event, _secret))
    except Exception as error:  # noqa: BLE001 - CloudFormation waits for those who say nothing
        reason = f"{error} (log: {context.log_stream_name})"
        print(reason)  # noqa: T201 - Lambda's log
        # A database that is gone, or cannot be reached, must not keep a stack from being deleted.
        if event["RequestType"] != "Delete":
            answer = {"Status": "FAILED", "Reason": reason}
    answer |= {key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")}
    # Always the same: with another one, CloudFormation would have the users of the old one deleted.
    answer["PhysicalResourceId"] = _PHYSICAL_ID
    request = urllib.request.Request(  # noqa: S310 - CloudFormation's own URL
        event["ResponseURL"], json.dumps(answer).encode(), {"Content-Type": ""}, method="PUT"
    )
    urllib.request.urlopen(request, timeout=30).close()  # noqa: S310


def call(event: Mapping[str, Any], secret: Any) -> dict[str, Any]:
    """What the other function is asked for.

    Args:
        event: The request of CloudFormation.
        secret: Reads a secret with JSON: from its ARN to a mapping with ``username`` and ``password``.
    """
    wanted = event["ResourceProperties"]
    delete = event["RequestType"] == "Delete"
    users = {} if delete else _users(wanted)
    old = wanted if delete else event.get("OldResourceProperties", {})
    return {
        "host": wanted["Host"],
        "port": int(wanted["Port"]),
        "administrator": _only(secret(wanted["AdministratorSecret"]), ("username", "password")),
        "databases": [] if delete else wanted.get("Databases", []),
        "users": {
            name: {
                "password": secret(user["Secret"])["password"],
                "privileges": user["Privileges"],
            }
            for name, user in users.items()
        },
        "removed_users": sorted(_users(old).keys() - users.keys()),
    }


def _users(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    # Nothing that is empty has to get here.
    users: Mapping[str, Any] = properties.get("Users", {})
    return users


def _only(mapping: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    return {key: mapping[key] for key in keys}


def _secret(arn: str) -> dict[str, Any]:
    value = boto3.client("secretsmanager").get_secret_value(SecretId=arn)
    content: dict[str, Any] = json.loads(value["SecretString"])
    return content


def _ask(payload: Mapping[str, Any]) -> None:
    outcome = _invoke(json.dumps(payload).encode())
    answer = json.loads(outcome["Payload"].read())
    if "FunctionError" in outcome:
        raise UsersError(answer.get("errorMessage", "the function ended without an answer"))
    print(f"{answer['statements']} statements")  # noqa: T201 - Lambda's log


def _invoke(payload: bytes) -> Any:
    """Call the other function and wait for it: what is sent off asynchronously, Lambda would keep in a queue."""
    client = boto3.client("lambda", config=_INVOCATION)
    for tries_left in reversed(range(_READY_TRIES)):
        try:
            return client.invoke(FunctionName=os.environ["DATABASE_FUNCTION"], Payload=payload)
        except ClientError as error:
            if not tries_left or error.response["Error"]["Code"] not in _NOT_READY:
                raise
        time.sleep(_READY_SECONDS)
    return None
