"""The folder of assemblies: whole ones only, and nothing of others is touched."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from emr_platform.synthesis.assembly import (
    OutputError,
    locked,
    new_folder,
    put_in_place,
    recorded_names,
    remove,
    remove_own_assembly,
)
from emr_platform.synthesis.records import (
    Record,
    file_digests,
    is_intact,
    read_record,
    write_record,
)

NOBODY = 2**22 + 1
"""A process id that Linux gives to nobody: one more than the largest."""


def filled(folder: Path, text: str = "{}") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    return folder


def content(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_first_and_second_time(tmp_path: Path) -> None:
    for text in ("first", "second"):
        put_in_place(filled(new_folder(tmp_path), text), tmp_path / "dev")
        assert (tmp_path / "dev" / "manifest.json").read_text(encoding="utf-8") == text

    assert content(tmp_path) == ["dev"]
    assert (tmp_path / "dev").stat().st_mode & 0o777 == 0o755


def test_files_of_the_earlier_one_go(tmp_path: Path) -> None:
    (filled(tmp_path / "dev") / "old.template.json").touch()

    put_in_place(filled(new_folder(tmp_path)), tmp_path / "dev")

    assert content(tmp_path / "dev") == ["manifest.json"]


@pytest.mark.parametrize("lock", ["read.{}.1.lock", "synth.lock"])
def test_what_the_cdk_uses_stays(tmp_path: Path, lock: str) -> None:
    """Its command line leaves such files as long as it deploys an assembly, or writes one."""
    old = filled(tmp_path / "dev", "old")
    file = old / lock.format(os.getpid())
    file.write_text(str(os.getpid()), encoding="utf-8")

    with pytest.raises(OutputError, match=f"is using it \\(process {os.getpid()}\\)"):
        put_in_place(filled(new_folder(tmp_path), "new"), old)
    with pytest.raises(OutputError, match="is using it"):
        remove(old)
    assert (old / "manifest.json").read_text(encoding="utf-8") == "old"


@pytest.mark.parametrize("lock", [f"read.{NOBODY}.1.lock", "synth.lock"])
def test_locks_of_the_dead_do_not_count(tmp_path: Path, lock: str) -> None:
    old = filled(tmp_path / "dev", "old")
    (old / lock).write_text(str(NOBODY), encoding="utf-8")

    put_in_place(filled(new_folder(tmp_path), "new"), old)

    assert (old / "manifest.json").read_text(encoding="utf-8") == "new"


@pytest.mark.parametrize(
    "make",
    [
        lambda path: path.write_text("mine", encoding="utf-8"),
        lambda path: (path.mkdir(), (path / "mine.txt").touch()),
        lambda path: path.symlink_to("elsewhere"),
    ],
    ids=["file", "folder", "link"],
)
def test_what_is_no_assembly_stays(tmp_path: Path, make: Callable[[Path], object]) -> None:
    make(tmp_path / "dev")

    with pytest.raises(OutputError, match="is no cloud assembly"):
        put_in_place(filled(new_folder(tmp_path)), tmp_path / "dev")


def test_empty_folder_is_nobodys(tmp_path: Path) -> None:
    (tmp_path / "dev").mkdir()

    put_in_place(filled(new_folder(tmp_path)), tmp_path / "dev")

    assert content(tmp_path / "dev") == ["manifest.json"]


def test_one_at_a_time(tmp_path: Path) -> None:
    output = tmp_path / "some" / "where"
    with (
        locked(output),
        pytest.raises(OutputError, match="another emr-platform synth"),
        locked(output),
    ):
        pass
    with locked(output):
        pass


def test_remains_of_one_that_was_killed(tmp_path: Path) -> None:
    unfinished = filled(new_folder(tmp_path))
    filled(tmp_path / "dev")

    with locked(tmp_path):
        assert not unfinished.exists()
        assert (tmp_path / "dev").exists()


def test_place_that_cannot_be_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(OutputError, match=r"file/out: cannot be written: Not a directory"):
        locked(tmp_path / "file" / "out").__enter__()


def test_assembly_that_cdk_synth_left_there(tmp_path: Path) -> None:
    artifacts = {
        "assembly-prod": {
            "type": "cdk:cloud-assembly",
            "properties": {"directoryName": "assembly-prod"},
        },
        "evil": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "../outside"}},
    }
    output = filled(tmp_path / "cdk.out", json.dumps({"artifacts": artifacts}))
    for name in ("assembly-prod", f"asset.{'a' * 64}", "mine"):
        (output / name).mkdir()
    for name in ("tree.json", "cdk.out", "s.template.json", f"asset.{'b' * 64}.sh", "notes.txt"):
        (output / name).touch()
    filled(output / "dev")
    (tmp_path / "outside").mkdir()

    assert remove_own_assembly(output)

    assert content(output) == ["dev", "mine", "notes.txt"]
    assert (tmp_path / "outside").exists()
    assert not remove_own_assembly(output)


def test_names_are_those_of_recorded_assemblies(tmp_path: Path) -> None:
    for name in ("b", "a", "other"):
        filled(tmp_path / name)
    for name in ("a", "b"):
        write_record(tmp_path / name, Record("key", (), "node", {}, ()))

    assert recorded_names(tmp_path) == ["a", "b"]


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    folder = filled(tmp_path / "dev")
    (folder / "inner").mkdir()
    (folder / "inner" / "s.template.json").write_text("{}", encoding="utf-8")
    write_record(folder, Record("key", ("app.py",), "node", file_digests(folder), ("beware",)))
    return folder


def test_record(recorded: Path) -> None:
    record = read_record(recorded)

    assert record is not None
    assert (record.key, record.sources, record.node) == ("key", ("app.py",), "node")
    assert record.warnings == ("beware",)
    assert set(record.files) == {"manifest.json", "inner/s.template.json"}
    assert is_intact(recorded, record)
    (recorded / "read.1.1.lock").touch()
    assert is_intact(recorded, record)


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "manifest.json").unlink(),
        lambda folder: (folder / "inner/s.template.json").unlink(),
        lambda folder: (folder / "inner/s.template.json").write_text("{ }", encoding="utf-8"),
        lambda folder: (folder / "manifest.json").write_bytes(b""),
    ],
    ids=["no manifest", "no template", "other template", "empty manifest"],
)
def test_damage_is_noticed(recorded: Path, damage: Callable[[Path], object]) -> None:
    record = read_record(recorded)
    damage(recorded)

    assert record is not None
    assert not is_intact(recorded, record)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", "null", '{"key": 1, "sources": 1}', "[" * 100_000, "\udcff"],
    ids=["empty", "cut", "list", "no keys", "null", "types", "depth", "bytes"],
)
def test_record_that_cannot_be_read(recorded: Path, text: str) -> None:
    (recorded / ".emr-platform.json").write_bytes(text.encode(errors="surrogateescape"))

    assert read_record(recorded) is None
