"""Rules about the result store's users that more than the result store says something about. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator

from emr_platform.cluster.databases import databases
from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.metastore.database import result_store_user
from emr_platform.result_store.spec import database_user
from emr_platform.result_store.users.authorities import regions_with_authorities
from emr_platform.rule import Finding, RuleBook

DATABASE_RULES: RuleBook[EnvironmentSpec] = RuleBook()


@DATABASE_RULES.rule(
    "EMR-DATABASE-008",
    what="A user of the result store that an application keeps its data as may write to its database.",
    why="The application makes tables there when it starts, and MySQL refuses them.",
    source="https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-metastore-external-hive.html",
)
def applications_may_write(spec: EnvironmentSpec) -> Iterator[Finding]:
    """``read_write``, in a database that is one of the user's."""
    if spec.result_store is None:
        return
    users = {name: database_user(form) for name, form in spec.result_store.users.items()}
    for cluster_name, cluster in spec.clusters.items():
        for use in databases(cluster):
            user = users.get(result_store_user(use.database) or "")
            if user is None:
                continue  # not one of them: a rule about references
            there = spec.result_store.databases if user.databases is None else user.databases
            if user.access != "read_write" or use.name not in there:
                may = "write to" if use.name in there else "use"
                yield Finding(
                    ("clusters", cluster_name, *use.path, "user"),
                    f"{use.database.user} may not {may} the database {use.name}",
                    f"a user of result_store with access: read_write and {use.name} among the databases",
                )


@DATABASE_RULES.rule(
    "EMR-DATABASE-009",
    what="Databases and users are made where the certificate authorities of RDS are known.",
    why="The function that makes them sends no password to a server that it cannot be sure of, and the deployment "
    "fails. AWS may have published the region's authorities since.",
    source="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html",
    severity="warning",
)
def authorities_are_known(spec: EnvironmentSpec) -> Iterator[Finding]:
    """A region of AWS's bundle for its commercial regions."""
    if spec.result_store is None or spec.region in regions_with_authorities():
        return
    for key in ("databases", "users"):
        if getattr(spec.result_store, key):
            yield Finding(
                ("result_store", key),
                f"the certificate authorities of RDS in {spec.region} are not known here",
                f"no {key}, and to make them by hand as the administrator",
            )
