"""Properties for which AWS documents certain values only."""

from __future__ import annotations

CLUSTER = "AWS::EMR::Cluster"
_PURCHASE = ("ON_DEMAND", "SPOT")
_ON_DEMAND_STRATEGIES = ("lowest-price", "prioritized")
_SPOT_STRATEGIES = (
    "capacity-optimized",
    "price-capacity-optimized",
    "lowest-price",
    "diversified",
    "capacity-optimized-prioritized",
)

# Within the definitions of schemas, which all resource types share. Sources: the EMR API's reference,
# https://docs.aws.amazon.com/emr/latest/APIReference/API_Types.html, and CloudFormation's.
_IN_DEFINITIONS: dict[tuple[str, str], tuple[str, ...]] = {
    ("CloudWatchAlarmDefinition", "ComparisonOperator"): (
        "GREATER_THAN_OR_EQUAL",
        "GREATER_THAN",
        "LESS_THAN",
        "LESS_THAN_OR_EQUAL",
    ),
    ("CloudWatchAlarmDefinition", "Statistic"): (
        "SAMPLE_COUNT",
        "AVERAGE",
        "SUM",
        "MINIMUM",
        "MAXIMUM",
    ),
    ("ComputeLimits", "UnitType"): ("InstanceFleetUnits", "Instances", "VCPU"),
    ("InstanceGroupConfig", "Market"): _PURCHASE,
    ("ManagedScalingPolicy", "ScalingStrategy"): ("DEFAULT", "ADVANCED"),
    ("OnDemandCapacityReservationOptions", "CapacityReservationPreference"): ("open", "none"),
    ("OnDemandCapacityReservationOptions", "UsageStrategy"): ("use-capacity-reservations-first",),
    ("OnDemandProvisioningSpecification", "AllocationStrategy"): _ON_DEMAND_STRATEGIES,
    ("OnDemandResizingSpecification", "AllocationStrategy"): _ON_DEMAND_STRATEGIES,
    ("PlacementGroupConfig", "InstanceRole"): ("MASTER",),
    # The API has PARTITION and CLUSTER as well, and supports neither.
    ("PlacementGroupConfig", "PlacementStrategy"): ("SPREAD", "NONE"),
    ("ScalingAction", "Market"): _PURCHASE,
    ("SimpleScalingPolicyConfiguration", "AdjustmentType"): (
        "CHANGE_IN_CAPACITY",
        "PERCENT_CHANGE_IN_CAPACITY",
        "EXACT_CAPACITY",
    ),
    ("SpotProvisioningSpecification", "AllocationStrategy"): _SPOT_STRATEGIES,
    ("SpotProvisioningSpecification", "TimeoutAction"): (
        "SWITCH_TO_ON_DEMAND",
        "TERMINATE_CLUSTER",
    ),
    ("SpotResizingSpecification", "AllocationStrategy"): _SPOT_STRATEGIES,
    ("StepConfig", "ActionOnFailure"): (
        "TERMINATE_JOB_FLOW",
        "TERMINATE_CLUSTER",
        "CANCEL_AND_WAIT",
        "CONTINUE",
    ),
    ("VolumeSpecification", "VolumeType"): ("gp3", "gp2", "io1", "st1", "sc1", "standard"),
}
_IN_RESOURCES: dict[tuple[str, str], tuple[str, ...]] = {
    (CLUSTER, "ScaleDownBehavior"): ("TERMINATE_AT_INSTANCE_HOUR", "TERMINATE_AT_TASK_COMPLETION"),
    # CloudFormation adds nothing but task nodes to a cluster that is there.
    ("AWS::EMR::InstanceFleetConfig", "InstanceFleetType"): ("TASK",),
    ("AWS::EMR::InstanceGroupConfig", "InstanceRole"): ("TASK",),
    ("AWS::EMR::InstanceGroupConfig", "Market"): _PURCHASE,
    ("AWS::EMR::Step", "ActionOnFailure"): ("CANCEL_AND_WAIT", "CONTINUE"),
    ("AWS::EMR::Studio", "AuthMode"): ("SSO", "IAM"),
    ("AWS::EMR::Studio", "IdcUserAssignment"): ("REQUIRED", "OPTIONAL"),
    ("AWS::EMR::StudioSessionMapping", "IdentityType"): ("USER", "GROUP"),
}


def choices(resource_type: str, definition: str, name: str) -> tuple[str, ...]:
    """The values of a property, where only certain ones exist; empty for all others.

    Args:
        resource_type: E.g. ``AWS::EMR::Cluster``.
        definition: Name of the definition that the property is in; empty for the resource itself.
        name: Name of the property.
    """
    if definition:
        return _IN_DEFINITIONS.get((definition, name), ())
    return _IN_RESOURCES.get((resource_type, name), ())
