"""What the file says about the metastore, on both sides of what is allowed."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from emr_platform.metastore.spec import GlueCatalogSpec


@pytest.mark.parametrize(
    "folder",
    ["s3://lake/", "bucket://lake/", "s3://lake/a/b/", "bucket://lake/a(b)/", "s3://lake/a$b/"],
)
def test_folders(folder: str) -> None:
    assert GlueCatalogSpec(warehouse=folder).warehouse == folder


@pytest.mark.parametrize(
    "folder",
    [
        "s3://lake",
        "s3://lake/a",
        "lake/a/",
        "bucket://lake/a b/",
        "bucket://lake/a[b/",
        "bucket://lake/a]b/",
        "bucket://lake/{a}/",
        "bucket://lake/${a}/",
        "bucket://lake/a(b/",
        "bucket://lake/a)b/",
    ],
)
def test_no_folders(folder: str) -> None:
    with pytest.raises(ValidationError, match="with a slash at the end"):
        GlueCatalogSpec(warehouse=folder)
