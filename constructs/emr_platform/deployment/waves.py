"""In which order environments are deployed: waves, the least harmful first. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from emr_platform.deployment.spec import DEFAULT_WAVES, MOST_ENVIRONMENTS, WaveSpec
from emr_platform.environment.spec import Protection
from emr_platform.tenants.tiers import Tier

REMAINING_SHARED = "remaining-shared"
REMAINING = "remaining"


@dataclass(frozen=True, slots=True)
class Deployable:
    """What the order goes by.

    Attributes:
        name: Name of the environment.
        region: Its region.
        protection: Whether it may be deleted.
        tier: Its tier. An environment that has a file of its own has everything of its own: ``silo``.
        shared: The environment that it uses, which must be deployed before it; None if it uses none.
    """

    name: str
    region: str
    protection: Protection
    tier: Tier = "silo"
    shared: str | None = None


@dataclass(frozen=True, slots=True)
class Wave:
    """Environments that are deployed at the same time.

    Attributes:
        name: Name of the wave, unlike that of any other.
        group: Name of the wave that it is a part of, if that had too many environments; otherwise its own.
        environments: Their names, in alphabetical order.
    """

    name: str
    group: str
    environments: tuple[str, ...]


def selects(wave: WaveSpec, environment: Deployable) -> bool:
    """Whether a wave is one for an environment, by everything that the wave says."""
    return (
        (
            not wave.environments
            or any(fnmatchcase(environment.name, pattern) for pattern in wave.environments)
        )
        and (not wave.tiers or environment.tier in wave.tiers)
        and (not wave.regions or environment.region in wave.regions)
        and wave.protection in (None, environment.protection)
    )


def waves_of(
    environments: Iterable[Deployable],
    plan: Sequence[WaveSpec] = DEFAULT_WAVES,
    *,
    only: Collection[str] | None = None,
    most: int = MOST_ENVIRONMENTS,
) -> tuple[Wave, ...]:
    """Put environments into waves.

    An environment goes into the first wave that is for it and, if it uses a shared environment, that comes after
    the shared one's. Whatever no wave is for comes last, shared ones before the others.

    Args:
        environments: All environments of the estate; names are unique.
        plan: The waves, in their order.
        only: Names of the environments to deploy now. It changes no environment's place. Default: all.
        most: How many environments a wave may have. What is more follows in further waves.

    Returns:
        The waves that have environments.
    """
    known = {each.name: each for each in environments}
    waiting = len(plan)
    places: dict[str, int] = {}
    for environment in sorted(known.values(), key=lambda each: each.shared is not None):
        shared = places.get(environment.shared) if environment.shared else None
        first = 0 if shared is None else shared + 1
        last = waiting if environment.tier == "shared" else waiting + 1
        places[environment.name] = next(
            (place for place in range(first, waiting) if selects(plan[place], environment)), last
        )
    names = [*(wave.name for wave in plan), REMAINING_SHARED, REMAINING]
    waves: list[Wave] = []
    for place, name in enumerate(names):
        members = sorted(
            each for each in known if places[each] == place and (only is None or each in only)
        )
        parts = [members[start : start + most] for start in range(0, len(members), most)]
        waves += [
            Wave(f"{name}-{number}" if len(parts) > 1 else name, name, tuple(part))
            for number, part in enumerate(parts, start=1)
        ]
    return tuple(waves)
