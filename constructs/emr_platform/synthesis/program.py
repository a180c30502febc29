"""What all templates follow from apart from the environments: the app, its packages, and what it is run with."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from emr_platform.catalog.data import CATALOG_VARIABLE, PROJECT_CATALOG
from emr_platform.synthesis.inputs import digest, file_digest
from emr_platform.synthesis.project import CdkProject

FORMAT = 1
"""Counts up when records, or what they are compared by, change their meaning."""

OF_ONE_ENVIRONMENT = ("destroy-data", "environment", "environment-file")
"""Context that says something of single environments, not of the program."""

# What the CDK, jsii and Node.js read at synthesis, and what decides how Node.js sorts names.
_PREFIXES = ("CDK_", "JSII_", "EMR_PLATFORM_", "LC_")
_VARIABLES = ("LANG", "NODE_OPTIONS", "PYTHONPATH")
_WITHOUT_MEANING = frozenset(
    {
        "CDK_CONTEXT_JSON",  # set anew for every app
        "CDK_OUTDIR",
        "CDK_DISABLE_CLI_TELEMETRY",
        "CDK_DISABLE_VERSION_CHECK",
        "EMR_PLATFORM_TRACEBACK",
        CATALOG_VARIABLE,  # its content counts, not where it lies
        "JSII_NODE",  # the version counts
    }
)
_NODE_PATIENCE_SECONDS = 30


class Program:
    """A project's app as a program. What is asked once is kept: it is meant for one run.

    Args:
        project: The project.
        environ: Environment variables. Default: those of this process.
    """

    def __init__(self, project: CdkProject, environ: Mapping[str, str] | None = None) -> None:
        self.project = project
        self.environ = os.environ if environ is None else environ
        self._started = time.time()
        self._sources: dict[str, str] = {}
        self._nodes: dict[str, str] = {}
        self._digests: dict[tuple[tuple[str, ...], str], str] = {}

    def digest(self, sources: tuple[str, ...], node: str) -> str:
        """SHA-256 of everything that the templates of all environments follow from.

        Args:
            sources: Where the app's modules are, as a worker reports it.
            node: The Node.js of the worker: a path or a name.
        """
        known = (sources, node)
        if known not in self._digests:
            self._digests[known] = digest(
                {
                    **self.common,
                    "sources": {source: self.source_digest(source) for source in sources},
                    "node": self.node_version(node),
                }
            )
        return self._digests[known]

    @cached_property
    def common(self) -> Mapping[str, Any]:
        """What needs no worker to be known."""
        context = {
            key: value
            for key, value in self.project.context.items()
            if key not in OF_ONE_ENVIRONMENT
        }
        return {
            "format": FORMAT,
            "app": self.project.app,
            "context": json.loads(json.dumps(context, sort_keys=True)),
            "variables": dict(sorted(self._variables())),
            "python": f"{platform.python_implementation()} {platform.python_version()}",
            "packages": installed_packages(),
            "catalog": self._catalog(),
        }

    def source_digest(self, source: str) -> str:
        """SHA-256 of a file, or of all files in a folder; empty if there is none."""
        if source not in self._sources:
            self._sources[source] = _tree_digest(self.project.directory / source)
        return self._sources[source]

    def node_version(self, node: str) -> str:
        """What a Node.js says is its version; empty if there is none."""
        if node not in self._nodes:
            self._nodes[node] = self._asked(node)
        return self._nodes[node]

    def has_changed(self) -> bool:
        """Whether a source was written to since this was made: then nobody knows which content was used."""
        return any(
            _newest(self.project.directory / source) >= self._started for source in self._sources
        )

    def _variables(self) -> Iterator[tuple[str, str]]:
        for name, value in self.environ.items():
            if name in _VARIABLES or (name.startswith(_PREFIXES) and name not in _WITHOUT_MEANING):
                yield name, value

    def _catalog(self) -> str:
        named = self.environ.get(CATALOG_VARIABLE)
        file = self.project.directory / (Path(named) if named else PROJECT_CATALOG)
        return _tree_digest(file)

    def _asked(self, node: str) -> str:
        # A name is looked up in PATH; a path is one from the project's folder.
        path = self.project.directory / node if os.sep in node else shutil.which(node)
        if path is None:
            return ""
        try:
            answer = subprocess.run(  # noqa: S603 - the Node.js that the worker runs
                [path, "--version"],
                capture_output=True,
                text=True,
                timeout=_NODE_PATIENCE_SECONDS,
                check=False,
            )
        except (OSError, subprocess.SubprocessError):
            return ""
        return answer.stdout.strip()


def installed_packages() -> list[str]:
    """Names and versions of all packages that are installed, as their folders have them.

    Reading their metadata would take longer than everything else here.
    """
    found: set[str] = set()
    for folder in sys.path:
        try:
            names = os.listdir(folder or ".")  # noqa: PTH208 - names, of some hundreds
        except OSError:
            continue
        found.update(name for name in names if name.endswith((".dist-info", ".egg-info")))
    return sorted(found)


def _tree_digest(path: Path) -> str:
    try:
        if path.is_dir():
            return digest(
                {file.relative_to(path).as_posix(): file_digest(file) for file in _files(path)}
            )
        return file_digest(path)
    except OSError:
        return ""


def _newest(path: Path) -> float:
    files = _files(path) if path.is_dir() else [path]
    return max((file.stat().st_mtime for file in files if file.exists()), default=0.0)


def _files(folder: Path) -> Iterator[Path]:
    for entry in sorted(folder.iterdir()):
        # Compiled modules follow from the others; hidden files are editors'.
        if entry.name == "__pycache__" or entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield from _files(entry)
        else:
            yield entry
