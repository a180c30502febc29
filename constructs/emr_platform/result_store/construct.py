"""The result store: an Amazon RDS for MySQL instance that only those can reach who were let in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_rds as rds
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from emr_platform.acknowledgements import acknowledge, acknowledge_all
from emr_platform.asked_once import days, known, path_of, validations_of
from emr_platform.identity.access import grant_secret_read
from emr_platform.problems import InvalidSpecError
from emr_platform.result_store.log_retention import InstanceLogRetention
from emr_platform.result_store.rules import result_store_problems
from emr_platform.result_store.spec import ADMINISTRATOR, ResultStoreSpec
from emr_platform.result_store.users.construct import ResultStoreUsers

_PORT = 3306
_LOGS = ("error", "slowquery")
_LOG_RETENTION_DAYS = 90
# The shortest that KMS has.
# https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html
_DESTROYED_KEY_PENDING_WINDOW_DAYS = 7


class ResultStoreUseError(Exception):
    """A result store cannot be used in this way; the message says what it has."""


class BaseResultStore(Construct):
    """A MySQL database for results, be it made here or not.

    Attributes:
        secret: The administrator's user name and password.
        user_secrets: The secret of each user that is known here, by the user's name.
        security_group: The database's security group.
        endpoint_address: Host name to connect to.
        port: Port to connect to.
    """

    secret: secretsmanager.ISecret
    user_secrets: Mapping[str, secretsmanager.ISecret]
    security_group: ec2.ISecurityGroup
    endpoint_address: str
    port: int

    def grant_read_secret(self, grantee: iam.IGrantable, *, user: str | None = None) -> None:
        """Let someone read the secret of a user, and so log in as that user once connected.

        The policy is made with the grantee, so that the result store's stack does not depend on the grantee's.

        Args:
            grantee: Who may read it.
            user: Name of the user. Default: the administrator.

        Raises:
            ResultStoreUseError: There is no such user.
        """
        if user is not None and user not in self.user_secrets:
            names = ", ".join(sorted(self.user_secrets)) or "nothing: there are no users"
            raise ResultStoreUseError(
                f"{self.node.path} has no user {user}, allowed is {names}, or None for the administrator"
            )
        secret = self.secret if user is None else self.user_secrets[user]
        grant_secret_read(grantee, secret=secret)

    def grant_connect(
        self,
        scope: Construct,
        id: str,
        *,
        grantee: iam.IGrantable,
        security_group: ec2.ISecurityGroup,
        user: str | None = None,
    ) -> None:
        """Let someone connect to the database as a user: by the network, and with the password.

        Args:
            scope: Parent construct of the security group's rule, in the stack of ``security_group``.
            id: Name of the rule within the parent.
            grantee: Who may read the user's secret.
            security_group: Whose members may connect.
            user: Name of the user. Default: the administrator.

        Raises:
            ResultStoreUseError: There is no such user.
        """
        self.grant_read_secret(grantee, user=user)
        self.allow_connections_from(scope, id, security_group=security_group)

    def allow_connections_from(
        self, scope: Construct, id: str, *, security_group: ec2.ISecurityGroup
    ) -> ec2.CfnSecurityGroupIngress:
        """Let the members of a security group connect to the database.

        The rule is made where it is needed, not here: else the result store's stack would depend on
        the stack of whoever connects to it, and neither could be deleted before the other.

        Args:
            scope: Parent construct of the rule, in the stack of ``security_group``.
            id: Name within the parent.
            security_group: Whose members may connect.
        """
        return ec2.CfnSecurityGroupIngress(
            scope,
            id,
            group_id=known(self.security_group).security_group_id,
            source_security_group_id=known(security_group).security_group_id,
            ip_protocol="tcp",
            from_port=self.port,
            to_port=self.port,
            description="MySQL",
        )


class ResultStore(BaseResultStore):
    """A MySQL instance: encrypted, TLS only, backed up, and closed until somebody is let in.

    Args:
        scope: Parent construct.
        id: Name within the parent.
        spec: The database.
        vpc: The VPC that it runs in.
        subnets: Its subnets there, in at least two availability zones.
        removal_policy: What becomes of the database, and of all that it needs, when the stack is
            deleted. ``DESTROY`` takes no final snapshot and deletes the backups.
        deletion_protection: Whether RDS refuses to delete it, whoever asks.

    Raises:
        InvalidSpecError: RDS or MySQL would refuse the database, or one of its users.

    Attributes:
        instance: The DB instance.
        secret: The administrator's user name and password, with host and port.
        user_secrets: The secret of each of the spec's users, by name: JSON with ``username``, ``password``, ``host``,
            ``port``, ``dbname`` and ``engine``.
        security_group: The instance's security group. It has no rules, but for the function that makes users.
        encryption_key: Encrypts storage, backups and the secret.
        endpoint_address: Host name to connect to.
        port: Port to connect to.
    """

    @staticmethod
    def from_attributes(
        scope: Construct,
        id: str,
        *,
        endpoint_address: str,
        secret: secretsmanager.ISecret,
        security_group: ec2.ISecurityGroup,
        port: int = _PORT,
        user_secrets: Mapping[str, secretsmanager.ISecret] | None = None,
    ) -> BaseResultStore:
        """A database that exists, or that something else makes.

        Args:
            scope: Parent construct.
            id: Name within the parent.
            endpoint_address: Host name to connect to.
            secret: User name and password, as JSON with ``username`` and ``password``.
            security_group: The database's security group; rules are added to it.
            port: Port to connect to.
            user_secrets: Secrets of users besides the administrator, by name, each like ``secret``. Default: none.
        """
        return _ExistingResultStore(
            scope,
            id,
            endpoint_address=endpoint_address,
            secret=secret,
            security_group=security_group,
            port=port,
            user_secrets=user_secrets or {},
        )

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        spec: ResultStoreSpec,
        vpc: ec2.IVpc,
        subnets: Sequence[ec2.ISubnet],
        removal_policy: cdk.RemovalPolicy = cdk.RemovalPolicy.RETAIN,
        deletion_protection: bool = True,
    ) -> None:
        super().__init__(scope, id)
        problems = result_store_problems(spec)
        if any(problem.severity == "error" for problem in problems):
            raise InvalidSpecError(problems)
        destroy = removal_policy == cdk.RemovalPolicy.DESTROY
        self.encryption_key = kms.Key(
            self,
            "Key",
            description=f"Encrypts the result store {path_of(self)}",
            enable_key_rotation=True,
            removal_policy=removal_policy,
            pending_window=days(_DESTROYED_KEY_PENDING_WINDOW_DAYS) if destroy else None,
        )
        self.security_group = ec2.SecurityGroup(
            self,
            "SecurityGroup",
            vpc=vpc,
            description="Result store",
            allow_all_outbound=False,
        )
        self.security_group.apply_removal_policy(removal_policy)
        admin = rds.DatabaseSecret(
            self, "Secret", username=ADMINISTRATOR, encryption_key=self.encryption_key
        )
        admin.apply_removal_policy(removal_policy)
        engine = _engine(spec.engine.removeprefix("mysql-"))
        self.instance = rds.DatabaseInstance(
            self,
            "Instance",
            engine=engine,
            instance_type=_instance_type(spec.instance_type),
            storage_type=rds.StorageType.GP3,
            allocated_storage=spec.storage_gib,
            max_allocated_storage=spec.max_storage_gib,
            storage_encrypted=True,
            storage_encryption_key=self.encryption_key,
            credentials=rds.Credentials.from_secret(admin),
            parameter_group=self._parameter_group(engine, spec, removal_policy),
            vpc=vpc,
            subnet_group=rds.SubnetGroup(
                self,
                "SubnetGroup",
                description=f"Result store {path_of(self)}",
                vpc=vpc,
                vpc_subnets=ec2.SubnetSelection(subnets=list(subnets)),
                removal_policy=removal_policy,
            ),
            security_groups=[self.security_group],
            port=_PORT,
            publicly_accessible=False,
            multi_az=spec.multi_az,
            backup_retention=days(spec.backup_retention_days),
            copy_tags_to_snapshot=True,
            delete_automated_backups=destroy,
            auto_minor_version_upgrade=True,
            # From mysql-8.0 to mysql-8.4 in the file: RDS wants to be told that this is meant.
            allow_major_version_upgrade=True,
            cloudwatch_logs_exports=list(_LOGS),
            removal_policy=removal_policy,
            deletion_protection=deletion_protection,
        )
        self.secret: secretsmanager.ISecret = self.instance.secret or admin
        # Without its attachment, the secret would lose host and port.
        self.secret.apply_removal_policy(removal_policy)
        self.endpoint_address = self.instance.db_instance_endpoint_address
        self.port = _PORT
        InstanceLogRetention(
            self,
            "LogRetention",
            instance=self.instance,
            log_types=_LOGS,
            retention_days=_LOG_RETENTION_DAYS,
            removal_policy=(cdk.RemovalPolicy.DESTROY if destroy else cdk.RemovalPolicy.RETAIN),
        )
        self._acknowledge(admin, spec, deletion_protection=deletion_protection)
        self.user_secrets: Mapping[str, secretsmanager.ISecret] = {}
        if spec.users or spec.databases:
            users = ResultStoreUsers(
                self,
                "Users",
                spec=spec,
                vpc=vpc,
                subnets=subnets,
                endpoint_address=self.endpoint_address,
                port=self.port,
                administrator=self.secret,
                encryption_key=self.encryption_key,
                security_group=self.security_group,
            )
            self.user_secrets = users.secrets

    def _parameter_group(
        self,
        engine: rds.IInstanceEngine,
        spec: ResultStoreSpec,
        removal_policy: cdk.RemovalPolicy,
    ) -> rds.ParameterGroup:
        return rds.ParameterGroup(
            self,
            "ParameterGroup",
            engine=engine,
            description=f"Result store {path_of(self)}",
            parameters={
                "character_set_server": "utf8mb4",
                "collation_server": spec.collation,
                # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-ssl-connections.require-ssl.html
                "require_secure_transport": "1",
                # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.MySQL.LogFileSize.html
                "slow_query_log": "1",
                "long_query_time": str(spec.slow_query_seconds),
                "log_output": "FILE",
            },
            removal_policy=removal_policy,
        )

    def _acknowledge(
        self, secret: secretsmanager.ISecret, spec: ResultStoreSpec, *, deletion_protection: bool
    ) -> None:
        acknowledge(
            secret,
            rule="AwsSolutions-SMG4",
            reason="Nobody works with this password: it is generated, is only read to create the "
            "users that jobs and people connect with, and every read is in CloudTrail. A function "
            "that rotates it would need a way from the isolated database subnets to Secrets "
            "Manager, which is more than they are exposed to now.",
        )
        reasons = {
            "AwsSolutions-RDS11": "The port is no secret to whoever can reach it, and nobody can but the security "
            "groups that were let in, over TLS."
        }
        if not spec.multi_az:
            reasons["AwsSolutions-RDS3"] = (
                "The environment declares multi_az: false: its results can wait until the instance is replaced, or "
                "restored from its automatic backups."
            )
        if not deletion_protection:
            reasons["AwsSolutions-RDS10"] = (
                "The environment declares that its stacks may be deleted."
            )
        acknowledge_all(self.instance, reasons)
        validations_of(self.instance).acknowledge(
            cdk.Acknowledgment(
                id="CloudFormation-Validate::E9006",
                reason="RDS takes a major version, too, and picks the minor version; the list that "
                "this validation has is one of minor versions.",
            ),
            *(
                cdk.Acknowledgment(
                    id=f"CloudFormation-Validate::{rule}",
                    reason="Instance classes are checked against what AWS documents when the spec is read: one that "
                    "is newer than that is a warning, as RDS may have it by now.",
                )
                for rule in ("E3025", "E3062")
            ),
        )


class _ExistingResultStore(BaseResultStore):
    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        endpoint_address: str,
        secret: secretsmanager.ISecret,
        security_group: ec2.ISecurityGroup,
        port: int,
        user_secrets: Mapping[str, secretsmanager.ISecret],
    ) -> None:
        super().__init__(scope, id)
        self.endpoint_address = endpoint_address
        self.secret = secret
        self.user_secrets = user_secrets
        self.security_group = security_group
        self.port = port


@cache
def _engine(major_version: str) -> rds.IInstanceEngine:
    return rds.DatabaseInstanceEngine.mysql(
        version=rds.MysqlEngineVersion.of(major_version, major_version)
    )


@cache
def _instance_type(name: str) -> ec2.InstanceType:
    return ec2.InstanceType(name)
