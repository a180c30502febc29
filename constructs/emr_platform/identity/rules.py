"""What is refused about shell access. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from emr_platform.identity.spec import SshSpec
from emr_platform.problems import Problem
from emr_platform.rule import Finding, RuleBook, listed_twice

_BOOK: RuleBook[SshSpec] = RuleBook()


@_BOOK.rule(
    "EMR-SSH-001",
    what="SSH is not open to the whole internet.",
    why="EMR's block of public access makes an exception for port 22 and would let it pass, but "
    "such nodes are attacked within minutes.",
    source="https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-block-public-access.html",
)
def ssh_is_not_public(spec: SshSpec) -> Iterator[Finding]:
    """No range of the whole internet."""
    for position, cidr in enumerate(spec.allow_from):
        if IPv4Network(cidr).prefixlen == 0:
            yield Finding(
                ("allow_from", position),
                f"{cidr} is the whole internet",
                "the address ranges of your own network, or session_manager: true for clusters",
            )


@_BOOK.rule(
    "EMR-SSH-002",
    what="An address range that may connect by SSH is listed once.",
    why="A security group has one rule for a port and a range: AWS refuses a second one, and the CDK makes no "
    "template with it.",
    source="https://docs.aws.amazon.com/AWSEC2/latest/APIReference/"
    "API_AuthorizeSecurityGroupIngress.html",
)
def ranges_are_unique(spec: SshSpec) -> Iterator[Finding]:
    """No range twice in allow_from."""
    yield from listed_twice(("allow_from",), spec.allow_from)


SSH_RULES = _BOOK.rules
"""Every rule about shell access by itself."""


def ssh_problems(spec: SshSpec) -> list[Problem]:
    """Check the shell access by itself.

    Args:
        spec: The shell access.

    Returns:
        All errors and warnings, with paths that begin in the spec.
    """
    return _BOOK.problems(spec)
