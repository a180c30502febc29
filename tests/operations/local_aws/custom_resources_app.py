"""Two small stacks, one of which refers to the other, with every kind of custom resource that the CDK brings along."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_assets as s3_assets
from aws_cdk import custom_resources

ASSET = Path(__file__)
COPIED_KEY = "copies/app.py"


class Network(cdk.Stack):
    def __init__(self, scope: cdk.App, id: str) -> None:
        super().__init__(scope, id)
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            max_azs=2,
            nat_gateways=0,
            restrict_default_security_group=True,
        )
        cdk.CfnOutput(self, "VpcId", value=self.vpc.vpc_id)


class Storage(cdk.Stack):
    def __init__(self, scope: cdk.App, id: str, *, vpc: ec2.IVpc) -> None:
        super().__init__(scope, id)
        group = ec2.SecurityGroup(self, "Group", vpc=vpc)
        bucket = s3.Bucket(
            self,
            "Bucket",
            versioned=True,
            auto_delete_objects=True,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        asset = s3_assets.Asset(self, "Asset", path=str(ASSET))
        copy = custom_resources.AwsCustomResource(
            self,
            "Copy",
            install_latest_aws_sdk=False,
            on_create=custom_resources.AwsSdkCall(
                service="S3",
                action="copyObject",
                parameters={
                    "Bucket": bucket.bucket_name,
                    "Key": COPIED_KEY,
                    "CopySource": f"{asset.s3_bucket_name}/{asset.s3_object_key}",
                },
                physical_resource_id=custom_resources.PhysicalResourceId.of(COPIED_KEY),
            ),
            policy=custom_resources.AwsCustomResourcePolicy.from_sdk_calls(
                resources=custom_resources.AwsCustomResourcePolicy.ANY_RESOURCE
            ),
        )
        cdk.CfnOutput(self, "BucketName", value=bucket.bucket_name)
        cdk.CfnOutput(self, "GroupId", value=group.security_group_id)
        cdk.CfnOutput(self, "ETag", value=copy.get_response_field("CopyObjectResult.ETag"))


def synthesize(directory: Path) -> None:
    """Write the cloud assembly of both stacks."""
    app = cdk.App(
        context={"@aws-cdk/core:defaultCrossStackReferences": "strong"}, outdir=str(directory)
    )
    network = Network(app, "Network")
    Storage(app, "Storage", vpc=network.vpc)
    app.synth()
