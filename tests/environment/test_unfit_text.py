"""Text that YAML allows, and that CloudFormation or the CDK cannot have."""

from __future__ import annotations

import pytest

from emr_platform.environment.unfit_text import may_be_unfit, unfit


@pytest.mark.parametrize(
    ("value", "has_escapes", "kinds"),
    [
        ("plain ${HOME} $(name)", True, []),
        ("tab\tline\r\n", True, []),
        ("a\0b", True, ["EMR-FILE-003"]),
        ("a\0b", False, []),
        ("x${Token[TOKEN.1]}", False, ["EMR-FILE-023"]),
        ("#{Token[", False, ["EMR-FILE-023"]),
        ("Token[TOKEN.1]", False, []),
        ("-1.8881545897087623e+289", False, ["EMR-FILE-023"]),
        ("-1.5e+289", False, []),
        ("\x07${Token[a]}", True, ["EMR-FILE-003", "EMR-FILE-023"]),
    ],
)
def test_unfit(value: str, has_escapes: bool, kinds: list[str]) -> None:
    assert [each.kind.id for each in unfit(value, has_escapes=has_escapes)] == kinds


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name: dev", False),
        ('name: "a\\0"', True),
        ('name: "a\\x24{Token[b]}"', True),
        ("name: ${Token[b]}", True),
        ("number: -1.8881545897087623e+289", True),
    ],
)
def test_files_that_may_have_some(text: str, expected: bool) -> None:
    assert may_be_unfit(text) is expected
