"""An environment's own buckets: private, TLS only, each encrypted with a KMS key of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from emr_platform.asked_once import days, path_of
from emr_platform.storage.emptying import restrict_emptying
from emr_platform.storage.spec import DataBucketSpec, StorageSpec

# A year: long enough to look into what is noticed late.
_ACCESS_LOGS_EXPIRE_AFTER_DAYS = 365
# The shortest that KMS has.
# https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html
_DESTROYED_KEY_PENDING_WINDOW_DAYS = 7


class BaseStorage(Construct):
    """The buckets of an environment, be they made here or not.

    Attributes:
        logs: Where EMR writes the logs of clusters and steps.
        config: Where bootstrap and step scripts are; None where there is no such bucket.
        data: Data buckets by name.
    """

    logs: s3.IBucket
    config: s3.IBucket | None
    data: Mapping[str, s3.IBucket]


class Storage(BaseStorage):
    """The log bucket, the config bucket, the data buckets, and a bucket that records access to them.

    No bucket is named, so that each can be replaced. Access to them is granted by those who need it.

    Args:
        scope: Parent construct.
        id: Name within the parent.
        spec: The buckets. External buckets are not made here.
        removal_policy: What becomes of buckets and keys when the stack is deleted. ``DESTROY``
            deletes the objects as well, and the keys after seven days.
        bucket_keys: Whether S3 asks KMS once for many objects, which costs less. Then permissions on a bucket's key
            cannot tell one object from another, as the encryption context is the ARN of the bucket.

    Attributes:
        logs: Where EMR writes the logs of clusters and steps.
        config: Where bootstrap and step scripts are; versioned.
        data: Data buckets by name; versioned.
        access_logs: Server access logs of the others, each under a prefix of its own.
    """

    @staticmethod
    def from_buckets(
        scope: Construct,
        id: str,
        *,
        logs: s3.IBucket,
        config: s3.IBucket | None = None,
        data: Mapping[str, s3.IBucket] | None = None,
    ) -> BaseStorage:
        """Buckets that exist, or that something else makes.

        Args:
            scope: Parent construct.
            id: Name within the parent.
            logs: Where EMR writes logs.
            config: Where scripts are shipped to. Default: nowhere.
            data: Data buckets by the names that ``bucket://`` references use. Default: none.
        """
        return _ExistingStorage(scope, id, logs, config, data or {})

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        spec: StorageSpec,
        removal_policy: cdk.RemovalPolicy = cdk.RemovalPolicy.RETAIN,
        bucket_keys: bool = True,
    ) -> None:
        super().__init__(scope, id)
        # Without this flag the CDK would write an ACL, which these buckets do not take.
        self.node.set_context("@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy", True)
        self._removal_policy = removal_policy
        self._bucket_keys = bucket_keys
        # Server access logs cannot be delivered to a bucket that is encrypted with a KMS key.
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
        self.access_logs = self._bucket(
            "AccessLogs", lifecycle_rules=[_expire(_ACCESS_LOGS_EXPIRE_AFTER_DAYS)]
        )
        self.logs: s3.Bucket = self._encrypted_bucket(
            "Logs", prefix="logs/", lifecycle_rules=[_expire(spec.logs.expire_after_days)]
        )
        self.config: s3.Bucket = self._encrypted_bucket(
            "Config",
            prefix="config/",
            versioned=True,
            lifecycle_rules=[_expire_old_versions(spec.config.expire_old_versions_after_days)],
        )
        self.data: Mapping[str, s3.Bucket] = MappingProxyType(
            {
                name: self._encrypted_bucket(
                    f"Data-{name}",
                    prefix=f"data/{name}/",
                    versioned=True,
                    lifecycle_rules=_data_lifecycle(bucket),
                )
                for name, bucket in spec.data.items()
            }
        )
        restrict_emptying(self)

    def _encrypted_bucket(
        self,
        id: str,
        *,
        prefix: str,
        lifecycle_rules: Sequence[s3.LifecycleRule],
        versioned: bool = False,
    ) -> s3.Bucket:
        destroy = self._removal_policy == cdk.RemovalPolicy.DESTROY
        key = kms.Key(
            self,
            f"{id}Key",
            description=f"Encrypts the bucket {path_of(self)}/{id}",
            enable_key_rotation=True,
            removal_policy=self._removal_policy,
            pending_window=days(_DESTROYED_KEY_PENDING_WINDOW_DAYS) if destroy else None,
        )
        return self._bucket(
            id, lifecycle_rules=lifecycle_rules, versioned=versioned, key=key, prefix=prefix
        )

    def _bucket(
        self,
        id: str,
        *,
        lifecycle_rules: Sequence[s3.LifecycleRule],
        versioned: bool = False,
        key: kms.IKey | None = None,
        prefix: str | None = None,
    ) -> s3.Bucket:
        bucket = s3.Bucket(
            self,
            id,
            encryption=s3.BucketEncryption.KMS if key else s3.BucketEncryption.S3_MANAGED,
            encryption_key=key,
            bucket_key_enabled=self._bucket_keys if key else None,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            block_public_access=_block_public_access(),
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            versioned=versioned,
            lifecycle_rules=[*lifecycle_rules, _abort_uploads()],
            server_access_logs_bucket=self.access_logs if prefix else None,
            server_access_logs_prefix=prefix,
            removal_policy=self._removal_policy,
            auto_delete_objects=self._removal_policy == cdk.RemovalPolicy.DESTROY,
        )
        # A bucket that stays must not lose what keeps others out.
        if policy := bucket.policy:
            policy.apply_removal_policy(self._removal_policy)
        return bucket


class _ExistingStorage(BaseStorage):
    def __init__(
        self,
        scope: Construct,
        id: str,
        logs: s3.IBucket,
        config: s3.IBucket | None,
        data: Mapping[str, s3.IBucket],
    ) -> None:
        super().__init__(scope, id)
        self.logs = logs
        self.config = config
        self.data = MappingProxyType(dict(data))


@cache
def _block_public_access() -> s3.BlockPublicAccess:
    return s3.BlockPublicAccess.BLOCK_ALL


def _abort_uploads() -> s3.LifecycleRule:
    return s3.LifecycleRule(id="AbortUploads", abort_incomplete_multipart_upload_after=days(7))


def _expire(after_days: int) -> s3.LifecycleRule:
    return s3.LifecycleRule(id="Expire", expiration=days(after_days))


def _expire_old_versions(after_days: int) -> s3.LifecycleRule:
    return s3.LifecycleRule(
        id="ExpireOldVersions",
        noncurrent_version_expiration=days(after_days),
        # What marks an object as deleted is of no use once its last old version is gone.
        expired_object_delete_marker=True,
    )


@cache
def _infrequent_access() -> s3.StorageClass:
    return s3.StorageClass.INFREQUENT_ACCESS


def _data_lifecycle(spec: DataBucketSpec) -> list[s3.LifecycleRule]:
    rules = [_expire_old_versions(spec.expire_old_versions_after_days)]
    if spec.infrequent_access_after_days is not None:
        transition = s3.Transition(
            storage_class=_infrequent_access(),
            transition_after=days(spec.infrequent_access_after_days),
        )
        rules.append(s3.LifecycleRule(id="InfrequentAccess", transitions=[transition]))
    if spec.expire_after_days is not None:
        rules.append(_expire(spec.expire_after_days))
    return rules
