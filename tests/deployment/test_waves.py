"""The order of deployment."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from emr_platform.deployment.spec import DEFAULT_WAVES, WaveSpec
from emr_platform.deployment.waves import Deployable, Wave, selects, waves_of
from emr_platform.environment.spec import Protection
from emr_platform.tenants.tiers import Tier


def of(
    name: str,
    tier: Tier = "silo",
    *,
    shared: str | None = None,
    region: str = "eu-west-1",
    protection: Protection = "retain",
) -> Deployable:
    return Deployable(name, region, protection, tier, shared)


ESTATE = (
    of("acme-prod"),
    of("acme-staging", protection="destroy"),
    of("globex-prod", "bridge", shared="shared-eu"),
    of("globex-staging", "bridge", shared="shared-eu", protection="destroy"),
    of("initech", "pool", shared="shared-us", region="us-east-1"),
    of("shared-eu", "shared"),
    of("shared-us", "shared", region="us-east-1"),
)


def as_dict(waves: tuple[Wave, ...]) -> dict[str, list[str]]:
    return {wave.name: list(wave.environments) for wave in waves}


def test_default_order() -> None:
    assert as_dict(waves_of(ESTATE)) == {
        "canary": ["acme-staging"],
        "shared": ["shared-eu", "shared-us"],
        # It uses an environment that is no canary, so it is the first to try it.
        "canary-tenants": ["globex-staging"],
        "pool": ["initech"],
        "bridge": ["globex-prod"],
        "silo": ["acme-prod"],
    }


def test_canaries_that_share_come_after_what_they_share() -> None:
    estate = (
        of("shared-test", "shared", protection="destroy"),
        of("a", "pool", shared="shared-test", protection="destroy"),
    )

    assert list(as_dict(waves_of(estate))) == ["canary", "canary-tenants"]


def test_only_some_of_them_keep_their_places() -> None:
    waves = waves_of(ESTATE, only={"globex-staging", "acme-prod", "unknown"})

    assert as_dict(waves) == {"canary-tenants": ["globex-staging"], "silo": ["acme-prod"]}


def test_waves_of_ones_own() -> None:
    plan = (
        WaveSpec(name="first", environments=("acme-*", "initech")),
        WaveSpec(name="europe", regions=("eu-west-1",), tiers=("shared", "bridge")),
    )

    assert as_dict(waves_of(ESTATE, plan)) == {
        # Initech's shared environment is in no wave, so neither of the two can be here.
        "first": ["acme-prod", "acme-staging"],
        "europe": ["shared-eu"],
        "remaining-shared": ["shared-us"],
        # After the wave of their shared environment none is for them.
        "remaining": ["globex-prod", "globex-staging", "initech"],
    }


def test_first_wave_that_is_for_it() -> None:
    plan = (WaveSpec(name="some", protection="destroy"), WaveSpec(name="all"))

    assert as_dict(waves_of(ESTATE[:2], plan)) == {"some": ["acme-staging"], "all": ["acme-prod"]}


def test_all_that_a_wave_says_must_fit() -> None:
    wave = WaveSpec(name="w", environments=("a?",), regions=("eu-west-1",), protection="retain")

    assert selects(wave, of("ab"))
    assert not selects(wave, of("abc"))
    assert not selects(wave, of("ab", region="us-east-1"))
    assert not selects(wave, of("ab", protection="destroy"))


def test_large_waves_are_cut() -> None:
    estate = [of(f"t{number:03}") for number in range(257)]

    assert [len(wave.environments) for wave in waves_of(estate)] == [256, 1]
    assert [wave.name for wave in waves_of(estate)] == ["silo-1", "silo-2"]
    assert [wave.group for wave in waves_of(estate)] == ["silo", "silo"]
    assert [wave.name for wave in waves_of(estate[:256])] == ["silo"]
    assert len(waves_of(estate, most=100)) == 3


def test_no_environments() -> None:
    assert waves_of(()) == ()


@st.composite
def estates(draw: st.DrawFn) -> list[Deployable]:
    shared = draw(st.lists(st.sampled_from(["s1", "s2", "s3"]), unique=True))
    protections: st.SearchStrategy[Protection] = st.sampled_from(["retain", "destroy"])
    found = [of(name, "shared", protection=draw(protections)) for name in shared]
    for number in range(draw(st.integers(0, 12))):
        tiers: list[Tier] = ["silo", "bridge", "pool"] if shared else ["silo"]
        tier = draw(st.sampled_from(tiers))
        uses = draw(st.sampled_from(shared)) if tier != "silo" else None
        # Names that sort before and after those of shared environments.
        name = f"{draw(st.sampled_from('az'))}{number}"
        found.append(of(name, tier, shared=uses, protection=draw(protections)))
    return draw(st.permutations(found))


@st.composite
def plans(draw: st.DrawFn) -> tuple[WaveSpec, ...]:
    count = draw(st.integers(1, 4))
    return tuple(
        WaveSpec(
            name=f"w{number}",
            environments=draw(st.sampled_from([(), ("a*",), ("s1", "z*"), ("*2",)])),
            tiers=draw(st.sampled_from([(), ("shared",), ("pool", "bridge"), ("silo",)])),
            protection=draw(st.sampled_from([None, "retain", "destroy"])),
        )
        for number in range(count)
    )


@given(estates(), st.one_of(st.just(DEFAULT_WAVES), plans()), st.integers(1, 5))
def test_every_environment_once_and_shared_ones_before_their_tenants(
    estate: list[Deployable], plan: tuple[WaveSpec, ...], most: int
) -> None:
    waves = waves_of(estate, plan, most=most)

    place = {name: number for number, wave in enumerate(waves) for name in wave.environments}
    deployed = [name for wave in waves for name in wave.environments]
    assert sorted(deployed) == sorted(each.name for each in estate)
    assert all(1 <= len(wave.environments) <= most for wave in waves)
    assert len({wave.name for wave in waves}) == len(waves)
    for each in estate:
        if each.shared:
            assert place[each.shared] < place[each.name]
