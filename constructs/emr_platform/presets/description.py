"""A preset in words and data, for people to read."""

from __future__ import annotations

from typing import Any

from emr_platform.catalog.release import Release
from emr_platform.presets.catalog import Option, Part, Preset

_FORMS = {
    "arn": "an ARN",
    "boolean": "true or false",
    "bucket": "bucket://name, or the name of an S3 bucket",
    "count": "a whole number above 0",
    "database": "result_store, or a mapping with host, user and secret",
    "s3_directory": "s3://bucket/folder/ or bucket://name/folder/",
    "text": "text",
}


def described(name: str, preset: Preset, release: Release | None = None) -> dict[str, Any]:
    """Say what a preset is, in the order in which people ask.

    Args:
        name: Its name.
        preset: The preset.
        release: Leave out what is not for this release. Default: all of it.

    Returns:
        Plain data, keys in the order in which they are to be shown. Parts of configurations say in ``when`` what they
        depend on.
    """
    description: dict[str, Any] = {
        "preset": name,
        "description": preset.description,
        "source": preset.source,
        "releases": releases(preset),
    }
    if preset.applications:
        description["adds applications"] = list(preset.applications)
    if preset.one_of:
        description["for one of"] = list(preset.one_of)
    options = {
        key: option_words(option)
        for key, option in preset.options.items()
        if release is None or _from(option.first_release, release)
    }
    if options:
        description["options"] = options
    parts = [
        ({"when": condition} if (condition := _condition(part, release)) else {})
        | part.classifications
        for part in preset.configurations
        if release is None
        or (_from(part.first_release, release) and _up_to(part.last_release, release))
    ]
    if parts:
        description["configurations"] = parts
    grants = [
        {"when": f"{grant.with_option} is said", grant.resource: list(grant.actions)}
        if grant.with_option
        else {grant.resource: list(grant.actions)}
        for grant in preset.grants
    ]
    if grants:
        description["allows nodes"] = grants
    return description


def releases(preset: Preset) -> str:
    """The releases that have a preset, in words."""
    lines = [f"{preset.first_release} or later"]
    if preset.first_spark_release:
        lines.append(f"{preset.first_spark_release} or later")
    return ", and ".join(lines)


def option_words(option: Option) -> str:
    """What an option is and what may be said, in a sentence or two."""
    words = option.allowed or _FORMS[option.form]
    default = ""
    if option.required:
        default = "; required"
    elif option.default is not None:
        shown = str(option.default).lower() if option.form == "boolean" else option.default
        default = f"; default {shown}"
    since = f" From {option.first_release}." if option.first_release else ""
    return f"{option.description}{since} ({words}{default})"


def _condition(part: Part, release: Release | None) -> str:
    conditions = []
    if part.applications:
        conditions.append(f"with {' or '.join(part.applications)}")
    if part.metastores:
        conditions.append(f"metastore {' or '.join(part.metastores)}")
    if part.with_option:
        conditions.append(f"{part.with_option} is said")
    if release is None:
        if part.first_release:
            conditions.append(f"from {part.first_release}")
        if part.last_release:
            conditions.append(f"up to {part.last_release}")
    return ", ".join(conditions)


def _from(first: str | None, release: Release) -> bool:
    return first is None or release >= Release.parse(first)


def _up_to(last: str | None, release: Release) -> bool:
    return last is None or release <= Release.parse(last)
