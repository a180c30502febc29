"""Runs one invocation of a Python Lambda function, in a process of its own.

Reads the invocation from standard input and writes its result to the file that the invocation names.
"""

import importlib
import json
import sys
import time
import traceback
from pathlib import Path
from types import SimpleNamespace
from typing import Any


def _invoke(invocation: dict[str, Any]) -> Any:
    module_name, _, handler_name = invocation["handler"].rpartition(".")
    names = invocation["context"]
    deadline = time.monotonic() + invocation["timeout_seconds"]
    context = SimpleNamespace(
        function_name=names["functionName"],
        function_version=names["functionVersion"],
        invoked_function_arn=names["invokedFunctionArn"],
        memory_limit_in_mb=names["memoryLimitInMB"],
        aws_request_id=names["awsRequestId"],
        log_group_name=names["logGroupName"],
        log_stream_name=names["logStreamName"],
        get_remaining_time_in_millis=lambda: int((deadline - time.monotonic()) * 1000),
    )
    handler = getattr(importlib.import_module(module_name.replace("/", ".")), handler_name)
    return handler(invocation["event"], context)


def main() -> None:
    """Invoke the function once; a failure of the function is a result too."""
    invocation = json.load(sys.stdin)
    # The function's code, not this file's folder, is what it imports from.
    sys.path[0] = "."
    try:
        outcome: dict[str, Any] = {"result": _invoke(invocation)}
    except Exception as error:  # noqa: BLE001 - whatever the function raises is its answer
        traceback.print_exc()
        outcome = {
            "error": {
                "errorType": type(error).__name__,
                "errorMessage": str(error),
                "stackTrace": traceback.format_exc().splitlines(),
            }
        }
    Path(invocation["result_file"]).write_text(json.dumps(outcome), encoding="utf-8")


if __name__ == "__main__":
    main()
