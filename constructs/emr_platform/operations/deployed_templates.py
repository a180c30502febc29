"""The templates of stacks as they are deployed, read from CloudFormation."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from emr_platform.templates.model import Source, Stack, TemplateError, stack_of
from emr_platform.templates.reading import parse

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient


class DeployedTemplatesError(Exception):
    """AWS does not give the templates; the message says why, and what to do."""


def read_deployed(
    wanted: Source, *, profile: str | None = None, region: str | None = None
) -> Source:
    """Read the deployed template of every stack of a cloud assembly.

    Args:
        wanted: The assembly. Its stacks say in which account and region they belong.
        profile: AWS profile, as in ``~/.aws/config``. Default: boto3's own.
        region: Region of stacks for which the assembly names none. Default: the profile's.

    Returns:
        The stacks that exist, under the same names.

    Raises:
        DeployedTemplatesError: boto3 is not installed, there are no credentials or they are for
            another account, or AWS does not answer, or refuses to.
    """
    try:
        import boto3
        from botocore.exceptions import BotoCoreError, ClientError
    except ImportError:
        raise DeployedTemplatesError(
            "--deployed needs boto3: pip install 'emr-platform[operations]'"
        ) from None
    if not wanted.is_assembly:
        raise DeployedTemplatesError(
            f"{wanted.place}: is one template, which does not say of which stack; name a cloud assembly"
        )
    try:
        session = boto3.Session(profile_name=profile)
        _check_account(wanted, lambda: str(session.client("sts").get_caller_identity()["Account"]))
        clients: dict[str, CloudFormationClient] = {}
        stacks = {}
        for stack in wanted.stacks.values():
            where = _region(stack, region or session.region_name)
            if where not in clients:
                clients[where] = session.client("cloudformation", region_name=where)
            deployed = _stack(clients[where], stack)
            if deployed is not None:
                stacks[stack.name] = deployed
    except (BotoCoreError, ClientError) as error:
        raise DeployedTemplatesError(f"AWS does not give the deployed templates: {error}") from None
    except TemplateError as error:
        raise DeployedTemplatesError(str(error)) from None
    return Source("what is deployed", stacks, is_assembly=True)


def _check_account(wanted: Source, account: Callable[[], str]) -> None:
    """In another account every stack would look new, and nothing replaced."""
    named = {stack.account for stack in wanted.stacks.values() if stack.account}
    if not named:
        return
    ours = account()
    if others := sorted(named - {ours}):
        raise DeployedTemplatesError(
            f"{wanted.place}: has stacks of account {', '.join(others)}, and the credentials are for "
            f"{ours}; name a --profile of that account"
        )


def _region(stack: Stack, default: str | None) -> str:
    region = stack.region or default
    if region is None:
        raise DeployedTemplatesError(f"{stack.name}: its region is not known; give --region")
    return region


def _stack(client: CloudFormationClient, stack: Stack) -> Stack | None:
    from botocore.exceptions import ClientError

    try:
        template: Any = client.get_template(StackName=stack.name, TemplateStage="Original")[
            "TemplateBody"
        ]
    except ClientError as error:
        # CloudFormation has no code of its own for a stack that is not there.
        if "does not exist" in error.response.get("Error", {}).get("Message", ""):
            return None
        raise
    place = f"deployed stack {stack.name}"
    # boto3 has read JSON already.
    if isinstance(template, str):
        return parse(template, name=stack.name, place=place)
    return stack_of(template, name=stack.name, place=place)
