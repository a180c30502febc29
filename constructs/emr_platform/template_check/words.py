"""The words of environment files in messages, replaced by those of templates."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from emr_platform.problems import Problem

NAMES = {
    "active_directory": "AdIntegrationConfiguration",
    "ad_domain_join": "ADDomainJoinUser",
    "additional_security_groups": "AdditionalMasterSecurityGroups",
    "admin_server": "AdminServer",
    "admin_server_secret_arn": "AdminServerSecretARN",
    "admin_server_url": "AdminServerURL",
    "allocation_strategy": "AllocationStrategy",
    "ami_id": "CustomAmiId",
    "at_rest": "AtRestEncryptionConfiguration",
    "authorized_session_tag_value": "AuthorizedSessionTagValue",
    "automatic_scaling": "AutoScalingPolicy",
    "bid_price_percent": "BidPriceAsPercentageOfOnDemandPrice",
    "bid_price_usd": "BidPrice",
    "capacity_reservations": "CapacityReservationOptions",
    "change_in_capacity": "CHANGE_IN_CAPACITY",
    "cooldown_seconds": "CoolDown",
    "credentials_secret_arn": "CredentialsSecretARN",
    "cross_realm_trust": "CrossRealmTrustConfiguration",
    "cross_realm_trust_principal_password": "CrossRealmTrustPrincipalPassword",
    "ebs_encryption": "EnableEbsEncryption",
    "emrfs_role_mappings": "RoleMappings",
    "evaluation_periods": "EvaluationPeriods",
    "exact_capacity": "EXACT_CAPACITY",
    "external_kdc": "ExternalKdcConfiguration",
    "hop_limit": "HttpPutResponseHopLimit",
    "identity_center": "IdentityCenterConfiguration",
    "idle_timeout_minutes": "AutoTerminationPolicy",
    "in_transit": "InTransitEncryptionConfiguration",
    "instance_fleets": "instance fleets",
    "kdc_admin_password": "KdcAdminPassword",
    "kdc_server": "KdcServer",
    "kerberos_attributes": "KerberosAttributes",
    "kms_key_arn": "AwsKmsKey",
    "lake_formation": "LakeFormationConfiguration",
    "local_disks": "LocalDiskEncryptionConfiguration",
    "log_encryption_key_arn": "LogEncryptionKmsKeyId",
    "log_uri": "LogUri",
    "max_core": "MaximumCoreCapacityUnits",
    "max_on_demand": "MaximumOnDemandCapacityUnits",
    "minimum_version": "MinimumInstanceMetadataServiceVersion",
    "on_demand_capacity": "TargetOnDemandCapacity",
    "on_failure": "ActionOnFailure",
    "os_release": "OSReleaseLabel",
    "percent_change_in_capacity": "PERCENT_CHANGE_IN_CAPACITY",
    "period_seconds": "Period",
    "placement_group": "PlacementGroupConfigs",
    "provider_class": "EncryptionKeyProviderClass",
    "root_volume": "EbsRootVolumeSize",
    "runtime_roles": "IAMConfiguration",
    "s3_object": "S3Object",
    "scale_down_behavior": "ScaleDownBehavior",
    "security_configuration": "SecurityConfiguration",
    "server_type": "KdcServerType",
    "size_gib": "SizeInGB",
    "spot_capacity": "TargetSpotCapacity",
    "ssh_login": "EnableSSHLogin",
    "step_concurrency": "StepConcurrencyLevel",
    "termination_protection": "TerminationProtected",
    "throughput_mib_per_second": "Throughput",
    "timeout_minutes": "TimeoutDurationMinutes",
    "timeout_action": "TimeoutAction",
    "unhealthy_node_replacement": "UnhealthyNodeReplacement",
    "usage_strategy": "UsageStrategy",
    "utilization_performance_index": "UtilizationPerformanceIndex",
    "volumes_per_instance": "VolumesPerInstance",
    "write_ahead_log": "EMRWALEncryptionConfiguration",
}
"""AWS's names for those keys of environment files that cannot be taken for a word of English."""


# In this order: phrases before the words that they are made of.
_PHRASES: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
    # What templates have no word for.
    (r",? or platform_defaults: true\b", ""),
    (r"\bas scaling says\b", "as ManagedScalingPolicy says"),
    (r"\binstance_fleet_units\b", "InstanceFleetUnits"),
    (r"\binstances or vcpu\b", "Instances or VCPU"),
    (r"\bcertificates: \{provider: emr\}", "CertificateProviderType: EMR"),
    (r"\bprovider: pem\b", "CertificateProviderType: PEM"),
    (r"^s3 or local_disks$", "S3EncryptionConfiguration or LocalDiskEncryptionConfiguration"),
    (r"\bscaling\.maximum\b", "MaximumCapacityUnits"),
    (r"\bscaling\.minimum\b", "MinimumCapacityUnits"),
    (r"\bscaling\.max_core\b", "MaximumCoreCapacityUnits"),
    (r"\bscaling\.max_on_demand\b", "MaximumOnDemandCapacityUnits"),
    (r"\binstance_fleets\.primary\b", "MasterInstanceFleet"),
    (r"\binstance_fleets\.core\b", "CoreInstanceFleet"),
    (r"\binstance_fleets\.task\b", "TaskInstanceFleets"),
    (r"\bcore: \{count: (\d+)\}", r"CoreInstanceGroup: {InstanceCount: \1}"),
    (r"\bon_failure: (\w+)", lambda match: f"ActionOnFailure: {match[1].upper()}"),
    (r"\bcontinue, or step_concurrency\b", "CONTINUE, or StepConcurrencyLevel"),
    (r"\b[mM]arket:? (spot|on_demand)\b", lambda match: f"Market: {match[1].upper()}"),
    (r"\bstrategy:? advanced\b", "ScalingStrategy: ADVANCED"),
    (r"\btype: ((gp|io|st|sc)\d)\b", r"VolumeType: \1"),
    (r"\biops: (\d)", r"Iops: \1"),
    (r"\b(allocation_strategy: )(\w+)\b", lambda match: match[1] + match[2].replace("_", "-")),
    (r"\bLifetime\b", "TicketLifetimeInHours"),
)
_NAMES = re.compile(rf"\b({'|'.join(sorted(NAMES, key=len, reverse=True))})\b")


def in_words_of_aws(problem: Problem) -> Problem:
    """A problem as it is told to someone who writes templates: with AWS's names, values and units."""
    return replace(
        problem,
        message=translated(problem.message),
        allowed=translated(problem.allowed) if problem.allowed else None,
    )


def translated(text: str) -> str:
    """A text with the keys and values of environment files replaced by those of AWS."""
    for pattern, replacement in _PHRASES:
        text = re.sub(pattern, replacement, text)
    return _NAMES.sub(lambda match: NAMES[match[1]], text)
