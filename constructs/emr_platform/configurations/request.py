"""Classifications rendered as EMR's API takes them, as plain data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from emr_platform.configurations.spec import Configuration

Json = dict[str, Any]


def configurations_request(
    configurations: Sequence[Configuration], *, resolve: Callable[[str], str]
) -> list[Json]:
    """Render classifications as the list that EMR's ``Configurations`` is.

    Args:
        configurations: The classifications.
        resolve: Replaces references such as ``bucket://NAME`` in a property's value.

    Returns:
        The list; see https://docs.aws.amazon.com/emr/latest/APIReference/API_Configuration.html.
    """
    return [_configuration(configuration, resolve) for configuration in configurations]


def _configuration(configuration: Configuration, resolve: Callable[[str], str]) -> Json:
    rendered: Json = {
        "Classification": configuration.classification,
        "Properties": {name: resolve(value) for name, value in configuration.properties.items()},
    }
    if configuration.configurations:
        rendered["Configurations"] = configurations_request(
            configuration.configurations, resolve=resolve
        )
    return rendered
