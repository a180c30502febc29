import json
import re
from dataclasses import replace
from pathlib import Path

from emr_platform.isolation.check import isolation_of
from emr_platform.isolation.report import as_text, locator
from emr_platform.templates.model import Stack
from emr_platform.templates.reading import parse
from tests.isolation.estate import pool, runtime, shared
from tests.isolation.support import look

PAGE = (Path(__file__).parents[2] / "docs" / "isolation.md").read_text(encoding="utf-8")
PROD = """{
  "Resources": {
    "Data": {"Type": "AWS::S3::Bucket"},
    "Key": {"Type": "AWS::KMS::Key", "Properties": {
      "KeyPolicy": {
        "Statement": {"Effect": "Allow", "Action": "kms:*", "Resource": "*",
                      "Principal": {"AWS": {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:root"}}}
      }}}
  }
}
"""


def block(language: str, index: int = 0) -> str:
    found = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return str(found[index])


def stack(environment: str, text: str) -> Stack:
    parsed = parse(text, name=f"{environment}-stack", place=f"{environment}.json")
    return replace(parsed, tags={"environment": environment})


def test_example_is_reported_as_shown() -> None:
    stacks = [stack("dev", block("json")), stack("prod", PROD)]
    assert as_text(isolation_of(stacks), locator(stacks)) == block("text")


def test_example_of_tenants_is_reported_as_shown() -> None:
    leak = runtime("acme", json.loads(block("json", 1)))
    stacks = [shared(), pool("acme", {"Runtime": leak}), pool("globex")]
    assert as_text(look(*stacks), locator(stacks)) == block("text", 1)
