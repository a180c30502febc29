"""The users of a result store as resources: a secret each, and the functions that make them in the database."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from emr_platform.acknowledgements import acknowledge, acknowledge_wildcard
from emr_platform.asked_once import known, minutes, path_of, stack_of
from emr_platform.result_store.spec import ResultStoreSpec
from emr_platform.result_store.users import RESOURCE_TYPE
from emr_platform.result_store.users.code import (
    DATABASE_HANDLER,
    REQUEST_HANDLER,
    code_folder,
)
from emr_platform.result_store.users.privileges import user_privileges

_PASSWORD_LENGTH = 32
_DATABASE_TIMEOUT_MINUTES = 2
# The other function's time and, where Lambda has to make network interfaces again, that as well.
_REQUEST_TIMEOUT_MINUTES = 10
_SERVICE_TIMEOUT_MINUTES = 15


class ResultStoreUsers(Construct):
    """The databases and users that a result store's spec names, made in the database itself.

    Two functions do it. One answers CloudFormation and reads the secrets; it is in no VPC. The other one is in the
    database's subnets and reaches the database alone; it is given what it needs with the call. So neither needs an
    endpoint or a NAT gateway, and no password is in a template or an event of CloudFormation.

    Args:
        scope: Parent construct.
        id: Name within the parent.
        spec: The result store.
        vpc: The VPC of the database.
        subnets: The subnets of the database.
        endpoint_address: Host name of the database.
        port: Port of the database.
        administrator: The administrator's secret, JSON with ``username`` and ``password``.
        encryption_key: Encrypts the secrets, the administrator's among them.
        security_group: The database's security group.

    Attributes:
        secrets: Each user's secret, by the user's name: JSON with ``username``, ``password``, ``host``, ``port``,
            ``dbname`` (the first of the user's databases) and ``engine``.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        spec: ResultStoreSpec,
        vpc: ec2.IVpc,
        subnets: Sequence[ec2.ISubnet],
        endpoint_address: str,
        port: int,
        administrator: secretsmanager.ISecret,
        encryption_key: kms.IKey,
        security_group: ec2.ISecurityGroup,
    ) -> None:
        super().__init__(scope, id)
        self._key = encryption_key
        privileges = user_privileges(spec)
        self.secrets: dict[str, secretsmanager.ISecret] = {
            name: self._secret(name, host=endpoint_address, port=port, database=next(iter(allowed)))
            for name, allowed in privileges.items()
        }
        database_function, ways = self._database_function(vpc, subnets, security_group, port)
        request_function = self._request_function(database_function, administrator)
        resource = cdk.CustomResource(
            self,
            "Resource",
            resource_type=RESOURCE_TYPE,
            service_token=request_function.function_arn,
            service_timeout=minutes(_SERVICE_TIMEOUT_MINUTES),
            properties={
                "Host": endpoint_address,
                "Port": port,
                "AdministratorSecret": known(administrator).secret_arn,
                "Databases": list(dict.fromkeys(spec.databases)),
                "Users": {
                    name: {
                        "Secret": known(self.secrets[name]).secret_arn,
                        "Privileges": privileges[name],
                    }
                    for name in spec.users
                },
            },
        )
        # Made before and, what matters more, deleted after the users.
        resource.node.add_dependency(*ways)

    def _secret(self, user: str, *, host: str, port: int, database: str) -> secretsmanager.Secret:
        content = {
            "username": user,
            "host": host,
            "port": port,
            "dbname": database,
            "engine": "mysql",
        }
        secret = secretsmanager.Secret(
            # Below a scope of its own, so that no name of a user is that of another construct here.
            self._scope("Secrets"),
            user,
            description=f"User {user} of the result store {path_of(self).rpartition('/')[0]}",
            encryption_key=self._key,
            # The user goes with the stack, and then nobody has a use for the password.
            removal_policy=cdk.RemovalPolicy.DESTROY,
            generate_secret_string=secretsmanager.SecretStringGenerator(
                secret_string_template=stack_of(self).to_json_string(content),
                generate_string_key="password",
                password_length=_PASSWORD_LENGTH,
                # URLs and configuration files of all kinds take it as it is.
                exclude_punctuation=True,
            ),
        )
        acknowledge(
            secret,
            rule="AwsSolutions-SMG4",
            reason="Clusters read it when their jobs start and EMR copies it into configurations when a cluster does: "
            "a password that changes in between stops both. It is generated, nobody types it, every read is in "
            "CloudTrail, and a new user in the file replaces it.",
        )
        return secret

    def _scope(self, name: str) -> Construct:
        found = self.node.try_find_child(name)
        return found if isinstance(found, Construct) else Construct(self, name)

    def _database_function(
        self,
        vpc: ec2.IVpc,
        subnets: Sequence[ec2.ISubnet],
        database: ec2.ISecurityGroup,
        port: int,
    ) -> tuple[lambda_.Function, list[Construct]]:
        """The function beside the database, and the rules that let it reach the database."""
        scope = self._scope("Database")
        group = ec2.SecurityGroup(
            scope,
            "SecurityGroup",
            vpc=vpc,
            description="The function that makes users of the result store",
            allow_all_outbound=False,
            # Rules are resources of their own, which something can depend on.
            disable_inline_rules=True,
        )
        group.apply_removal_policy(cdk.RemovalPolicy.DESTROY)
        ways: list[Construct] = [
            ec2.CfnSecurityGroupEgress(
                scope,
                "ToDatabase",
                group_id=known(group).security_group_id,
                destination_security_group_id=known(database).security_group_id,
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
                description="MySQL",
            ),
            ec2.CfnSecurityGroupIngress(
                scope,
                "FromFunction",
                group_id=known(database).security_group_id,
                source_security_group_id=known(group).security_group_id,
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
                description="The function that makes users",
            ),
        ]
        log_group = _log_group(scope)
        # Part of the role itself: a policy of its own would go before Lambda has deleted the network interfaces.
        role = _role(
            scope,
            "Makes the users of a result store, beside the database",
            log_group,
            *_network_interfaces(scope, subnets, group),
        )
        for resource in ("*", _arn(scope, "network-interface", "*")):
            acknowledge_wildcard(
                role,
                resource=resource,
                reason="What Lambda needs to connect a function to a VPC: network interfaces get their ids when it "
                "makes them, and it can describe all or none. It may make them in the function's subnets and security "
                "group only. The function's own code reaches no API: its security group leads to the database alone.",
            )
        function = lambda_.Function(
            scope,
            "Function",
            description="Makes databases and users in the result store",
            runtime=lambda_.Runtime.PYTHON_3_14,
            code=lambda_.Code.from_asset(str(code_folder())),
            handler=DATABASE_HANDLER,
            timeout=minutes(_DATABASE_TIMEOUT_MINUTES),
            vpc=vpc,
            vpc_subnets=ec2.SubnetSelection(subnets=list(subnets)),
            security_groups=[group],
            log_group=log_group,
            role=role,
        )
        return function, ways

    def _request_function(
        self, database_function: lambda_.Function, administrator: secretsmanager.ISecret
    ) -> lambda_.Function:
        """The function that answers CloudFormation."""
        scope = self._scope("Request")
        log_group = _log_group(scope)
        secrets = [administrator, *self.secrets.values()]
        service = f"secretsmanager.{known(stack_of(self)).region}.{cdk.Aws.URL_SUFFIX}"
        role = _role(
            scope,
            "Reads the secrets of a result store's users, to have the users made",
            log_group,
            iam.PolicyStatement(
                actions=["secretsmanager:GetSecretValue"],
                resources=[known(secret).secret_arn for secret in secrets],
            ),
            iam.PolicyStatement(
                actions=["kms:Decrypt"],
                resources=[self._key.key_arn],
                conditions={"StringEquals": {"kms:ViaService": service}},
            ),
            iam.PolicyStatement(
                actions=["lambda:InvokeFunction"], resources=[database_function.function_arn]
            ),
        )
        return lambda_.Function(
            scope,
            "Function",
            description="Has databases and users made in the result store, for CloudFormation",
            runtime=lambda_.Runtime.PYTHON_3_14,
            code=lambda_.Code.from_asset(str(code_folder())),
            handler=REQUEST_HANDLER,
            timeout=minutes(_REQUEST_TIMEOUT_MINUTES),
            environment={"DATABASE_FUNCTION": database_function.function_name},
            log_group=log_group,
            role=role,
        )


def _network_interfaces(
    scope: Construct, subnets: Sequence[ec2.ISubnet], group: ec2.ISecurityGroup
) -> list[iam.PolicyStatement]:
    """What Lambda needs to connect a function to a VPC.

    See https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions.
    """
    any_interface = _arn(scope, "network-interface", "*")
    return [
        iam.PolicyStatement(
            actions=["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"], resources=["*"]
        ),
        iam.PolicyStatement(
            actions=["ec2:CreateNetworkInterface"],
            resources=[
                any_interface,
                _arn(scope, "security-group", known(group).security_group_id),
                *(_arn(scope, "subnet", known(subnet).subnet_id) for subnet in subnets),
            ],
        ),
        iam.PolicyStatement(
            actions=[
                "ec2:AssignPrivateIpAddresses",
                "ec2:DeleteNetworkInterface",
                "ec2:UnassignPrivateIpAddresses",
            ],
            resources=[any_interface],
        ),
    ]


def _arn(scope: Construct, resource: str, name: str) -> str:
    return stack_of(scope).format_arn(service="ec2", resource=resource, resource_name=name)


def _log_group(scope: Construct) -> logs.LogGroup:
    return logs.LogGroup(
        scope,
        "Logs",
        retention=logs.RetentionDays.ONE_MONTH,
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )


def _role(
    scope: Construct, description: str, log_group: logs.LogGroup, *statements: iam.PolicyStatement
) -> iam.Role:
    write_logs = iam.PolicyStatement(
        actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[log_group.log_group_arn]
    )
    return iam.Role(
        scope,
        "Role",
        description=description,
        assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        inline_policies={
            "Function": iam.PolicyDocument(statements=[*statements, write_logs]),
        },
    )
