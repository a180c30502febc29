"""A MariaDB or MySQL server of this machine, for as long as a test needs it: TLS only, on the loopback address."""

from __future__ import annotations

import datetime
import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pymysql
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ADMINISTRATOR = {"username": "admin", "password": "Secret-of-'the'-administrator\\"}
# What RDS gives the administrator, as far as both servers know it:
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.MasterAccounts.html
_ADMINISTRATOR_PRIVILEGES = (
    "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, RELOAD, PROCESS, REFERENCES, INDEX, ALTER, SHOW DATABASES, "
    "CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE, REPLICATION CLIENT, CREATE VIEW, SHOW VIEW, CREATE ROUTINE, "
    "ALTER ROUTINE, CREATE USER, EVENT, TRIGGER, REPLICATION SLAVE"
)
_MISSING = (
    "no MySQL server is installed, and the statements that make users are tested on a real one\n"
    "  Debian and Ubuntu: apt-get install mariadb-server-core mariadb-client-core\n"
    "  Fedora: dnf install mariadb-server; macOS: brew install mariadb"
)
# Where packages put servers, which is not on everybody's path.
_FOLDERS = ("/usr/sbin", "/usr/libexec", "/usr/local/sbin", "/opt/homebrew/bin")
_START_SECONDS = 60


@dataclass(frozen=True)
class MySqlServer:
    """A server that runs.

    Attributes:
        port: The port on which it listens.
        certificates: File with the authority of its certificate, which is for the name ``localhost``.
        other_certificates: File with an authority that is not the one of its certificate.
    """

    port: int
    certificates: Path
    other_certificates: Path

    def connect(self, user: str, password: str, **options: Any) -> pymysql.Connection[Any]:
        """Connect with TLS, unless ``options`` say otherwise."""
        chosen = {"ssl": {"ca": str(self.certificates)}, **options}
        return pymysql.connect(
            host="localhost", port=self.port, user=user, password=password, **chosen
        )

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a statement as the administrator."""
        with self.connect(*ADMINISTRATOR.values(), autocommit=True, sql_mode="") as connection:
            cursor = connection.cursor()
            cursor.execute(sql)
            return list(cursor.fetchall())

    def grants(self, user: str) -> list[str]:
        """What ``SHOW GRANTS`` tells of a user, without what it tells of the password."""
        rows = [row[0] for row in self.ask(f"SHOW GRANTS FOR '{user}'@'%'")]
        return sorted(row for row in rows if not row.startswith("GRANT USAGE"))


@contextmanager
def mysql_server(folder: Path) -> Iterator[MySqlServer]:
    """Start a server with an administrator like that of RDS, and stop it in the end.

    Args:
        folder: An empty folder.

    Raises:
        FileNotFoundError: No server is installed.
    """
    port = _free_port()
    _write_certificates(folder)
    options = [
        *("--no-defaults", f"--datadir={folder / 'data'}", f"--user={getpass.getuser()}"),
        *(f"--socket={folder / 'socket'}", f"--port={port}", "--bind-address=127.0.0.1"),
        *(f"--ssl-ca={folder / 'ca.pem'}", f"--ssl-cert={folder / 'server.pem'}"),
        *(f"--ssl-key={folder / 'server-key.pem'}", "--require-secure-transport=ON"),
        # Not what the statements are written for: they have to choose their own.
        *("--sql-mode=NO_BACKSLASH_ESCAPES,ANSI_QUOTES", f"--pid-file={folder / 'pid'}"),
        # Small, and no slower for tests.
        *("--innodb-buffer-pool-size=16M", "--innodb-flush-log-at-trx-commit=0"),
    ]
    program = _prepare(folder)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program, *options], stdout=log, stderr=log)
    try:
        _make_administrator(folder, process)
        yield MySqlServer(port, folder / "ca.pem", folder / "other-ca.pem")
    finally:
        process.kill()
        process.wait()


def _prepare(folder: Path) -> str:
    """Make the server's own tables; return the server's program."""
    data, user = f"--datadir={folder / 'data'}", f"--user={getpass.getuser()}"
    if program := _find("mariadbd"):
        make: list[str | None] = [_find("mariadb-install-db"), "--no-defaults", data, user]
        make += ["--auth-root-authentication-method=normal", "--skip-test-db"]
    elif program := _find("mysqld"):
        make = [program, "--no-defaults", "--initialize-insecure", data, user]
    if program is None or make[0] is None:
        raise FileNotFoundError(_MISSING)
    made = subprocess.run([str(each) for each in make], capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout + made.stderr
    return program


def _find(program: str) -> str | None:
    return shutil.which(program, path=os.pathsep.join([os.environ.get("PATH", ""), *_FOLDERS]))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _make_administrator(folder: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            connection = pymysql.connect(unix_socket=str(folder / "socket"), user="root")
            break
        except pymysql.OperationalError:
            running = process.poll() is None and time.monotonic() < deadline
            assert running, (folder / "log").read_text(errors="replace")
            time.sleep(0.05)
    with connection:
        cursor = connection.cursor()
        cursor.execute("SET sql_mode = ''")
        name, password = ADMINISTRATOR.values()
        cursor.execute("CREATE USER %s@'%%' IDENTIFIED BY %s REQUIRE SSL", (name, password))
        cursor.execute(
            f"GRANT {_ADMINISTRATOR_PRIVILEGES} ON *.* TO %s@'%%' WITH GRANT OPTION", (name,)
        )


def _write_certificates(folder: Path) -> None:
    authority, authority_key = _certificate("Authority")
    server, server_key = _certificate("localhost", issuer=authority, issuer_key=authority_key)
    other, _ = _certificate("Another authority")
    pem = serialization.Encoding.PEM
    (folder / "ca.pem").write_bytes(authority.public_bytes(pem))
    (folder / "other-ca.pem").write_bytes(other.public_bytes(pem))
    (folder / "server.pem").write_bytes(server.public_bytes(pem))
    (folder / "server-key.pem").write_bytes(
        server_key.private_bytes(
            pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


def _certificate(
    name: str,
    *,
    issuer: x509.Certificate | None = None,
    issuer_key: ec.EllipticCurvePrivateKey | None = None,
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """A certificate without the extensions that just Python's strict verification asks for."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    if issuer:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False
        )
    return builder.sign(issuer_key or key, hashes.SHA256()), key
