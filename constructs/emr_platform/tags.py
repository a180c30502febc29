"""Tags that AWS or the platform give a meaning to."""

from __future__ import annotations

EMR_MANAGED_POLICIES_TAG = "for-use-with-amazon-emr-managed-policies"
"""The tag without which ``AmazonEMRServicePolicy_v2`` grants nothing on a VPC, subnet, security group or cluster.

See https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-managed-iam-policies.html."""

ENVIRONMENT_TAG = "environment"
"""The tag that says which environment something belongs to."""

TENANT_TAG = "tenant"
"""The tag that says whose an environment is, for those of a tenants file."""

PLATFORM_PREFIX = "emr-platform:"
"""What the keys of the platform's other tags begin with."""

TIER_TAG = f"{PLATFORM_PREFIX}tier"
"""The tag that says how much a tenant has to itself, or that an environment is shared."""
