"""The lock file: read as it was written, and merged by git."""

from __future__ import annotations

import subprocess
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from emr_platform.tenants.lock import lock_path, lock_text, read_lock
from tests.tenants.files import LOCK


def test_lock_file_is_beside_its_tenants_file() -> None:
    assert lock_path(Path("environments/customers.yaml")) == Path(
        "environments/customers.lock.json"
    )
    assert lock_path(Path("a.b.yml")) == Path("a.b.lock.json")


def test_nothing_is_locked_at_first(tmp_path: Path) -> None:
    lock, problems = read_lock(tmp_path / "customers.lock.json")

    assert (lock.ranges, problems) == ({}, [])


def test_what_was_written_is_read(tmp_path: Path) -> None:
    file = tmp_path / "customers.lock.json"
    ranges = {"globex": IPv4Network("10.0.16.0/20"), "acme": IPv4Network("10.0.0.0/20")}
    file.write_text(lock_text(ranges), encoding="utf-8")

    lock, problems = read_lock(file)

    assert (lock.ranges, problems) == (ranges, [])
    assert lock.lines == {"acme": 4, "globex": 5}
    assert lock_text(read_lock_of(tmp_path, LOCK)) == LOCK


def read_lock_of(directory: Path, text: str) -> dict[str, IPv4Network]:
    file = directory / "customers.lock.json"
    file.write_text(text, encoding="utf-8")
    lock, problems = read_lock(file)
    assert problems == []
    return dict(lock.ranges)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "this is not JSON: Expecting value"),
        ("[]", 1, "found no ranges of version 1"),
        ('{"version": 2, "ranges": {}}', 1, "found no ranges of version 1"),
        ('{"version": 1, "ranges": []}', 1, "found no ranges of version 1"),
        (
            '{"version": 1, "ranges": {"a": "10.0.0.0/20", "a": "10.0.16.0/20"}}',
            1,
            "a has two ranges",
        ),
        (
            '{"version": 1,\n"ranges": {\n"a": "10.0.0.0/20",\n"a": "10.0.16.0/20"}}',
            4,
            "a has two ranges",
        ),
        (
            '{"version": 1, "ranges": {\n"a": "10.0.0.1/20"}}',
            2,
            '"10.0.0.1/20" of a is not an IPv4 address range',
        ),
        (
            '{"version": 1, "ranges": {"b": null}}',
            1,
            "null of b is not an IPv4 address range",
        ),
        ("[" * 100_000, 1, "found no ranges of version 1"),
        (f'{{"version": {"1" * 5000}}}', 1, "found no ranges of version 1"),
    ],
)
def test_broken_lock_files(tmp_path: Path, text: str, line: int, message: str) -> None:
    file = tmp_path / "customers.lock.json"
    file.write_text(text, encoding="utf-8")

    _, [problem] = read_lock(file)

    assert (problem.rule_id, problem.message) == ("EMR-TENANT-012", message)
    assert problem.location
    assert (problem.location.file, problem.location.line) == (str(file), line)


def test_lock_file_that_is_no_text(tmp_path: Path) -> None:
    file = tmp_path / "customers.lock.json"
    file.write_bytes(b"\xff\xfe")

    _, [problem] = read_lock(file)

    assert problem.message == "the file cannot be read: it is not UTF-8"


def test_branches_that_each_add_a_tenant_at_another_place_merge(tmp_path: Path) -> None:
    """Each environment has a line of its own, in the order of names."""

    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=test", "-c", "user.email=test@example.com"]
        subprocess.run(
            ["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True
        )

    file = tmp_path / "customers.lock.json"
    before = {f"m{number}": IPv4Network(f"10.0.{16 * number}.0/20") for number in range(8)}
    git("init", "--initial-branch=main")
    file.write_text(lock_text(before), encoding="utf-8")
    git("add", ".")
    git("commit", "--message=before")
    git("checkout", "-b", "other")
    file.write_text(lock_text({**before, "zeta": IPv4Network("10.1.0.0/20")}), encoding="utf-8")
    git("commit", "--all", "--message=zeta")
    git("checkout", "main")
    file.write_text(lock_text({**before, "alpha": IPv4Network("10.2.0.0/20")}), encoding="utf-8")
    git("commit", "--all", "--message=alpha")
    git("merge", "other")

    assert read_lock(file)[0].ranges.keys() == {*before, "alpha", "zeta"}
