"""What is kept of a synthesis, in the folder of each cloud assembly: the key of its inputs, and what its files were."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from emr_platform.synthesis.inputs import file_digest
from emr_platform.templates.reading import RECORD_FILE


@dataclass(frozen=True, slots=True)
class Record:
    """What a cloud assembly was made from.

    Attributes:
        key: Digest of all inputs.
        sources: Where the modules of the app were: what has to be looked at to make the key again.
        node: The Node.js that was used, likewise.
        files: SHA-256 of each file, by its path in the folder.
        warnings: What the CDK warned of, and nobody acknowledged.
    """

    key: str
    sources: tuple[str, ...]
    node: str
    files: dict[str, str]
    warnings: tuple[str, ...]


def read_record(assembly: Path) -> Record | None:
    """The record of a cloud assembly; None if there is none that can be read."""
    try:
        content = json.loads((assembly / RECORD_FILE).read_text(encoding="utf-8"))
        return Record(
            key=str(content["key"]),
            sources=tuple(map(str, content["sources"])),
            node=str(content["node"]),
            files={str(path): str(digest) for path, digest in content["files"].items()},
            warnings=tuple(map(str, content["warnings"])),
        )
    except (AttributeError, LookupError, OSError, RecursionError, TypeError, ValueError):
        return None


def write_record(assembly: Path, record: Record) -> None:
    """Put a record into the folder of its cloud assembly."""
    text = json.dumps(asdict(record), indent=1, ensure_ascii=True)
    (assembly / RECORD_FILE).write_text(f"{text}\n", encoding="utf-8")


def remove_record(assembly: Path) -> None:
    """Forget what a cloud assembly was made from, so that it is made again."""
    (assembly / RECORD_FILE).unlink(missing_ok=True)


def file_digests(assembly: Path) -> dict[str, str]:
    """SHA-256 of each file of a cloud assembly, by its path in the folder."""
    return {
        path.relative_to(assembly).as_posix(): file_digest(path)
        for path in sorted(assembly.rglob("*"))
        if path.is_file() and path.name != RECORD_FILE
    }


def is_intact(assembly: Path, record: Record) -> bool:
    """Whether the files of a cloud assembly are as they were made. What was added makes no difference."""
    try:
        return "manifest.json" in record.files and all(
            file_digest(assembly / path) == digest for path, digest in record.files.items()
        )
    except (OSError, ValueError):
        return False
