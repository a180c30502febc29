"""How applications are told of a database outside the cluster, and of its password. Plain data.

EMR shows configurations to whoever may describe the cluster. A property whose name begins with
``EMR.secret@`` holds the ARN of a secret instead, whose whole text EMR puts in its place on the nodes:
https://docs.aws.amazon.com/emr/latest/ReleaseGuide/storing-sensitive-data.html.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from emr_platform.configurations.spec import Configuration
from emr_platform.metastore.spec import DatabaseSpec
from emr_platform.problems import Path
from emr_platform.result_store.spec import ADMINISTRATOR

ANNOTATION = "EMR.secret@"
"""What EMR wants before the name of a property that holds the ARN of a secret."""

RESULT_STORE = "result-store"
"""The name that ``host://`` and ``secret://`` references to the result store use."""
RESULT_STORE_PASSWORD = f"{RESULT_STORE}-password"
"""The name of a secret with nothing but the password of the result store's administrator."""
_USER = f"{RESULT_STORE}-user-"
_USER_PASSWORD = f"{RESULT_STORE_PASSWORD}-of-"


def user_secret_name(user: str) -> str:
    """The name that ``secret://`` references to the secret of a user of the result store use."""
    return f"{_USER}{user}"


def user_password_name(user: str) -> str:
    """The name of a secret with nothing but the password of a user of the result store."""
    return f"{_USER_PASSWORD}{user}"


def result_store_secret_names(users: Iterable[str]) -> frozenset[str]:
    """The names of all secrets that come with a result store.

    Args:
        users: Its users besides the administrator.
    """
    return frozenset(
        (
            RESULT_STORE,
            RESULT_STORE_PASSWORD,
            *(name(user) for user in users for name in (user_secret_name, user_password_name)),
        )
    )


def result_store_users(secret_names: Iterable[str]) -> list[str]:
    """The users whose secrets are among those of :func:`result_store_secret_names`, by name."""
    return sorted(name.removeprefix(_USER) for name in secret_names if name.startswith(_USER))


@dataclass(frozen=True, slots=True)
class PasswordCopy:
    """A secret that a stack has to make, with one value out of another secret.

    Attributes:
        name: The name that ``secret://`` references use.
        secret_arn: The other secret, which holds JSON.
        key: Key of the value in there.
    """

    name: str
    secret_arn: str
    key: str


def host(database: DatabaseSpec) -> str:
    """Name of the server, or the reference to the result store's."""
    return database.host or f"host://{RESULT_STORE}"


def user(database: DatabaseSpec) -> str:
    """Name of the database user."""
    return database.user or ADMINISTRATOR


def jdbc_url(database: DatabaseSpec, *, default_name: str) -> str:
    """The URL that Hive and Oozie connect with; the database is made if it is not there.

    The parameters are those of MariaDB's driver, which EMR installs:
    https://mariadb.com/docs/connectors/mariadb-connector-j/about-mariadb-connector-j.
    """
    parameters = ["createDatabaseIfNotExist=true"]
    if database.encrypted:
        parameters.append("useSSL=true")
        parameters.append(
            f"serverSslCert={database.certificate_authorities}"
            if database.certificate_authorities
            else "trustServerCertificate=true"
        )
    name = database.database or default_name
    return f"jdbc:mysql://{host(database)}:{database.port}/{name}?{'&'.join(parameters)}"


def password_secret(database: DatabaseSpec) -> str:
    """The secret with the password alone, as the value of an annotated property."""
    if copy := password_copy(database):
        return f"secret://{copy.name}"
    if database.secret:
        return database.secret
    if own_user := result_store_user(database):
        return f"secret://{user_password_name(own_user)}"
    return f"secret://{RESULT_STORE_PASSWORD}"


def result_store_user(database: DatabaseSpec) -> str | None:
    """The user of the result store to connect as, whose secret comes with it; None for others."""
    return None if database.host or database.secret else database.user


def password_copy(database: DatabaseSpec) -> PasswordCopy | None:
    """The secret that has to be made of one that holds JSON; None where there is no need."""
    if database.secret is None or database.secret_key is None:
        return None
    # Two databases may share a secret, and a secret may hold the passwords of two.
    digest = hashlib.sha256(f"{database.secret} {database.secret_key}".encode()).hexdigest()[:8]
    return PasswordCopy(f"password-{digest}", database.secret, database.secret_key)


def annotated_properties(
    configurations: Sequence[Configuration], path: Path = ("configurations",)
) -> Iterator[tuple[Path, str]]:
    """Every property of classifications that EMR replaces by the text of a secret, with its path."""
    for configuration in configurations:
        here: Path = (*path, configuration.classification)
        for name, value in configuration.properties.items():
            if name.startswith(ANNOTATION):
                yield (*here, name), value
        yield from annotated_properties(configuration.configurations, here)
