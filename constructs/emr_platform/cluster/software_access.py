"""What the software of a cluster must be allowed: its applications, its metastore, and what presets add."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from emr_platform.acknowledgements import acknowledge
from emr_platform.cluster.effective import effective_applications
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.metastore.access import grant_glue_catalog
from emr_platform.metastore.spec import glue_catalog
from emr_platform.presets.access import grant_directory, grant_presets


def grant_software(
    grantee: iam.IRole, *, spec: ClusterSpec, buckets: Mapping[str, s3.IBucket]
) -> None:
    """Let the nodes of a cluster do what its software needs.

    Args:
        grantee: The role of the nodes.
        spec: The cluster.
        buckets: Buckets by the name that ``bucket://`` references use.
    """
    applications = effective_applications(spec)
    if "amazoncloudwatchagent" in (name.lower() for name in applications):
        # https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-cloudwatch-agent.html
        iam.Grant.add_to_principal(
            grantee=grantee,
            actions=["cloudwatch:PutMetricData", "ec2:DescribeTags", "ec2:DescribeVolumes"],
            resource_arns=["*"],
        )
        acknowledge(
            grantee,
            rule="AwsSolutions-IAM5[Resource::*]",
            reason="What the CloudWatch agent calls: none of the three actions can be bound to a resource.",
        )
    if catalog := glue_catalog(spec.metastore):
        grant_glue_catalog(grantee, catalog=catalog, applications=applications)
        if catalog.warehouse:
            grant_directory(
                grantee, directory=catalog.warehouse, access="read_write", buckets=buckets
            )
    grant_presets(grantee, presets=spec.presets, buckets=buckets)


def grant_metastore(role: iam.IRole, *, spec: ClusterSpec, lake_formation: bool) -> None:
    """Let steps that run as a runtime role find their tables: they ask Glue as that role, not as the nodes.

    Args:
        role: A runtime role that was made for the cluster.
        spec: The cluster.
        lake_formation: Whether Lake Formation says who may read what, which then hands out credentials for tables.
            See https://docs.aws.amazon.com/lake-formation/latest/dg/access-control-underlying-data.html.
    """
    if catalog := glue_catalog(spec.metastore):
        grant_glue_catalog(role, catalog=catalog, applications=effective_applications(spec))
    if lake_formation:
        iam.Grant.add_to_principal(
            grantee=role, actions=["lakeformation:GetDataAccess"], resource_arns=["*"]
        )
        acknowledge(
            role,
            rule="AwsSolutions-IAM5[Resource::*]",
            reason="Lake Formation's credentials for tables: the action cannot be bound to a resource.",
        )
