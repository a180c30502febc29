"""The recipe for GitHub Actions: its workflows are sound, and each of its scripts does what it says.

The scripts run with the real commands in a repository of their own, but for what is outside of it: ``gh`` answers
from files, AWS is the local one, and of ``cdk`` is noted what it was asked. The app hands out templates that were made
in this process, which takes a tenth of the time.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from emr_platform.deployment.spec import DEFAULT_WAVES
from emr_platform.environment.loader import load_environment
from emr_platform.operations.local_aws import LocalAws
from stacks.app import build
from tests.recipes.sandbox import BIN, NODE_MODULES, ROOT, SMALL, Runner, runner_in
from tests.support import new_app

RECIPE = ROOT / "recipes" / "github-actions"
FILES = ("ship.yaml", "deploy-wave.yaml")


def workflow(name: str) -> dict[str, Any]:
    """A workflow as plain data; every scalar as it is written, so that ``on`` is no truth value."""
    text = (RECIPE / name).read_text(encoding="utf-8")
    content: dict[str, Any] = yaml.load(text, Loader=yaml.BaseLoader)
    return content


def steps(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for job_name, job in workflow(name)["jobs"].items():
        for step in job.get("steps", ()):
            yield job_name, step


def scripts() -> list[Any]:
    return [
        pytest.param(step["run"], id=step["name"])
        for name in FILES
        for _, step in steps(name)
        if "run" in step
    ]


# --- Soundness -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def linted() -> list[list[dict[str, Any]]]:
    """What actionlint says of each workflow, and of one with a mistake."""
    texts = [(RECIPE / name).read_text(encoding="utf-8") for name in FILES]
    wrong = texts[0].replace("steps.affected.outputs.waves", "steps.afected.outputs.waves")
    module = NODE_MODULES / "@tktco" / "node-actionlint" / "build" / "run-lint.js"
    answer = subprocess.run(
        [BIN / "node", Path(__file__).parent / "actionlint.cjs", module],
        input=json.dumps([*texts, wrong]),
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[list[dict[str, Any]]] = json.loads(answer.stdout)
    return found


def test_actionlint_finds_nothing(linted: list[list[dict[str, Any]]]) -> None:
    *sound, wrong = linted
    assert sound == [[], []]
    assert "afected" in wrong[0]["message"]


@pytest.mark.parametrize("script", scripts())
def test_scripts_are_sound(script: str, tmp_path: Path) -> None:
    file = tmp_path / "step.sh"
    file.write_text(f"#!/usr/bin/env bash\n{script}")

    answer = subprocess.run([BIN / "shellcheck", file], capture_output=True, text=True, check=False)

    assert answer.stdout == ""
    # A branch or a tenant may be named `$(curl …)`: values come in variables.
    assert "${{" not in script


def test_no_long_lived_keys() -> None:
    for name in FILES:
        text = (RECIPE / name).read_text(encoding="utf-8").lower()
        assert "secrets." not in text
        assert "access-key" not in text
        assert "access_key" not in text
    [credentials] = [
        step for _, step in steps("deploy-wave.yaml") if "configure-aws" in step.get("uses", "")
    ]
    assert credentials["with"]["role-to-assume"] == "${{ vars.AWS_ROLE }}"


def test_jobs_can_do_no_more_than_they_need() -> None:
    ship, wave = (workflow(name) for name in FILES)
    assert ship["permissions"] == {}
    assert wave["permissions"] == {}
    # The jobs that a pull request runs have no way into AWS.
    assert "id-token" not in ship["jobs"]["check"]["permissions"]
    assert ship["jobs"]["wave-1"]["if"].startswith(
        "github.event_name != 'pull_request' && github.ref == 'refs/heads/main' && "
    )
    assert wave["jobs"]["deploy"]["permissions"] == {"contents": "read", "id-token": "write"}


def test_waves_follow_each_other() -> None:
    jobs = workflow("ship.yaml")["jobs"]
    waves = [job for name, job in jobs.items() if name.startswith("wave-")]
    assert len(waves) >= len(DEFAULT_WAVES)
    [affected] = [step["run"] for _, step in steps("ship.yaml") if step.get("id") == "affected"]
    assert f"--most-waves {len(waves)} " in affected
    for index, job in enumerate(waves):
        assert job["needs"] == (["check", f"wave-{index}"] if index else "check")
        assert job["if"].endswith(f"fromJSON(needs.check.outputs.waves)[{index}]")
        assert (
            job["with"]["wave"]
            == f"${{{{ toJSON(fromJSON(needs.check.outputs.waves)[{index}]) }}}}"
        )
        assert job["uses"] == "./.github/workflows/deploy-wave.yaml"


def test_each_wave_is_approved_once_under_its_own_name() -> None:
    jobs = workflow("deploy-wave.yaml")["jobs"]
    # Parts of a wave share its reviewers: GitHub would make an environment for each name without any.
    assert jobs["approve"]["environment"] == "${{ fromJSON(inputs.wave).group }}"
    assert "environment" not in jobs["deploy"]
    assert jobs["deploy"]["needs"] == "approve"


# --- Scripts -------------------------------------------------------------------------------


def job_steps(file: str, job: str) -> dict[str, dict[str, Any]]:
    """The scripts of a job, by the names of their steps."""
    return {step["name"]: step for name, step in steps(file) if name == job and "run" in step}


CHECK = job_steps("ship.yaml", "check")


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return runner_in(tmp_path)


def since(runner: Runner) -> str:
    ended = runner.run(CHECK["Find what to compare with"])
    assert ended.returncode == 0, ended.stderr
    return runner.values["steps.revision.outputs.since"]


EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


def test_pull_request_is_compared_with_its_base(runner: Runner) -> None:
    base = runner.git("rev-parse", "HEAD")
    runner.git("checkout", "--quiet", "-b", "topic")
    runner.edit("beta", "one", "three")
    runner.commit()
    runner.git("checkout", "--quiet", "main")
    # What GitHub checks out is the merge.
    runner.git("merge", "--quiet", "--no-ff", "--message", "Merge", "topic")
    runner.event = "pull_request"

    assert since(runner) == base


def ended(runner: Runner, *runs: tuple[str, str], event: str = "push") -> None:
    """Say which runs there were, the latest first: revisions and outcomes."""
    known = [
        {"headSha": revision, "conclusion": outcome, "event": event, "status": "completed"}
        for revision, outcome in runs
    ]
    now = {"headSha": "f" * 40, "conclusion": "", "event": "push", "status": "in_progress"}
    (runner.stubs / "runs").write_text(json.dumps([now, *known]))


def test_main_is_compared_with_what_was_deployed_last(runner: Runner) -> None:
    deployed = runner.git("rev-parse", "HEAD")
    ended(runner, (deployed, "success"), ("0" * 40, "success"))
    runner.edit("beta", "one", "three")
    runner.commit()

    assert since(installed(runner)) == deployed
    [asked] = runner.log("gh")
    assert asked.startswith("run list --workflow ship.yaml --branch main ")


def test_what_failed_runs_may_have_deployed_is_made_up_for(runner: Runner) -> None:
    """Also if their commit is reverted: then nothing differs from what was deployed last."""
    deployed = runner.git("rev-parse", "HEAD")
    runner.edit("beta", "one", "three")
    failed = runner.commit()
    runner.edit("beta", "three", "one")
    runner.commit()
    ended(runner, (failed, "failure"), (failed, "cancelled"), (deployed, "success"))

    assert set(since(installed(runner)).split()) == {deployed, failed}
    found = runner.run(CHECK["Find out which environments are affected"])
    assert found.returncode == 0, found.stderr
    assert runner.values["steps.affected.outputs.environments"] == "beta"


@pytest.mark.parametrize("outcome", ["success", "failure"])
def test_everything_is_new_where_it_is_not_known_what_is_deployed(
    runner: Runner, outcome: str
) -> None:
    here = runner.git("rev-parse", "HEAD")
    ended(runner, (here, "failure"), ("0" * 40, outcome))

    assert since(installed(runner)) == EMPTY_TREE


def test_pull_requests_have_deployed_nothing(runner: Runner) -> None:
    ended(runner, (runner.git("rev-parse", "HEAD"), "success"), event="pull_request")

    assert since(installed(runner)) == EMPTY_TREE


def test_everything_is_new_if_somebody_says_so(runner: Runner) -> None:
    ended(runner, (runner.git("rev-parse", "HEAD"), "success"))
    runner.values["inputs.everything"] = "true"

    assert since(runner) == EMPTY_TREE
    assert runner.log("gh") == []


def installed(runner: Runner) -> Runner:
    assert runner.run(CHECK["Install"]).returncode == 0
    return runner


def affected(runner: Runner, since: str) -> subprocess.CompletedProcess[str]:
    runner.values["steps.revision.outputs.since"] = since
    return runner.run(CHECK["Find out which environments are affected"])


def test_removed_environments_are_told(runner: Runner) -> None:
    installed(runner).git("rm", "--quiet", "environments/alpha.yaml")

    ended = affected(runner, "HEAD")

    assert ended.returncode == 0, ended.stderr
    assert (
        "::warning::Nothing here deletes the stacks of environments that are removed: alpha"
        in ended.stdout
    )
    assert runner.values["steps.affected.outputs.waves"] == "[]"


def test_more_waves_than_jobs_are_refused(runner: Runner) -> None:
    names = [f"t{number}" for number in range(9)]
    (runner.folder / "deployment.yaml").write_text(
        json.dumps({"waves": [{"name": name, "environments": [name]} for name in names]})
    )
    for number, name in enumerate(names):
        text = SMALL.format(name=name, protection="retain", cidr=f"10.{number + 9}.0.0/16")
        (runner.folder / "environments" / f"{name}.yaml").write_text(text)

    ended = affected(installed(runner), "HEAD")

    assert ended.returncode == 1
    assert "9 waves are to be deployed, and there may be 8" in ended.stderr


def test_bad_input_ends_the_job(runner: Runner) -> None:
    (runner.folder / "environments" / "beta.yaml").write_text("name: beta\n")

    assert runner.run(CHECK["Validate"]).returncode != 0
    assert affected(installed(runner), "HEAD").returncode == 1
    assert runner.run(CHECK["Validate"]).returncode == 1


def templates(runner: Runner) -> Path:
    """Where the templates are that were made of the commit that is checked out."""
    return runner.stubs / f"templates-of-{runner.git('rev-parse', 'HEAD')}"


def synthesize(runner: Runner, *names: str) -> None:
    """Make templates of the commit that is checked out, as ``emr-platform synth`` would."""
    for name in names:
        app = new_app(templates(runner) / name)
        build(app, [load_environment(runner.folder / "environments" / f"{name}.yaml")])
        app.synth()


@dataclass(frozen=True)
class Ran:
    """A pull request that was checked, and a wave that was deployed."""

    runner: Runner
    comments: list[str]
    comment: str


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Every script of the job ``check`` for a pull request, in order."""
    runner = runner_in(tmp_path_factory.mktemp("pull-request"))
    synthesize(runner, "beta")
    runner.edit("beta", "cidr: 10.2.0.0/16", "cidr: 10.3.0.0/16")
    runner.commit()
    synthesize(runner, "alpha", "beta")
    runner.event = "pull_request"
    for name, step in CHECK.items():
        ended = runner.run(step)
        assert ended.returncode == 0, f"{name}\n{ended.stdout}\n{ended.stderr}"
    first = runner.log("gh")
    (runner.stubs / "comment-id").write_text("41\n42\n")
    comment = (runner.stubs / "comment.md").read_text()
    assert runner.run(CHECK["Comment on the pull request"]).returncode == 0
    return Ran(runner, [*first, *runner.log("gh")[len(first) :]], comment)


def test_conditions_are_those_of_a_pull_request() -> None:
    conditions = {name: step["if"] for name, step in CHECK.items() if "if" in step}
    assert conditions == {
        "Say what would be replaced": "github.event_name == 'pull_request' "
        "&& steps.affected.outputs.changed != ''",
        "Comment on the pull request": "github.event_name == 'pull_request' && "
        "github.event.pull_request.head.repo.full_name == github.repository",
    }


def test_comment_says_what_is_affected_and_what_is_replaced(ran: Ran) -> None:
    assert ran.comment.startswith("<!-- emr-platform -->\n### Environments: 0 added, 1 changed")
    assert "| beta | changed | silo | network.cidr: 10.2.0.0/16 → 10.3.0.0/16 |" in ran.comment
    assert "## beta\n\n### This deployment stops here: " in ran.comment
    assert "**REPLACED**: AWS::EC2::VPC" in ran.comment
    assert "alpha" not in ran.comment
    assert ran.runner.summary in ran.comment


def test_comment_is_made_once_and_then_brought_up_to_date(ran: Ran) -> None:
    made, changed = [each for each in ran.comments if "--method" in each]
    assert made == (
        "api --silent --method POST repos/somebody/environments/issues/7/comments --field body=@comment.md"
    )
    assert changed == (
        "api --silent --method PATCH repos/somebody/environments/issues/comments/42 --field body=@comment.md"
    )


def test_wave_is_deployed(ran: Ran) -> None:
    """The environment that the pull request changes, where nothing and then something else is deployed."""
    runner = ran.runner
    [wave] = json.loads(runner.values["steps.affected.outputs.waves"])
    assert wave == {"name": "silo", "group": "silo", "environments": ["beta"]}
    runner.values["fromJSON(inputs.wave).name"] = wave["name"]
    runner.values["join(fromJSON(inputs.wave).environments, ', ')"] = "beta"
    runner.event = "push"
    [approval] = job_steps("deploy-wave.yaml", "approve").values()
    assert runner.run(approval).stdout == "Deploying silo, beta\n"

    deploy = job_steps("deploy-wave.yaml", "deploy")
    shutil.rmtree(runner.folder / "cdk.out")
    with LocalAws(node_modules=NODE_MODULES) as aws:
        runner.environment = {
            **{key: value for key, value in aws.environment().items() if key.startswith("AWS_")},
            "ENVIRONMENT": "beta",
        }
        for name, step in deploy.items():
            ended = runner.run(step)
            assert ended.returncode == 0, f"{name}\n{ended.stdout}\n{ended.stderr}"
        assert "**beta-storage** is new" in runner.summary
        assert [each.name for each in (runner.folder / "cdk.out").iterdir() if each.is_dir()] == [
            "beta"
        ]
        assert runner.log("cdk") == [
            "deploy --app cdk.out/beta --require-approval never --progress events --concurrency 4 beta/*"
        ]

        lost = {"Resources": {"Old": {"Type": "AWS::S3::Bucket"}}}
        aws.client("cloudformation").create_stack(
            StackName="beta-storage", TemplateBody=json.dumps(lost)
        )
        # Three is the status of `emr-platform changes`; the pipe must not hide it.
        assert runner.run(deploy["Stop if something would be replaced or lost"]).returncode == 3
