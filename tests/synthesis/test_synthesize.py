"""What is synthesized, what is not, and what remains; with an app that only pretends."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from emr_platform.cli.program import run as command
from emr_platform.environment.files import environment_files
from emr_platform.synthesis.assembly import OutputError
from emr_platform.synthesis.executor import WorkerLostError
from emr_platform.synthesis.project import CdkProject
from emr_platform.synthesis.records import read_record
from emr_platform.synthesis.synthesize import Progress, Result, Synthesizer
from emr_platform.tenants.estate import read_estate
from tests.synthesis.fake_app import FakeApp

SMALL = "name: {}\nregion: us-east-1\n"
ALL = ["alpha", "beta", "gamma"]
OUTPUT = Path("cdk.out")


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeApp:
    """An app, in a project with three environments."""
    monkeypatch.chdir(tmp_path)
    Path("environments").mkdir()
    for name in ALL:
        write(name, SMALL.format(name))
    Path("app.py").write_text("one", encoding="utf-8")
    os.utime("app.py", (1, 1))
    return FakeApp()


def write(name: str, text: str) -> None:
    Path(f"environments/{name}.yaml").write_text(text, encoding="utf-8")


def run(
    app: FakeApp, names: Sequence[str] | None = None, *, context: Any = None, **options: Any
) -> Result:
    synthesizer = Synthesizer(
        project=CdkProject(Path(), "python app.py", context or {}),
        output=OUTPUT,
        jobs=1,
        start=lambda: app,  # type: ignore[arg-type,return-value]
        **options,
    )
    return synthesizer.run(read_estate(environment_files(Path("environments"))), names)


def made(app: FakeApp, *arguments: Any, **options: Any) -> list[str]:
    """The environments that a run asks the app for."""
    app.made.clear()
    run(app, *arguments, **options)
    return app.made


def statuses(result: Result) -> dict[str, str]:
    return {outcome.name: outcome.status for outcome in result.outcomes}


def test_each_has_a_folder_of_its_own(app: FakeApp) -> None:
    result = run(app)

    assert statuses(result) == dict.fromkeys(ALL, "synthesized")
    assert sorted(path.parent.name for path in OUTPUT.glob("*/manifest.json")) == ALL
    assert [outcome.assembly for outcome in result.outcomes] == [OUTPUT / name for name in ALL]
    assert [context["environment"] for context in app.contexts] == ALL


def test_what_did_not_change_is_not_synthesized_again(app: FakeApp) -> None:
    run(app)

    result = run(app)

    assert statuses(result) == dict.fromkeys(ALL, "unchanged")
    assert app.made == ALL


def test_only_those_that_are_named(app: FakeApp) -> None:
    assert made(app, ["beta"]) == ["beta"]
    assert made(app) == ["alpha", "gamma"]


@pytest.mark.parametrize(
    "text",
    [
        SMALL.format("beta") + "tags: {team: data}\n",
        SMALL.format("beta") + "protection: destroy\n",
        SMALL.format("beta").replace("us-east-1", "eu-west-1"),
        SMALL.format("beta") + "clusters: {etl: {release: emr-7.12.0}}\n",
    ],
    ids=["tag", "protection", "region", "cluster"],
)
def test_change_of_one(app: FakeApp, text: str) -> None:
    run(app)
    write("beta", text)

    assert made(app) == ["beta"]
    assert made(app) == []


@pytest.mark.parametrize(
    "text",
    [
        f"# A comment\n{SMALL.format('beta')}",
        "region: us-east-1\nname: beta\n",
        "{name: beta, region: 'us-east-1'}",
        SMALL.format("beta") + "protection: retain\n",
    ],
    ids=["comment", "order", "style", "default"],
)
def test_change_without_meaning(app: FakeApp, text: str) -> None:
    run(app)
    write("beta", text)

    assert made(app) == []


def test_others_come_and_go(app: FakeApp) -> None:
    run(app)
    write("aaa", SMALL.format("aaa"))
    Path("environments/gamma.yaml").rename("environments/0.yaml")

    assert made(app) == ["aaa"]


def test_content_of_a_script(app: FakeApp) -> None:
    script = Path("environments/first.sh")
    script.write_text("#!/bin/sh\n", encoding="utf-8")
    bootstrap = "clusters: {etl: {release: emr-7.12.0, bootstrap: {one: {script: first.sh}}}}\n"
    write("beta", SMALL.format("beta") + bootstrap)
    run(app)

    script.write_text("#!/bin/sh\ntrue\n", encoding="utf-8")

    assert made(app) == ["beta"]


def test_change_of_the_program(app: FakeApp) -> None:
    run(app)
    Path("app.py").write_text("two", encoding="utf-8")
    os.utime("app.py", (2, 2))

    assert made(app) == ALL


def test_change_of_a_feature_flag(app: FakeApp) -> None:
    run(app, context={"flag": True})

    assert made(app, context={"flag": True}) == []
    assert made(app, context={"flag": False}) == ALL


def test_keys_to_data_are_those_of_one_environment(app: FakeApp) -> None:
    run(app)

    assert made(app, context={"destroy-data": "beta, other"}) == ["beta"]
    assert app.contexts[-1]["destroy-data"] == "beta"
    assert made(app, context={"destroy-data": "beta"}) == []
    assert made(app) == ["beta"]
    assert "destroy-data" not in app.contexts[-1]


def test_switched_off(app: FakeApp) -> None:
    run(app)

    assert made(app, use_cache=False) == ALL
    assert made(app) == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "manifest.json").unlink(),
        lambda folder: (folder / "manifest.json").write_text("{}", encoding="utf-8"),
        lambda folder: (folder / ".emr-platform.json").unlink(),
        lambda folder: (folder / ".emr-platform.json").write_text("{", encoding="utf-8"),
        lambda folder: folder.rename("moved"),
        lambda folder: (
            (folder / ".emr-platform.json").unlink(),
            (folder / "manifest.json").unlink(),
        ),
    ],
    ids=["no manifest", "other manifest", "no record", "broken record", "nothing", "half of it"],
)
def test_damaged_output(app: FakeApp, damage: Callable[[Path], object]) -> None:
    run(app)
    damage(OUTPUT / "beta")

    assert made(app) == ["beta"]
    assert made(app) == []


def lost() -> None:
    raise WorkerLostError("the app was ended by SIGKILL")


@pytest.mark.parametrize(
    ("behaviour", "problem"),
    [
        (lambda: "ValueError: no", "ValueError: no"),
        (lost, "the app was ended by SIGKILL"),
    ],
    ids=["exception", "killed"],
)
def test_failure_of_one(app: FakeApp, behaviour: Callable[[], object], problem: str) -> None:
    run(app, ["beta"])
    before = (OUTPUT / "beta" / ".emr-platform.json").read_bytes()
    write("beta", SMALL.format("beta") + "tags: {a: b}\n")
    app.behaviour["beta"] = behaviour

    result = run(app)

    assert statuses(result) == {"alpha": "synthesized", "beta": "failed", "gamma": "synthesized"}
    [failed] = result.with_status("failed")
    assert failed.problem == problem
    # What was good before is still there, and nothing that is half done.
    assert (OUTPUT / "beta" / ".emr-platform.json").read_bytes() == before
    assert sorted(path.name for path in OUTPUT.iterdir() if path.is_dir()) == ALL
    app.behaviour.clear()
    assert made(app) == ["beta"]


def test_places_are_told_where_they_are_in_the_end(app: FakeApp) -> None:
    app.behaviour["alpha"] = lambda: "FOLDER/assembly-alpha/a.template.json:3:1  too many outputs"
    app.warnings = ("FOLDER/assembly-beta/b.template.json:3:1  many outputs",)

    alpha, beta = run(app, ["alpha", "beta"]).outcomes

    assert alpha.problem == "assembly-alpha/a.template.json:3:1  too many outputs"
    assert beta.warnings == (f"{OUTPUT}/beta/assembly-beta/b.template.json:3:1  many outputs",)


def test_bad_file_is_the_failure_of_one(app: FakeApp) -> None:
    write("beta", SMALL.format("beta") + "clutsers: {}\n")

    result = run(app)

    assert app.made == ["alpha", "gamma"]
    [failed] = result.with_status("failed")
    assert failed.name == "beta"
    [problem] = failed.problems
    assert str(problem).startswith("environments/beta.yaml:3:1  clutsers")


def test_two_files_of_one_environment(app: FakeApp) -> None:
    write("copy", SMALL.format("beta"))

    result = run(app)

    assert statuses(result) == {"alpha": "synthesized", "beta": "failed", "gamma": "synthesized"}
    [failed] = result.with_status("failed")
    assert [problem.message for problem in failed.problems] == [
        "the environment beta is described 2 times: in environments/beta.yaml and environments/copy.yaml"
    ]


def test_validation_that_fails(app: FakeApp) -> None:
    violation = {"ruleName": "R1", "description": "too open", "severity": "error"}
    app.report = [{"pluginName": "Nag", "conclusion": "failure", "violations": [violation]}]

    [outcome] = run(app, ["beta"]).outcomes

    assert (outcome.status, outcome.problem) == ("failed", "R1  Nag\n  too open")
    assert not (OUTPUT / "beta").exists()


def test_warnings_are_known_of_unchanged_environments_too(app: FakeApp) -> None:
    write("beta", SMALL.format("beta") + "result_store: {engine: mysql-8.0}\n")
    violation = {"ruleName": "R1", "description": "odd", "severity": "warning"}
    app.report = [{"pluginName": "Nag", "conclusion": "success", "violations": [violation]}]
    app.warnings = ("from the app",)
    [first] = run(app, ["beta"]).outcomes

    [again] = run(app, ["beta"]).outcomes

    assert again.status == "unchanged"
    assert again.warnings == first.warnings
    assert again.problems == first.problems
    assert [problem.rule_id for problem in again.problems] == ["EMR-DATABASE-002"]
    assert again.warnings == ("from the app", "R1  Nag\n  odd")


def test_file_that_changes_meanwhile(app: FakeApp) -> None:
    """The app reads it later than the key was made: what was made belongs to what the app read."""
    old, new = SMALL.format("beta"), SMALL.format("beta") + "tags: {a: b}\n"
    app.behaviour["beta"] = lambda: write("beta", new)
    run(app)
    app.behaviour.clear()

    assert made(app) == []
    write("beta", old)
    assert made(app) == ["beta"]


def test_program_that_changes_meanwhile(app: FakeApp) -> None:
    app.behaviour["beta"] = lambda: Path("app.py").write_text("two", encoding="utf-8") and None

    assert not run(app).is_settled

    app.behaviour.clear()
    os.utime("app.py", (2, 2))
    assert made(app) == ALL
    assert run(app).is_settled


def test_environments_that_are_gone(app: FakeApp) -> None:
    run(app)
    Path("environments/gamma.yaml").unlink()
    (OUTPUT / "mine").mkdir()

    assert run(app, ["alpha"]).removed == ()
    assert run(app).removed == ("gamma",)

    assert sorted(path.name for path in OUTPUT.iterdir() if path.is_dir()) == [
        "alpha",
        "beta",
        "mine",
    ]


def test_nothing_is_removed_while_a_file_cannot_be_read(app: FakeApp) -> None:
    """It may be the one that has the environment."""
    run(app)
    Path("environments/gamma.yaml").rename("environments/other.yaml")
    write("other", "name: [")

    assert run(app).removed == ()
    assert (OUTPUT / "gamma").exists()


def test_place_of_something_else(app: FakeApp) -> None:
    (OUTPUT / "beta").mkdir(parents=True)
    (OUTPUT / "beta" / "mine.txt").touch()

    result = run(app)

    assert statuses(result) == {"alpha": "synthesized", "beta": "failed", "gamma": "synthesized"}
    assert [path.name for path in (OUTPUT / "beta").iterdir()] == ["mine.txt"]


def test_output_that_is_in_use(app: FakeApp) -> None:
    run(app)
    (OUTPUT / "manifest.json").write_text("{}", encoding="utf-8")
    (OUTPUT / "synth.lock").write_text(str(os.getpid()), encoding="utf-8")

    with pytest.raises(OutputError, match="is using it"):
        run(app)


def test_assembly_of_cdk_synth_makes_room(app: FakeApp) -> None:
    OUTPUT.mkdir()
    (OUTPUT / "manifest.json").write_text('{"artifacts": {}}', encoding="utf-8")

    run(app)

    assert not (OUTPUT / "manifest.json").exists()


def test_progress(app: FakeApp) -> None:
    run(app, ["alpha"])
    write("beta", "name: beta\n")
    seen: list[tuple[int, int | None, bool]] = []

    def observe(progress: Progress) -> None:
        assert progress.total == 3
        left = progress.seconds_left is not None
        seen.append((len(progress.outcomes), progress.to_synthesize, left))

    run(app, observe=observe)

    assert seen == [(1, None, False), (2, None, False), (2, 1, False), (3, 1, True)]


def test_record_says_what_was_used(app: FakeApp) -> None:
    run(app, ["beta"])

    record = read_record(OUTPUT / "beta")

    assert record is not None
    assert record.sources == ("app.py",)
    assert record.node == "node"
    assert set(record.files) == {"manifest.json", "validation-report.json"}


TENANTS = """\
template: templates/standard.yaml
address_pool: 10.64.0.0/12
tenants:
  acme: {region: eu-west-1, environments: {staging: {}, prod: {parameters: {core_count: 3}}}}
  globex: {region: us-east-1}
"""
TEMPLATE = """\
parameters:
  core_count: {type: integer, default: 2, description: Core nodes.}
clusters:
  etl: {release: emr-7.12.0, core: {count: $(core_count)}}
"""


def write_tenants(text: str = TENANTS, template: str = TEMPLATE) -> None:
    write("customers", text)
    write("templates/standard", template)
    assert command(["lock"]) == 0


@pytest.fixture
def tenants(app: FakeApp) -> FakeApp:
    """The app of a project with three environments of two tenants."""
    for name in ALL:
        Path(f"environments/{name}.yaml").unlink()
    Path("environments/templates").mkdir()
    write_tenants()
    run(app)
    assert app.made == ["acme-prod", "acme-staging", "globex"]
    return app


def test_change_of_one_tenant(tenants: FakeApp) -> None:
    write_tenants(TENANTS.replace("globex: {", "globex: {parameters: {core_count: 5}, "))

    assert made(tenants) == ["globex"]


@pytest.mark.parametrize(
    ("text", "template"),
    [
        (TENANTS + "# The end.\n", TEMPLATE),
        (TENANTS + "  initech: {region: us-east-1}\n", TEMPLATE),
        (
            TENANTS.replace("  globex: {region: us-east-1}\n", "").replace(
                "tenants:\n", "tenants:\n  globex: {region: us-east-1}\n"
            ),
            TEMPLATE,
        ),
        (TENANTS, TEMPLATE.replace("Core nodes.", "How many core nodes.")),
        (
            TENANTS.replace("globex: {", "globex: {parameters: {core_count: 2}, "),
            TEMPLATE,
        ),
    ],
    ids=["comment", "new tenant", "order", "description", "default"],
)
def test_tenants_that_are_the_same(tenants: FakeApp, text: str, template: str) -> None:
    write_tenants(text, template)

    assert set(made(tenants)) <= {"initech"}


def test_default_of_the_template(tenants: FakeApp) -> None:
    """It is that of the two that say nothing else."""
    write_tenants(template=TEMPLATE.replace("default: 2", "default: 4"))

    assert made(tenants) == ["acme-staging", "globex"]


def test_name_of_the_tenant(tenants: FakeApp) -> None:
    """The environment stays what it is, but for whom it is tagged."""
    write_tenants(TENANTS.replace("  globex: {", "  globe: {environments: {x: {}}, "))

    assert made(tenants) == ["globe-x"]
    assert not (OUTPUT / "globex").exists()
