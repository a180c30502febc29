"""What a user may declare about what the users of a cluster may do: roles, Lake Formation, Ranger."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from emr_platform.security_configuration.values import (
    EmrWords,
    PartSpec,
    RoleArn,
    RolePath,
    SecretArn,
    spelt,
)
from emr_platform.spec import Items, Name, SpecModel, TextMatching
from emr_platform.storage.spec import BucketAccess

RANGER_APPLICATIONS = {
    "Spark": "spark",
    "Hive": "hive",
    "EMRFS-S3": "emrfs_s3",
    "Trino": "trino",
}
"""EMR's words for what Ranger has plugins for, and ours."""

LineOfText = Annotated[str, TextMatching(r"\S(.*\S)?", "text without spaces at its ends")]
"""A name that somebody else gave."""

S3Prefix = Annotated[
    str,
    TextMatching(
        r"(s3://[a-z0-9][a-z0-9.-]+|bucket://[a-z0-9-]+)(/\S*)?",
        "s3://bucket/prefix or bucket://name/prefix",
    ),
]
"""A bucket, or what lies in it under a prefix."""

LogGroupArn = Annotated[
    str,
    TextMatching(
        r"arn:aws[a-z-]*:logs:[a-z0-9-]+:\d{12}:log-group:[A-Za-z0-9_/.#-]{1,512}(:\*)?",
        "the ARN of a log group",
    ),
]
"""The ARN of a log group of CloudWatch Logs."""


class NewRoleSpec(SpecModel):
    """A role that is made for the cluster, and that its nodes may assume."""

    buckets: dict[Name, BucketAccess] = Field(
        default_factory=dict,
        description="Data buckets that the role may use, by their names. Left out: none.",
    )


class EmrfsRoleMappingSpec(SpecModel):
    """A role that EMRFS uses for certain users, groups or places in S3, instead of the instance role."""

    role_arn: RoleArn | None = Field(
        default=None,
        description="A role that exists; it must trust the cluster's instance role.",
    )
    create: NewRoleSpec | None = Field(
        default=None, description="Instead: a role that is made along."
    )
    users: Items[LineOfText] = Field(default=(), description="For these users of the cluster.")
    groups: Items[LineOfText] = Field(default=(), description="Or for the users in these groups.")
    prefixes: Items[S3Prefix] = Field(default=(), description="Or for what lies in S3 under these.")

    @model_validator(mode="after")
    def _one_of_each(self) -> EmrfsRoleMappingSpec:
        _exactly_one(role_arn=self.role_arn is not None, create=self.create is not None)
        _exactly_one(users=bool(self.users), groups=bool(self.groups), prefixes=bool(self.prefixes))
        return self


def _exactly_one(**given: bool) -> None:
    if sum(given.values()) != 1:
        *most, last = given
        names = f"{', '.join(most)} and {last}"
        raise PydanticCustomError(
            "one_of",
            "not exactly one of {names} is given",
            {
                "names": names,
                "allowed": f"exactly one of {names}",
                "choices": " ".join(given),
            },
        )


class RuntimeRolesSpec(SpecModel):
    """IAM roles that steps and notebooks run with, each with its own. Mirrors ``IAMConfiguration``."""

    enabled: bool = Field(
        default=True, description="False keeps the settings, and leaves steps the instance role."
    )
    role_arns: Items[RoleArn] = Field(
        default=(),
        description="Roles that exist; they must trust the cluster's instance role, for "
        "sts:AssumeRole and sts:TagSession.",
    )
    create: dict[Name, NewRoleSpec] = Field(
        default_factory=dict, description="Roles that are made along, by name."
    )
    role_path: RolePath | None = Field(
        default=None,
        description="IAM path of roles that others make, now or later: nodes may assume each role "
        "of their account whose path begins with it. They must trust the cluster's instance role. "
        "Left out: none.",
    )
    propagate_source_identity: bool | None = Field(
        default=None,
        description="Whether the identity of who submits a step is passed on to its role. "
        "Left out: no.",
    )


class LakeFormationSpec(PartSpec):
    """Access to tables by AWS Lake Formation. Mirrors ``LakeFormationConfiguration``."""

    authorized_session_tag_value: Annotated[str, Field(min_length=1, max_length=256)] = Field(
        default="Amazon EMR",
        validation_alias=spelt("authorized_session_tag_value", "AuthorizedSessionTagValue"),
        description="The session tag that Lake Formation trusts, as in its application "
        "integration settings.",
    )


class RangerPluginSpec(PartSpec):
    """A plugin of Apache Ranger."""

    application: Annotated[
        Literal["spark", "hive", "emrfs_s3", "trino"], EmrWords(RANGER_APPLICATIONS)
    ] = Field(validation_alias=spelt("application", "App"), description="What the plugin guards.")
    client_secret_arn: SecretArn = Field(
        validation_alias=spelt("client_secret_arn", "ClientSecretARN"),
        description="Secret with the plugin's private TLS certificate.",
    )
    policy_repository: LineOfText = Field(
        validation_alias=spelt("policy_repository", "PolicyRepositoryName"),
        description="Name of the service in the Ranger admin server.",
    )


class RangerServerSpec(PartSpec):
    """A Ranger admin server, the roles of its plugins, and the plugins."""

    admin_server_url: Annotated[str, TextMatching(r"https://[^\s/]+\S*", "https://server:6182")] = (
        Field(
            validation_alias=spelt("admin_server_url", "AdminServerURL"),
            description="The Ranger admin server, https://server:6182.",
        )
    )
    admin_server_secret_arn: SecretArn = Field(
        validation_alias=spelt("admin_server_secret_arn", "AdminServerSecretARN"),
        description="Secret with the admin server's TLS certificate.",
    )
    plugin_role_arn: RoleArn = Field(
        validation_alias=spelt("plugin_role_arn", "RoleForRangerPluginsARN"),
        description="Role for data that Ranger guards; it must trust the cluster's instance role.",
    )
    user_role_arn: RoleArn = Field(
        validation_alias=spelt("user_role_arn", "RoleForOtherAWSServicesARN"),
        description="Role for other AWS services; it must trust the cluster's instance role.",
    )
    plugins: Items[RangerPluginSpec] = Field(
        min_length=1,
        validation_alias=spelt("plugins", "RangerPluginConfigurations"),
        description="The plugins.",
    )


class RangerSpec(RangerServerSpec):
    """Access to data by Apache Ranger. Mirrors ``RangerConfiguration``."""

    audit_log_group_arn: LogGroupArn | None = Field(
        default=None, description="Log group for audit events. Left out: none."
    )
