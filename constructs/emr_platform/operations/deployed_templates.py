"""The templates of stacks as they are deployed, read from CloudFormation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from emr_platform.templates.model import Source, Stack, TemplateError, stack_of
from emr_platform.templates.reading import parse

if TYPE_CHECKING:
    from boto3 import Session
    from mypy_boto3_cloudformation import CloudFormationClient

_SESSION_NAME = "emr-platform-changes"


class DeployedTemplatesError(Exception):
    """AWS does not give the templates; the message says why, and what to do."""


def read_deployed(
    wanted: Source,
    *,
    profile: str | None = None,
    region: str | None = None,
    lookup_roles: bool = False,
) -> Source:
    """Read the deployed template of every stack of a cloud assembly.

    Args:
        wanted: The assembly. Its stacks say in which account and region they belong.
        profile: AWS profile, as in ``~/.aws/config``. Default: boto3's own.
        region: Region of stacks for which the assembly names none. Default: the profile's.
        lookup_roles: Whether to read each stack as the CDK would: with the lookup role that ``cdk bootstrap``
            made in its account, which the credentials must be allowed to assume. Default: with the
            credentials themselves.

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
        clients = _Clients(session)
        if not lookup_roles:
            _check_account(wanted, lambda: clients.account)
        stacks = {}
        for stack in wanted.stacks.values():
            where = _region(stack, region or session.region_name)
            role = clients.lookup_role(stack, where) if lookup_roles else None
            deployed = _stack(clients.of(where, role), stack)
            if deployed is not None:
                stacks[stack.name] = deployed
    except (BotoCoreError, ClientError) as error:
        raise DeployedTemplatesError(f"AWS does not give the deployed templates: {error}") from None
    except TemplateError as error:
        raise DeployedTemplatesError(str(error)) from None
    return Source("what is deployed", stacks, is_assembly=True)


@dataclass(slots=True)
class _Clients:
    """Clients of CloudFormation: one for each region, and for each role with which it is asked."""

    session: Session
    _made: dict[tuple[str, str | None], CloudFormationClient] = field(default_factory=dict)
    _identity: Any = None

    @property
    def account(self) -> str:
        """The account of the credentials."""
        return str(self._caller["Account"])

    def lookup_role(self, stack: Stack, region: str) -> str:
        """The ARN of the role with which the CDK looks things up where a stack belongs."""
        if stack.lookup_role is None:
            raise DeployedTemplatesError(
                f"{stack.name}: the assembly names no lookup role for it; leave out --lookup-roles"
            )
        arn = stack.lookup_role
        for name, value in (
            ("Partition", self._caller["Arn"].split(":")[1]),
            ("AccountId", stack.account or self.account),
            ("Region", region),
        ):
            arn = arn.replace(f"${{AWS::{name}}}", value)
        return arn

    def of(self, region: str, role: str | None) -> CloudFormationClient:
        """The client for a region and a role; None: with the credentials themselves."""
        if (region, role) not in self._made:
            keys: dict[str, Any] = {}
            if role:
                # The regional endpoint answers also where the global one is not reached.
                given = self.session.client("sts", region_name=region).assume_role(
                    RoleArn=role, RoleSessionName=_SESSION_NAME
                )["Credentials"]
                keys = {
                    "aws_access_key_id": given["AccessKeyId"],
                    "aws_secret_access_key": given["SecretAccessKey"],
                    "aws_session_token": given["SessionToken"],
                }
            self._made[region, role] = self.session.client(
                "cloudformation", region_name=region, **keys
            )
        return self._made[region, role]

    @property
    def _caller(self) -> Any:
        if self._identity is None:
            self._identity = self.session.client("sts").get_caller_identity()
        return self._identity


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
