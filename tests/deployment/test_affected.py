"""What a change means to environments, by what they are made from."""

from __future__ import annotations

from typing import Any

from emr_platform.deployment.affected import MOST_REASONS, Affected, Verdict, compare, merged
from emr_platform.deployment.program import Program
from emr_platform.deployment.report import (
    affected_as_data,
    affected_as_markdown,
    affected_as_text,
    affected_for_github,
)
from emr_platform.deployment.waves import Wave
from emr_platform.synthesis.inputs import EnvironmentInputs

PROGRAM = Program({"app.py": "1", "stacks/a.py": "1"}, {"aws-cdk-lib": "2.275.0"})


def inputs(scripts: dict[str, str] | None = None, **declaration: Any) -> EnvironmentInputs:
    return EnvironmentInputs(declaration, None, scripts or {})


def compared(
    before: dict[str, EnvironmentInputs | None],
    after: dict[str, EnvironmentInputs],
    program: Program = PROGRAM,
) -> Affected:
    return compare(before, after, program_before=PROGRAM, program_after=program)


def reasons(before: EnvironmentInputs, after: EnvironmentInputs) -> list[str]:
    [change] = compared({"a": before}, {"a": after}).environments
    return list(change.reasons)


def test_verdicts() -> None:
    found = compared(
        {"same": inputs(), "gone": inputs(), "other": inputs(n=1), "broken": None},
        {"same": inputs(), "new": inputs(), "other": inputs(n=2), "broken": inputs()},
    )

    assert {each.name: each.verdict for each in found.environments} == {
        "broken": Verdict.CHANGED,
        "gone": Verdict.REMOVED,
        "new": Verdict.ADDED,
        "other": Verdict.CHANGED,
        "same": Verdict.UNCHANGED,
    }
    assert found.to_deploy == ("broken", "new", "other")


def test_reasons_name_places() -> None:
    before = inputs({"a.sh": "1", "b.sh": "1"}, clusters={"etl": {"count": 2, "spot": None}})
    after = inputs({"a.sh": "2", "c.sh": "1"}, clusters={"etl": {"count": 3, "spot": 4}})

    assert reasons(before, after) == [
        "clusters.etl.count: 2 → 3",
        "clusters.etl.spot: (nothing) → 4",
        "the content of a.sh",
    ]


def test_secrets_are_not_shown() -> None:
    [reason] = reasons(inputs(admin_password="hush"), inputs(admin_password="psst"))

    assert "hush" not in reason
    assert "psst" not in reason


def test_order_of_bootstrap_actions_counts() -> None:
    before = inputs(bootstrap={"a": 1, "b": 2})
    after = inputs(bootstrap={"b": 2, "a": 1})

    assert reasons(before, after) == ["the order of entries, such as bootstrap actions"]


def test_many_reasons_are_counted() -> None:
    before = EnvironmentInputs({f"k{number}": 1 for number in range(20)}, None, {})
    after = EnvironmentInputs({f"k{number}": 2 for number in range(20)}, None, {})

    found = reasons(before, after)
    assert len(found) == MOST_REASONS + 1
    assert found[-1] == f"and {20 - MOST_REASONS} more places"


def test_tenancy_counts() -> None:
    before = EnvironmentInputs({}, {"tier": "bridge"}, {})
    after = EnvironmentInputs({}, {"tier": "silo"}, {})

    assert reasons(before, after) == ["tenancy.tier: bridge → silo"]
    assert reasons(before, EnvironmentInputs({}, None, {}))


def test_program_changes_all_that_were_there() -> None:
    newer = Program(
        {"app.py": "2", "stacks/b.py": "1"}, {"aws-cdk-lib": "2.276.0", "constructs": "10.5.0"}
    )
    found = compared({"a": inputs(), "b": inputs()}, {"a": inputs(), "c": inputs()}, newer)

    assert found.program == (
        "the package aws-cdk-lib: 2.275.0 → 2.276.0",
        "the package constructs: (nothing) → 10.5.0",
        "the program: app.py and 2 more files",
    )
    assert found.names(Verdict.CHANGED) == ("a",)
    assert found.names(Verdict.ADDED) == ("c",)


EXAMPLE = compared(
    {"same": inputs(), "gone": inputs(), "prod": inputs(count=2)},
    {"same": inputs(), "new": inputs(), "prod": inputs(count=3)},
)
WAVES = (Wave("canary", "canary", ("new",)), Wave("silo-1", "silo", ("prod",)))


def test_text() -> None:
    assert affected_as_text(EXAMPLE, WAVES) == (
        "gone  removed: its stacks stay until somebody deletes them\n"
        "new  added\n"
        "prod  changed\n"
        "  count: 2 → 3\n"
        "\n"
        "waves\n"
        "  1  canary  new\n"
        "  2  silo-1  prod\n"
        "\n"
        "Environments: 1 added, 1 changed, 1 removed, 1 unchanged\n"
    )


def test_text_of_nothing() -> None:
    found = compared({"a": inputs()}, {"a": inputs()})

    assert affected_as_text(found, ()) == (
        "Environments: 0 added, 0 changed, 0 removed, 1 unchanged\n"
    )


def test_data() -> None:
    data = affected_as_data(EXAMPLE, WAVES)

    assert data["waves"][0] == {
        "name": "canary",
        "group": "canary",
        "environments": ["new"],
    }
    assert {"name": "prod", "verdict": "changed", "reasons": ["count: 2 → 3"]} in data[
        "environments"
    ]


def test_outputs_for_github_are_one_line_each() -> None:
    assert affected_for_github(EXAMPLE, WAVES) == (
        'waves=[{"name":"canary","group":"canary","environments":["new"]},'
        '{"name":"silo-1","group":"silo","environments":["prod"]}]\n'
        "environments=new,prod\n"
        "added=new\n"
        "changed=prod\n"
        "removed=gone\n"
    )


def test_comment_is_not_obeyed_by_markdown() -> None:
    found = compared({"a": inputs(tag="x")}, {"a": inputs(tag="<img> | @team\n# big")})

    text = affected_as_markdown(found, (Wave("silo", "silo", ("a",)),))

    assert text == (
        "### Environments: 0 added, 1 changed, 0 removed, 0 unchanged\n"
        "\n"
        "\n"
        "| Environment | | Wave | Why |\n"
        "| --- | --- | --- | --- |\n"
        "| a | changed | silo | tag: x → \\<img\\> \\| \\@team\\n\\# big |\n"
    )


def test_long_comments_are_cut() -> None:
    found = compared({}, {f"t{number:04}": inputs() for number in range(1000)})

    text = affected_as_markdown(found, ())

    assert len(text) < 65_536
    assert text.endswith("And 950 more environments.\n")


def test_several_revisions_of_which_any_may_be_deployed() -> None:
    now = {name: inputs(n=1) for name in ("same", "reverted", "new", "later")}
    found = merged(
        [
            compared(
                {"same": inputs(n=1), "reverted": inputs(n=1), "gone": inputs()},
                now,
            ),
            compared(
                {"same": inputs(n=1), "reverted": inputs(n=2), "later": inputs(n=1)},
                now,
                Program({"app.py": "2", "stacks/a.py": "1"}, PROGRAM.versions),
            ),
        ]
    )

    assert found.program == ("the program: app.py",)
    assert {each.name: each.verdict for each in found.environments} == {
        "gone": Verdict.REMOVED,
        "later": Verdict.CHANGED,
        "new": Verdict.ADDED,
        "reverted": Verdict.CHANGED,
        "same": Verdict.CHANGED,
    }


def test_unchanged_only_if_it_is_so_since_all_revisions() -> None:
    one = compared({"a": inputs(n=1), "b": inputs(n=1)}, {"a": inputs(n=1), "b": inputs(n=1)})
    other = compared({"a": inputs(n=1), "b": inputs(n=2)}, {"a": inputs(n=1), "b": inputs(n=1)})

    assert merged([one, other]).names(Verdict.UNCHANGED) == ("a",)
    assert merged([one, one]).names(Verdict.UNCHANGED) == ("a", "b")
    assert merged([other, one]).environments[1].reasons == ("n: 2 → 1",)
