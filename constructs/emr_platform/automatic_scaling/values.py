"""The values that both forms of a scaling policy share."""

from __future__ import annotations

from typing import Annotated, Literal

from emr_platform.spec import TextMatching

MOST_IN_THRESHOLDS = 10**15
"""More bytes, and more of everything else, than any metric of a cluster counts."""

CLUSTER_ID = "${emr.clusterId}"
"""What EMR replaces by the id of the cluster."""

Comparison = Literal["greater_than", "greater_than_or_equal", "less_than", "less_than_or_equal"]
Statistic = Literal["average", "sum", "minimum", "maximum", "sample_count"]
Market = Literal["on_demand", "spot"]
Unit = Literal[
    "none",
    "count",
    "percent",
    "seconds",
    "milli_seconds",
    "micro_seconds",
    "bytes",
    "kilo_bytes",
    "mega_bytes",
    "giga_bytes",
    "tera_bytes",
    "bits",
    "kilo_bits",
    "mega_bits",
    "giga_bits",
    "tera_bits",
    "count_per_second",
    "bytes_per_second",
    "kilo_bytes_per_second",
    "mega_bytes_per_second",
    "giga_bytes_per_second",
    "tera_bytes_per_second",
    "bits_per_second",
    "kilo_bits_per_second",
    "mega_bits_per_second",
    "giga_bits_per_second",
    "tera_bits_per_second",
]

# https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScalingPolicy.html
RuleName = Annotated[
    str, TextMatching(r"[\x20-\x7e]{1,256}", "1 to 256 printable ASCII characters")
]
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Metric.html
MetricName = Annotated[str, TextMatching(r"[\x20-\x7e]{1,255}", "the name of a CloudWatch metric")]
Namespace = Annotated[
    str, TextMatching(r"[^:\s][^:]{0,254}", "a CloudWatch namespace such as AWS/ElasticMapReduce")
]
