import os
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from emr_platform.cli.errors import CommandError
from emr_platform.cli.import_edx import import_edx
from emr_platform.cli.program import run as program
from emr_platform.environment.loader import load_environment
from emr_platform.problems import InvalidSpecError

FIXTURES = Path(__file__).parents[1] / "importers/edx"
CLUSTER_FILE = FIXTURES / "cluster.yml"
ANSWERS = ("--name", "analytics", "--replace", "<your-analytics-packages-bucket>=my-packages")


def run(*arguments: str | Path) -> Result:
    app = typer.Typer()
    app.command()(import_edx)
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def refusal(*arguments: str | Path) -> str:
    result = run(*arguments)
    assert result.exit_code == 1
    assert isinstance(result.exception, CommandError | InvalidSpecError)
    assert result.output == ""
    return str(result.exception)


def test_the_file_is_written_and_the_report_printed(tmp_path: Path) -> None:
    output = tmp_path / "analytics.yaml"
    result = run(CLUSTER_FILE, "--output", output, *ANSWERS)
    assert result.exit_code == 0
    environment = load_environment(output).spec
    assert environment.name == "analytics"
    assert environment.storage.external["my-packages"].bucket_name == "my-packages"
    assert result.stdout.startswith(f"{CLUSTER_FILE} → {output}\n\nChanged:\n")
    assert "release_label: emr-4.7.2 → emr-7.4.0" in result.stdout
    assert result.stderr == ""
    assert [path.name for path in tmp_path.iterdir()] == ["analytics.yaml"]


def test_without_output_the_file_goes_to_standard_output_and_the_report_does_not() -> None:
    result = run(CLUSTER_FILE, *ANSWERS)
    assert result.exit_code == 0
    assert result.stdout.startswith("# yaml-language-server: $schema=")
    assert result.stdout.endswith("termination_protection: false\n")
    assert "Not carried over:" in result.stderr
    assert "→ standard output" in result.stderr


def test_every_option_has_an_effect(tmp_path: Path) -> None:
    output = tmp_path / "etl.yaml"
    result = run(
        CLUSTER_FILE,
        *("--output", output, "--name", "etl", "--region", "eu-west-1", "--release", "emr-7.12.0"),
        *("--vpc-id", "vpc-0123456789abcdef0", "--vpc-cidr", "10.9.0.0/16"),
        *("--replace", "<your-analytics-packages-bucket>=my-packages"),
        *("--replace", "<your VPC public subnet ID here>=subnet-0123456789abcdef0"),
    )
    assert result.exit_code == 0
    environment = load_environment(output).spec
    assert (environment.name, environment.region) == ("etl", "eu-west-1")
    assert environment.clusters["etl"].release == "emr-7.12.0"
    assert environment.network.cidr == "10.9.0.0/16"
    # Releases from 7.5 on are without Sqoop.
    assert "Sqoop" not in environment.clusters["etl"].applications
    assert "emr-7.4.0 was the last release with Sqoop." in result.stdout


def test_placeholders_are_listed_all_at_once_and_nothing_is_written(tmp_path: Path) -> None:
    output = tmp_path / "etl.yaml"
    message = refusal(CLUSTER_FILE, "--output", output)
    assert message.count("is a placeholder") == 3
    assert f"{CLUSTER_FILE}:2:11  name  EMR-EDX-005" in message
    assert f"{CLUSTER_FILE}:31:22  steps[0].step_args[0]  EMR-EDX-005" in message
    assert "--replace '<your-analytics-packages-bucket>=…'" in message
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_is_only_overwritten_by_force(tmp_path: Path) -> None:
    output = tmp_path / "etl.yaml"
    output.write_text("mine")
    assert "exists already; --force overwrites it" in refusal(
        CLUSTER_FILE, "--output", output, *ANSWERS
    )
    assert output.read_text() == "mine"
    assert run(CLUSTER_FILE, "--output", output, "--force", *ANSWERS).exit_code == 0
    assert "name: analytics" in output.read_text()


def test_force_does_not_destroy_anything_if_the_import_fails(tmp_path: Path) -> None:
    output = tmp_path / "etl.yaml"
    output.write_text("mine")
    refusal(CLUSTER_FILE, "--output", output, "--force")
    assert output.read_text() == "mine"


def test_the_cluster_file_itself_is_never_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "cluster.yml"
    file.write_bytes(CLUSTER_FILE.read_bytes())
    assert "is the cluster file itself" in refusal(file, "--output", file, "--force", *ANSWERS)
    assert file.read_bytes() == CLUSTER_FILE.read_bytes()


def test_an_interrupted_write_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "etl.yaml"
    output.write_text("mine")

    def full(*_: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    message = refusal(CLUSTER_FILE, "--output", output, "--force", *ANSWERS)
    assert message == f"{output}: cannot be written: No space left on device"
    assert output.read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["etl.yaml"]


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.yml").endswith("cannot be read: No such file or directory")
    assert refusal(tmp_path).endswith("cannot be read: Is a directory")
    latin = tmp_path / "latin.yml"
    latin.write_bytes(b"name: x\nother: caf\xe9\n")
    assert refusal(latin) == f"{latin}:2: the byte 0xe9 is not UTF-8"
    large = tmp_path / "large.yml"
    large.write_bytes(b"#" * (1024 * 1024 + 1))
    assert "more than 1 MiB" in refusal(large)


def test_exit_status_tells_an_unreadable_file_from_one_with_mistakes(tmp_path: Path) -> None:
    mistaken, latin, large = (tmp_path / name for name in ("a.yml", "b.yml", "c.yml"))
    mistaken.write_text("name: [", encoding="utf-8")
    latin.write_bytes(b"caf\xe9")
    large.write_bytes(b"#" * (1024 * 1024 + 1))
    assert program(["import-edx", str(mistaken)]) == 1
    for unreadable in (tmp_path / "none.yml", latin, large):
        assert program(["import-edx", str(unreadable)]) == 2


def test_outputs_that_cannot_be_written(tmp_path: Path) -> None:
    assert "is a directory" in refusal(CLUSTER_FILE, "--output", tmp_path, *ANSWERS)
    nowhere = tmp_path / "missing" / "etl.yaml"
    message = refusal(CLUSTER_FILE, "--output", nowhere, *ANSWERS)
    assert message == f"{nowhere}: cannot be written: No such file or directory"


@pytest.mark.parametrize(
    ("given", "placeholder", "value"),
    [
        ("<a=b>=c=d", "<a=b>", "c=d"),
        ("{{ x }}=y", "{{ x }}", "y"),
        ("<a>=", "<a>", ""),
        ("word=y", "word", "y"),
    ],
)
def test_replacements(tmp_path: Path, given: str, placeholder: str, value: str) -> None:
    file = tmp_path / "cluster.yml"
    file.write_text(
        f"{{name: etl, release_label: emr-7.12.0, keypair_name: 'k {placeholder}', "
        "instance_groups: {master: {type: m6g.xlarge}}}"
    )
    result = run(file, "--replace", given)
    assert result.exit_code == 0
    assert f"key_pair: k {value}".strip() in result.stdout.replace('"', "")


@pytest.mark.parametrize("given", ["<bucket>", "=x", "", "<bucket>-mine"])
def test_replacements_that_make_no_sense(given: str) -> None:
    assert "allowed is PLACEHOLDER=VALUE" in refusal(CLUSTER_FILE, "--replace", given)


def test_the_file_gets_the_usual_permissions(tmp_path: Path) -> None:
    output = tmp_path / "etl.yaml"
    before = os.umask(0o027)
    try:
        run(CLUSTER_FILE, "--output", output, *ANSWERS)
    finally:
        os.umask(before)
    assert output.stat().st_mode & 0o777 == 0o640
