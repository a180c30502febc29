"""Tags that AWS gives a meaning to."""

from __future__ import annotations

EMR_MANAGED_POLICIES_TAG = "for-use-with-amazon-emr-managed-policies"
"""The tag without which ``AmazonEMRServicePolicy_v2`` grants nothing on a VPC, subnet, security group or cluster.

See https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-managed-iam-policies.html."""
