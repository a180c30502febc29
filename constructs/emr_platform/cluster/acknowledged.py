"""Findings about a cluster that are acknowledged, and why."""

from __future__ import annotations

from aws_cdk import Acknowledgment
from aws_cdk import aws_emr as emr

from emr_platform.acknowledgements import acknowledge_all
from emr_platform.asked_once import validations_of
from emr_platform.automatic_scaling.groups import scaled_groups
from emr_platform.catalog.release import Release
from emr_platform.cluster.references import texts
from emr_platform.cluster.request import Json
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.security_configuration.construct import ClusterSecurity
from emr_platform.security_configuration.effective import knows_encrypted_disks


def acknowledge_findings(
    cluster: emr.CfnCluster, *, spec: ClusterSpec, security: ClusterSecurity, request: Json
) -> None:
    """Answer cdk-nag and the CDK's check of templates where they are wrong, or where the cluster's owner decides.

    Args:
        cluster: The resource that has the findings.
        spec: What it was made from.
        security: Its security configuration.
        request: The same as a request of EMR's RunJobFlow API.
    """
    reasons = {
        "AwsSolutions-EMR4": (
            "False alarm: the security configuration does encrypt local disks. The rule looks for the setting one "
            "level above the place that EMR documents."
            if security.encrypts_disks
            else _why_disks_may_not_be_encrypted(spec, security)
        ),
        "AwsSolutions-EMR5": (
            "False alarm: the security configuration does encrypt data in transit. The rule looks for the setting "
            "one level above the place that EMR documents."
            if security.encrypts_in_transit
            else "TLS between nodes needs a certificate that only the cluster's owner can issue. Until then, "
            "traffic between nodes stays within security groups that only this cluster's nodes are in."
        ),
    }
    if any(scaled_groups(spec)) or any("${" in text for _, text in texts(spec)):
        validations_of(cluster).acknowledge(
            Acknowledgment(
                id="CloudFormation-Validate::E1029",
                reason="What stands in ${…} is not for CloudFormation to fill in: EMR knows the cluster's id in the "
                "dimensions of scaling rules, and shells and programs on the nodes know the variables of arguments and "
                "configurations.",
            )
        )
    if "Ec2KeyName" not in request["Instances"] and "KerberosAttributes" not in request:
        reasons["AwsSolutions-EMR6"] = (
            "Nobody logs in: the cluster has no SSH key on purpose, and no port is open for one."
        )
    acknowledge_all(cluster, reasons)


def _why_disks_may_not_be_encrypted(spec: ClusterSpec, security: ClusterSecurity) -> str:
    if security.effective is None:
        return "An existing security configuration was asked for by name; its owner decides what it encrypts."
    if not knows_encrypted_disks(Release.parse(spec.release)):
        return "EMR releases before 5.24.0 know no encryption of EBS volumes; the release was asked for."
    return "The spec asks for disks that are not encrypted, and whoever wrote it has been warned."
