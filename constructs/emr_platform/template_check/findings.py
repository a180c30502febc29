"""The rules for clusters, asked about a cluster of a template."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from emr_platform.cluster.rules import cluster_problems
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.environment.schema_errors import schema_problems
from emr_platform.environment.yaml_tree import (
    Entry,
    MappingNode,
    Mark,
    Node,
    ScalarNode,
    SequenceNode,
    locate,
)
from emr_platform.problems import Path, Problem
from emr_platform.security_configuration.forms import DOCUMENT_KEYS
from emr_platform.security_configuration.places import KEY, document_path
from emr_platform.template_check.conversion.cluster import attached_alone, declaration
from emr_platform.template_check.conversion.parts import Part
from emr_platform.template_check.conversion.security import document_alone
from emr_platform.template_check.filling import Filled, Filling
from emr_platform.template_check.limits import limit_of_aws
from emr_platform.template_check.template import (
    CLUSTER,
    INSTANCE_FLEET,
    INSTANCE_GROUP,
    SECURITY_CONFIGURATION,
    STEP,
    EmrTemplate,
)
from emr_platform.template_check.words import in_words_of_aws

Json = Any
_MOST_CORRECTIONS = 100
_OF_OUR_TEMPLATES = frozenset(
    (
        "EMR-CONFIGURATION-006",
        "EMR-FLEET-014",
        "EMR-NETWORK-015",
        "EMR-STEP-004",
        "EMR-STEP-005",
        "EMR-VOLUME-011",
    )
)
"""Rules about entries of a list that are equal, for templates that the CDK has yet to make.

Steps, groups and fleets that are resources of their own may have equal ones, and two entries of a template can be
different in what is not known, or what declarations have no words for.
"""


def findings(template: EmrTemplate) -> Iterator[Problem]:
    """What the rules for clusters find in the clusters and security configurations of a template.

    Returns:
        Problems with paths in the template, in the words of AWS. What depends on a value that is
        not known is not among them.
    """
    used = set()
    of_clusters = set()
    for cluster in template.of_type(CLUSTER):
        attached = template.attached.get(cluster.logical_id, ())
        of_clusters |= {resource.logical_id for resource in attached}
        configuration = template.security_configuration(cluster)
        used.add(configuration and configuration.logical_id)
        yield from cluster_findings(declaration(cluster, attached, configuration))
    for configuration in template.of_type(SECURITY_CONFIGURATION):
        if configuration.logical_id not in used and (alone := document_alone(configuration)):
            yield from cluster_findings(alone)
    for resource in template.of_type(INSTANCE_GROUP, INSTANCE_FLEET, STEP):
        if resource.logical_id not in of_clusters and resource.properties.entries:
            yield from cluster_findings(attached_alone(resource))


def cluster_findings(declared: Part) -> list[Problem]:
    """What the rules for clusters find in a declaration that was made of a template."""
    filling = Filling(declared)
    problems = _correct(filling)
    return [in_words_of_aws(problem) for problem in (*problems, *_agreed(filling))]


# --- Values that the spec does not let through ---------------------------------------------


def _correct(filling: Filling) -> list[Problem]:
    """Replace all values that the spec does not let through, and report those that break a limit of AWS."""
    reported: dict[Path, Problem] = {}
    for _ in range(_MOST_CORRECTIONS):
        filled = filling.fill(0)
        errors = _errors(filled)
        if not errors:
            break
        _handle(filling, filled, errors, reported)
    return list(reported.values())


def _handle(
    filling: Filling,
    filled: Filled,
    errors: Sequence[ErrorDetails],
    reported: dict[Path, Problem],
) -> None:
    root = _node(filled.data)
    problems = schema_problems(errors, model=ClusterSpec, root=root, file="")
    for error, problem in zip(errors, problems, strict=True):
        missing = error["type"] == "missing"
        path = problem.path[:-1] if missing else problem.path
        path, part = filled.part(path)
        if path in filled.guessed:
            filling.refuse(part)
            continue
        filling.give_up(part)
        kind = limit_of_aws(path, problem.rule_id)
        # A key whose value was given up is no missing one.
        if kind and not filled.is_guessed(problem.path if missing else path):
            # EMR's document may have keys that are newer than what is known here of it.
            is_new = error["type"] == "extra_forbidden" and "did you mean" not in problem.message
            reported[part.path] = Problem(
                rule_id=kind.id,
                path=part.path,
                message=problem.message,
                allowed=problem.allowed,
                severity="warning" if is_new else "error",
            )


def _errors(filled: Filled) -> list[ErrorDetails]:
    try:
        ClusterSpec.model_validate(filled.data)
    except ValidationError as error:
        return error.errors(include_url=False)
    return []


# --- Rules ---------------------------------------------------------------------------------


def _agreed(filling: Filling) -> Iterable[Problem]:
    """What the rules find whatever the values that are not known may be."""
    agreed: Mapping[Problem, None] | None = None
    for way in range(filling.ways):
        filled = filling.fill(way)
        found = _found(filling, filled, way)
        if found is None:
            continue
        agreed = (
            dict.fromkeys(found)
            if agreed is None
            else {problem: None for problem in agreed if problem in found}
        )
        if not agreed:
            return ()
    return list(agreed or ())


def _found(filling: Filling, filled: Filled, way: int) -> set[Problem] | list[Problem] | None:
    """What the rules find in one way to complete the declaration; None if the model does not take it."""
    for _ in range(_MOST_CORRECTIONS):
        errors = _errors(filled)
        if not errors:
            break
        _handle(filling, filled, errors, {})
        filled = filling.fill(way)
    else:
        return None
    spec = ClusterSpec.model_validate(filled.data)
    problems = [
        problem for problem in cluster_problems(spec) if problem.rule_id not in _OF_OUR_TEMPLATES
    ]
    if not problems:
        return []
    root = _node(filled.data)
    return [
        Problem(
            rule_id=problem.rule_id,
            path=filled.part(path)[1].path,
            message=problem.message,
            allowed=problem.allowed,
            aws_answer=problem.aws_answer,
            severity=problem.severity,
        )
        for problem in problems
        if not filled.is_guessed(path := _written(root, filled, problem.path))
    ]


def _written(root: Node, filled: Filled, path: Path) -> Path:
    """A path of the spec as the declaration has it, which may be in EMR's own form."""
    if path[:1] == (KEY,) and any(key in filled.data.get(KEY, ()) for key in DOCUMENT_KEYS):
        path = (KEY, *document_path(path[1:]))
    return locate(root, path).path


_NOWHERE = Mark(1, 1)


def _node(value: Json) -> Node:
    """Plain data as the tree that errors and paths are looked up in; its places mean nothing."""
    if isinstance(value, dict):
        entries = {key: Entry(key, _NOWHERE, _node(inner)) for key, inner in value.items()}
        return MappingNode(_NOWHERE, False, entries)
    if isinstance(value, list):
        return SequenceNode(_NOWHERE, False, [_node(inner) for inner in value])
    return ScalarNode(_NOWHERE, value)
