"""Classifications of a template as EMR's list of them, which environment files take as well."""

from __future__ import annotations

from emr_platform.template_check.conversion import samples
from emr_platform.template_check.conversion.parts import Part, items, mapping, text, unknown
from emr_platform.templates.evaluate import Value


def configurations(value: Value | None) -> Part | None:
    """The classifications of a cluster, a group, or an instance type of a fleet."""
    return items(value, _configuration, *samples.CONFIGURATIONS)


def _configuration(value: Value) -> Part | None:
    if value.is_unknown:
        return unknown(value, None, {"Classification": "core-site", "Properties": {}})
    if value.get("Classification") is None:
        return None
    return mapping(
        value.path,
        {
            "Classification": text(value.get("Classification"), "core-site", "spark-defaults"),
            "Properties": _properties(value.get("ConfigurationProperties")),
            "Configurations": items(value.get("Configurations"), _configuration),
        },
        None,
    )


def _properties(value: Value | None) -> Part | None:
    if value is None:
        return None
    if not isinstance(value.content, dict):
        return unknown(value, {}, {"a.b": "c"})
    return mapping(
        value.path, {key: text(inner, *samples.WORDS) for key, inner in value.entries.items()}
    )
