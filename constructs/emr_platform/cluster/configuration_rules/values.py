"""Rules about the values of properties, whatever they are for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from emr_platform.cluster.settings import ANNOTATION, Property, all_properties
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.rule import Finding, RuleBook

VALUE_RULES: RuleBook[ClusterSpec] = RuleBook()

_CONFIGURE = "https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-configure-apps.html"
_SECRETS = "https://docs.aws.amazon.com/emr/latest/ReleaseGuide/storing-sensitive-data.html"
_SWITCHES = (".enabled", ".enable")
_HIGHEST_PORT = 65535
_SECRET_NAME = re.compile(
    r"password$|secret[.-]?(access[.-]?)?key$|secretaccesskey$|api[.-]?key$|auth[.-]?token$",
    re.IGNORECASE,
)
# What tells a program where the secret is, instead of what it is.
_INDIRECT = re.compile(r"\$\{|^secret://|^arn:|^jceks:|^localjceks:|^file:|^/")

# EMR writes the address of the primary node into these, which nobody knows before it runs.
_OF_THE_PRIMARY_NODE = {
    "core-site": ("fs.defaultFS", "fs.default.name"),
    "hdfs-site": ("dfs.namenode.rpc-address", "dfs.namenode.http-address"),
    "mapred-site": ("mapreduce.jobhistory.address", "mapreduce.jobhistory.webapp.address"),
    "yarn-site": (
        "yarn.resourcemanager.hostname",
        "yarn.resourcemanager.address",
        "yarn.resourcemanager.scheduler.address",
        "yarn.resourcemanager.resource-tracker.address",
    ),
    "hbase-site": ("hbase.zookeeper.quorum", "hbase.master.hostname"),
    "spark-defaults": ("spark.yarn.historyServer.address",),
}


@VALUE_RULES.rule(
    "EMR-CONFIGURATION-002",
    what="Switches are true or false.",
    why="Hadoop and Spark take anything else for the default, or refuse to start.",
    source=_CONFIGURE,
    severity="warning",
)
def switches_are_true_or_false(spec: ClusterSpec) -> Iterator[Finding]:
    """True or false for properties whose names end in ``.enabled``."""
    for property_ in all_properties(spec):
        value = property_.value.strip().lower()
        if property_.name.endswith(_SWITCHES) and value not in ("true", "false", ""):
            message = f"{property_.name} is {property_.value}"
            yield Finding(property_.path, message, "true or false")


@VALUE_RULES.rule(
    "EMR-CONFIGURATION-003",
    what="Ports are from 0 to 65535.",
    why="The service cannot listen there, and does not start.",
    source=_CONFIGURE,
    severity="warning",
)
def ports_exist(spec: ClusterSpec) -> Iterator[Finding]:
    """A number up to 65535 for properties whose names end in ``.port``."""
    for property_ in all_properties(spec):
        value = property_.value.strip()
        if not property_.name.endswith(".port") or not value or "$" in value:
            continue
        if not value.isdecimal() or int(value) > _HIGHEST_PORT:
            message = f"{property_.name} is {property_.value}"
            yield Finding(property_.path, message, f"a number from 0 to {_HIGHEST_PORT}")


@VALUE_RULES.rule(
    "EMR-CONFIGURATION-004",
    what="Passwords and secret keys are not in configurations.",
    why="Everybody who may describe the cluster reads them there, and so does everybody who may read "
    "this file.",
    source=_SECRETS,
    severity="warning",
)
def secrets_are_not_in_the_open(spec: ClusterSpec) -> Iterator[Finding]:
    """No value for a password that is not the ARN of a secret, or says where the password is."""
    for property_ in all_properties(spec):
        if _is_secret(property_) and not _INDIRECT.search(property_.value):
            message = f"{property_.name} is in the open"
            allowed = f"{ANNOTATION}{property_.name}, with the ARN of a secret as its value"
            yield Finding(property_.path, message, allowed)


@VALUE_RULES.rule(
    "EMR-CONFIGURATION-005",
    what="Addresses of the cluster's own primary node are left to EMR.",
    why="EMR sets them when the node has an address; any other one is that of another node.",
    source=_CONFIGURE,
    severity="warning",
)
def addresses_are_left_alone(spec: ClusterSpec) -> Iterator[Finding]:
    """None of the properties that hold the primary node's address."""
    for property_ in all_properties(spec):
        if property_.name in _OF_THE_PRIMARY_NODE.get(property_.classification, ()):
            message = f"{property_.name} is the address of a node that does not run yet"
            yield Finding(property_.path, message, "no such property")


def _is_secret(property_: Property) -> bool:
    return (
        bool(property_.value.strip())
        and not property_.name.startswith(ANNOTATION)
        and _SECRET_NAME.search(property_.name) is not None
    )
