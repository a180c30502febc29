"""The value types that all parts of an environment file share, on both sides of what they allow."""

from __future__ import annotations

import re

import pytest
from pydantic import TypeAdapter, ValidationError

from emr_platform.spec import Name

NAME: TypeAdapter[str] = TypeAdapter(Name)


@pytest.mark.parametrize(
    "name", ["a", "a-1", "a" * 32, "constructors", "a-constructor", "constructor-1", "prototype"]
)
def test_names(name: str) -> None:
    assert NAME.validate_python(name) == name
    assert re.search(NAME.json_schema()["pattern"], name)


@pytest.mark.parametrize("name", ["", "a-", "1a", "A", "a_b", "a" * 33, "constructor"])
def test_no_names(name: str) -> None:
    with pytest.raises(ValidationError):
        NAME.validate_python(name)
    assert not re.search(NAME.json_schema()["pattern"], name)


def test_the_name_that_javascript_reserves_is_explained() -> None:
    with pytest.raises(ValidationError, match="'constructor' has a meaning of its own"):
        NAME.validate_python("constructor")
