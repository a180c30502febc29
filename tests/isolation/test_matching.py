"""Patterns against texts with names in them that only AWS knows."""

import pytest

from emr_platform.isolation.matching import (
    ACCOUNT,
    ANY,
    HOLE,
    WORD,
    anonymous,
    covers,
    escaped,
    literal,
    overlaps,
    with_variables,
)

ONE, TWO = "\U000f0000", "\U000f0001"
BUCKET = f"arn:aws:s3:::prod-{ONE}"
OBJECTS = f"{BUCKET}/{ANY}"

# Pattern, text, whether it may match, whether it matches whatever is not known.
CASES = [
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
    ("*", OBJECTS, True, True),
    ("arn:aws:s3:::*", BUCKET, True, True),
    ("arn:aws:s3:::*/*", OBJECTS, True, True),
    ("arn:aws:s3:::*/*", BUCKET, False, False),
    ("arn:aws:s3:::*", OBJECTS, True, True),
    ("arn:*", BUCKET, True, True),
    ("arn:aws:s3:::fixed", "arn:aws:s3:::fixed", True, True),
    ("arn:aws:s3:::FIXED", "arn:aws:s3:::fixed", False, False),
    ("arn:aws:s3:::fi?ed", "arn:aws:s3:::fixed", True, True),
    ("arn:aws:s3:::fi?ed", "arn:aws:s3:::fied", False, False),
    ("arn:aws:s3:::fix", "arn:aws:s3:::fixed", False, False),
    ("arn:aws:s3:::fixed*", "arn:aws:s3:::fixed", True, True),
    # Names that AWS makes up.
    (BUCKET, BUCKET, True, True),
    (BUCKET, f"arn:aws:s3:::prod-{TWO}", False, False),
    (f"{BUCKET}/*", OBJECTS, True, True),
    (f"{BUCKET}/logs/*", OBJECTS, True, False),
    (f"{BUCKET}*", OBJECTS, True, True),
    (f"arn:aws:s3:::*{ONE}/*", OBJECTS, True, True),
    (f"arn:aws:s3:::*{TWO}", BUCKET, False, False),
    # An object may be named after another bucket.
    (f"arn:aws:s3:::*{TWO}/*", OBJECTS, True, False),
    ("arn:aws:s3:::prod-*", BUCKET, True, True),
    ("arn:aws:s3:::prod-abc*", BUCKET, True, False),
    ("arn:aws:s3:::*-abc", BUCKET, True, False),
    ("arn:aws:s3:::dev-*", BUCKET, False, False),
    ("arn:aws:s3:::prod-abc", BUCKET, False, False),
    ("arn:aws:s3:::prod-???", BUCKET, True, False),
    ("arn:aws:s3:::prod-abc/*", OBJECTS, False, False),
    # A bucket of a known name, with anything below it.
    ("arn:aws:s3:::data/dev/*", f"arn:aws:s3:::data/{ANY}", True, False),
    (f"arn:aws:s3:::data/{TWO}/*", f"arn:aws:s3:::data/{ANY}", True, False),
    ("arn:aws:s3:::data", f"arn:aws:s3:::data/{ANY}", False, False),
    # A log stream has no colon in its name, an object may have one.
    ("arn:*:log-group:prod-*", f"arn:aws:logs:r:a:log-group:dev:log-stream:{WORD}", False, False),
    ("arn:*:log-group:*", f"arn:aws:logs:r:a:log-group:dev:log-stream:{WORD}", True, True),
    ("arn:*:prod-*", f"arn:aws:s3:::dev/{ANY}", True, False),
    # Accounts.
    (f"arn:aws:iam::{ACCOUNT}:role/x", f"arn:aws:iam::{ACCOUNT}:role/x", True, True),
    ("arn:aws:iam::111122223333:role/x", f"arn:aws:iam::{ACCOUNT}:role/x", True, False),
    (f"arn:aws:iam::{ACCOUNT}:role/x", "arn:aws:iam::111122223333:role/x", True, False),
    ("arn:aws:iam::111122223333:role/x", "arn:aws:iam::444455556666:role/x", False, False),
    # What is not known.
    (HOLE, BUCKET, True, False),
    (f"arn:aws:s3:::{HOLE}/*", OBJECTS, True, False),
    (f"arn:aws:sqs:::{HOLE}", BUCKET, False, False),
    ("arn:aws:s3:::data", f"arn:aws:s3:::{HOLE}", True, False),
    ("", BUCKET, False, False),
]


@pytest.mark.parametrize(("pattern", "text", "may", "does"), CASES)
def test_pattern(pattern: str, text: str, may: bool, does: bool) -> None:
    assert overlaps(pattern, text) is may
    assert covers(pattern, text) is does


def test_what_is_not_known_can_be_left_out() -> None:
    assert overlaps(f"arn:aws:s3:::{HOLE}", BUCKET)
    assert not overlaps(f"arn:aws:s3:::{HOLE}", BUCKET, holes=False)


def test_patterns_without_names_match_all_or_none() -> None:
    assert anonymous(BUCKET) == anonymous(f"arn:aws:s3:::prod-{TWO}") != BUCKET


def test_long_patterns_end() -> None:
    assert not overlaps("*a" * 60 + "b", "a" * 200 + ANY + "c")


def test_texts_cannot_forge_names() -> None:
    assert literal(f"x{ONE}{HOLE}") == "x\ufffd\ufffd"
    assert literal("häuser") == "häuser"


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
        ("home/${aws:PrincipalTag/team}/*", "home/blue/*"),
        ("home/${aws:principaltag/Team}/*", "home/blue/*"),
        ("home/${aws:PrincipalTag/team, 'none'}", "home/blue"),
        ("home/${aws:username}", f"home/{HOLE}"),
        ("${*}${?}${$}", f"{escaped('*?')}$"),
        ("plain", "plain"),
    ],
)
def test_variables(pattern: str, expected: str) -> None:
    assert with_variables(pattern, {"aws:principaltag/team": "blue"}) == expected


def test_escaped_wildcards_are_ordinary_characters() -> None:
    assert covers(escaped("a*"), "a*")
    assert not overlaps(escaped("a*"), "ab")
    assert overlaps(f"{escaped('a*')}?", f"a*{ANY}")
