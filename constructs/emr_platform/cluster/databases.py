"""The databases outside a cluster that its applications connect to, and the secrets that EMR reads for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from emr_platform.cluster.effective import effective_configurations
from emr_platform.cluster.groups import all_configurations
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.metastore.configurations import DATABASE_NAME
from emr_platform.metastore.database import PasswordCopy, annotated_properties, password_copy
from emr_platform.metastore.spec import DatabaseSpec, MySqlMetastoreSpec, metastore_database
from emr_platform.presets.expansion import preset_databases
from emr_platform.presets.spec import used_presets
from emr_platform.problems import Path


@dataclass(frozen=True, slots=True)
class DatabaseUse:
    """A database that an application connects to.

    Attributes:
        application: Who connects, in words.
        database: The database.
        name: Its name on the server.
        path: Where the file says so.
    """

    application: str
    database: DatabaseSpec
    name: str
    path: Path


def databases(spec: ClusterSpec) -> Iterator[DatabaseUse]:
    """Every database outside the cluster that the metastore or a preset connects to."""
    if isinstance(spec.metastore, MySqlMetastoreSpec):
        found = metastore_database(spec.metastore)
        if found:
            name = found.database or DATABASE_NAME
            yield DatabaseUse("Hive", found, name, ("metastore", "mysql"))
    for use in used_presets(spec.presets):
        for option, found in preset_databases(use):
            application = (use.preset.applications or use.preset.one_of)[0]
            name = found.database or use.preset.options[option].database_name
            yield DatabaseUse(application, found, name, (*use.path, option))


def password_copies(spec: ClusterSpec) -> tuple[PasswordCopy, ...]:
    """The secrets with a password alone that have to be made of secrets that hold JSON, each once."""
    copies = (password_copy(use.database) for use in databases(spec))
    return tuple(dict.fromkeys(copy for copy in copies if copy))


def annotated_secrets(spec: ClusterSpec) -> tuple[str, ...]:
    """The secrets whose text EMR puts into configurations: ARNs, and ``secret://`` references, each once."""
    values = [value for _, value in annotated_properties(effective_configurations(spec))]
    for path, configurations in all_configurations(spec):
        values += [value for _, value in annotated_properties(configurations, path)]
    return tuple(dict.fromkeys(values))


def uses_result_store(spec: ClusterSpec) -> Iterator[Path]:
    """Where the metastore and presets say that they connect to the result store."""
    for use in databases(spec):
        if use.database.host is None:
            yield use.path
