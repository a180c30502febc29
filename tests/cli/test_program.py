"""The command line as a whole: how it starts, and how it ends whatever happens."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from emr_platform import __version__
from emr_platform.cli import program
from emr_platform.cli import validate as validate_module
from emr_platform.cli.commands import COMMANDS, Command
from emr_platform.cli.errors import CommandError
from emr_platform.cli.program import run
from emr_platform.problems import InvalidSpecError, Problem

ROOT = Path(__file__).parents[2]
PROGRAM = [sys.executable, "-c", "from emr_platform.cli import main; main()"]


def started(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*PROGRAM, *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
    )


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"emr-platform {__version__}\n"


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0

    text = capsys.readouterr().out
    for command in COMMANDS:
        assert f"  {command.name} " in text
        assert command.help.split()[0] in text


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_explains_itself(
    command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([command.name, "--help"]) == 0
    assert f"Usage: emr-platform {command.name}" in capsys.readouterr().out


def test_no_command_is_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 2
    assert "Commands:" in capsys.readouterr().err


def test_unknown_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["validat"]) == 2
    assert "Did you mean 'validate'?" in capsys.readouterr().err


def test_unknown_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["validate", "--fast"]) == 2
    assert "No such option: --fast" in capsys.readouterr().err


def fail_with(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fail(_: object) -> None:
        raise error

    monkeypatch.setattr(validate_module, "check_files", fail)


def test_what_a_command_cannot_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fail_with(monkeypatch, CommandError("the moon is in the way", exit_status=3))

    assert run(["validate", "x.yaml"]) == 3
    assert capsys.readouterr().err == "the moon is in the way\n"


def test_invalid_environment(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fail_with(monkeypatch, InvalidSpecError([Problem("X-1", ("name",), "found nothing")]))

    assert run(["validate", "x.yaml"]) == 1
    assert capsys.readouterr().err == "name  X-1\n  found nothing\n"


def test_fault_of_the_program(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(program.SHOW_TRACEBACK, raising=False)
    fail_with(monkeypatch, RuntimeError("boom"))

    assert run(["validate", "x.yaml"]) == 70
    assert capsys.readouterr().err == (
        "emr-platform: internal error: RuntimeError: boom\n"
        "  This is a fault of the program. Run it again with EMR_PLATFORM_TRACEBACK=1 to see where it is.\n"
    )


def test_fault_of_the_program_with_its_place(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(program.SHOW_TRACEBACK, "1")
    fail_with(monkeypatch, RuntimeError("boom"))

    assert run(["validate", "x.yaml"]) == 70
    assert "Traceback (most recent call last)" in capsys.readouterr().err


def test_reader_that_has_gone() -> None:
    with started("schema") as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()

        assert process.stderr.read() == ""
        assert process.wait() == program.BROKEN_PIPE


def open_when_it_is_read(pipe: Path, process: subprocess.Popen[str]) -> int:
    """Open a named pipe for writing, which only works while somebody reads from it."""
    while True:
        assert process.poll() is None, process.communicate()
        try:
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            time.sleep(0.02)


def test_interruption(tmp_path: Path) -> None:
    pipe = tmp_path / "dev.yaml"
    os.mkfifo(pipe)
    with started("validate", str(pipe)) as process:
        writer = open_when_it_is_read(pipe, process)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        os.close(writer)

    assert (process.returncode, out, err) == (program.INTERRUPTED, "", "")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_terminal_that_cannot_show_every_character(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "dev.yaml"
    file.write_text("name: žluťoučký\nregion: us-east-1\n", encoding="utf-8")

    with started("validate", str(file), PYTHONIOENCODING=encoding, PYTHONUTF8="0") as process:
        out, err = process.communicate(timeout=30)

    assert (process.returncode, err) == (1, "")
    assert out.endswith("1 file: 1 error\n")


NOTHING_HEAVY = """
import sys
from emr_platform.cli.program import run
status = run({arguments})
print(status, sorted({modules} & sys.modules.keys()), file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("arguments", "modules"),
    [
        (
            ["validate"],
            {"aws_cdk", "jsii", "constructs", "boto3", "botocore", "rich", "ruamel", "moto"},
        ),
        (["schema"], {"aws_cdk", "jsii", "boto3", "botocore", "rich"}),
        (["--help"], {"aws_cdk", "jsii", "boto3", "rich", "pydantic", "yaml"}),
    ],
)
def test_checking_loads_neither_the_cdk_nor_boto3(arguments: list[str], modules: set[str]) -> None:
    script = NOTHING_HEAVY.format(arguments=arguments, modules=modules)

    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True
    )

    assert done.stderr == "0 []\n"
