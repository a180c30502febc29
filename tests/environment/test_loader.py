"""Environment files: how they are read, and what is said about those that are wrong."""

from __future__ import annotations

import contextlib
import gc
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from emr_platform.configurations.spec import property_of
from emr_platform.environment.files import check_files, environment_files
from emr_platform.environment.loader import (
    LoadedEnvironment,
    load_environment,
    load_environment_text,
)
from emr_platform.environment.text import MOST_BYTES
from emr_platform.problems import InvalidSpecError, Location, Problem, in_file_order

SMALLEST = """\
name: dev
region: us-east-1
clusters:
  etl:
    release: emr-7.12.0
    applications: [Spark, Hive]
    core: {type: m6g.xlarge, count: 2}
"""


def load(text: str) -> LoadedEnvironment:
    return load_environment_text(text, file="dev.yaml")


def problems(text: str) -> list[Problem]:
    try:
        return list(load(text).warnings)
    except InvalidSpecError as error:
        return list(error.problems)


def reports(text: str) -> list[str]:
    """Where, what and the identifier of each problem."""
    return [str(problem).splitlines()[0] for problem in problems(text)]


def test_smallest() -> None:
    environment = load(SMALLEST)

    assert environment.warnings == ()
    assert environment.path == Path("dev.yaml")
    cluster = environment.spec.clusters["etl"]
    assert (cluster.release, cluster.applications) == ("emr-7.12.0", ("Spark", "Hive"))
    assert cluster.core is not None
    assert (cluster.core.type, cluster.core.count) == ("m6g.xlarge", 2)


def test_file_is_read_from_its_path(tmp_path: Path) -> None:
    file = tmp_path / "dev.yaml"
    file.write_text(SMALLEST, encoding="utf-8")

    environment = load_environment(str(file))

    assert environment.path == file
    assert environment.spec.name == "dev"


def test_scripts_are_looked_for_beside_the_file(tmp_path: Path) -> None:
    file = tmp_path / "dev.yaml"
    file.write_text(
        SMALLEST + "    bootstrap:\n      first: {script: scripts/first.sh}\n", encoding="utf-8"
    )
    with pytest.raises(InvalidSpecError, match="EMR-SCRIPT-001"):
        load_environment(file)
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "first.sh").write_text("#!/bin/sh\n", encoding="utf-8")

    assert load_environment(file).warnings == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_byte_order_mark_is_no_part_of_the_text(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "dev.yaml"
    file.write_text("nam: dev\nregion: us-east-1\n", encoding=encoding)

    with pytest.raises(InvalidSpecError) as error:
        load_environment(file)

    assert f"{file}:1:1  nam  EMR-FILE-013" in str(error.value)


def test_windows_line_ends(tmp_path: Path) -> None:
    file = tmp_path / "dev.yaml"
    file.write_bytes(SMALLEST.replace("\n", "\r\n").replace("count: 2", "count: 0").encode())

    with pytest.raises(InvalidSpecError) as error:
        load_environment(file)

    assert str(error.value).startswith(f"{file}:7:37  clusters.etl.core.count  EMR-FILE-017")


def refusal(file: Path) -> Problem:
    with pytest.raises(InvalidSpecError) as error:
        load_environment(file)
    (problem,) = error.value.problems
    return problem


def test_file_that_is_not_there(tmp_path: Path) -> None:
    problem = refusal(tmp_path / "dev.yaml")

    assert problem.rule_id == "EMR-FILE-001"
    assert problem.message == "there is no such file"
    assert problem.location == Location(str(tmp_path / "dev.yaml"), 1, 1)


def test_path_through_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")

    assert refusal(tmp_path / "file" / "dev.yaml").message == "cannot be read: Not a directory"


def test_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)

    problem = refusal(tmp_path / "dev.yaml")

    assert problem.rule_id == "EMR-FILE-001"
    assert problem.message == "cannot be read: Permission denied"


def test_impossible_path() -> None:
    assert refusal(Path("a\0b")).rule_id == "EMR-FILE-001"


def test_largest_file(tmp_path: Path) -> None:
    file = tmp_path / "dev.yaml"
    file.write_text(SMALLEST + "#" * (MOST_BYTES - len(SMALLEST)), encoding="utf-8")
    assert load_environment(file).spec.name == "dev"

    file.write_text(SMALLEST + "#" * (MOST_BYTES - len(SMALLEST) + 1), encoding="utf-8")

    assert refusal(file).rule_id == "EMR-FILE-002"


def test_utf_16(tmp_path: Path) -> None:
    file = tmp_path / "dev.yaml"
    file.write_text(SMALLEST, encoding="utf-16")

    assert refusal(file).message == "the file is UTF-16"


def test_place_of_a_byte_that_is_not_utf_8(tmp_path: Path) -> None:
    file = tmp_path / "dev.yaml"
    file.write_bytes("näme: ü".encode() + b"\xff")

    assert refusal(file).location == Location(str(file), 1, 8)


def test_all_errors_of_the_structure_and_of_the_spec_come_at_once() -> None:
    text = "name: Dev\nname: dev\nregion: us-east-1\nnetwork: {cidr: x, cidr: y}\nssh: 3\n"

    assert reports(text) == [
        "dev.yaml:1:7  name  EMR-FILE-019",
        "dev.yaml:2:1  name  EMR-FILE-007",
        "dev.yaml:4:17  network.cidr  EMR-FILE-019",
        "dev.yaml:4:20  network.cidr  EMR-FILE-007",
        "dev.yaml:5:6  ssh  EMR-FILE-015",
    ]


def test_valid_spec_with_a_duplicate_key_is_refused() -> None:
    with pytest.raises(InvalidSpecError, match="EMR-FILE-007"):
        load("name: dev\nregion: us-east-1\nregion: us-east-1\n")


def test_all_errors_and_warnings_of_rules_come_at_once() -> None:
    text = SMALLEST.replace("Hive", "Sparc, HBase") + (
        "    scaling: {minimum: 3, maximum: 2}\n    idle_timeout_minutes: 60\n"
    )

    assert reports(text) == [
        "dev.yaml:6:27  clusters.etl.applications[1]  EMR-APPLICATION-004",
        "dev.yaml:8:14  clusters.etl.scaling  EMR-HDFS-004  warning",
        "dev.yaml:8:14  clusters.etl.scaling  EMR-SCALING-008  warning",
        "dev.yaml:8:24  clusters.etl.scaling.minimum  EMR-SCALING-002",
        "dev.yaml:9:27  clusters.etl.idle_timeout_minutes  EMR-TERMINATION-002  warning",
    ]


def test_warnings_alone_do_not_refuse_a_file() -> None:
    environment = load(SMALLEST.replace("7.12.0", "5.36.0").replace("m6g", "m4"))

    assert {problem.severity for problem in environment.warnings} == {"warning"}
    assert "EMR-INSTANCE-003" in {problem.rule_id for problem in environment.warnings}


def test_problem_of_a_spec_is_placed_later_too() -> None:
    environment = load(SMALLEST)
    found = Problem("X-1", ("clusters", "etl", "core", "count"), "too many")

    assert str(environment.located(found)).startswith("dev.yaml:7:37  clusters.etl.core.count  X-1")


def test_numbers_reach_emr_as_they_were_written() -> None:
    text = SMALLEST + (
        "    configurations:\n"
        "      spark-defaults: {spark.version: 1.10, spark.id: 007, spark.mask: 0x1F, spark.on: yes}\n"
        "      spark-env: {export: {DEBUG: TRUE, RATIO: 1e3}}\n"
    )

    configurations = load(text).spec.clusters["etl"].configurations

    assert dict(configurations[0].properties) == {
        "spark.version": "1.10",
        "spark.id": "007",
        "spark.mask": "0x1F",
        "spark.on": "yes",
    }
    assert property_of(configurations[1].configurations, "export", "DEBUG") == "true"
    assert property_of(configurations[1].configurations, "export", "RATIO") == "1e3"


def test_whole_numbers_become_plain_ones() -> None:
    cluster = load(SMALLEST + "    step_concurrency: 010\n").spec.clusters["etl"]

    assert type(cluster.step_concurrency) is int
    assert cluster.step_concurrency == 10


def test_text_that_would_confuse_a_terminal_is_shown_escaped() -> None:
    _, problem = problems('name: "a\\e[2J\\n\\u2028b\\u00a0"\nregion: us-east-1\n')

    assert "found the text 'a\\x1b[2J\\n\\u2028b\\xa0'" in str(problem)


def test_long_texts_are_shortened() -> None:
    (problem,) = problems(f"name: {'x' * 100}\nregion: us-east-1\n")

    assert problem.message == f"found the text '{'x' * 57}...'"


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("account: 111122223333", 'twelve digits; in quotes: "111122223333"'),
        # In quotes it would be just as wrong.
        ("account: 1234", "twelve digits"),
        ("tags: {a: 1.10}", 'text of at most 256 characters; in quotes: "1.10"'),
        ("tags: {a: True}", 'text of at most 256 characters; in quotes: "true"'),
        ("result_store: {multi_az: yes}", "true or false; without quotes: true"),
        ("result_store: {multi_az: 'off'}", "true or false; without quotes: false"),
        ("result_store: {multi_az: maybe}", "true or false"),
        (
            "result_store: {storage_gib: '30'}",
            "a whole number from 20 to 65536; without quotes: 30",
        ),
        ("result_store: {storage_gib: 30 GiB}", "a whole number from 20 to 65536"),
        ("ssh: {key_pair: a, allow_from: {}}", "a list"),
        ("ssh: {key_pair: a, allow_from: 10.0.0.0/8}", 'a list; for one entry: ["10.0.0.0/8"]'),
        ("network: {endpoints: {}}", "a list"),
        # The kinds of a step are annotated with a mapping, which has no hash.
        ("clusters: {etl: {release: emr-7.12.0, steps: {}}}", "a list of at most 256 entries"),
        (
            "network: {nat_gateways: }",
            "a whole number from 0 to 6; or no such key at all, for the default",
        ),
    ],
)
def test_hints(line: str, hint: str) -> None:
    (problem,) = problems(f"name: dev\nregion: us-east-1\n{line}\n")

    assert problem.rule_id == "EMR-FILE-015"
    assert problem.allowed == hint


@pytest.mark.parametrize(
    ("key", "likely"),
    [
        ("master", "primary"),
        ("ReleaseLabel", "release"),
        ("release-label", "release"),
        ("Applications", "applications"),
        ("idleTimeoutMinutes", "idle_timeout_minutes"),
        ("bootstrap_actions", "bootstrap"),
        ("managed_scaling", "scaling"),
        ("zzz", None),
    ],
)
def test_nearest_known_key(key: str, likely: str | None) -> None:
    (problem,) = problems(SMALLEST + f"    {key}: 1\n")

    hint = f", did you mean {likely}?" if likely else ""
    assert problem.message == f"the key {key} is not known here{hint}"


# --- No pydantic in what people read ---------------------------------------------------------

JARGON = re.compile(
    r"[Pp]ydantic|[Ii]nput|valid (string|integer|boolean|dictionary|list)|instance of|Sequence"
    r"|NoneType|None\b|Error|Field required|\b(str|int|bool|dict|float)\b|\\d|\[a-z|\(\?"
)
SCALARS = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        7,
        10**20,
        1.5,
        "",
        "x",
        "yes",
        "s3://bucket/key",
        "emr-7.12.0",
        "10.0.0.0/16",
    ]
)
KNOWN_KEYS = """
    name region account tags identity network storage ssh result_store clusters etl release core
    task ebs type count size_gib scaling minimum steps jar command bootstrap script configurations
    Classification Properties cidr availability_zones vpc_id endpoints data external bucket_name
    data_access key_pair allow_from a
"""
KEYS = st.sampled_from(KNOWN_KEYS.split())
VALUES = st.recursive(
    SCALARS,
    lambda values: st.lists(values, max_size=3) | st.dictionaries(KEYS, values, max_size=5),
    max_leaves=25,
)


@settings(deadline=None, derandomize=True, max_examples=400)
@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=8))
def test_any_document_is_answered_in_plain_words(document: dict[str, Any]) -> None:
    text = yaml.safe_dump({"name": "dev", "region": "us-east-1", **document}, allow_unicode=True)

    found = problems(text)

    assert found == in_file_order(found)
    for problem in found:
        assert problem.location is not None
        words = f"{problem.message} {problem.allowed or ''}"
        assert not JARGON.search(words), str(problem)


# --- Several files ---------------------------------------------------------------------------


def test_files_of_a_folder(tmp_path: Path) -> None:
    for name in ("b.yaml", "a.yml", "c.json", "README.md"):
        (tmp_path / name).touch()

    assert environment_files(tmp_path) == [tmp_path / "a.yml", tmp_path / "b.yaml"]
    assert environment_files(tmp_path / "absent") == []


def test_two_files_of_the_same_name(tmp_path: Path) -> None:
    first, second = tmp_path / "first.yaml", tmp_path / "second.yaml"
    for file in (first, second):
        file.write_text(SMALLEST, encoding="utf-8")

    checked = check_files([first, second, first])

    assert checked.files == (first, second)
    assert [environment.path for environment in checked.environments] == [first]
    (problem,) = checked.problems
    assert str(problem).splitlines() == [
        f"{second}:1:7  name  EMR-FILE-021",
        f"  the environment dev is described by {first} already",
        "  allowed: another name",
    ]


@pytest.mark.parametrize("is_checked", [True, False])
def test_stacks_of_two_files_that_may_be_called_alike(tmp_path: Path, is_checked: bool) -> None:
    first, second = tmp_path / "first.yaml", tmp_path / "second.yaml"
    first.write_text(SMALLEST.replace("name: dev", "name: dev-cluster-x"), encoding="utf-8")
    second.write_text(SMALLEST, encoding="utf-8")

    checked = check_files([first, second] if is_checked else [second], others=[first])

    (problem,) = checked.problems
    assert str(problem).splitlines() == [
        f"{second}:1:7  name  EMR-TENANT-018",
        "  stacks of dev-cluster-x may have the names of dev's, which begin with dev-cluster-; "
        f"dev-cluster-x is in {first}",
        "  allowed: another name",
    ]


def test_one_bad_file_does_not_hide_another(tmp_path: Path) -> None:
    bad, good = tmp_path / "bad.yaml", tmp_path / "good.yaml"
    bad.write_text("name: 1", encoding="utf-8")
    good.write_text(SMALLEST, encoding="utf-8")

    checked = check_files([bad, tmp_path / "absent.yaml", good])

    assert [environment.path for environment in checked.environments] == [good]
    assert [problem.rule_id for problem in checked.errors] == [
        "EMR-FILE-014",
        "EMR-FILE-015",
        "EMR-FILE-001",
    ]
    assert checked.warnings == ()


@pytest.mark.parametrize("text", [SMALLEST, "name: 1"])
def test_garbage_is_collected_again_afterwards(text: str) -> None:
    with contextlib.suppress(InvalidSpecError):
        load(text)

    assert gc.isenabled()
