"""Instance groups: master, core and task become primary, core and task."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from emr_platform.catalog.release import Release
from emr_platform.importers.edx import problems as kinds
from emr_platform.importers.edx.context import Context
from emr_platform.importers.edx.draft import AnyScalar
from emr_platform.importers.edx.instance_families import RETIRED_FAMILIES, replacement
from emr_platform.importers.edx.source import Item
from emr_platform.problems import dotted

_ROLES = {"master": ("primary",), "core": ("core",), "task": ("task", "task")}
_MARKETS = {"ON_DEMAND": "on_demand", "SPOT": "spot"}
_VOLUME_TYPES = ("gp2", "gp3", "io1", "st1", "sc1", "standard")


def import_groups(context: Context, root: Item, release: Release) -> None:
    """Take over the instance groups of a cluster file."""
    fleets = root.field("instance_fleets")
    groups = root.field("instance_groups")
    if groups is None:
        if fleets is not None:
            context.refuse(
                kinds.NO_GROUPS, fleets, "instance fleets cannot be carried over", "instance_groups"
            )
        else:
            context.refuse_missing(root, "instance_groups", "instance_groups: {master: …}")
        return
    if fleets is not None:
        context.left_out(fleets, "A cluster has groups or fleets; the groups are taken over.")
    found = context.mapping(groups)
    if found and "master" not in found:
        context.refuse(kinds.MISSING, groups, "there is no master group", "master: {type: …}")
    for role, path in _ROLES.items():
        if role in found:
            _Group(context, role, found[role], root, release).take_over(context.cluster + path)


class _Group:
    def __init__(
        self,
        context: Context,
        role: str,
        item: Item,
        root: Item,
        release: Release,
    ) -> None:
        self._context = context
        self._role = role
        self._item = item
        self._root = root
        self._release = release

    def take_over(self, path: tuple[str, ...]) -> None:
        context, item = self._context, self._item
        if not context.mapping(item):
            if isinstance(item.value, dict):
                context.refuse(kinds.MISSING, item, "the group is empty", "type and num_instances")
            return
        number = item.field("num_instances")
        count = self._count(number)
        if count == 0:
            context.left_out(item, "It has no instances.")
            return
        self._take_type(path)
        if number is not None and count is not None and self._role != "master":
            context.move(number, (*path, "count"), count)
        market = self._take_market(path)
        self._take_bid_price(path, market)
        self._take_volumes(path)

    def _count(self, number: Item | None) -> int | None:
        context = self._context
        if number is None:
            if self._role != "master":
                context.refuse(kinds.MISSING, self._item, "num_instances is missing", "a number")
            return None
        count = context.count(number, least=1 if self._role == "master" else 0)
        if self._role == "master" and count is not None:
            if count > 1:
                context.changed(
                    number, "1", "Several primary nodes are not supported by this version."
                )
            else:
                context.moved(number, "there is always one primary node")
        return count

    def _take_type(self, path: tuple[str, ...]) -> None:
        context = self._context
        item = self._item.field("type")
        if item is None:
            context.refuse(kinds.MISSING, self._item, "type is missing", "an instance type")
            return
        name = context.text(item)
        if name is None:
            return
        new = replacement(name, self._release)
        if new is None:
            context.move(item, (*path, "type"), name)
            if name.partition(".")[0] in RETIRED_FAMILIES:
                context.check(
                    item,
                    "It is of a previous generation, and nothing is known of its size. Choose a current type.",
                )
            return
        reason = (
            f"{new.old.family} is of a previous generation, which EC2 no longer offers everywhere"
            if new.old.family in RETIRED_FAMILIES
            else f"{self._release} does not support it"
        )
        disks = (
            " What was on local disks goes to EBS volumes, of EMR's default size unless ebs says more."
            if new.new.is_ebs_only and not new.old.is_ebs_only
            else ""
        )
        context.changed(item, new.new.name, f"{reason}. {new.sizes}.{disks}")
        context.moved(item, dotted((*path, "type")))
        if self._role != "master":
            context.replaced_types.add(name)
        context.draft.put(
            (*path, "type"),
            new.new.name,
            origin=item.location,
            comment=new.comment,
        )

    def _take_market(self, path: tuple[str, ...]) -> str:
        context = self._context
        item = self._item.field("market")
        if item is None:
            return "on_demand"
        written = context.text(item)
        market = _MARKETS.get((written or "ON_DEMAND").upper())
        if market is None:
            context.refuse(kinds.WRONG_VALUE, item, f"found '{written}'", " or ".join(_MARKETS))
            return "on_demand"
        if market == "on_demand":
            context.moved(item, "on_demand is the default")
            return market
        context.move(item, (*path, "market"), market)
        if self._role == "master":
            context.check(item, "When Spot takes the primary node back, the cluster ends.")
        elif self._role == "core":
            context.check(item, "When Spot takes core nodes back, HDFS loses the blocks on them.")
        return market

    def _take_bid_price(self, path: tuple[str, ...], market: str) -> None:
        context = self._context
        item = self._item.field("bidprice")
        if item is None:
            return
        if market != "spot":
            context.left_out(item, "Only Spot instances have a bid price.")
            return
        price = context.text(item)
        if price is None:
            return
        if not _is_price(price):
            context.refuse(kinds.WRONG_VALUE, item, f"found '{price}'", "US dollars, such as 0.25")
            return
        context.move(item, (*path, "bid_price_usd"), AnyScalar(price))
        type_ = self._item.field("type")
        if type_ is not None and replacement(type_.shown(), self._release):
            context.check(
                item,
                f"The bid was made for {type_.shown()}. Compare it with the price of the new type, "
                "or leave it out to pay at most the On-Demand price.",
            )

    def _take_volumes(self, path: tuple[str, ...]) -> None:
        context = self._context
        size = self._item.field("volume_size") or self._root.field("volume_size")
        kind = self._item.field("volume_type") or self._root.field("volume_type")
        if size is None:
            if kind is not None:
                context.left_out(kind, "There is no volume_size that it could belong to.")
            return
        if kind is not None:
            name = context.text(kind)
            if name is not None and name.lower() not in _VOLUME_TYPES:
                context.refuse(kinds.WRONG_VALUE, kind, f"found '{name}'", ", ".join(_VOLUME_TYPES))
            elif name is not None:
                context.move(kind, (*path, "ebs", "type"), name.lower())
        if (gib := context.count(size, least=1)) is not None:
            context.move(size, (*path, "ebs", "size_gib"), gib)


def _is_price(text: str) -> bool:
    try:
        price = Decimal(text)
    except InvalidOperation:
        return False
    return price.is_finite() and price > 0
