"""What a user may declare about S3: the environment's own buckets, and access to others."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from emr_platform.spec import PARENTHESES_IN_PAIRS, KmsKeyArn, Name, SpecModel, TextMatching

BucketAccess = Literal["read", "read_write"]

_Days = Annotated[int, Field(ge=1, le=36500)]


class LogBucketSpec(SpecModel):
    """Where EMR writes the logs of clusters and steps."""

    expire_after_days: _Days = Field(default=90, description="Days after which logs are deleted.")


class ConfigBucketSpec(SpecModel):
    """Where bootstrap and step scripts are shipped to; versioned."""

    expire_old_versions_after_days: _Days = Field(
        default=90, description="Days after which an object's replaced or deleted versions go."
    )


class DataBucketSpec(SpecModel):
    """A bucket for the data that clusters work on; versioned."""

    expire_after_days: _Days | None = Field(
        default=None, description="Days after which objects are deleted. Left out: never."
    )
    expire_old_versions_after_days: _Days = Field(
        default=30, description="Days after which an object's replaced or deleted versions go."
    )
    infrequent_access_after_days: Annotated[int, Field(ge=30, le=36500)] | None = Field(
        default=None,
        description="Days after which objects move to the Infrequent Access storage class. "
        "Left out: never.",
    )


class ExternalBucketSpec(SpecModel):
    """A bucket that somebody else owns and that this environment's clusters may use."""

    bucket_name: Annotated[
        str, TextMatching(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "the name of an S3 bucket")
    ] = Field(description="Name of the bucket.")
    prefix: Annotated[
        str,
        TextMatching(
            rf"{PARENTHESES_IN_PAIRS}[^*?\[\]{{}}]*",
            "the beginning of keys, without * ? [ ] { }, and with ( and ) in pairs",
        ),
    ] = Field(
        default="",
        description="Only objects whose keys start with this. Left out: the whole bucket.",
    )
    access: BucketAccess = Field(default="read", description="What clusters may do there.")
    kms_key_arn: KmsKeyArn | None = Field(
        default=None, description="Key that encrypts the bucket, where it has one of its own."
    )


class StorageSpec(SpecModel):
    """The environment's buckets. All are private, TLS only, encrypted with their own KMS key."""

    logs: LogBucketSpec = Field(default=LogBucketSpec(), description="The log bucket.")
    config: ConfigBucketSpec = Field(default=ConfigBucketSpec(), description="The config bucket.")
    data: dict[Name, DataBucketSpec] = Field(
        default_factory=dict, description="Data buckets by name."
    )
    external: dict[Name, ExternalBucketSpec] = Field(
        default_factory=dict, description="Other people's buckets that clusters may use, by name."
    )
