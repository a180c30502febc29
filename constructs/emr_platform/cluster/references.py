"""What a cluster spec refers to by name: scripts, ``bucket://NAME``, ``secret://NAME``, ``host://NAME``."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from emr_platform.cluster.databases import databases, uses_result_store
from emr_platform.cluster.groups import all_configurations, subnet_indexes
from emr_platform.cluster.request import Reference, references
from emr_platform.cluster.sizes import without_sizes
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.configurations.spec import Configuration
from emr_platform.metastore.database import result_store_user, result_store_users
from emr_platform.metastore.spec import glue_catalog
from emr_platform.presets.expansion import bucket_uses
from emr_platform.presets.spec import used_presets
from emr_platform.problems import Path, Problem
from emr_platform.remembered import remembered_items
from emr_platform.rule import Finding, RuleBook
from emr_platform.security_configuration.effective import written_security
from emr_platform.security_configuration.needs import (
    buckets,
    buckets_of_created_roles,
    s3_objects,
)
from emr_platform.steps.spec import (
    CommandStepSpec,
    JarStepSpec,
    ScriptStepSpec,
    SparkSubmitStepSpec,
)

_PSEUDO_PARAMETER = re.compile(r"\$\{AWS::\w*\}")


def is_local_script(script: str) -> bool:
    """Whether a script is a path beside the environment file, not an URI."""
    return ":" not in script


def scripts(spec: ClusterSpec) -> Iterator[tuple[Path, str]]:
    """Every script that a cluster runs, with the path of the field that names it."""
    for name, action in spec.bootstrap.items():
        yield ("bootstrap", name, "script"), action.script
    for position, step in enumerate(spec.steps):
        if isinstance(step, ScriptStepSpec):
            yield ("steps", position, "script"), step.script


def programs(spec: ClusterSpec) -> Iterator[tuple[Path, str]]:
    """Every script and every JAR that a cluster runs, which its nodes must be able to read."""
    yield from scripts(spec)
    for position, step in enumerate(spec.steps):
        if isinstance(step, JarStepSpec):
            yield ("steps", position, "jar"), step.jar


def texts(spec: ClusterSpec) -> tuple[tuple[Path, str], ...]:
    """Every text of the file in which references such as ``bucket://NAME`` are replaced, with its path."""
    return _texts(without_sizes(spec))


@remembered_items
def _texts(spec: ClusterSpec) -> Iterator[tuple[Path, str]]:
    yield from scripts(spec)
    for name, action in spec.bootstrap.items():
        yield from _items(("bootstrap", name, "args"), action.args)
    for position, step in enumerate(spec.steps):
        path: Path = ("steps", position)
        match step:
            case ScriptStepSpec():
                yield from _items((*path, "args"), step.args)
            case SparkSubmitStepSpec():
                yield from _items((*path, "spark_submit"), step.spark_submit)
            case CommandStepSpec():
                yield from _items((*path, "command"), step.command)
            case JarStepSpec():
                yield (*path, "jar"), step.jar
                yield from _items((*path, "args"), step.args)
    for path, configurations in all_configurations(spec):
        yield from _properties(path, configurations)
    if (catalog := glue_catalog(spec.metastore)) and catalog.warehouse:
        yield ("metastore", "glue", "warehouse"), catalog.warehouse
    for use in used_presets(spec.presets):
        for bucket in bucket_uses(use):
            yield (*use.path, bucket.option), f"{bucket.bucket}/{bucket.prefix}"


def security_texts(spec: ClusterSpec) -> Iterator[tuple[Path, str]]:
    """Texts of the security configuration in which ``bucket://`` is replaced, with their paths.

    Nodes are let read just the objects that it names, and no bucket that it is only about.
    """
    if declared := written_security(spec):
        for path, text in (*s3_objects(declared), *buckets(declared)):
            yield ("security_configuration", *path), text


def texts_with_uris(spec: ClusterSpec) -> tuple[tuple[Path, str], ...]:
    """Those of the texts that may refer to something, or name a bucket."""
    return _texts_with_uris(without_sizes(spec))


@remembered_items
def _texts_with_uris(spec: ClusterSpec) -> Iterator[tuple[Path, str]]:
    for path, text in _texts(spec):
        if "://" in text:
            yield path, text


def _items(path: Path, items: Sequence[str]) -> Iterator[tuple[Path, str]]:
    for position, item in enumerate(items):
        yield (*path, position), item


def _properties(path: Path, configurations: Sequence[Configuration]) -> Iterator[tuple[Path, str]]:
    for configuration in configurations:
        here: Path = (*path, configuration.classification)
        for name, value in configuration.properties.items():
            yield (*here, name), value
        yield from _properties(here, configuration.configurations)


@dataclass(frozen=True, slots=True)
class ClusterReferences:
    """A cluster, and what it may refer to.

    Attributes:
        spec: The cluster.
        buckets: Names that ``bucket://`` may use; ``config`` among them if scripts can be shipped.
        data_buckets: Names that ``data_access`` may use.
        secrets: Names that ``secret://`` may use.
        subnet_count: How many subnets there are to choose from.
        hosts: Names that ``host://`` may use.
    """

    spec: ClusterSpec
    buckets: Collection[str]
    data_buckets: Collection[str]
    secrets: Collection[str]
    subnet_count: int
    hosts: Collection[str] = ()


_BOOK: RuleBook[ClusterReferences] = RuleBook()
_INSTANCE_PROFILE = (
    "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-iam-role-for-ec2.html"
)


@_BOOK.rule(
    "EMR-REFERENCE-001",
    what="What ``bucket://NAME``, ``secret://NAME`` and ``host://NAME`` refer to is there.",
    why="There is no name and no ARN that could be put in its place.",
    source=_INSTANCE_PROFILE,
)
def references_lead_somewhere(cluster: ClusterReferences) -> Iterator[Finding]:
    """Only names of the environment's own buckets, secrets and hosts."""
    kinds: tuple[tuple[Reference, Collection[str]], ...] = (
        ("bucket", cluster.buckets),
        ("secret", cluster.secrets),
        ("host", cluster.hosts),
    )
    for path, text in (*texts_with_uris(cluster.spec), *security_texts(cluster.spec)):
        for kind, known in kinds:
            for name in sorted(references(text, kind) - set(known)):
                yield Finding(
                    path,
                    f"{kind}://{name} refers to a {kind} that is not there",
                    _one_of(f"{kind}://{known_name}" for known_name in sorted(known)),
                )


@_BOOK.rule(
    "EMR-REFERENCE-002",
    what="The names in ``data_access``, and those of buckets of roles to be made, are those of data "
    "buckets.",
    why="There is no bucket that nodes or roles could be let into.",
    source=_INSTANCE_PROFILE,
)
def data_access_names_buckets(cluster: ClusterReferences) -> Iterator[Finding]:
    """Only names of data buckets."""
    for name in sorted((cluster.spec.data_access or {}).keys() - set(cluster.data_buckets)):
        message = f"there is no data bucket named {name}"
        yield Finding(("data_access", name), message, _one_of(sorted(cluster.data_buckets)))
    if declared := written_security(cluster.spec):
        for path, name in buckets_of_created_roles(declared):
            if name not in cluster.data_buckets:
                message = f"there is no data bucket named {name}"
                allowed = _one_of(sorted(cluster.data_buckets))
                yield Finding(("security_configuration", *path), message, allowed)


@_BOOK.rule(
    "EMR-REFERENCE-003",
    what="A cluster that reads the result store's secret comes with a result store.",
    why="There is no secret that nodes could be let read.",
    source=_INSTANCE_PROFILE,
)
def result_store_secret_exists(cluster: ClusterReferences) -> Iterator[Finding]:
    """A result store with ``read_result_store_secret``."""
    if cluster.spec.read_result_store_secret and "result-store" not in cluster.secrets:
        message = "there is no result store whose secret could be read"
        yield Finding(("read_result_store_secret",), message, "false, or a result store")


@_BOOK.rule(
    "EMR-REFERENCE-004",
    what="A cluster with local scripts comes with a config bucket. In an environment it always does.",
    why="Nodes read scripts from S3, and there is no bucket to ship them to.",
    source="https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-plan-bootstrap.html",
)
def local_scripts_have_a_bucket(cluster: ClusterReferences) -> Iterator[Finding]:
    """No local script without a bucket named config."""
    if "config" not in cluster.buckets:
        for path, script in scripts(cluster.spec):
            if is_local_script(script):
                message = f"the local script {script} has no bucket to be shipped to"
                yield Finding(path, message, "an s3:// URI, or pass config_bucket")


@_BOOK.rule(
    "EMR-REFERENCE-007",
    what="A metastore or a preset that connects to the result store comes with a result store.",
    why="There is no host that could be connected to.",
    source="https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-metastore-external-hive.html",
)
def result_store_exists(cluster: ClusterReferences) -> Iterator[Finding]:
    """A result store wherever a database does not say its host."""
    if "result-store" not in cluster.hosts:
        for path in uses_result_store(cluster.spec):
            message = "there is no result store to connect to"
            yield Finding(path, message, "a host, a user and a secret, or a result store")


@_BOOK.rule(
    "EMR-REFERENCE-008",
    what="Users of the result store that a cluster names are ones that it has.",
    why="There is no secret with their password.",
    source="https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-metastore-external-hive.html",
)
def result_store_users_exist(cluster: ClusterReferences) -> Iterator[Finding]:
    """Names in ``result_store_users``, and users without a secret of metastore and presets."""
    known = result_store_users(cluster.secrets)
    named: list[tuple[Path, str]] = [
        (("result_store_users", position), name)
        for position, name in enumerate(cluster.spec.result_store_users)
    ]
    named += [
        ((*use.path, "user"), user)
        for use in databases(cluster.spec)
        if (user := result_store_user(use.database))
    ]
    for path, name in named:
        if name not in known:
            allowed = _one_of(known)
            if path[-1] == "user":
                allowed += ", or a secret with the user's password"
            yield Finding(path, f"the result store has no user {name}", allowed)


@_BOOK.rule(
    "EMR-REFERENCE-009",
    what="Texts for the nodes have no pseudo parameters of CloudFormation.",
    why="Nobody fills them in: a script gets ``${AWS::Region}`` as it stands.",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/pseudo-parameter-reference.html",
    severity="warning",
)
def no_pseudo_parameters(cluster: ClusterReferences) -> Iterator[Finding]:
    """No ``${AWS::…}`` in arguments, scripts and configurations."""
    for path, text in texts(cluster.spec):
        if found := _PSEUDO_PARAMETER.search(text):
            yield Finding(path, f"{found[0]} stays what it is", "the value itself")


@_BOOK.rule(
    "EMR-NETWORK-010",
    what="A cluster runs in one of the network's cluster subnets.",
    why="There is no such subnet otherwise.",
    source="https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-plan-vpc-subnet.html",
)
def subnets_exist(cluster: ClusterReferences) -> Iterator[Finding]:
    """The cluster's subnet indexes are less than the number of subnets."""
    count = cluster.subnet_count
    fleets = cluster.spec.instance_fleets is not None
    for position, index in enumerate(subnet_indexes(cluster.spec, count)):
        if index >= count:
            yield Finding(
                ("instance_fleets", "subnet_indexes", position) if fleets else ("subnet_index",),
                f"subnet {index} of {count}, counted from 0",
                f"0 to {count - 1}" if count > 1 else "0",
            )


REFERENCE_RULES = _BOOK.rules
"""Every rule about what a cluster refers to."""


def reference_problems(
    spec: ClusterSpec,
    *,
    buckets: Collection[str],
    data_buckets: Collection[str],
    secrets: Collection[str],
    subnet_count: int,
    hosts: Collection[str] = (),
) -> list[Problem]:
    """Find references to what is not there.

    Args:
        spec: The cluster.
        buckets: Names that ``bucket://`` may use; ``config`` among them if scripts can be shipped.
        data_buckets: Names that ``data_access`` may use.
        secrets: Names that ``secret://`` may use.
        subnet_count: How many subnets there are to choose from.
        hosts: Names that ``host://`` may use. Default: none.

    Returns:
        A problem for each reference that leads nowhere.
    """
    return _BOOK.problems(
        ClusterReferences(spec, buckets, data_buckets, secrets, subnet_count, hosts)
    )


def _one_of(names: Iterable[str]) -> str:
    return ", ".join(names) or "nothing: there are none"
