"""Asks cdk-nag, and fails with what it found and nobody acknowledged."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from emr_platform.testing.assertions import reasons
from emr_platform.testing.synthesis import Finding, Synthesized, synthesize

if TYPE_CHECKING:
    import cdk_nag
    from constructs import IConstruct

PACKS: Final[Mapping[str, str]] = {
    "AwsSolutions": "AwsSolutionsChecks",
    "HIPAA.Security": "HIPAASecurityChecks",
    "NIST.800.53.R4": "NIST80053R4Checks",
    "NIST.800.53.R5": "NIST80053R5Checks",
    "PCI.DSS.321": "PCIDSS321Checks",
    "Serverless": "ServerlessChecks",
}
"""The packs of rules that cdk-nag has, by their names, each with its class."""


def assert_nag_clean(
    scope: IConstruct | Synthesized,
    *,
    packs: Iterable[str | cdk_nag.NagPack] = ("AwsSolutions",),
    acknowledged: Mapping[str, str] | None = None,
) -> None:
    """Assert that cdk-nag finds nothing that is not acknowledged.

    Acknowledge a finding in the app, at the narrowest construct that has it. What an app cannot
    acknowledge, as it is not its own, is acknowledged here.

    The app is synthesized first, as references between stacks have no final form before. Packs need not
    be registered with it, and whatever they find, the templates are written.

    Args:
        scope: An app, a stage, a stack or any other construct, or what was synthesized of it.
        packs: Names of cdk-nag's packs (``AwsSolutions``, ``HIPAA.Security``, ``NIST.800.53.R4``,
            ``NIST.800.53.R5``, ``PCI.DSS.321``, ``Serverless``), or packs of one's own. Default:
            ``AwsSolutions``.
        acknowledged: Why a rule need not hold, by its name as cdk-nag writes it, such as
            ``AwsSolutions-EMR6`` or ``AwsSolutions-IAM5[Resource::*]``; names may have ``*`` and ``?``.

    Raises:
        AssertionError: There are findings.
        ImportError: cdk-nag is not installed.
        ValueError: There is no such pack, or a reason is empty.
    """
    __tracebackhide__ = True
    accepted = [_pattern(name) for name in reasons(acknowledged)]
    findings = [
        finding
        for finding in nag_findings(scope, packs=packs)
        if not any(pattern.fullmatch(finding.rule) for pattern in accepted)
    ]
    if findings:
        raise AssertionError("\n".join([*map(_words, findings), _counted(findings)]))


def nag_findings(
    scope: IConstruct | Synthesized, *, packs: Iterable[str | cdk_nag.NagPack] = ("AwsSolutions",)
) -> list[Finding]:
    """What cdk-nag finds and the app does not acknowledge.

    Args:
        scope: As for :func:`assert_nag_clean`.
        packs: As for :func:`assert_nag_clean`.

    Returns:
        Each rule that is broken, with the paths of all constructs that break it.
    """
    chosen = [_pack(pack) for pack in packs]
    construct = scope.scope if isinstance(scope, Synthesized) else scope
    if not isinstance(scope, Synthesized):
        synthesize(construct)
    acknowledgements = _Acknowledgements(construct)
    found = []
    for pack in chosen:
        for violation in pack.validate_scope(construct).violations:
            # The CDK writes acknowledgements with the pack's name in front, which cdk-nag alone passes over.
            id = f"{pack.name}::{violation.rule_name}".replace(" ", "-")
            paths = [each.construct_path or "" for each in violation.violating_resources]
            open_paths = tuple(path for path in paths if id not in acknowledgements.at(path))
            if open_paths:
                rule, message = violation.rule_name, violation.description
                found.append(Finding(pack.name, rule, open_paths, message))
    return found


class _Acknowledgements:
    """What constructs and those that they are in acknowledge."""

    def __init__(self, scope: IConstruct) -> None:
        from aws_cdk import Validations

        self._key = Validations.ACKNOWLEDGED_RULES_METADATA_KEY
        self._root = scope.node.root
        self._known: dict[str, frozenset[str]] = {}

    def at(self, path: str) -> frozenset[str]:
        """The ids of what is acknowledged at a path or above it."""
        if path not in self._known:
            above, _, _ = path.rpartition("/")
            inherited = self.at(above) if path else frozenset()
            self._known[path] = inherited | {*self._own(path)}
        return self._known[path]

    def _own(self, path: str) -> Iterator[str]:
        construct: Any = self._root
        for id in path.split("/") if path else ():
            construct = construct.node.find_child(id)
        for entry in construct.node.metadata:
            if entry.type == self._key:
                yield from entry.data


def _pack(pack: str | cdk_nag.NagPack) -> cdk_nag.NagPack:
    try:
        import cdk_nag
    except ModuleNotFoundError as error:
        raise ImportError(
            "cdk-nag is not installed; it comes with the extra: pip install 'emr-platform[testing]'"
        ) from error
    if not isinstance(pack, str):
        return pack
    if pack not in PACKS:
        raise ValueError(f"cdk-nag has no pack {pack!r}\n  allowed: {', '.join(PACKS)}")
    made: cdk_nag.NagPack = getattr(cdk_nag, PACKS[pack])()
    return made


def _pattern(name: str) -> re.Pattern[str]:
    """Names of findings have brackets, which mean nothing here."""
    return re.compile(re.escape(name).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)


def _words(finding: Finding) -> str:
    lines = [f"{finding.rule}", f"  {finding.message}"]
    lines += [f"  at {path}" for path in finding.paths]
    id = f"{finding.plugin}::{finding.rule}".replace(" ", "-")
    lines.append(
        "  acknowledge it there, if it is right: "
        f'Validations.of(construct).acknowledge(Acknowledgment(id="{id}", reason="…"))'
    )
    return "\n".join(lines)


def _counted(findings: list[Finding]) -> str:
    rules, places = len(findings), sum(len(finding.paths) for finding in findings)
    return f"{rules} rule{'s' * (rules != 1)} broken at {places} place{'s' * (places != 1)}"
