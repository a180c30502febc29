"""What was found, for people and for programs."""

from emr_platform.isolation.report import as_data, as_text, locator
from emr_platform.templates.model import Stack
from tests.isolation.estate import bridge, in_data, pool, runtime, shared
from tests.isolation.support import allow, deny, look, resource, role, stack

APP = role(allow("s3:GetObject"), deny("s3:GetObject", "arn:aws:s3:::*/secret/*"))
PAIR = (stack("dev", {"App": APP}), stack("prod", {"Data": resource("AWS::S3::Bucket")}))

TEXT = """\
NOT APART: dev-stack/App may read things of prod: s3
  what: s3:GetObject
  of prod: prod-stack/Data
  because of dev-stack.json:24 (App.Properties.Policies[0].PolicyDocument.Statement[0])
  not stopped by dev-stack.json:29, which is not about all of it
  to accept it: --accept 'dev-stack/App/s3:read=REASON'

from, to    dev   prod
dev           -      1
prod      apart      -

1 of 2 pairs of environments are not apart: 1 finding, 0 that cannot be judged
"""


def text(*stacks: Stack, **accepted: str) -> str:
    given = {key.replace("__", "/"): value for key, value in accepted.items()}
    return as_text(look(*stacks, accepted=given), locator(stacks))


def test_finding() -> None:
    assert text(*PAIR) == TEXT


def test_places_are_those_of_the_statements() -> None:
    lines = PAIR[0].text.splitlines()
    for number in (24, 29):
        assert lines[number - 1].strip() == "{"
        assert '"Effect"' in lines[number]


def test_accepted_finding() -> None:
    isolation = look(*PAIR, accepted={"dev-stack/*:read": "it is so", "no/*": "whatever"})
    assert isolation.are_apart
    report = as_text(isolation, locator(PAIR))
    assert "Accepted: it is so\n  dev-stack/App/s3:read → prod\n" in report
    assert "Accepted, but not there: no/*\n" in report
    assert report.endswith("2 environments are apart (1 accepted)\n")


def test_what_cannot_be_judged() -> None:
    dev = stack("dev", {"App": role(managed=["arn:aws:iam::aws:policy/Unheard"])})
    report = text(dev, PAIR[1])
    assert report.startswith(
        "cannot be judged: the managed policy arn:aws:iam::aws:policy/Unheard is not known: "
        "what dev-stack/App may do by it cannot be judged\n  at dev-stack.json:"
    )
    assert "0 of 2 pairs of environments are not apart: 0 findings, 1 that cannot" in report
    assert (
        "from, to    dev   prod\n"
        "dev           -      ?\n"
        "prod          ?      -\n"
        "?  no finding, but something of the one or the other cannot be judged\n"
    ) in report


def test_one_environment() -> None:
    assert text(PAIR[0]) == "There is one environment only: dev\n"


def test_many_environments() -> None:
    others = [
        stack(f"env{number:02}", {"Data": resource("AWS::S3::Bucket")}) for number in range(20)
    ]
    report = text(PAIR[0], *others)
    assert "from, to" not in report
    assert "\ndev → env00, env01, env02, env03, env04, env05 and 14 more: 20 ways\n" in report
    assert "  of env05: env05-stack/Data\n  of 14 more\n" in report
    assert "20 of 420 pairs" in report


def test_tiers_of_few_tenants() -> None:
    isolation = look(shared(), pool("b"), pool("a"), bridge("c"))
    report = as_text(isolation, locator([]))
    assert (
        "from, to        c      a      b    hub\n"
        "bridge c        -  apart  apart  apart\n"
        "pool a      apart      -  apart  apart\n"
        "pool b      apart  apart      -  apart\n"
        "shared hub  apart  apart  apart      -\n"
    ) in report
    assert report.endswith("4 environments are apart (3 accepted)\n")


def test_many_tenants_with_the_same_leak() -> None:
    """One template makes the same mistake for all of its tenants: it is told once."""
    names = [f"t{number:03}" for number in range(30)]
    leak = allow("s3:GetObject", in_data("/tenants/*"))
    tenants = [pool(name, {"Runtime": runtime(name, leak)}) for name in names]
    stacks = [shared(), pool("careful"), *tenants]
    report = as_text(look(*stacks), locator(stacks))

    assert report.count("NOT APART") == 1
    assert "NOT APART: t000-tenancy/Runtime may read things of careful, t001, t002" in report
    assert "  and the same of t001, t002, t003, t004, t005, t006 and 23 more\n" in report
    assert (
        "from, to     pool (31)  shared (1)\n"
        "pool (31)   900 of 930       apart\n"
        "shared (1)       apart           -\n"
    ) in report
    assert "900 of 992 pairs of environments are not apart: 30 findings" in report
    assert len(report.splitlines()) < 60


def test_names_cannot_forge_a_report() -> None:
    dev = stack("dev", {"App": role(allow("s3:GetObject"))})
    prod = stack("prod\n2 environments are apart", {"Data": resource("AWS::S3::Bucket")})
    assert "\n2 environments are apart" not in text(dev, prod)


def test_data() -> None:
    data = as_data(look(*PAIR), locator(PAIR))
    assert data["apart"] is False
    assert data["environments"] == ["dev", "prod"]
    assert data["tiers"] == {"dev": None, "prod": None}
    assert data["pairs"] == [
        {"from": "dev", "to": "prod", "findings": ["dev-stack/App/s3:read"]},
    ]
    [finding] = data["findings"]
    assert finding == {
        "id": "dev-stack/App/s3:read",
        "environment": "dev",
        "who": "dev-stack/App",
        "access": "read",
        "service": "s3",
        "actions": ["s3:GetObject"],
        "targets": {"prod": ["prod-stack/Data"]},
        "because": [{"text": None, "place": "dev-stack.json:24"}],
        "not_stopped_by": [{"text": "is not about all of it", "place": "dev-stack.json:29"}],
        "accepted": None,
        "documented": False,
    }
