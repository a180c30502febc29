"""Who is apart from whom, at a glance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from emr_platform.isolation.model import Isolation
from emr_platform.reports.report import counted

MOST_ENVIRONMENTS: Final = 12
"""Of more, those pairs are shown only that are not apart, and all tiers together."""

MOST_LINES: Final = 20
"""More environments that are not apart from others are counted."""

MOST_NAMES: Final = 6
"""More of anything in one line are counted."""

CORNER: Final = "from, to"
UNKNOWN: Final = "?"
LEGEND: Final = f"{UNKNOWN}  no finding, but something of the one or the other cannot be judged"


def matrix(isolation: Isolation) -> Iterator[str]:
    """The pairs of environments, as lines: all of few, and of many those that are not apart.

    Args:
        isolation: What was found.
    """
    tiers = {name: isolation.tiers.get(name, "") for name in isolation.environments}
    names = sorted(isolation.environments, key=lambda name: (tiers[name], name))
    if len(names) < 2:
        return
    counts: dict[tuple[str, str], int] = {}
    for each in isolation.open_findings:
        for other in each.targets:
            counts[each.environment, other] = counts.get((each.environment, other), 0) + 1
    unjudged = frozenset(gap.environment for gap in isolation.open_gaps)
    if len(names) <= MOST_ENVIRONMENTS:
        shown = {
            (one, other): "-"
            if one == other
            else str(counts.get((one, other), UNKNOWN if unjudged & {one, other} else "apart"))
            for one in names
            for other in names
        }
        yield from _table(names, shown, tiers)
        yield ""
        return
    yield from _leaky(names, counts)
    if any(tiers.values()):
        yield from _by_tier(names, tiers, counts, unjudged)
        yield ""


def _table(
    names: Sequence[str], shown: dict[tuple[str, str], str], tiers: dict[str, str]
) -> Iterator[str]:
    heads = {name: f"{tiers[name]} {name}".strip() for name in names}
    first = max(len(CORNER), *(len(head) for head in heads.values()))
    widths = {
        name: max(len(name), *(len(shown[one, name]) for one in names), len("apart"))
        for name in names
    }
    yield "  ".join([CORNER.ljust(first), *(name.rjust(widths[name]) for name in names)])
    for one in names:
        cells = (shown[one, other].rjust(widths[other]) for other in names)
        yield "  ".join([heads[one].ljust(first), *cells])
    if UNKNOWN in shown.values():
        yield LEGEND


def _leaky(names: Sequence[str], counts: dict[tuple[str, str], int]) -> Iterator[str]:
    """Those who can get at something of others."""
    others: dict[str, list[str]] = {}
    for one, other in counts:
        others.setdefault(one, []).append(other)
    leaky = [name for name in names if name in others]
    for name in leaky[:MOST_LINES]:
        found = sum(counts[name, other] for other in others[name])
        yield f"{name} → {several(sorted(others[name]))}: {counted(found, 'way')}"
    if len(leaky) > MOST_LINES:
        yield f"and {len(leaky) - MOST_LINES} more environments that are not apart from others"
    if leaky:
        yield ""


def _by_tier(
    names: Sequence[str],
    tiers: dict[str, str],
    counts: dict[tuple[str, str], int],
    unjudged: frozenset[str],
) -> Iterator[str]:
    kinds = {name: tiers[name] or "others" for name in names}
    sizes: dict[str, int] = {}
    for kind in kinds.values():
        sizes[kind] = sizes.get(kind, 0) + 1
    leaky: dict[tuple[str, str], int] = {}
    for one, other in counts:
        key = (kinds[one], kinds[other])
        leaky[key] = leaky.get(key, 0) + 1
    in_doubt = {kinds[name] for name in unjudged}
    shown = {}
    for one, size in sizes.items():
        for other, others in sizes.items():
            pairs = size * (others - (one == other))
            number = leaky.get((one, other), 0)
            without = UNKNOWN if in_doubt & {one, other} else "apart"
            shown[one, other] = f"{number} of {pairs}" if number else without if pairs else "-"
    heads = {kind: f"{kind} ({size})" for kind, size in sizes.items()}
    named = {(heads[one], heads[other]): text for (one, other), text in shown.items()}
    yield from _table(sorted(heads.values()), named, dict.fromkeys(heads.values(), ""))


def several(names: Iterable[str]) -> str:
    """Names in one line, of which many are counted.

    Args:
        names: The names.
    """
    every = list(names)
    shown = ", ".join(every[:MOST_NAMES])
    return f"{shown} and {len(every) - MOST_NAMES} more" if len(every) > MOST_NAMES else shown
