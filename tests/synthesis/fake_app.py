"""Stands for the processes of a project's app: no process, and no CDK."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from emr_platform.environment.files import environment_files
from emr_platform.synthesis.inputs import inputs_of
from emr_platform.synthesis.protocol import Answer, Hello, Request
from emr_platform.tenants.estate import read_estate


@dataclass
class FakeApp:
    """Writes a manifest and a validation report.

    Attributes:
        made: The environments that it was asked for.
        behaviour: What it does before that for an environment, by its name. What it returns is a problem,
            in which FOLDER stands for where the assembly goes.
        contexts: The context of each environment that it was asked for.
        report: The reports of plug-ins that it writes.
        warnings: What it warns of.
        hello: What it says of itself.
    """

    made: list[str] = field(default_factory=list)
    behaviour: dict[str, Callable[[], object]] = field(default_factory=dict)
    contexts: list[dict[str, Any]] = field(default_factory=list)
    report: list[dict[str, Any]] = field(default_factory=list)
    warnings: tuple[str, ...] = ()
    hello = Hello("3.11.0", "library", "node")

    def wait_until_ready(self) -> None:
        """It is."""

    def do(self, request: Request) -> Answer:
        self.made.append(request.name)
        self.contexts.append(dict(request.context))
        folder = Path(request.directory)
        (folder / "manifest.json").write_text('{"artifacts": {}}', encoding="utf-8")
        if request.name in self.behaviour:
            problem = self.behaviour[request.name]()
            if problem:
                told = str(problem).replace("FOLDER", request.directory)
                return Answer(told, None, (), ("app.py",))
        report = {"pluginReports": self.report}
        (folder / "validation-report.json").write_text(json.dumps(report), encoding="utf-8")
        environment = (
            read_estate(environment_files(Path("environments"))).by_name[request.name].load()
        )
        warnings = tuple(each.replace("FOLDER", request.directory) for each in self.warnings)
        return Answer(None, inputs_of(environment).digest, warnings, ("app.py",))

    def close(self) -> None:
        """Nothing to end."""

    def interrupt(self) -> None:
        """Nothing to end."""
