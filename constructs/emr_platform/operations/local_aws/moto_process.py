"""The process of the local AWS: moto's server with this package's changes. Started by ``server.py``, not by people.

It writes ``{"port": …}`` to standard output once it listens, and ends when standard input does: a parent that
dies, in whatever way, takes it along.
"""

from __future__ import annotations

import argparse
import functools
import json
import logging
import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emr_platform.operations.local_aws import moto_changes

if TYPE_CHECKING:
    from emr_platform.operations.local_aws.resources.model import Clients

# https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html
_LONGEST_FUNCTION_SECONDS = 900


def main() -> None:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--region", required=True)
    parser.add_argument("--node", type=Path, required=True)
    parser.add_argument("--node-modules", type=Path, required=True)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    try:
        moto_changes.check()
    except moto_changes.IncompatibleMotoError as error:
        sys.exit(str(error))
    _serve(arguments)


def _serve(arguments: argparse.Namespace) -> None:
    # Only now: another moto could lack what these import.
    from moto.server import ThreadedMotoServer

    from emr_platform.operations.local_aws import resources
    from emr_platform.operations.local_aws.lambda_runner import LambdaRunner
    from emr_platform.operations.local_aws.moto_changes import (
        change_sets,
        instance_groups,
        lambda_functions,
        stacks,
        templates,
    )
    from emr_platform.operations.local_aws.resources.custom import AnswerListener, CustomResource
    from emr_platform.operations.local_aws.resources.model import model
    from emr_platform.operations.local_aws.resources.unmodelled import Unmodelled

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=arguments.port, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    # By address, not by name: S3 clients then put the bucket into the path, where moto looks for
    # it, instead of into a host name that nobody resolves.
    endpoint = f"http://127.0.0.1:{port}"

    clients = _clients(endpoint)
    runner = LambdaRunner(
        environment={
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_REGION": arguments.region,
            "AWS_DEFAULT_REGION": arguments.region,
            "AWS_ACCESS_KEY_ID": os.environ["AWS_ACCESS_KEY_ID"],
            "AWS_SECRET_ACCESS_KEY": os.environ["AWS_SECRET_ACCESS_KEY"],
            "AWS_EC2_METADATA_DISABLED": "true",
        },
        node=arguments.node,
        node_modules=arguments.node_modules,
    )
    with AnswerListener().listening() as listener:
        resources.install(clients)
        templates.install(
            clients,
            custom=model(CustomResource(listener), clients),
            unmodelled=model(Unmodelled(), clients),
        )
        stacks.install()
        change_sets.install()
        instance_groups.install()
        lambda_functions.install(runner)
        sys.stdout.write(json.dumps({"port": port}) + "\n")
        sys.stdout.flush()
        sys.stdin.read()


def _clients(endpoint: str) -> Clients:
    import boto3
    import botocore.config

    session: Any = boto3.Session()
    # A function may take its time, and must not be called a second time meanwhile.
    config = botocore.config.Config(
        read_timeout=_LONGEST_FUNCTION_SECONDS, retries={"total_max_attempts": 1}, proxies={}
    )
    # Making a client is slow, and not made for several threads.
    lock = threading.Lock()

    @functools.cache
    def client(service: str, region: str) -> Any:
        return session.client(service, region_name=region, endpoint_url=endpoint, config=config)

    def locked(service: str, region: str) -> Any:
        with lock:
            return client(service, region)

    return locked


if __name__ == "__main__":
    main()
