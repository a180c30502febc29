"""The catalogue as the user's own account sees it, asked from EMR and EC2."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from emr_platform.catalog.facts import Facts, RegionFacts, TypeFacts, plain_number, readable
from emr_platform.catalog.release import Release

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from mypy_boto3_emr import EMRClient

_ACTIONS = (
    "elasticmapreduce:ListReleaseLabels",
    "elasticmapreduce:DescribeReleaseLabel",
    "elasticmapreduce:ListSupportedInstanceTypes",
    "ec2:DescribeInstanceTypeOfferings",
)
"""What whoever refreshes a catalogue has to be allowed."""

_ARCHITECTURES = {"X86_64": "x86_64", "AARCH64": "arm64"}
_NOT_ALLOWED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}
_NOT_ACCEPTED = {
    "AuthFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}


class CatalogRefreshError(Exception):
    """AWS does not give what a catalogue is made of; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class RegionAnswer:
    """What a region says it offers.

    Attributes:
        releases: Labels of EMR's releases, without betas and previews.
        ec2_types: Names of EC2's instance types.
    """

    releases: frozenset[str]
    ec2_types: frozenset[str]


@dataclass(frozen=True, slots=True)
class ReleaseAnswer:
    """What EMR says of a release.

    Attributes:
        region: The region that was asked.
        applications: Versions by name, None where there is none.
        instance_types: The instance types that EMR supports with it, by name.
    """

    region: str
    applications: Mapping[str, str | None]
    instance_types: Mapping[str, TypeFacts]


def ask_account(
    *,
    profile: str | None = None,
    regions: Sequence[str] = (),
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[dict[str, RegionAnswer], dict[str, ReleaseAnswer]]:
    """Ask EMR and EC2 what there is.

    Each region is asked for its releases (ListReleaseLabels) and instance types
    (DescribeInstanceTypeOfferings); and each release, in the first region that has it, for its
    applications (DescribeReleaseLabel) and instance types (ListSupportedInstanceTypes).

    Args:
        profile: AWS profile, as in ``~/.aws/config``. Default: boto3's own.
        regions: Regions to ask. Default: the profile's.
        progress: Called with a sentence now and then: there are hundreds of requests to send.

    Returns:
        Answers by region, and answers by release.

    Raises:
        CatalogRefreshError: boto3 is not installed, there are no credentials or no region, or AWS
            cannot be reached, or refuses.
    """
    try:
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError, ClientError
    except ImportError:
        raise CatalogRefreshError(
            "catalog refresh needs boto3: pip install 'emr-platform[operations]'"
        ) from None
    # Whether AWS answers at all should be known soon. Then there are hundreds of requests, and EMR
    # answers few of them in a second.
    hasty = Config(retries={"mode": "standard", "total_max_attempts": 3}, connect_timeout=10)
    patient = Config(retries={"mode": "adaptive", "total_max_attempts": 12})
    place = ""
    try:
        session = boto3.Session(profile_name=profile)
        wanted = list(dict.fromkeys(regions)) or [session.region_name]
        if wanted == [None]:
            raise CatalogRefreshError(
                "no region is set: give --region, or a --profile that has one"
            )
        by_region: dict[str, RegionAnswer] = {}
        by_release: dict[str, ReleaseAnswer] = {}
        for place in wanted:
            by_region[place] = _ask_region(
                session.client("emr", region_name=place, config=hasty),
                session.client("ec2", region_name=place, config=hasty),
            )
            emr = session.client("emr", region_name=place, config=patient)
            labels = sorted(by_region[place].releases, key=Release.parse)
            progress(f"{place}: {len(labels)} releases")
            new = [label for label in labels if label not in by_release]
            for number, label in enumerate(new, start=1):
                by_release[label] = _ask_release(emr, place, label)
                if number % 10 == 0 or number == len(new):
                    progress(f"{place}: asked for {number} of {len(new)} releases")
    except ClientError as error:
        raise CatalogRefreshError(_refusal(error, place)) from None
    except BotoCoreError as error:
        raise CatalogRefreshError(_failure(error, place)) from None
    return by_region, by_release


def refreshed(
    known: Facts,
    by_region: Mapping[str, RegionAnswer],
    by_release: Mapping[str, ReleaseAnswer],
    *,
    today: date,
) -> Facts:
    """Put what an account says over what a catalogue knew.

    What EMR does not list for a release that was asked is out, unless the region does not have the
    instance type: then it cannot tell. What was not asked stays as it was.

    Args:
        known: What the catalogue knew.
        by_region: Answers by region.
        by_release: Answers by release.
        today: The day of the answers.
    """
    types = dict(known.instance_types)
    supported = dict(known.supported)
    for label, answer in by_release.items():
        here = by_region[answer.region].ec2_types
        elsewhere = {name for name in known.supported.get(label, ()) if name not in here}
        supported[label] = frozenset(answer.instance_types) | elsewhere
        for name, facts in answer.instance_types.items():
            old = known.instance_types.get(name)
            # EC2's word about generations, which EMR's families only approximate.
            types[name] = (
                replace(facts, is_current_generation=old.is_current_generation) if old else facts
            )
    regions = dict(known.regions)
    for name, region in by_region.items():
        regions[name] = RegionFacts(
            as_of=today.isoformat(),
            releases=region.releases,
            # Where EC2 names none, it says nothing.
            instance_types=(region.ec2_types & types.keys()) or None,
        )
    listed = frozenset().union(*(region.releases for region in regions.values()))
    still_supported = frozenset().union(*(supported.get(label, ()) for label in listed))
    types = {name: facts for name, facts in types.items() if name in still_supported}
    ec2_types = known.other_ec2_types.union(*(answer.ec2_types for answer in by_region.values()))
    described = {
        label: answer.applications for label, answer in by_release.items() if answer.applications
    }
    return Facts(
        source=f"EMR and EC2 in {', '.join(sorted(by_region))}, asked on {today}. "
        f"The rest: {known.source}",
        as_of=today.isoformat(),
        regions={
            name: replace(
                region,
                instance_types=None
                if region.instance_types is None
                else region.instance_types & types.keys(),
            )
            for name, region in regions.items()
        },
        instance_types=types,
        supported={label: names & types.keys() for label, names in supported.items()},
        other_ec2_types=ec2_types - types.keys(),
        applications={**known.applications, **described},
    )


def _ask_region(emr: EMRClient, ec2: Any) -> RegionAnswer:
    labels = [
        label
        for page in _pages(emr.list_release_labels, "NextToken")
        for label in page.get("ReleaseLabels", [])
    ]
    pages = ec2.get_paginator("describe_instance_type_offerings").paginate(LocationType="region")
    offers = [offer["InstanceType"] for page in pages for offer in page["InstanceTypeOfferings"]]
    return RegionAnswer(frozenset(readable(labels)), frozenset(offers))


def _ask_release(emr: EMRClient, region: str, label: str) -> ReleaseAnswer:
    applications = [
        application
        for page in _pages(emr.describe_release_label, "NextToken", ReleaseLabel=label)
        for application in page.get("Applications", [])
    ]
    types = [
        type_
        for page in _pages(emr.list_supported_instance_types, "Marker", ReleaseLabel=label)
        for type_ in page.get("SupportedInstanceTypes", [])
    ]
    return ReleaseAnswer(
        region=region,
        applications={
            application["Name"]: application.get("Version") or None for application in applications
        },
        instance_types={type_["Type"]: _type_facts(type_) for type_ in types},
    )


def _pages(operation: Callable[..., Any], token: str, **arguments: str) -> Iterator[Any]:
    """All pages of an operation, which botocore has no paginator for."""
    following: str | None = None
    while True:
        page = operation(**arguments, **({token: following} if following else {}))
        yield page
        following = page.get(token)
        if not following:
            return


def _type_facts(type_: Mapping[str, Any]) -> TypeFacts:
    return TypeFacts(
        vcpu=type_["VCPU"],
        memory_gib=plain_number(type_["MemoryGB"]),
        architecture=_ARCHITECTURES.get(type_["Architecture"], type_["Architecture"].lower()),
        instance_store_disks=type_.get("NumberOfDisks", 0),
        instance_store_gb=type_.get("StorageGB", 0),
        is_current_generation=type_.get("InstanceFamilyId", "").endswith("CURRENT_GEN"),
    )


def _refusal(error: ClientError, region: str) -> str:
    details = error.response.get("Error", {})
    code, message = details.get("Code", ""), details.get("Message", "")
    operation = error.operation_name
    if code in _NOT_ALLOWED:
        return (
            f"{region}: AWS does not allow {operation}: {message}\n"
            f"  allowed: credentials of somebody who may use {', '.join(_ACTIONS)}"
        )
    if code in _NOT_ACCEPTED:
        return (
            f"{region}: AWS does not accept the credentials: {message}\n"
            "  Log in again; or, for a region that is off by default, switch it on for the account."
        )
    return f"{region}: {operation} failed: {code}: {message}"


def _failure(error: Exception, region: str) -> str:
    from botocore import exceptions

    text = str(error).strip()
    if isinstance(
        error,
        exceptions.NoCredentialsError
        | exceptions.PartialCredentialsError
        | exceptions.CredentialRetrievalError
        | exceptions.SSOError
        | exceptions.TokenRetrievalError,
    ):
        return f"there are no AWS credentials to ask with: {text}\n  Log in, or name a --profile."
    if isinstance(error, exceptions.ConnectionError | exceptions.HTTPClientError):
        return f"{region}: AWS cannot be reached: {text}\n  Is this the name of a region, and is there a network?"
    return f"{region}: {text}" if region else text
