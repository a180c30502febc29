"""Grants on the Glue Data Catalog: the actions that AWS documents for EMR, on what the file names.

See https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-iam-role-for-ec2.html.
"""

from __future__ import annotations

from collections.abc import Collection

from aws_cdk import aws_iam as iam

from emr_platform.acknowledgements import acknowledge_wildcard
from emr_platform.asked_once import stack_of
from emr_platform.metastore.configurations import CONNECTORS
from emr_platform.metastore.spec import GlueCatalogSpec

_READ = (
    "glue:BatchGetPartition",
    "glue:GetDatabase",
    "glue:GetDatabases",
    "glue:GetPartition",
    "glue:GetPartitions",
    "glue:GetTable",
    "glue:GetTableVersions",
    "glue:GetTables",
    "glue:GetUserDefinedFunction",
    "glue:GetUserDefinedFunctions",
)
_WRITE = (
    "glue:BatchCreatePartition",
    "glue:BatchDeletePartition",
    "glue:CreateDatabase",
    "glue:CreatePartition",
    "glue:CreateTable",
    "glue:CreateUserDefinedFunction",
    "glue:DeleteDatabase",
    "glue:DeletePartition",
    "glue:DeleteTable",
    "glue:DeleteUserDefinedFunction",
    "glue:UpdateDatabase",
    "glue:UpdatePartition",
    "glue:UpdateTable",
    "glue:UpdateUserDefinedFunction",
)
# Presto and Trino keep column statistics in the catalog:
# https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-presto-glue.html
_READ_STATISTICS = (
    "glue:GetColumnStatisticsForPartition",
    "glue:GetColumnStatisticsForTable",
)
_WRITE_STATISTICS = (
    "glue:DeleteColumnStatisticsForPartition",
    "glue:DeleteColumnStatisticsForTable",
    "glue:UpdateColumnStatisticsForPartition",
    "glue:UpdateColumnStatisticsForTable",
)
# Hive and Spark look for these whenever they start.
_ALWAYS_LOOKED_FOR = ("default", "global_temp")


def grant_glue_catalog(
    grantee: iam.IRole,
    *,
    catalog: GlueCatalogSpec,
    applications: Collection[str],
) -> None:
    """Let a role use the Glue Data Catalog, as a metastore.

    Args:
        grantee: Who may use it.
        catalog: Which catalog, what of it, and to do what. The owner of another account's catalog has to let the
            role in as well.
        applications: Applications of the cluster, in any case.
    """
    actions: tuple[str, ...] = _READ if catalog.access == "read" else _READ + _WRITE
    if any(name.lower() in CONNECTORS for name in applications):
        actions += _READ_STATISTICS
        if catalog.access == "read_write":
            actions += _WRITE_STATISTICS
    names = catalog.databases or ("*",)
    wildcards = [_arn(grantee, catalog, f"table/{name}/*") for name in names]
    wildcards += [_arn(grantee, catalog, f"userDefinedFunction/{name}/*") for name in names]
    databases = [_arn(grantee, catalog, f"database/{name}") for name in names]
    wildcards += [arn for arn in databases if arn.endswith("*")]
    iam.Grant.add_to_principal(
        grantee=grantee,
        actions=sorted(actions),
        resource_arns=list(
            dict.fromkeys([_arn(grantee, catalog, "catalog"), *databases, *wildcards])
        ),
    )
    if "*" not in names:
        iam.Grant.add_to_principal(
            grantee=grantee,
            actions=["glue:GetDatabase"],
            resource_arns=[
                _arn(grantee, catalog, "catalog"),
                *(_arn(grantee, catalog, f"database/{name}") for name in _ALWAYS_LOOKED_FOR),
            ],
        )
    for resource in wildcards:
        acknowledge_wildcard(
            grantee,
            resource=resource,
            reason="What is in the catalog, or in the databases of it that the environment names: jobs make tables and "
            "choose their names. The actions are the ones that AWS documents for EMR, without wildcards.",
        )
    if catalog.encryption_key_arn:
        # Not by the CDK's Key, of which a scope can have one only: several roles may use the catalog.
        iam.Grant.add_to_principal(
            grantee=grantee,
            actions=["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"],
            resource_arns=[catalog.encryption_key_arn],
        )


def _arn(scope: iam.IRole, catalog: GlueCatalogSpec, resource: str) -> str:
    return stack_of(scope).format_arn(service="glue", account=catalog.catalog_id, resource=resource)
