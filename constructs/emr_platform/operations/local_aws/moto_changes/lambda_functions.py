"""Lets moto's Lambda functions run as child processes instead of in Docker containers."""

from __future__ import annotations

import logging
from typing import Any

from moto.awslambda.models import LambdaFunction

from emr_platform.operations.local_aws.lambda_runner import (
    Function,
    LambdaRunner,
    UnsupportedRuntimeError,
)
from emr_platform.operations.local_aws.moto_changes import replace

logger = logging.getLogger(__name__)


def install(runner: LambdaRunner) -> None:
    """Make ``runner`` run every Lambda function of this process."""

    def invoke(self: LambdaFunction, event: Any = None) -> tuple[str, bool, str]:
        function = Function(
            name=self.function_name,
            arn=self.function_arn,
            runtime=self.run_time or self.package_type,
            handler=self.handler or "",
            code=self.code_bytes,
            environment=self.environment_vars,
            memory_mib=int(self.memory_size),
            timeout_seconds=float(self.timeout),
        )
        try:
            invocation = runner.invoke(function, {} if event is None else event)
        except UnsupportedRuntimeError as error:
            logger.error("%s: %s", function.name, error)
            return str(error), True, ""
        self.logs_backend.ensure_log_group(self.logs_group_name)
        self.save_logs(invocation.log)
        outcome = "failed" if invocation.failed else "ended"
        logger.info("%s %s\n%s", function.name, outcome, invocation.log)
        return invocation.payload, invocation.failed, invocation.log

    replace(LambdaFunction, "_invoke_lambda", invoke)
