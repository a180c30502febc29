"""``emr-platform affected`` in repositories of all kinds."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from emr_platform.cli.affected import affected
from emr_platform.cli.errors import CommandError
from emr_platform.problems import InvalidSpecError
from tests.cli.revisions import (
    SMALL,
    changed,
    commit,
    edit,
    found,
    git,
    project_in,
    run,
    run_raising,
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with two environments and a commit, in which the tests run."""
    return project_in(tmp_path / "project", monkeypatch)


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
