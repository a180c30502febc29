"""What the file says about buckets, on both sides of what is allowed."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from emr_platform.storage.spec import ExternalBucketSpec


@pytest.mark.parametrize(
    "prefix", ["", "daily/", "a b", "report (final)/", "(a)(b)", "2024-", "é/"]
)
def test_prefixes(prefix: str) -> None:
    assert ExternalBucketSpec(bucket_name="partner", prefix=prefix).prefix == prefix


@pytest.mark.parametrize(
    "prefix",
    ["a*", "a?", "a]b", "a[b", "[a]", "a{b", "a}b", "{a}", "${x}/", "a(b", "a)b", ")a(", "((a))"],
)
def test_no_prefixes(prefix: str) -> None:
    with pytest.raises(ValidationError, match="the beginning of keys, without"):
        ExternalBucketSpec(bucket_name="partner", prefix=prefix)
