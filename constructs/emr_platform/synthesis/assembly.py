"""The folder of all cloud assemblies: one for each environment, put into its place when it is complete."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from emr_platform.templates.reading import MANIFEST, RECORD_FILE

LOCK_FILE = ".emr-platform.lock"
_TEMPORARY = re.compile(r"\.emr-platform-\w+")
# What the command line of the CDK leaves in a folder while it uses it, with its process id.
_READING = re.compile(r"read\.(\d+)\.\d+\.lock")
_WRITING = "synth.lock"
_OF_ASSEMBLY = re.compile(
    r"asset\.[0-9a-f]{64}.*|cdk\.out|tree\.json|error\.txt|performance-counters\.json"
    r"|(policy-)?validation-report\.json|.*\.(template|assets|metadata)\.json"
)


class OutputError(Exception):
    """Something is in the way in the folder of assemblies; the message says what."""


@contextlib.contextmanager
def locked(output: Path) -> Iterator[None]:
    """Have the folder for oneself, as far as this program is concerned; it is made if it is not there.

    Raises:
        OutputError: It cannot be written, or another process has it.
    """
    try:
        output.mkdir(parents=True, exist_ok=True)
        with (output / LOCK_FILE).open("w", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise OutputError(f"{output}: another emr-platform synth is at work here") from None
            _tidy(output)
            yield
    except OSError as error:
        raise OutputError(f"{output}: cannot be written: {error.strerror or error}") from None


def new_folder(output: Path) -> Path:
    """An empty folder beside the assemblies, to make one in."""
    return Path(tempfile.mkdtemp(prefix=".emr-platform-", dir=output))


def put_in_place(new: Path, assembly: Path) -> None:
    """Let a complete assembly take the place of an earlier one.

    Raises:
        OutputError: What is there is in use, or is no assembly.
    """
    refuse_foreign(assembly)
    refuse_used(assembly)
    new.chmod(0o755)
    if not assembly.exists():
        new.replace(assembly)
        return
    # A folder cannot replace one that is not empty: so there is a moment without either.
    old = new.with_name(f"{new.name}_old")
    assembly.replace(old)
    try:
        new.replace(assembly)
    except OSError:
        old.replace(assembly)
        raise
    shutil.rmtree(old, ignore_errors=True)


def remove(assembly: Path) -> None:
    """Remove an assembly.

    Raises:
        OutputError: It is in use.
    """
    refuse_used(assembly)
    shutil.rmtree(assembly)


def recorded_names(output: Path) -> list[str]:
    """The environments that this program has made an assembly of, by their names' order."""
    return sorted(file.parent.name for file in output.glob(f"*/{RECORD_FILE}"))


def remove_own_assembly(output: Path) -> bool:
    """Remove an assembly that the folder itself is, as ``cdk synth`` writes one there.

    Otherwise it would stay beside those of the environments, and be older than they are.

    Returns:
        Whether there was one.

    Raises:
        OutputError: It is in use.
    """
    manifest = output / MANIFEST
    if not manifest.is_file():
        return False
    refuse_used(output)
    for name in _inner(manifest):
        if (output / name).resolve().parent == output.resolve():
            shutil.rmtree(output / name, ignore_errors=True)
    for path in list(output.iterdir()):
        if _OF_ASSEMBLY.fullmatch(path.name):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
    manifest.unlink()
    return True


def refuse_foreign(assembly: Path) -> None:
    """Raise :class:`OutputError` for something that this program would not replace."""
    if not assembly.is_symlink() and (not assembly.exists() or _is_assembly(assembly)):
        return
    raise OutputError(
        f"{assembly}: is there already, and is no cloud assembly\n"
        "  allowed: another folder (--output), or remove it"
    )


def _is_assembly(folder: Path) -> bool:
    """Whether a folder is a cloud assembly, or what is left of one."""
    if not folder.is_dir():
        return False
    names = {path.name for path in folder.iterdir()}
    return bool(names & {MANIFEST, RECORD_FILE}) or all(
        _OF_ASSEMBLY.fullmatch(name) or name.startswith("assembly-") for name in names
    )


def refuse_used(assembly: Path) -> None:
    """Raise :class:`OutputError` if the command line of the CDK is reading or writing an assembly."""
    for process in _users(assembly):
        if _is_alive(process):
            raise OutputError(
                f"{assembly}: the CDK's command line is using it (process {process})\n"
                "  allowed: wait for it, then run this again"
            )


def _users(assembly: Path) -> Iterator[int]:
    if not assembly.is_dir():
        return
    for path in assembly.iterdir():
        reading = _READING.fullmatch(path.name)
        if reading:
            yield int(reading[1])
        elif path.name == _WRITING:
            with contextlib.suppress(OSError, ValueError):
                yield int(path.read_text(encoding="utf-8"))


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _inner(manifest: Path) -> Iterable[str]:
    """The folders of the stages."""
    try:
        artifacts = json.loads(manifest.read_text(encoding="utf-8"))["artifacts"].values()
        return [
            str(artifact["properties"]["directoryName"])
            for artifact in artifacts
            if artifact["type"] == "cdk:cloud-assembly"
        ]
    except (AttributeError, LookupError, TypeError, ValueError):
        return []


def _tidy(output: Path) -> None:
    """Remove what a process left that was killed."""
    for path in output.iterdir():
        if _TEMPORARY.fullmatch(path.name) and path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
