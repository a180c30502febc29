"""The type checker reads every module of aws-cdk-lib that a type of ours leads to."""

from __future__ import annotations

import tomllib

import pytest

from scripts.build_typed_modules import TARGET, listed_modules, needed_modules, with_modules


def test_list_is_current() -> None:
    # python -m scripts.build_typed_modules
    assert listed_modules(TARGET.read_text(encoding="utf-8")) == needed_modules()


def test_what_types_lead_to_is_needed() -> None:
    needed = needed_modules()

    # Named here; in the arguments of a VPC; in those of these; and the packages around them.
    for name in ("aws_ec2", "aws_cloudwatch", "aws_iam", "interfaces.aws_iam", "_jsii"):
        assert f"aws_cdk.{name}" in needed
    assert {"aws_cdk", "aws_cdk.interfaces", "aws_cdk.cloud_assembly_schema"} <= set(needed)
    # The first module of the library names it, and nothing of what is used here refers to it.
    assert "aws_cdk.aws_quicksight" not in needed


def test_mypy_is_as_strict_as_ever() -> None:
    configuration = tomllib.loads(TARGET.read_text(encoding="utf-8"))["tool"]["mypy"]

    assert configuration["strict"] is True
    skipped = [
        override["module"]
        for override in configuration["overrides"]
        if override.get("follow_imports") == "skip"
    ]
    assert skipped == [["aws_cdk.*"]]
    assert not any("ignore_errors" in override for override in configuration["overrides"])


def test_list_can_be_written_and_read() -> None:
    text = TARGET.read_text(encoding="utf-8")

    assert listed_modules(with_modules(text, ["aws_cdk", "aws_cdk.aws_s3"])) == [
        "aws_cdk",
        "aws_cdk.aws_s3",
    ]
    with pytest.raises(ValueError, match="no list"):
        listed_modules("")
