"""The functions' code as it is put together for Lambda."""

from __future__ import annotations

import hashlib
import ssl
import subprocess
import sys
from pathlib import Path
from typing import cast

import pymysql
import pytest

from emr_platform.result_store.users.code import (
    DATABASE_HANDLER,
    REQUEST_HANDLER,
    code_folder,
    write_code,
)
from emr_platform.result_store.users.database_function import CERTIFICATES, tls


def files(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_what_is_in_it() -> None:
    names = files(code_folder()).keys()

    assert {name for name in names if not name.startswith("pymysql/")} == {
        f"emr_platform/result_store/users/{name}"
        for name in (
            "__init__.py",
            "database_function.py",
            "rds_certificates.pem",
            "request_function.py",
            "statements.py",
        )
    }
    assert {"pymysql/LICENSE", "pymysql/connections.py", "pymysql/constants/CR.py"} <= names
    assert {Path(name).suffix for name in names} == {".py", ".pem", ""}


def test_it_is_the_same_every_time(tmp_path: Path) -> None:
    write_code(tmp_path)

    assert files(tmp_path) == files(code_folder())
    assert code_folder() == code_folder()


@pytest.mark.parametrize("handler", [DATABASE_HANDLER, REQUEST_HANDLER])
def test_lambda_finds_the_handler(tmp_path: Path, handler: str) -> None:
    """With what Lambda's Python has, which is not this package, nor pydantic, nor the CDK."""
    write_code(tmp_path)
    module, _, function = handler.rpartition(".")
    program = (
        "import sys, importlib\n"
        f"sys.path[:0] = [{str(tmp_path)!r}, {str(Path(pymysql.__file__).parents[1])!r}]\n"
        "sys.modules['cryptography'] = None\n"
        f"module = importlib.import_module({module!r})\n"
        f"assert callable(module.{function})\n"
        f"assert module.__file__.startswith({str(tmp_path)!r}), module.__file__\n"
        "assert not {'pydantic', 'aws_cdk', 'jsii', 'yaml'} & sys.modules.keys()\n"
    )
    # Without what the working directory, the environment and .pth files would add; but with boto3, as in Lambda.
    subprocess.run([sys.executable, "-P", "-S", "-c", program], check=True, env={}, cwd=tmp_path)


def test_it_goes_with_the_process() -> None:
    program = "from emr_platform.result_store.users.code import code_folder\nprint(code_folder())\n"
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )

    assert Path(done.stdout.strip()).is_absolute()
    assert not Path(done.stdout.strip()).exists()


def test_certificate_authorities() -> None:
    """AWS's own file: three authorities for each region, and those of two that are not public."""
    context = tls(CERTIFICATES)
    names = [
        value
        for authority in context.get_ca_certs()
        for ((key, value),) in cast("tuple[tuple[tuple[str, str]]]", authority["subject"])
        if key == "commonName"
    ]

    assert len(names) == len(set(names)) == 108
    assert all(name.startswith("Amazon RDS ") for name in names)
    for kind in ("RSA2048", "RSA4096", "ECC384"):
        assert f"Amazon RDS eu-west-1 Root CA {kind} G1" in names


def test_who_answers_is_made_sure_of() -> None:
    context = tls(CERTIFICATES)

    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname is True
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
