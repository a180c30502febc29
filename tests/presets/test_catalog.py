"""The data of the presets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from emr_platform.catalog.applications import availability, canonical_name
from emr_platform.catalog.classifications import is_in_release, releases_with
from emr_platform.catalog.instance_types import release_labels
from emr_platform.catalog.release import Release
from emr_platform.presets.catalog import Preset, preset_text, presets

ALL = sorted(presets().items())
PLACEHOLDER = re.compile(r"\{\{([a-z_.]+)\}\}")
# EMR had them, and lists them no more.
NO_LONGER_LISTED = ("emr-4.0.0", "emr-4.1.0")
DATABASE = {"host", "port", "name", "user", "password_secret", "jdbc_url", "hue_options"}


def test_what_people_need_is_there() -> None:
    assert {
        "cloudwatch-agent",
        "delta",
        "flink",
        "hbase-on-s3",
        "hudi",
        "hue-database",
        "iceberg",
        "jupyter-enterprise-gateway",
        "jupyterhub",
        "livy",
        "oozie-database",
        "spark-dynamic-allocation",
        "spark-maximize-resources",
        "zeppelin",
    } <= presets().keys()


@pytest.mark.parametrize(("name", "preset"), ALL)
def test_source_is_a_document_of_emr(name: str, preset: Preset) -> None:
    assert preset.source.startswith("https://docs.aws.amazon.com/emr/latest/"), name
    assert preset.description.endswith(".")


@pytest.mark.parametrize(("name", "preset"), ALL)
def test_releases_exist(name: str, preset: Preset) -> None:
    labels = [preset.first_release, preset.first_spark_release]
    labels += [option.first_release for option in preset.options.values()]
    labels += [part.first_release for part in preset.configurations]
    labels += [part.last_release for part in preset.configurations]
    assert {label for label in labels if label} <= {*release_labels(), *NO_LONGER_LISTED}, name


@pytest.mark.parametrize(("name", "preset"), ALL)
def test_first_release_has_the_applications(name: str, preset: Preset) -> None:
    first = Release.parse(preset.first_release)
    parts = [application for part in preset.configurations for application in part.applications]
    for application in (*preset.applications, *preset.one_of, *parts):
        assert canonical_name(application) == application, name
    assert all(availability(application, first) for application in preset.applications)
    if preset.first_spark_release:
        spark = Release.parse(preset.first_spark_release)
        assert all(availability(application, spark) for application in preset.applications)


@pytest.mark.parametrize(("name", "preset"), ALL)
def test_a_preset_adds_applications_or_is_for_some(name: str, preset: Preset) -> None:
    assert not (preset.applications and preset.one_of), name


@pytest.mark.parametrize(("name", "preset"), ALL)
def test_placeholders_are_options(name: str, preset: Preset) -> None:
    used = {
        found
        for part in preset.configurations
        for text in texts(part.classifications)
        for found in PLACEHOLDER.findall(text)
    }
    used |= {found for grant in preset.grants for found in PLACEHOLDER.findall(grant.resource)}
    used |= {f for option in preset.options.values() for f in PLACEHOLDER.findall(option.prefix)}
    known = set(preset.options)
    for key, option in preset.options.items():
        if option.form == "database":
            known |= {f"{key}.{value}" for value in DATABASE}
        if option.form == "arn":
            known |= {f"{key}.region", f"{key}.name"}
    assert used <= known, name
    conditions = {part.with_option for part in preset.configurations}
    conditions |= {grant.with_option for grant in preset.grants}
    assert conditions - {None} <= preset.options.keys()


@pytest.mark.parametrize(("name", "preset"), ALL)
def test_every_option_does_something(name: str, preset: Preset) -> None:
    data = preset_text(name).partition('"configurations"')[2]
    prefixes = " ".join(option.prefix for option in preset.options.values())
    for key in preset.options:
        assert f"{{{{{key}" in data + prefixes or f'"with_option": "{key}"' in data, key


@pytest.mark.parametrize(("name", "preset"), ALL)
def test_no_password_is_in_the_open(name: str, preset: Preset) -> None:
    for part in preset.configurations:
        for key in keys(part.classifications):
            assert "password" not in key.lower() or key.startswith("EMR.secret@"), name


def test_text_of_an_unknown_preset() -> None:
    with pytest.raises(KeyError):
        preset_text("../catalog")


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("emr-6.4.0", False),
        ("emr-6.5.0", True),
        ("emr-7.0.0", True),
        ("emr-spark-8.0.0", True),
    ],
)
def test_releases_of_a_preset(label: str, expected: bool | None) -> None:
    assert presets()["iceberg"].is_in(Release.parse(label)) is expected


def test_releases_of_the_spark_line() -> None:
    livy = presets()["livy"]
    assert livy.is_in(Release.parse("emr-spark-8.0.0")) is True
    assert livy.is_in(Release.parse("emr-5.8.3")) is False
    assert presets()["hudi"].is_in(Release.parse("emr-spark-8.0.0")) is None


@pytest.mark.parametrize(("name", "preset"), ALL)
def test_releases_know_the_classifications(name: str, preset: Preset) -> None:
    for part in preset.configurations:
        option = preset.options[part.with_option] if part.with_option else None
        first = part.first_release or (option and option.first_release) or preset.first_release
        last = part.last_release or "emr-7.14.0"
        for classification in part.classifications:
            known = [is_in_release(classification, Release.parse(label)) for label in (first, last)]
            # AWS's tables do not say from which release; they do, what no release has.
            assert False not in known, (name, classification)
            assert releases_with(classification), (name, classification)


def texts(content: Mapping[str, Any]) -> Iterator[str]:
    for key, value in content.items():
        yield key
        if isinstance(value, dict):
            yield from texts(value)
        else:
            yield from [value] if isinstance(value, str) else value


def keys(content: Mapping[str, Any]) -> Iterator[str]:
    for key, value in content.items():
        yield key
        if isinstance(value, dict):
            yield from keys(value)
