"""Whatever stands in a file: an environment without errors, or a list of problems with their places."""

import json
import string
from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, example, given, settings

from emr_platform.environment.loader import load_environment_text
from emr_platform.importers.edx import ImportOptions, import_cluster_file
from emr_platform.problems import InvalidSpecError, Problem
from tests.importers.edx.test_nothing_is_lost import lost

OPTIONS = [
    ImportOptions(),
    ImportOptions(name="etl", region="eu-west-1", release="emr-7.12.0"),
    ImportOptions(vpc_id="vpc-01234567", vpc_cidr="10.0.0.0/16"),
]

_scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 10**12),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(
        [
            "",
            "<a placeholder>",
            "{{ jinja }}",
            "s3://some-bucket/path/script.sh",
            "s3n://some-bucket",
            "s3://Bad_Bucket/x",
            "subnet-0123456789abcdef0",
            "sg-01234567",
            "m3.xlarge",
            "m99.huge",
            "emr-4.7.2",
            "emr-7.12.0",
            "emr-0.0.0",
            "emr-spark-8.0.0",
            "SPOT",
            "ON_DEMAND",
            "TERMINATE_JOB_FLOW",
            "Sqoop-Sandbox",
            "Ganglia",
            "script",
            "jar",
            "streaming",
            "2",
            "yes",
            "- x",
            "a: b # c",
            'it\'s "quoted"\nand\ttabbed\u2028\u0085é😀',
        ]
    ),
    st.text(string.printable, max_size=12),
)

_keys = st.one_of(
    st.sampled_from(
        [
            "name", "type", "num_instances", "market", "bidprice", "master", "core", "task",
            "classification", "Classification", "properties", "configurations", "path", "args",
            "step_args", "jar", "main_class", "action_on_failure", "hadoop_jar_step", "Key",
            "Value", "volume_size", "volume_type",
        ]
    ),
    st.text(string.ascii_letters + string.digits + "-_. :#'\"{}[]<>", max_size=8),
)  # fmt: skip

_anything = st.recursive(
    _scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_keys, inner, max_size=4)),
    max_leaves=12,
)

_steps = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "type": _scalars,
            "name": _scalars,
            "jar": _scalars,
            "step_args": st.one_of(_anything, st.lists(_scalars, max_size=3)),
            "action_on_failure": _scalars,
            "properties": _anything,
        },
    ),
    max_size=3,
)
_group = st.one_of(
    _anything,
    st.fixed_dictionaries(
        {"type": _scalars, "num_instances": st.one_of(st.integers(0, 3), _scalars)},
        optional={"market": _scalars, "bidprice": _scalars, "volume_size": _scalars},
    ),
)
_plausible_group = st.fixed_dictionaries(
    {"type": st.sampled_from(["m3.xlarge", "r5.xlarge", "m99.huge"]), "num_instances": st.just(1)},
    optional={"market": st.sampled_from(["SPOT", "ON_DEMAND"]), "bidprice": st.just(0.8)},
)
_configurations = st.lists(
    st.fixed_dictionaries(
        {"classification": st.sampled_from(["core-site", "hadoop-env", "x"])},
        optional={
            "properties": st.dictionaries(_keys, _scalars, max_size=3),
            "configurations": st.one_of(
                _anything,
                st.lists(
                    st.fixed_dictionaries(
                        {"classification": st.sampled_from(["export", "y"])},
                        optional={"properties": st.dictionaries(_keys, _scalars, max_size=2)},
                    ),
                    max_size=2,
                ),
            ),
        },
    ),
    max_size=3,
)

_files = st.fixed_dictionaries(
    {
        "name": st.one_of(st.just("etl"), _scalars),
        "release_label": st.sampled_from(["emr-4.7.2", "emr-6.15.0", "emr-7.12.0", "emr-9.0.0"]),
        "instance_groups": st.one_of(
            st.fixed_dictionaries(
                {"master": _plausible_group}, optional={"core": _group, "task": _group}
            ),
            _anything,
        ),
    },
    optional={
        "keypair_name": _scalars,
        "vpc_subnet_id": st.one_of(_scalars, st.lists(_scalars, max_size=2)),
        "log_uri": _scalars,
        "region": _scalars,
        "applications": st.lists(_anything, max_size=3),
        "steps": st.one_of(_anything, _steps),
        "configurations": st.one_of(_anything, _configurations),
        "bootstrap_actions": _anything,
        "ebs_root_volume_size": _scalars,
        "volume_size": _scalars,
        "volume_type": _scalars,
        "additional_master_security_groups": _anything,
        "tags": _anything,
        "user_info": _anything,
        "instance_fleets": _anything,
        "something": _anything,
    },
)


_text = st.text(string.ascii_letters + string.digits + " .-_/:#'\"=,[]{}%@!é😀", max_size=12)
_script = st.sampled_from(["s3://some-bucket/path/script.sh", "s3n://other.bucket/x", "/bin/true"])
_script_step = st.fixed_dictionaries(
    {"step_args": st.tuples(_script, _text, _text).map(list)},
    optional={
        "type": st.sampled_from(["script", "jar", "streaming", "hive_install", "pig"]),
        "name": _text.filter(bool),
        "action_on_failure": st.sampled_from(["TERMINATE_JOB_FLOW", "continue", "CANCEL_AND_WAIT"]),
        "unknown": _anything,
    },
)
_jar_step = st.fixed_dictionaries(
    {"jar": st.sampled_from(["s3://jars/x.jar", "command-runner.jar"]), "name": st.just("jar")},
    optional={
        "step_args": st.lists(_text, max_size=3),
        "properties": st.dictionaries(_text, _text),
    },
)
_properties = st.dictionaries(_text.filter(bool), st.one_of(_text, st.integers(), st.booleans()))
_classification = st.sampled_from(["core-site", "hadoop-env", "export", "yarn-site"])
_classifications = st.recursive(
    st.fixed_dictionaries({"classification": _classification, "properties": _properties}),
    lambda inner: st.fixed_dictionaries(
        {"classification": _classification, "configurations": st.lists(inner, max_size=2)},
        optional={"properties": _properties},
    ),
    max_leaves=4,
)
_plausible_files = st.fixed_dictionaries(
    {
        "name": st.one_of(st.just("etl"), _text.filter(lambda text: text.strip() != "")),
        "release_label": st.sampled_from(["emr-4.7.2", "emr-6.15.0", "emr-7.12.0", "emr-9.0.0"]),
        "instance_groups": st.fixed_dictionaries(
            {"master": _plausible_group}, optional={"core": _plausible_group, "x": _anything}
        ),
    },
    optional={
        "keypair_name": st.just("key"),
        "vpc_subnet_id": st.sampled_from([["subnet-01234567"], "<subnet>", ""]),
        "log_uri": st.sampled_from(["s3://logs-bucket", "s3n://logs-bucket/a b/", "<bucket>"]),
        "applications": st.lists(st.sampled_from(["Hive", "sqoop-sandbox", "Ganglia", "Mahout"])),
        "steps": st.lists(st.one_of(_script_step, _jar_step), max_size=3),
        "configurations": st.lists(_classifications, max_size=3),
        "bootstrap_actions": st.dictionaries(_text, st.just("s3://some-bucket/b.sh"), max_size=2),
        "user_info": _anything,
        "something": _anything,
    },
)


def check(text: str, options: ImportOptions) -> None:
    imported, problems = None, tuple[Problem, ...]()
    try:
        imported = import_cluster_file(text, file="cluster.yml", target="etl.yaml", options=options)
    except InvalidSpecError as error:
        problems = error.problems
    if imported is not None:
        load_environment_text(imported.text, file="etl.yaml")
        assert lost(text, imported) == []
        return
    assert problems
    for problem in problems:
        assert problem.location is not None
        assert problem.location.file == "cluster.yml"
        assert problem.severity == "error"


_slow = settings(
    deadline=None,
    max_examples=60,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example],
)


@_slow
@given(content=_files, options=st.sampled_from(OPTIONS))
def test_anything_under_the_known_keys(content: Any, options: ImportOptions) -> None:
    check(json.dumps(content, ensure_ascii=False), options)


@_slow
@given(content=_plausible_files, options=st.sampled_from(OPTIONS))
def test_files_that_can_be_imported(content: Any, options: ImportOptions) -> None:
    check(json.dumps(content, ensure_ascii=False), options)


@_slow
@given(content=_anything, options=st.sampled_from(OPTIONS))
def test_any_structure(content: Any, options: ImportOptions) -> None:
    check(json.dumps(content, ensure_ascii=False), options)


@_slow
@given(text=st.text())
@example("")
@example("#")
@example("[" * 2000)
@example("a: &a [*a]")
@example("name: x\n---\nname: y")
@example("\ufeffname: x")
@example("<<: {name: x}\nname: y")
@example("name: !!binary x")
@example("? [a]\n: b")
def test_any_text(text: str) -> None:
    check(text, ImportOptions())
