"""What the roles of a cluster are allowed for what its security configuration names."""

from __future__ import annotations

import pytest

from emr_platform.security_configuration.needs import secret_resources

SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:"


@pytest.mark.parametrize("name", ["ranger-AbCdEf", "a/b-x4Qz9k", "ranger-server-aB3dE5"])
def test_whole_arn_of_a_secret(name: str) -> None:
    assert secret_resources(SECRET + name) == [SECRET + name]


@pytest.mark.parametrize(
    "name",
    ["ranger", "ranger-server", "ranger-Server", "etl-2024q1", "kdc-ADMIN1", "AbCdEf", "x-AbCdEfG"],
)
def test_arn_of_a_secret_without_the_characters_behind_its_name(name: str) -> None:
    assert secret_resources(SECRET + name) == [SECRET + name, f"{SECRET}{name}-??????"]
