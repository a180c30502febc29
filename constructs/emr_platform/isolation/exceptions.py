"""What environments of one account share by AWS's own design, with the reasons why that is so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from emr_platform.isolation.model import Finding
from emr_platform.isolation.parties import Actor
from emr_platform.isolation.policies import Statement

EMR_SERVICE_POLICY: Final = "service-role/AmazonEMRServicePolicy_v2"
AGENT_POLICY: Final = "AmazonSSMManagedInstanceCore"
REPORTS: Final = frozenset(
    (
        "ssm:listinstanceassociations",
        "ssm:putcomplianceitems",
        "ssm:putinventory",
        "ssm:updateassociationstatus",
        "ssm:updateinstanceassociationstatus",
        "ssm:updateinstanceinformation",
    )
)
"""What an agent of Systems Manager tells about its node, and asks for."""

HEARTBEAT: Final = frozenset(("ssm:updateinstanceinformation",))
"""What no agent of Systems Manager can do without."""

INTERFACES: Final = frozenset(
    (
        "ec2:assignprivateipaddresses",
        "ec2:deletenetworkinterface",
        "ec2:unassignprivateipaddresses",
    )
)
"""What Lambda does, as a function's role, with network interfaces whose identifiers nobody knows before."""

EC2: Final = "ec2.amazonaws.com"
EMR: Final = "elasticmapreduce.amazonaws.com"
LAMBDA: Final = "lambda.amazonaws.com"


def documented(finding: Finding, actor: Actor, statements: Sequence[Statement]) -> str | None:
    """Why a finding is one that environments of one account cannot be without; None if it is not.

    Args:
        finding: The finding.
        actor: Who can do it.
        statements: All that allow it.
    """
    policies = {each.source.name for each in statements}
    actions = {action.lower() for action in finding.actions}
    if actions == HEARTBEAT and set(actor.trusted) == {EC2}:
        return (
            "Session Manager's agent reports by this that its node is there, and no policy can name the node "
            "that asks. By it, a node can report wrong facts about another one to Systems Manager; it opens no "
            "session and runs no command"
        )
    if policies == {AGENT_POLICY} and actions <= REPORTS:
        return (
            "Session Manager asks for this policy of AWS. By it, a node can report wrong facts about "
            "another one to Systems Manager; it opens no session and runs no command"
        )
    if actions <= INTERFACES and set(actor.trusted) == {LAMBDA}:
        return (
            "Lambda asks for this on all network interfaces, to take away those that it has made for a function in "
            "a VPC; AWS documents nothing narrower. By it, the function could change addresses of nodes, and take "
            "away interfaces that are not in use; it reads nothing"
        )
    if policies == {EMR_SERVICE_POLICY} and set(actor.trusted) == {EMR}:
        return (
            "EMR asks for this policy of AWS, which goes by a tag that is the same in all of an "
            "account; nobody but EMR acts as the role. Only accounts of their own keep "
            "environments apart here"
        )
    return None
