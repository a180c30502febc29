"""``emr-platform affected`` and ``waves`` in repositories of all kinds."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from emr_platform.cli.affected import affected
from emr_platform.cli.errors import CommandError
from emr_platform.cli.lock import lock
from emr_platform.cli.waves import waves
from emr_platform.problems import InvalidSpecError

SMALL = """\
name: {name}
region: eu-west-1
protection: {protection}
clusters:
  etl:
    release: emr-7.12.0
    bootstrap:
      tools: {{script: scripts/tools.sh}}
"""


def run(command: Callable[..., None], *arguments: str) -> Result:
    app = typer.Typer()
    app.command()(command)
    return CliRunner().invoke(app, arguments)


def found(*arguments: str) -> dict[str, str]:
    result = run(affected, *arguments, "--format", "json")
    assert result.exit_code == 0, result.output
    report: dict[str, Any] = json.loads(result.stdout)
    return {each["name"]: each["verdict"] for each in report["environments"]}


def git(folder: Path, *arguments: str) -> str:
    identity = {
        f"GIT_{who}_{what}": "somebody@example.com"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return subprocess.run(
        ["git", "-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always", *arguments],
        cwd=folder,
        env=inherited | identity | {"GIT_CONFIG_GLOBAL": os.devnull},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "Change something")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with two environments and a commit, in which the tests run."""
    folder = tmp_path / "project"
    (folder / "environments" / "scripts").mkdir(parents=True)
    (folder / "stacks").mkdir()
    for name, protection in (("prod", "retain"), ("staging", "destroy")):
        text = SMALL.format(name=name, protection=protection)
        (folder / "environments" / f"{name}.yaml").write_text(text)
    (folder / "environments" / "scripts" / "tools.sh").write_text("#!/bin/bash\ntrue\n")
    (folder / "app.py").write_text("print('hello')\n")
    (folder / ".gitignore").write_text("*.pyc\n")
    git(folder, "init", "--quiet")
    commit(folder)
    monkeypatch.chdir(folder)
    # As within a hook of git's: it must not matter.
    monkeypatch.setenv("GIT_INDEX_FILE", "nonsense")
    monkeypatch.setenv("GIT_DIR", "nonsense")
    return folder


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


@pytest.mark.usefixtures("project")
def test_nothing_changed() -> None:
    assert found("--since", "HEAD") == {"prod": "unchanged", "staging": "unchanged"}


def test_what_is_not_committed_counts(project: Path) -> None:
    edit(project / "environments" / "prod.yaml", "emr-7.12.0", "emr-7.11.0")
    (project / "environments" / "new.yaml").write_text(
        SMALL.format(name="new", protection="retain")
    )

    assert found("--since", "HEAD") == {
        "new": "added",
        "prod": "changed",
        "staging": "unchanged",
    }
    # Nothing of it is in the commit.
    assert set(found("--since", "HEAD", "--until", "HEAD").values()) == {"unchanged"}


def test_text_says_why_and_in_which_order(project: Path) -> None:
    edit(project / "environments" / "prod.yaml", "emr-7.12.0", "emr-7.11.0")
    edit(project / "environments" / "staging.yaml", "emr-7.12.0", "emr-7.11.0")

    assert run(affected, "--since", "HEAD").stdout == (
        "prod  changed\n"
        "  clusters.etl.release: emr-7.12.0 → emr-7.11.0\n"
        "staging  changed\n"
        "  clusters.etl.release: emr-7.12.0 → emr-7.11.0\n"
        "\n"
        "waves\n"
        "  1  canary  staging\n"
        "  2  silo    prod\n"
        "\n"
        "Environments: 0 added, 2 changed, 0 removed, 0 unchanged\n"
    )


def test_between_two_revisions(project: Path) -> None:
    edit(project / "environments" / "prod.yaml", "emr-7.12.0", "emr-7.11.0")
    commit(project)
    git(project, "rm", "--quiet", "environments/staging.yaml")
    commit(project)

    assert found("--since", "HEAD~2", "--until", "HEAD~1")["prod"] == "changed"
    assert found("--since", "HEAD~1") == {"prod": "unchanged", "staging": "removed"}
    assert found("--since", "HEAD", "--until", "HEAD~2") == {"prod": "changed", "staging": "added"}


def test_words_and_files_do_not_count(project: Path) -> None:
    (project / "environments" / "prod.yaml").rename(project / "environments" / "main.yml")
    edit(project / "environments" / "main.yml", "name: prod", "# Ours.\nname: 'prod'")
    (project / "README.md").write_text("# Ours\n")

    assert set(found("--since", "HEAD").values()) == {"unchanged"}


def test_script_counts_for_whom_it_is(project: Path) -> None:
    (project / "environments" / "scripts" / "other.sh").write_text("#!/bin/bash\ntrue\n")
    edit(project / "environments" / "prod.yaml", "tools.sh", "other.sh")
    commit(project)
    (project / "environments" / "scripts" / "other.sh").write_text("#!/bin/bash\nfalse\n")

    assert found("--since", "HEAD") == {"prod": "changed", "staging": "unchanged"}


@pytest.mark.parametrize("path", ["app.py", "stacks/new.py", "constructs/x/data.json"])
def test_program_counts_for_all(project: Path, path: str) -> None:
    (project / path).parent.mkdir(parents=True, exist_ok=True)
    (project / path).write_text("print('good-bye')\n")

    result = run(affected, "--since", "HEAD")
    assert f"all environments: the program: {path}\n" in result.stdout
    assert set(found("--since", "HEAD").values()) == {"changed"}


def test_ignored_files_are_no_part_of_the_program(project: Path) -> None:
    (project / "stacks" / "old.pyc").write_text("")

    assert set(found("--since", "HEAD").values()) == {"unchanged"}


def test_all_are_new_since_the_beginning(project: Path) -> None:
    empty = git(project, "hash-object", "-t", "tree", os.devnull).strip()

    assert found("--since", empty) == {"prod": "added", "staging": "added"}


def test_environment_that_was_not_valid_before(project: Path) -> None:
    edit(project / "environments" / "prod.yaml", "region:", "regoin:")
    commit(project)
    edit(project / "environments" / "prod.yaml", "regoin:", "region:")

    assert found("--since", "HEAD") == {"prod": "changed", "staging": "unchanged"}


def test_environment_that_is_not_valid_now(project: Path) -> None:
    edit(project / "environments" / "prod.yaml", "region:", "regoin:")

    with pytest.raises(InvalidSpecError, match=r"^environments/prod\.yaml:1:1"):
        run_raising("--since", "HEAD")
    commit(project)
    with pytest.raises(InvalidSpecError, match=r"^HEAD:environments/prod\.yaml:1:1"):
        run_raising("--since", "HEAD~1", "--until", "HEAD")


def run_raising(*arguments: str) -> None:
    result = run(affected, *arguments)
    assert result.exception is not None
    raise result.exception


def test_two_environments_of_one_name(project: Path) -> None:
    text = (project / "environments" / "prod.yaml").read_text()
    (project / "environments" / "copy.yaml").write_text(text)

    with pytest.raises(InvalidSpecError, match="prod is described by"):
        run_raising("--since", "HEAD")


def test_project_in_a_folder_of_its_repository(project: Path) -> None:
    parent = project.parent
    (project / ".git").rename(parent / ".git")
    commit(parent)
    (parent / "app.py").write_text("print('of another project')\n")
    assert set(found("--since", "HEAD").values()) == {"unchanged"}

    edit(project / "environments" / "prod.yaml", "emr-7.12.0", "emr-7.11.0")
    assert found("--since", "HEAD") == {"prod": "changed", "staging": "unchanged"}
    # Where the project was before, there is none.
    assert found("--since", "HEAD~1") == {"prod": "added", "staging": "added"}


def test_nothing_of_the_repository_is_touched(project: Path) -> None:
    edit(project / "environments" / "prod.yaml", "emr-7.12.0", "emr-7.11.0")
    git(project, "add", "--all")
    edit(project / "environments" / "prod.yaml", "emr-7.11.0", "emr-7.10.0")

    def state() -> list[str]:
        return [
            git(project, "status", "--porcelain=v2"),
            git(project, "diff", "--cached"),
            git(project, "for-each-ref"),
            git(project, "worktree", "list"),
        ]

    before = state()
    found("--since", "HEAD")
    assert state() == before


def test_names_of_files_may_be_strange(project: Path) -> None:
    (project / "stacks" / "wörld \t.py").write_text("1\n")
    commit(project)

    assert set(found("--since", "HEAD").values()) == {"unchanged"}


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("revision", ["nope", "HEAD~9", "", "--help", "HEAD:app.py"])
def test_unknown_revision(revision: str) -> None:
    with pytest.raises(CommandError, match="there is no revision"):
        run_raising(f"--since={revision}")


def test_shallow_clone(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(project)
    git(tmp_path, "clone", "--quiet", "--depth=1", project.as_uri(), "clone")
    monkeypatch.chdir(tmp_path / "clone")

    with pytest.raises(CommandError, match=r"only the latest history was cloned\n.*fetch-depth: 0"):
        run_raising("--since", "HEAD~1")
    assert set(found("--since", "HEAD").values()) == {"unchanged"}


def test_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))

    with pytest.raises(CommandError, match="is in no git repository"):
        run_raising("--since", "HEAD")


@pytest.mark.usefixtures("project")
def test_no_git(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    with pytest.raises(CommandError, match="git cannot be run"):
        run_raising("--since", "HEAD")


@pytest.mark.usefixtures("project")
def test_waves() -> None:
    assert run(waves).stdout == "waves\n  1  canary  staging\n  2  silo    prod\n"
    assert run(waves, "--format", "github").stdout.splitlines()[1] == "environments=staging,prod"
    assert json.loads(run(waves, "--format", "json").stdout) == [
        {"name": "canary", "group": "canary", "environments": ["staging"]},
        {"name": "silo", "group": "silo", "environments": ["prod"]},
    ]


def test_waves_of_a_file(project: Path) -> None:
    file = project / "deployment.yaml"
    file.write_text("waves:\n  - {name: first, environments: [prod, tset]}\n")

    result = run(waves)
    assert result.stdout == "waves\n  1  first      prod\n  2  remaining  staging\n"
    assert "deployment.yaml:2:40  waves[0].environments[1]  EMR-WAVE-002" in result.stderr
    edit(project / "environments" / "prod.yaml", "emr-7.12.0", "emr-7.11.0")
    assert "  1  first  prod\n" in run(affected, "--since", "HEAD").stdout


def test_waves_of_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    result = run(waves)
    assert isinstance(result.exception, CommandError)


TEMPLATE = """\
parameters:
  core_count: {description: Core nodes., type: integer, default: 2}
  keep: {description: Protection., default: retain}
protection: $(keep)
clusters:
  etl:
    release: emr-7.12.0
    core: {type: m6g.xlarge, count: $(core_count)}
"""
TENANTS = """\
template: templates/small.yaml
address_pool: 10.64.0.0/12
shared:
  shared-eu: {region: eu-west-1}
tenants:
  acme: {tier: silo, region: eu-west-1, environments: {staging: {parameters: {keep: destroy}}, prod: {}}}
  globex: {tier: bridge}
"""


@pytest.fixture
def tenants(project: Path) -> Path:
    """The same with a tenants file, committed."""
    folder = project / "environments"
    (folder / "templates").mkdir()
    (folder / "templates" / "small.yaml").write_text(TEMPLATE)
    (folder / "customers.yaml").write_text(TENANTS)
    assert run(lock).exit_code == 0
    commit(project)
    return folder


def changed(*arguments: str) -> set[str]:
    return {name for name, verdict in found(*arguments).items() if verdict != "unchanged"}


def test_row_of_a_tenant_counts_for_it_alone(tenants: Path) -> None:
    assert changed("--since", "HEAD") == set()
    edit(tenants / "customers.yaml", "tier: silo", "tier: silo, parameters: {core_count: 3}")

    assert changed("--since", "HEAD") == {"acme-prod", "acme-staging"}
    assert "  clusters.etl.core.count: 2 → 3\n" in run(affected, "--since", "HEAD").stdout


def test_default_of_a_template_counts_for_all_that_have_it(tenants: Path) -> None:
    edit(tenants / "customers.yaml", "prod: {}", "prod: {parameters: {core_count: 5}}")
    commit(tenants)
    edit(tenants / "templates" / "small.yaml", "default: 2", "default: 3")

    assert changed("--since", "HEAD") == {"acme-staging", "globex", "shared-eu"}


def test_new_tenant_changes_no_other(tenants: Path) -> None:
    edit(
        tenants / "customers.yaml", "  globex:", "  aaa: {tier: silo, region: us-east-1}\n  globex:"
    )
    run(lock)

    assert changed("--since", "HEAD") == {"aaa"}
    assert found("--since", "HEAD")["aaa"] == "added"


def test_new_tenant_of_a_shared_cluster_changes_what_it_shares(tenants: Path) -> None:
    """The shared environment knows its tenants, and other tenants do not."""
    edit(tenants / "customers.yaml", "  globex:", "  tiny: {tier: pool}\n  globex:")

    assert changed("--since", "HEAD") == {"shared-eu", "tiny"}
    assert found("--since", "HEAD")["shared-eu"] == "changed"


def test_what_is_shared_counts_for_those_who_share_it(tenants: Path) -> None:
    edit(
        tenants / "customers.yaml",
        "shared-eu: {region: eu-west-1}",
        "shared-eu: {region: eu-west-1, parameters: {core_count: 4}}",
    )

    assert changed("--since", "HEAD") == {"globex", "shared-eu"}


def test_moving_to_another_tier_counts(tenants: Path) -> None:
    edit(
        tenants / "customers.yaml",
        "globex: {tier: bridge}",
        "globex: {tier: silo, region: eu-west-1}",
    )

    run(lock)

    verdicts = found("--since", "HEAD")
    assert verdicts["globex"] == "changed"
    assert "tenancy.tier: bridge → silo" in run(affected, "--since", "HEAD").stdout


@pytest.mark.usefixtures("tenants")
def test_waves_of_tenants() -> None:
    assert run(waves).stdout == (
        "waves\n"
        "  1  canary  acme-staging, staging\n"
        "  2  shared  shared-eu\n"
        "  3  bridge  globex\n"
        "  4  silo    acme-prod, prod\n"
    )


def test_tenants_file_that_is_not_valid(tenants: Path) -> None:
    edit(tenants / "customers.yaml", "tier: bridge", "tier: gold")

    with pytest.raises(InvalidSpecError, match=r"customers\.yaml:7:18"):
        run_raising("--since", "HEAD")


def test_several_revisions(project: Path) -> None:
    edit(project / "environments" / "prod.yaml", "emr-7.12.0", "emr-7.11.0")
    commit(project)
    edit(project / "environments" / "prod.yaml", "emr-7.11.0", "emr-7.12.0")
    commit(project)

    assert changed("--since", "HEAD~2") == set()
    assert changed("--since", "HEAD~2", "--since", "HEAD~1") == {"prod"}
    assert changed("--since", "HEAD~2", "--since", "HEAD") == set()


@pytest.mark.usefixtures("project")
def test_too_many_waves() -> None:
    empty = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
    assert changed("--since", empty, "--most-waves", "2") == {"prod", "staging"}
    with pytest.raises(CommandError, match=r"^2 waves are to be deployed, and there may be 1"):
        run_raising("--since", empty, "--most-waves", "1")
