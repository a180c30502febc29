"""The value types of security configurations, on both sides of what they allow."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from emr_platform.security_configuration.values import RolePath

ROLE_PATH: TypeAdapter[str] = TypeAdapter(RolePath)


@pytest.mark.parametrize(
    "path", ["/a/", "/company/jobs/", "/a(b)/", r"/!#$%&\'+,-.:;<=>@AZ\^_`az|~/", f"/{'a' * 509}/"]
)
def test_role_paths(path: str) -> None:
    assert ROLE_PATH.validate_python(path) == path


@pytest.mark.parametrize(
    "path",
    [
        *("/", "a/", "/a", "/a b/", f"/{'a' * 510}/", "/a*/", "/a?/"),
        *("/a[b/", "/a]b/", "/a{b/", "/a}b/", "/${a}/", "/a(b/", "/a)b/"),
    ],
)
def test_no_role_paths(path: str) -> None:
    with pytest.raises(ValidationError, match="an IAM path below /"):
        ROLE_PATH.validate_python(path)
