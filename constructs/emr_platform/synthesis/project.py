"""What a project's files say of its CDK app, read as the CDK's own command line reads them.

Mirrors ``Configuration`` and ``contextFromSettings`` of the package ``aws-cdk``:
https://docs.aws.amazon.com/cdk/v2/guide/cli.html#cli-config, https://docs.aws.amazon.com/cdk/v2/guide/context.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROJECT_FILE = "cdk.json"
CONTEXT_FILE = "cdk.context.json"
USER_FILE = ".cdk.json"


class ProjectError(Exception):
    """The folder holds no CDK app that could be run; the message says why."""


@dataclass(frozen=True, slots=True)
class CdkProject:
    """A project with a CDK app.

    Attributes:
        directory: Its folder, where the app runs.
        app: The command line of the app, for a shell.
        context: What the app gets as context, feature flags included.
    """

    directory: Path
    app: str
    context: Mapping[str, Any]


def read_project(
    directory: Path, *, context: Mapping[str, Any] | None = None, home: Path | None = None
) -> CdkProject:
    """Read what ``cdk synth`` would read in a folder.

    Args:
        directory: The folder of the project.
        context: Further context, as ``--context`` of the command line. Default: none.
        home: Where the user's own ``.cdk.json`` lies. Default: the home folder.

    Raises:
        ProjectError: One of the files cannot be read, or none names an app.
    """
    project_file = directory / PROJECT_FILE
    if not project_file.is_file():
        raise ProjectError(
            f"there is no {PROJECT_FILE} here\n"
            "  allowed: the folder of the CDK app, where its cdk.json lies"
        )
    user = _mapping(_home(home) / USER_FILE)
    project = _mapping(project_file)
    settings = {**user, **project}
    app = settings.get("app")
    if isinstance(app, list) and all(isinstance(word, str) for word in app):
        app = " ".join(app)
    if not isinstance(app, str) or not app.strip():
        raise ProjectError(f'{project_file}: names no app\n  allowed: {{"app": "python app.py"}}')
    return CdkProject(
        directory=directory,
        app=app,
        context={
            **_context(user, _home(home) / USER_FILE),
            **_mapping(directory / CONTEXT_FILE),
            **_context(project, project_file),
            **(context or {}),
            **_settings_as_context(settings),
        },
    )


def _settings_as_context(settings: Mapping[str, Any]) -> dict[str, Any]:
    """What the CDK's command line tells every app of its own settings."""
    context: dict[str, Any] = {}
    if settings.get("pathMetadata", True):
        context["aws:cdk:enable-path-metadata"] = True
    if settings.get("assetMetadata", True):
        context["aws:cdk:enable-asset-metadata"] = True
    if settings.get("versionReporting", True):
        context["aws:cdk:version-reporting"] = True
    else:
        context["aws:cdk:disable-version-reporting"] = True
    if not settings.get("staging", True):
        context["aws:cdk:disable-asset-staging"] = True
    context["aws:cdk:bundling-stacks"] = settings.get("bundlingStacks", ["**"])
    # What validations find is read from the assembly, and reported with everything else.
    context["@aws-cdk/core:failSynthOnValidationErrors"] = False
    return context


def _context(settings: Mapping[str, Any], file: Path) -> Mapping[str, Any]:
    context = settings.get("context", {})
    if not isinstance(context, dict):
        raise ProjectError(f"{file}: its context is no object")
    return context


def _mapping(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ProjectError(f"{file}: cannot be read: {error.strerror}") from None
    except (RecursionError, ValueError) as error:
        raise ProjectError(f"{file}: is not JSON: {error}") from None
    if not isinstance(content, dict):
        raise ProjectError(f"{file}: is no object")
    return content


def _home(home: Path | None) -> Path:
    if home is not None:
        return home
    try:
        return Path.home()
    except RuntimeError:
        return Path()
