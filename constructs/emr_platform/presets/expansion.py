"""What a preset comes to on a certain cluster: classifications, and what nodes must be allowed. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from emr_platform.catalog.release import Release
from emr_platform.metastore.database import host, jdbc_url, password_secret, user
from emr_platform.metastore.spec import DatabaseSpec, database
from emr_platform.presets.catalog import Classifications, MetastoreKind, Option, Part
from emr_platform.presets.spec import PresetUse

_PLACEHOLDER = re.compile(r"\{\{(?P<name>[a-z_.]+)\}\}")


@dataclass(frozen=True, slots=True)
class BucketUse:
    """A bucket that nodes must be allowed to use for a preset.

    Attributes:
        option: The option that names it.
        bucket: ``bucket://NAME``, or ``s3://`` and the name of somebody else's bucket.
        prefix: Beginning of the keys.
        access: What they must be allowed to do.
    """

    option: str
    bucket: str
    prefix: str
    access: Literal["read", "read_write"]


@dataclass(frozen=True, slots=True)
class ActionUse:
    """IAM actions that nodes must be allowed for a preset.

    Attributes:
        actions: The actions.
        resource: The ARN that they are for.
    """

    actions: tuple[str, ...]
    resource: str


def preset_classifications(
    use: PresetUse,
    *,
    release: Release,
    applications: Collection[str],
    metastore: MetastoreKind,
) -> Iterator[Classifications]:
    """Fill in the parts of a preset that are for a cluster; none where the preset is not for it at all.

    Args:
        use: The preset.
        release: The release of the cluster.
        applications: All applications of the cluster, in any case.
        metastore: What kind of metastore the cluster has.

    Yields:
        Properties and nested classifications by classification, one mapping for each part. Properties that hold
        an option that was not said are left out.
    """
    installed = {name.lower() for name in applications}
    if not is_for(use, release=release, applications=installed):
        return
    values = _values(use)
    for part in use.preset.configurations:
        if _is_for(part, use, release, installed, metastore):
            yield _filled(part.classifications, values)


def is_for(use: PresetUse, *, release: Release, applications: Collection[str]) -> bool:
    """Whether a preset can be for a cluster: its release, its applications, and all is said that must be.

    Args:
        use: The preset.
        release: The release of the cluster.
        applications: All applications of the cluster, in lower case.
    """
    one_of = use.preset.one_of
    return (
        use.preset.is_in(release) is not False
        and not missing_options(use)
        and (not one_of or any(name.lower() in applications for name in one_of))
    )


def is_option_in(use: PresetUse, name: str | None, release: Release) -> bool:
    """Whether a release knows an option of a preset; True where there is none to ask about."""
    first = use.preset.options[name].first_release if name else None
    return first is None or release >= Release.parse(first)


def missing_options(use: PresetUse) -> list[str]:
    """The options that must be said, and are not."""
    return [
        name
        for name, option in use.preset.options.items()
        if option.required and use.options.get(name) is None
    ]


def bucket_uses(use: PresetUse) -> Iterator[BucketUse]:
    """The buckets that nodes must be allowed to use for a preset."""
    values = _values(use)
    for name, option in use.preset.options.items():
        value = use.options.get(name)
        if option.access is None or value is None:
            continue
        if option.form == "bucket":
            bucket = value if value.startswith("bucket://") else f"s3://{value}"
            yield BucketUse(name, bucket, _fill(option.prefix, values) or "", option.access)
        else:
            scheme, _, rest = value.partition("://")
            bucket, _, prefix = rest.partition("/")
            yield BucketUse(name, f"{scheme}://{bucket}", prefix, option.access)


def action_uses(use: PresetUse) -> Iterator[ActionUse]:
    """The IAM actions that nodes must be allowed for a preset."""
    values = _values(use)
    for grant in use.preset.grants:
        resource = _fill(grant.resource, values)
        if use.says(grant.with_option) and resource:
            yield ActionUse(grant.actions, resource)


def preset_databases(use: PresetUse) -> Iterator[tuple[str, DatabaseSpec]]:
    """The databases outside the cluster that a preset connects to, by option."""
    for name, option in use.preset.options.items():
        value = use.options.get(name)
        if option.form == "database" and value is not None:
            yield name, database(value)


def _is_for(
    part: Part,
    use: PresetUse,
    release: Release,
    installed: Collection[str],
    metastore: MetastoreKind,
) -> bool:
    return (
        use.says(part.with_option)
        and is_option_in(use, part.with_option, release)
        and (not part.metastores or metastore in part.metastores)
        and (not part.applications or any(name.lower() in installed for name in part.applications))
        and (part.first_release is None or release >= Release.parse(part.first_release))
        and (part.last_release is None or release <= Release.parse(part.last_release))
    )


def _values(use: PresetUse) -> Mapping[str, str]:
    """What placeholders stand for."""
    values: dict[str, str] = {}
    for name, option in use.preset.options.items():
        value = use.options.get(name)
        if value is not None:
            values |= _values_of(name, option, value)
    return values


def _values_of(name: str, option: Option, value: Any) -> dict[str, str]:
    match option.form:
        case "bucket":
            return {name: re.sub("^bucket://", "bucket-name://", value)}
        case "arn":
            return {
                name: value,
                f"{name}.region": value.split(":")[3],
                f"{name}.name": value.rpartition("/")[2],
            }
        case "database":
            return {
                f"{name}.{key}": text
                for key, text in _database_values(database(value), option.database_name).items()
            }
    return {name: str(value)}


def _database_values(spec: DatabaseSpec, default_name: str) -> dict[str, str]:
    values = {
        "host": host(spec),
        "port": str(spec.port),
        "name": spec.database or default_name,
        "user": user(spec),
        "password_secret": password_secret(spec),
        "jdbc_url": jdbc_url(spec, default_name=default_name),
    }
    if spec.encrypted and spec.certificate_authorities:
        # https://docs.gethue.com/administrator/administration/database/
        values["hue_options"] = f'{{"ssl": {{"ca": "{spec.certificate_authorities}"}}}}'
    return values


def _filled(classifications: Classifications, values: Mapping[str, str]) -> Classifications:
    filled: Classifications = {}
    for key, content in classifications.items():
        name = _fill(key, values)
        if name is None:
            continue
        if isinstance(content, dict):
            filled[name] = _filled(content, values)
        elif isinstance(content, list):
            filled[name] = content
        elif (text := _fill(content, values)) is not None:
            filled[name] = text
    return filled


def _fill(text: str, values: Mapping[str, str]) -> str | None:
    """Put values in the place of placeholders; None where one has no value."""
    if any(match["name"] not in values for match in _PLACEHOLDER.finditer(text)):
        return None
    return _PLACEHOLDER.sub(lambda match: values[match["name"]], text)
