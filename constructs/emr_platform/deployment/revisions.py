"""A project as git has it: its files at any revision, without touching what is checked out."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class RevisionError(Exception):
    """Git cannot say what was asked; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Repository:
    """The repository that a project lies in.

    Attributes:
        root: Its top folder.
        project: The folder of the project within it, with slashes; empty if that is the top.
    """

    root: Path
    project: str

    @classmethod
    def around(cls, folder: Path) -> Repository:
        """The repository that a folder lies in.

        Raises:
            RevisionError: There is none, or no git.
        """
        try:
            answer = _git(folder, "rev-parse", "--show-toplevel", "--show-prefix")
        except RevisionError as error:
            raise RevisionError(
                f"{folder.resolve()} is in no git repository that can be read, so nothing can be "
                f"compared with a revision\n  git says: {error}"
            ) from None
        top, prefix = answer.decode(errors="surrogateescape").splitlines()[:2]
        return cls(Path(top), prefix.rstrip("/"))

    def tree(self, revision: str) -> str:
        """What a revision holds, as the id of a tree.

        Args:
            revision: A commit, branch, tag, tree, or anything else that git understands.

        Raises:
            RevisionError: There is no such revision here.
        """
        try:
            answer = _git(
                self.root,
                *("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{tree}}"),
            )
        except RevisionError:
            raise RevisionError(self._unknown(revision)) from None
        return answer.decode().strip()

    def write(self, tree: str, folder: Path) -> None:
        """Write all files of a tree into a folder, as a checkout would, but with an index of its own.

        Args:
            tree: Id of the tree.
            folder: An empty folder that exists.

        Raises:
            RevisionError: Git cannot read or write a file.
        """
        index = {"GIT_INDEX_FILE": str(folder / ".index")}
        _git(self.root, "read-tree", tree, environment=index)
        prefix = f"--prefix={folder}{os.sep}"
        _git(self.root, "checkout-index", "--all", "--quiet", prefix, environment=index)

    def files_of(self, tree: str) -> list[str]:
        """The files of the project in a tree, from the folder of the project, with slashes."""
        listed = _git(self.root, "ls-tree", "-r", "-z", "--name-only", tree)
        return self._in_project(listed)

    def files_now(self) -> list[str]:
        """The files of the project that are there now, those not yet committed included, ignored ones not."""
        listed = _git(
            self.root, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--full-name"
        )
        return self._in_project(listed)

    def _in_project(self, listed: bytes) -> list[str]:
        prefix = f"{self.project}/" if self.project else ""
        names = listed.decode(errors="surrogateescape").split("\0")
        return [
            name.removeprefix(prefix)
            for name in dict.fromkeys(names)
            if name and name.startswith(prefix)
        ]

    def _unknown(self, revision: str) -> str:
        message = f"there is no revision {revision} in the repository {self.root}"
        if _git(self.root, "rev-parse", "--is-shallow-repository").strip() == b"true":
            return (
                f"{message}, of which only the latest history was cloned\n  fetch the rest: "
                "git fetch --unshallow, or fetch-depth: 0 for actions/checkout"
            )
        return f"{message}\n  allowed: a commit, branch or tag that was fetched"


def _git(folder: Path, *arguments: str, environment: dict[str, str] | None = None) -> bytes:
    """Run git, and return what it writes.

    Raises:
        RevisionError: It failed; the message is git's own.
    """
    # A hook of git's, or somebody's shell, may have set these for another repository.
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_PREFIX")
    }
    command: Sequence[str] = ("git", *arguments)
    try:
        ended = subprocess.run(  # noqa: S603 - arguments are ours, and revisions follow --end-of-options
            command,
            cwd=folder,
            env=inherited | {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"} | (environment or {}),
            capture_output=True,
            check=False,
        )
    except OSError as error:
        raise RevisionError(f"git cannot be run: {error.strerror or error}") from None
    if ended.returncode:
        text = ended.stderr.decode(errors="replace").strip()
        raise RevisionError(text or f"git {arguments[0]} ended with status {ended.returncode}")
    return ended.stdout
