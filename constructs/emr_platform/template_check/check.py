"""Checks templates and cloud assemblies: reads them, asks all rules, and says where problems stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path as FilePath
from typing import Any

from emr_platform.environment.file_problems import FileProblem
from emr_platform.problems import Location, Path, Problem, in_file_order
from emr_platform.reports.report import Report
from emr_platform.rule import Rule
from emr_platform.template_check.condition_rules import CONDITION_RULES
from emr_platform.template_check.findings import findings
from emr_platform.template_check.instance_rules import INSTANCE_RULES
from emr_platform.template_check.limits import LIMIT_PROBLEMS, limit_problems
from emr_platform.template_check.quota_rules import QUOTA_RULES
from emr_platform.template_check.reference_rules import TEMPLATE_REFERENCE_RULES
from emr_platform.template_check.resource_rules import RESOURCE_RULES
from emr_platform.template_check.shape_rules import SHAPE_RULES
from emr_platform.template_check.surroundings_rules import SURROUNDINGS_RULES
from emr_platform.template_check.template import EmrTemplate, emr_resources, templates
from emr_platform.templates.model import Stack, TemplateError
from emr_platform.templates.positions import Positions, positions, repeats_keys
from emr_platform.templates.reading import read_all
from emr_platform.templates.scenarios import Assignment, words

UNREADABLE = FileProblem(
    "EMR-TEMPLATE-001",
    "A template or cloud assembly is there and can be read.",
    "There is nothing to check otherwise.",
)
REPEATED_KEY = FileProblem(
    "EMR-TEMPLATE-002",
    "A key stands once in its mapping.",
    "Most readers of JSON silently keep the last one, so the other one would be lost.",
)
TEMPLATE_PROBLEMS = (UNREADABLE, REPEATED_KEY, *LIMIT_PROBLEMS)
"""What can be wrong with a template besides what rules find, in the order of the identifiers."""

TEMPLATE_RULES: tuple[Rule[Any], ...] = (
    *SHAPE_RULES.rules,
    *RESOURCE_RULES.rules,
    *TEMPLATE_REFERENCE_RULES.rules,
    *INSTANCE_RULES.rules,
    *SURROUNDINGS_RULES.rules,
    *CONDITION_RULES.rules,
    *QUOTA_RULES.rules,
)
"""The rules about templates, besides those for clusters that are asked about their clusters."""

TEMPLATE_IDS: tuple[str, ...] = (
    *(kind.id for kind in TEMPLATE_PROBLEMS),
    *(rule.id for rule in TEMPLATE_RULES),
)
"""The identifiers of everything that only templates can have wrong."""

# Problems with a key, which are shown at the key and not at its value.
_AT_KEY = ("EMR-TEMPLATE-003", "EMR-TEMPLATE-004", "EMR-TEMPLATE-048")


def check_places(places: Iterable[FilePath], *, show_acknowledged: bool = False) -> Report:
    """Check templates and cloud assemblies.

    Args:
        places: Templates in JSON or YAML, and folders that ``cdk synth`` writes.
        show_acknowledged: Whether people want to see acknowledged warnings too, not only how many.

    Returns:
        The report. Nothing is raised for bad input.
    """
    files: dict[str, None] = {}
    problems: list[Problem] = []
    for place in dict.fromkeys(places):
        try:
            stacks = read_all(place)
        except TemplateError as error:
            files[error.place] = None
            problems.append(
                Problem(
                    UNREADABLE.id,
                    (),
                    error.reason,
                    allowed=error.allowed,
                    location=Location(error.place, error.line or 1, error.column or 1),
                )
            )
            continue
        for stack in stacks:
            if stack.place not in files:
                files[stack.place] = None
                problems += check_stack(stack)
    return Report(
        "template",
        files=tuple(files),
        problems=tuple(problems),
        unreadable=frozenset({UNREADABLE.id}),
        show_acknowledged=show_acknowledged,
    )


def check_stack(stack: Stack) -> list[Problem]:
    """Check the resources of EMR in a template, and its size.

    Args:
        stack: The template.

    Returns:
        All errors and warnings with their places, in the order of the file.
    """
    found = [*QUOTA_RULES.problems(stack), *_problems(stack)]
    repeats = repeats_keys(stack.text)
    return _in_order(found, stack, repeats=repeats) if found or repeats else []


def check_quotas(stack: Stack) -> list[Problem]:
    """Check only whether a template holds as much as CloudFormation takes, which is quickly done.

    Args:
        stack: The template.

    Returns:
        All errors and warnings with their places, in the order of the file.
    """
    found = QUOTA_RULES.problems(stack)
    return _in_order(found, stack, repeats=False) if found else []


def _in_order(found: Iterable[Problem], stack: Stack, *, repeats: bool) -> list[Problem]:
    places = positions(stack.text)
    repeated = _repeated(places) if repeats else ()
    return in_file_order(_located(problem, stack, places) for problem in (*found, *repeated))


def _problems(stack: Stack) -> Iterator[Problem]:
    """What is found in any way to deploy the template, with words for what is found in some only."""
    if not emr_resources(stack):
        return
    found: dict[Problem, list[Assignment]] = {}
    existing: dict[Path, list[Assignment]] = {}
    every: list[Assignment] = []
    for scenario, template in templates(stack):
        every.append(scenario.assigned)
        for resource in template.resources.values():
            existing.setdefault(resource.path[:2], []).append(scenario.assigned)
        for problem in dict.fromkeys(_in(template)):
            found.setdefault(problem, []).append(scenario.assigned)
    for problem, assigned in found.items():
        where = words(assigned, existing.get(problem.path[:2], every))
        if where:
            yield replace(problem, message=f"{problem.message}, where {where}")
        else:
            yield problem


def _in(template: EmrTemplate) -> Iterator[Problem]:
    yield from SHAPE_RULES.problems(template)
    yield from RESOURCE_RULES.problems(template)
    yield from TEMPLATE_REFERENCE_RULES.problems(template)
    yield from INSTANCE_RULES.problems(template)
    yield from SURROUNDINGS_RULES.problems(template)
    yield from CONDITION_RULES.problems(template)
    yield from limit_problems(template)
    yield from findings(template)


def _repeated(places: Positions) -> Iterator[Problem]:
    for path, _ in places.repeated:
        message = f"the key {path[-1]} stands in this mapping already"
        yield Problem(REPEATED_KEY.id, path, message, allowed="each key once")


def _acknowledged(problem: Problem, stack: Stack) -> Problem:
    """A warning that the metadata of its resource acknowledges, or that of the template, with the reason."""
    of_resource = problem.path[:1] == ("Resources",) and len(problem.path) > 1
    resource = stack.resources.get(str(problem.path[1])) if of_resource else None
    acknowledged = resource.acknowledged if resource else {}
    if not of_resource:
        acknowledged = stack.acknowledged
    reason = acknowledged.get(problem.rule_id)
    if reason and problem.severity == "warning":
        return replace(problem, acknowledged=reason)
    return problem


def _located(problem: Problem, stack: Stack, places: Positions) -> Problem:
    problem = _acknowledged(problem, stack)
    if problem.rule_id == REPEATED_KEY.id:
        mark = dict(places.repeated)[problem.path]
    else:
        place = places.find(problem.path)
        mark = place.key if problem.rule_id in _AT_KEY else place.value
    return problem.at(Location(stack.place, mark.line, mark.column))
