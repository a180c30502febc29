"""Synthesizes apps, stages, stacks and environments for tests, without the CDK's command line."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from emr_platform.testing.masking import masked

if TYPE_CHECKING:
    from aws_cdk import App, Stage
    from constructs import IConstruct

    from emr_platform.environment.loader import LoadedEnvironment
    from emr_platform.environment.spec import EnvironmentSpec
    from emr_platform.tenants.tenancy import Tenancy

Json = Any
Template = dict[str, Json]

# What the CDK raises when a validation plugin found something; the templates are there nevertheless.
_FINDINGS = re.compile(r"ValidationFailed\b")


@dataclass(frozen=True, slots=True)
class Finding:
    """What a validation plugin of the app or an annotation says, and nobody acknowledged.

    Attributes:
        plugin: Name of the plugin: ``AwsSolutions``, ``CloudFormation Validate``, ``EmrPlatform`` and so on.
        rule: Its rule.
        paths: Paths of the constructs at fault.
        message: What is wrong.
    """

    plugin: str
    rule: str
    paths: tuple[str, ...]
    message: str = ""


@dataclass(frozen=True)
class Synthesized:
    """What a construct became.

    Attributes:
        scope: The app, stage or stack.
        directory: The cloud assembly that it is in: of the app, or of its stage.
        files: The file of each template, by the name of the stack.
        findings: What validation plugins of the app and annotations say about it, and nobody
            acknowledged.
        acknowledged: The rules about which something was found and acknowledged.
    """

    scope: IConstruct
    directory: Path
    files: Mapping[str, Path]
    findings: tuple[Finding, ...]
    acknowledged: frozenset[str]

    @cached_property
    def templates(self) -> Mapping[str, Template]:
        """The templates, by the name of the stack."""
        return {name: _mapping(file) for name, file in self.files.items()}

    @cached_property
    def masked(self) -> Mapping[str, Template]:
        """The templates without what changes with every release of the CDK, by the name of the stack."""
        return {name: masked(template) for name, template in self.templates.items()}

    def template(self, stack: str) -> Template:
        """The template of a stack.

        Raises:
            KeyError: There is no such stack; the message says which there are.
        """
        return self.templates[self._known(stack)]

    def template_file(self, stack: str) -> Path:
        """Where the template of a stack is.

        Raises:
            KeyError: There is no such stack; the message says which there are.
        """
        return self.files[self._known(stack)]

    def resources(self, stack: str, type: str) -> dict[str, Any]:
        """The resources of one type in a stack, by logical id."""
        return {
            logical_id: resource
            for logical_id, resource in self.template(stack)["Resources"].items()
            if resource["Type"] == type
        }

    def resource(self, stack: str, type: str) -> Any:
        """The only resource of its type in a stack."""
        (resource,) = self.resources(stack, type).values()
        return resource

    def properties(self, stack: str, type: str) -> Any:
        """The properties of the only resource of its type in a stack."""
        return self.resource(stack, type)["Properties"]

    def findings_in(self, path: str) -> list[Finding]:
        """What was found in a stage or a stack of the app, by the first part of its path."""
        return [
            finding
            for finding in self.findings
            if any(each.split("/")[0] == path for each in finding.paths)
        ]

    def _known(self, stack: str) -> str:
        if stack not in self.files:
            raise KeyError(f"there is no stack {stack!r}; there are: {', '.join(self.files)}")
        return stack


def synthesize(scope: IConstruct) -> Synthesized:
    """Synthesize the app that a construct is in.

    What validation plugins find is not raised, as ``app.synth()`` does, but told by ``findings``.

    Args:
        scope: An app, a stage, or a stack; of any other construct, its stack is meant.

    Returns:
        What became of it. Of a stage these are its stacks, of a stack it is that one.

    Raises:
        ValueError: The construct is in no app.
        RuntimeError: The CDK cannot synthesize it.
    """
    from aws_cdk import Stack, Stage

    from emr_platform.templates.reading import template_files

    root = scope.node.root
    # Of a stage, it would be the one around it.
    stage = scope if isinstance(scope, Stage) else Stage.of(scope)
    if stage is None or not isinstance(root, Stage):
        raise ValueError(
            f"{scope.node.path or 'the construct'} is in no app, so that it has no template"
        )
    try:
        root.synth()
    except RuntimeError as error:
        if not _FINDINGS.match(str(error)):
            raise
    directory = Path(stage.outdir)
    files = template_files(directory)
    if scope is not stage:
        stack = Stack.of(scope)
        name = stack.stack_name
        files = {name: files[name]} if name in files else {name: directory / stack.template_file}
    reports = [*_reports(Path(root.outdir))]
    return Synthesized(
        scope=scope,
        directory=directory,
        files=files,
        findings=tuple(_findings(reports, scope.node.path)),
        acknowledged=frozenset(
            violation["ruleName"]
            for report in reports
            for violation in report.get("suppressedViolations", [])
        ),
    )


def _reports(directory: Path) -> Iterable[Json]:
    file = directory / "validation-report.json"
    # The CDK's own validation can be switched off, and then there is none.
    return _mapping(file)["pluginReports"] if file.exists() else ()


def _findings(reports: Iterable[Json], scope: str) -> Iterator[Finding]:
    for report in reports:
        for violation in report["violations"]:
            paths = [each["constructPath"] for each in violation["violatingConstructs"]]
            within = tuple(path for path in paths if _is_within(path, scope))
            if within:
                rule, message = violation["ruleName"], violation.get("description", "")
                yield Finding(report["pluginName"], rule, within, message)


def _is_within(path: str, scope: str) -> bool:
    return not scope or path == scope or path.startswith(f"{scope}/")


class StageFactory(Protocol):
    """Makes the stage of an environment, as ``stacks.environment:EnvironmentStage`` does."""

    def __call__(self, scope: App, /, **environment: Any) -> Stage:
        """Make it; the arguments are ``spec``, ``directory`` and ``tenancy``."""


class Synthesizer:
    """Synthesizes environments and constructs, each of them once.

    Args:
        temporary: Makes a new folder.
        project: The folder of ``cdk.json``, whose context apps get: feature flags change templates.
        environments: The folder of environment files and tenants files.
        stage: What an environment becomes, as ``MODULE:NAME``; None for projects without environments.
    """

    def __init__(
        self,
        temporary: Callable[[], Path],
        *,
        project: Path,
        environments: Path,
        stage: str | None,
    ) -> None:
        self._temporary = temporary
        self._project = project
        self._environments = environments
        self._stage = stage
        self._known: dict[Any, tuple[Any, Synthesized]] = {}

    def __call__(
        self, what: str | Path | EnvironmentSpec | LoadedEnvironment | IConstruct
    ) -> Synthesized:
        """Synthesize something.

        Args:
            what: The name of an environment, be it declared by a file of its own or by a tenants file; or a path:
                an environment file; or an environment that was made or loaded in Python; or a construct: an app,
                a stage or a stack.

        Returns:
            Its templates. The same for the same name, path or object, as long as the tests run.

        Raises:
            InvalidSpecError: The environment has errors.
            ValueError: There is no such environment, or the project does not say what one becomes.
        """
        # An object is kept beside what it became, so that no other one can get its identity.
        key = what if isinstance(what, str | Path) else id(what)
        if key not in self._known:
            self._known[key] = (what, synthesize(self._scope(what)))
        return self._known[key][1]

    def new_app(self) -> App:
        """An app in a folder of its own, with the context that ``cdk.json`` gives it."""
        from aws_cdk import App

        file = self._project / "cdk.json"
        context = _mapping(file).get("context") if file.exists() else None
        return App(
            outdir=str(self._temporary()),
            context=context,
            analytics_reporting=False,
            tree_metadata=False,
        )

    def _scope(self, what: Any) -> IConstruct:
        from emr_platform.environment.loader import LoadedEnvironment, load_environment
        from emr_platform.environment.spec import EnvironmentSpec

        if isinstance(what, EnvironmentSpec):
            return self._environment(what, self._environments, None)
        if isinstance(what, str):
            what = self._named(what)
        elif isinstance(what, Path):
            what = load_environment(what)
        if isinstance(what, LoadedEnvironment):
            return self._environment(what.spec, what.path.parent, what.tenancy)
        scope: IConstruct = what
        return scope

    def _named(self, name: str) -> LoadedEnvironment:
        from emr_platform.environment.files import environment_files
        from emr_platform.problems import InvalidSpecError
        from emr_platform.tenants.estate import read_estate

        estate = read_estate(environment_files(self._environments))
        if errors := estate.errors_for([name]):
            raise InvalidSpecError(errors)
        if name not in estate.by_name:
            known = ", ".join(estate.by_name) or "none"
            raise ValueError(
                f"there is no environment {name!r} in {self._environments}\n  allowed: {known}"
            )
        return estate.by_name[name].load()

    def _environment(
        self, spec: EnvironmentSpec, directory: Path, tenancy: Tenancy | None
    ) -> Stage:
        if self._stage is None:
            raise ValueError(
                "what does an environment become? Say so in the configuration of pytest:\n"
                '  emr_stage = "stacks.environment:EnvironmentStage"'
            )
        module, _, name = self._stage.partition(":")
        factory: StageFactory = getattr(importlib.import_module(module), name)
        return factory(self.new_app(), spec=spec, directory=directory, tenancy=tenancy)


def _mapping(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content
