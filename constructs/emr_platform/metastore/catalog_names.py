"""Which databases of the AWS Glue Data Catalog are whose. Pure functions.

An account has one Data Catalog in a region, for all environments there. What keeps them apart is the beginning of the
databases' names, as AWS shows in "Control access by name prefix":
https://docs.aws.amazon.com/glue/latest/dg/security_iam_id-based-policy-examples.html
"""

from __future__ import annotations

from collections.abc import Sequence

_END_OF_NAME = "__"


def database_prefix(environment: str) -> str:
    """What the names of an environment's databases begin with: ``acme_prod__`` for ``acme-prod``.

    Hive's names have no hyphens. Two underscores end the environment's name: otherwise the databases of ``acme-prod``
    would begin like those of ``acme``. So the prefix of one environment is never the beginning of another one's,
    unless :func:`has_prefix_of_its_own` says no.

    Args:
        environment: Name of the environment.
    """
    return environment.replace("-", "_") + _END_OF_NAME


def has_prefix_of_its_own(environment: str) -> bool:
    """Whether no other environment has databases that begin with this one's prefix.

    Args:
        environment: Name of the environment.
    """
    return _END_OF_NAME not in environment.replace("-", "_")


def own_databases(environment: str) -> str:
    """All databases of an environment, as ``metastore.glue.databases`` has them.

    Args:
        environment: Name of the environment.
    """
    return f"{database_prefix(environment)}*"


def foreign_databases(environment: str, databases: Sequence[str]) -> list[int]:
    """Which of some databases may be another environment's, by their positions.

    Args:
        environment: Name of the environment that uses them.
        databases: Names, or beginnings of names with ``*`` behind.
    """
    prefix = database_prefix(environment)
    return [index for index, name in enumerate(databases) if not name.startswith(prefix)]
