"""Who reaches whom by network, through security groups and the networks that they are in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from emr_platform.isolation.facts import Access
from emr_platform.isolation.groups import (
    UNKNOWN_VPC,
    Group,
    Member,
    Network,
    Rule,
    networks_of,
    parsed,
)
from emr_platform.isolation.matching import HOLE, symbols_in
from emr_platform.isolation.model import Finding, Reason
from emr_platform.isolation.parties import World

ENDPOINT: Final = "AWS::EC2::VPCEndpoint"


def network_findings(world: World) -> Iterator[Finding]:
    """What environments can connect to in others.

    Args:
        world: Everything.
    """
    yield from _Search(world).findings()


@dataclass
class _Draft:
    ports: dict[str, None] = field(default_factory=dict)
    targets: dict[str, dict[str, None]] = field(default_factory=dict)
    reasons: dict[Reason, None] = field(default_factory=dict)
    certain: bool = False


@dataclass(frozen=True, slots=True)
class _Side:
    """The members of a group that are of one environment."""

    environment: str
    group: Group
    members: tuple[Member, ...]

    @property
    def names(self) -> list[str]:
        return list(dict.fromkeys(each.name for each in self.members)) or [self.group.name]


class _Search:
    def __init__(self, world: World) -> None:
        self._world = world
        self._networks = networks_of(world)
        self._drafts: dict[tuple[str, str, str], _Draft] = {}
        self._sides = list(self._all_sides())

    def findings(self) -> Iterator[Finding]:
        by_group: dict[str, list[_Side]] = {}
        by_vpc: dict[str, list[_Side]] = {}
        for side in self._sides:
            by_group.setdefault(side.group.id, []).append(side)
            by_vpc.setdefault(side.group.vpc, []).append(side)
        for sides in by_group.values():
            self._look_at_shared(sides)
        for side in self._sides:
            for rule in side.group.ingress:
                self._look(side, rule, by_group, by_vpc)
        for (environment, name, how), draft in self._drafts.items():
            yield Finding(
                id=f"{name}/network:{how}",
                environment=environment,
                who=name,
                access=Access.CONNECT,
                service="network",
                actions=tuple(draft.ports),
                targets={each: tuple(draft.targets[each]) for each in sorted(draft.targets)},
                reasons=tuple(draft.reasons),
                certain=draft.certain,
            )

    def _all_sides(self) -> Iterator[_Side]:
        for group in self._networks.groups.values():
            if HOLE in group.id:
                continue
            environments = dict.fromkeys(each.environment for each in group.members)
            if group.environment:
                environments[group.environment] = None
            for environment in environments:
                members = tuple(e for e in group.members if e.environment == environment)
                yield _Side(environment, group, members)

    # --- Ways ------------------------------------------------------------------------------

    def _look_at_shared(self, sides: list[_Side]) -> None:
        for one in sides:
            for other in sides:
                if one.environment == other.environment or not one.members or not other.members:
                    continue
                reasons = [
                    Reason("in the same security group", each.source)
                    for each in (one.members[0], other.members[0])
                ]
                certain = UNKNOWN_VPC not in one.group.id
                self._note(one, other, "shared-group", "what the group allows", reasons, certain)

    def _look(
        self,
        side: _Side,
        rule: Rule,
        by_group: Mapping[str, list[_Side]],
        by_vpc: Mapping[str, list[_Side]],
    ) -> None:
        for id in rule.groups:
            # A rule that names a group works where the groups' networks are connected only.
            for sender in by_group.get(id, ()):
                if self._may_connect(sender, side):
                    self._pass(sender, side, rule, certain=True)
        for written in rule.networks:
            for vpc, senders in by_vpc.items():
                if self._networks.connected(vpc, side.group.vpc):
                    for sender in senders:
                        self._look_from(sender, side, rule, written)
            if self._is_public(side) and self._is_internet(written):
                for sender in self._sides:
                    if self._is_public(sender, outbound=True):
                        self._pass(sender, side, rule, certain=True, how="internet")
        self._look_at_owned_addresses(side, rule)

    def _may_connect(self, sender: _Side, side: _Side) -> bool:
        return self._networks.connected(sender.group.vpc, side.group.vpc)

    def _look_from(self, sender: _Side, side: _Side, rule: Rule, written: str) -> None:
        if sender.environment == side.environment:
            return
        network = parsed(written)
        if network is None:
            if HOLE in written or written.startswith("pl-"):
                self._pass(sender, side, rule, certain=False)
            return
        theirs = self._networks.addresses(sender.members, sender.group.vpc)
        if theirs is None or any(_overlap(network, each) for each in theirs):
            known = HOLE not in sender.group.vpc + side.group.vpc
            self._pass(sender, side, rule, certain=known)

    def _look_at_owned_addresses(self, side: _Side, rule: Rule) -> None:
        """Rules that let in the public address of another environment."""
        for written in rule.networks:
            for symbol in symbols_in(written):
                owner = self._world.symbols.owner(symbol)
                if owner and owner.environment != side.environment:
                    for sender in self._sides:
                        if sender.environment == owner.environment:
                            self._pass(sender, side, rule, certain=True, how="address")

    def _pass(
        self, sender: _Side, side: _Side, rule: Rule, *, certain: bool, how: str = "connect"
    ) -> None:
        """Note a way that an inbound rule opens, if an outbound rule leads there."""
        if sender.environment == side.environment:
            return
        assert rule.source is not None  # noqa: S101 - only outbound rules are there by default
        if not sender.group.is_known:
            ports = rule.shared(rule) or "all traffic"
            self._note(sender, side, how, ports, [Reason("lets it in", rule.source)], certain)
            return
        for out in sender.group.egress:
            ports = out.shared(rule) or ""
            if not ports or not self._leads(out, side, through_internet=how != "connect"):
                continue
            reasons = [Reason("lets it in", rule.source)]
            reasons += [Reason("lets it out", out.source)] if out.source else []
            self._note(sender, side, how, ports, reasons, certain)

    def _leads(self, out: Rule, side: _Side, *, through_internet: bool) -> bool:
        if side.group.id in out.groups:
            return True
        theirs = self._networks.addresses(side.members, side.group.vpc)
        for written in out.networks:
            network = parsed(written)
            if network is None or theirs is None or through_internet:
                if network is None or network.num_addresses > 1:
                    return True
            elif any(_overlap(network, each) for each in theirs):
                return True
        return False

    # --- The internet ----------------------------------------------------------------------

    def _is_internet(self, written: str) -> bool:
        network = parsed(written)
        if network is None or network.num_addresses == 1:
            return False
        return network.prefixlen == 0 or not network.is_private

    def _is_public(self, side: _Side, *, outbound: bool = False) -> bool:
        """Whether members are to be reached from the internet, or can get there."""
        vpc = side.group.vpc
        if vpc in self._networks.made and vpc not in self._networks.gateways:
            return False
        if outbound:
            return bool(side.members)
        for member in side.members:
            if member.is_private or member.type == "AWS::Lambda::Function":
                continue
            subnets = [self._networks.subnets.get(each) for each in member.subnets]
            if any(each is None or each.is_public for each in subnets) or not subnets:
                return True
        return False

    # --- Findings --------------------------------------------------------------------------

    def _note(
        self, sender: _Side, side: _Side, how: str, ports: str, reasons: list[Reason], certain: bool
    ) -> None:
        names = side.names
        if side.environment in self._world.uses.get(sender.environment, ()):
            # Endpoints are there for all who share the network.
            others = [each.name for each in side.members if each.type != ENDPOINT]
            if side.members and not others:
                return
            names = others or names
        name = sender.group.name
        if sender.group.environment != sender.environment:
            name = f"{sender.environment}/{name}"
        draft = self._drafts.setdefault((sender.environment, name, how), _Draft())
        draft.certain = draft.certain or certain
        draft.ports[ports] = None
        draft.targets.setdefault(side.environment, {}).update(dict.fromkeys(names))
        draft.reasons.update(dict.fromkeys(reasons))


def _overlap(one: Network, other: Network) -> bool:
    return one.version == other.version and one.overlaps(other)
