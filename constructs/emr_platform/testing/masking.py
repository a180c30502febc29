"""Takes out of templates what changes with every release of the CDK, and nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

Json = Any

# A digest as part of a file's name or address, or as the tag of an image. By itself it may be anything.
_ASSET: Final = re.compile(r"\b[0-9a-f]{64}(?=[./])|(?<=[./])[0-9a-f]{64}\b|(?<=\}:)[0-9a-f]{64}\b")
# Versions of functions and deployments of APIs have a digest of what they are made of in their names.
_VERSION: Final = re.compile(r"(?<=[0-9A-F]{8})[0-9a-f]{32}\b")
_METADATA: Final = "AWS::CDK::Metadata"


def masked(template: Mapping[str, Json]) -> dict[str, Json]:
    """A template without what an upgrade of the CDK changes although nobody changed the app.

    - Digests of assets, which are also their keys in S3, become ``asset-1``, ``asset-2`` and so on. The
      same asset has the same name within a template, so that it still shows which goes where.
    - Digests at the end of logical ids of versions are left out.
    - The parameter and the rule by which the CDK checks the version of its bootstrap stack, and its
      resource for analytics, are left out.

    What stays is a template still: it can be compared with another one that is masked, too.

    Args:
        template: The template, as plain data; it is not changed.

    Returns:
        The masked template.
    """
    kept = {name: _section(name, content) for name, content in template.items()}
    # Empty sections are left out, unless they were empty already.
    kept = {name: content for name, content in kept.items() if content or not template[name]}
    names: dict[str, str] = {}

    def placeholder(match: re.Match[str]) -> str:
        return names.setdefault(match[0], f"asset-{len(names) + 1}")

    # The keys in order, so that it does not matter in which order the CDK writes them.
    text = _ASSET.sub(placeholder, json.dumps(kept, sort_keys=True))
    result: dict[str, Json] = json.loads(_VERSION.sub("", text))
    return result


def _section(name: str, content: Json) -> Json:
    if not isinstance(content, Mapping):
        return content
    match name:
        case "Parameters":
            return {key: each for key, each in content.items() if not _is_bootstrap_version(each)}
        case "Rules":
            return {key: each for key, each in content.items() if key != "CheckBootstrapVersion"}
        case "Conditions":
            return {key: each for key, each in content.items() if key != "CDKMetadataAvailable"}
        case "Resources":
            return {key: each for key, each in content.items() if each.get("Type") != _METADATA}
    return content


def _is_bootstrap_version(parameter: Json) -> bool:
    default = parameter.get("Default") if isinstance(parameter, Mapping) else None
    return isinstance(default, str) and default.startswith("/cdk-bootstrap/")
