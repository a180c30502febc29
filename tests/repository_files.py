"""The files of the repository, in a clone of it as well as in an unpacked archive."""

from __future__ import annotations

import fnmatch
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]


def repository_files(root: Path = ROOT) -> tuple[Path, ...]:
    """Every file that is tracked, or would be: in a clone git says so, elsewhere ``.gitignore``."""
    if (root / ".git").exists():
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=root,
            check=True,
            capture_output=True,
            text=True,
        )
        names = sorted(name for name in listed.stdout.split("\0") if name)
    else:
        names = sorted(_not_ignored(root))
    return tuple(path for name in names if (path := root / name).is_file())


def _not_ignored(root: Path) -> Iterator[str]:
    lines = (root / ".gitignore").read_text(encoding="utf-8").splitlines()
    patterns = [line.rstrip("/") for line in lines if line and not line.startswith("#")]
    for folder, subfolders, files in os.walk(root):
        here = Path(folder)
        subfolders[:] = [name for name in subfolders if not _matches(here / name, root, patterns)]
        for name in files:
            if not _matches(here / name, root, patterns):
                yield (here / name).relative_to(root).as_posix()


def _matches(path: Path, root: Path, patterns: list[str]) -> bool:
    whole = f"/{path.relative_to(root).as_posix()}"
    return any(
        fnmatch.fnmatchcase(whole if pattern.startswith("/") else path.name, pattern)
        for pattern in patterns
    )
