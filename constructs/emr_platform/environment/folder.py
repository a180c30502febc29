"""Where environment files are."""

from __future__ import annotations

from pathlib import Path


def environment_files(directory: Path) -> list[Path]:
    """The environment files of a folder, ``*.yaml`` and ``*.yml``, in the order of their names.

    Hidden files are no environments: editors leave some behind.
    """
    return sorted(
        path
        for path in directory.glob("*")
        if path.suffix in (".yaml", ".yml") and not path.name.startswith(".")
    )
