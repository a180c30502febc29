"""Texts to try for values that a template leaves open: of each kind that rules tell apart."""

from __future__ import annotations

RELEASES = (
    "emr-7.12.0",
    "emr-6.15.0",
    "emr-5.36.2",
    "emr-6.0.0",
    "emr-5.0.0",
    "emr-4.9.6",
    "emr-7.0.0",
    "emr-5.20.0",
    "emr-6.4.0",
    "emr-spark-8.0.0",
)
INSTANCE_TYPES = (
    "m5.xlarge",
    "m6g.xlarge",
    "r5d.24xlarge",
    "m4.large",
    "g4dn.xlarge",
    "c7g.2xlarge",
    "i3.xlarge",
    "m7i.4xlarge",
)
APPLICATIONS = ("Spark", "Hive", "HBase", "Trino", "Presto", "Flink", "JupyterHub")
AMIS = ("ami-0123456789abcdef0",)
SECURITY_GROUPS = ("sg-0123456789abcdef0",)
KEY_ARNS = ("arn:aws:kms:us-east-1:111122223333:key/01234567-89ab-cdef-0123-456789abcdef",)
S3_URIS = ("s3://bucket-of-somebody/prefix/",)
OBJECT_URIS = ("s3://bucket-of-somebody/object.sh",)
WORDS = ("x", "value", "4", "true", "4g")
CONFIGURATIONS = (
    (),
    ({"Classification": "spark-defaults", "Properties": {"spark.executor.memory": "4g"}},),
)
