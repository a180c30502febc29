"""An AWS on this machine, to deploy an environment to without an account: start it, and run the CDK against it."""

from emr_platform.operations.local_aws.cdk import Cdk, CdkNotInstalledError
from emr_platform.operations.local_aws.server import ACCOUNT, LocalAws, LocalAwsError

__all__ = ["ACCOUNT", "Cdk", "CdkNotInstalledError", "LocalAws", "LocalAwsError"]
