"""Rules about the conditions that EMR's resources depend on."""

from __future__ import annotations

from collections.abc import Iterator

from emr_platform.environment.schema_errors import similar
from emr_platform.problems import Path
from emr_platform.rule import Finding, RuleBook
from emr_platform.template_check.template import EmrTemplate, emr_resources, properties_path
from emr_platform.templates.conditions import deciding, made_of

CONDITION_RULES: RuleBook[EmrTemplate] = RuleBook()


@CONDITION_RULES.rule(
    "EMR-TEMPLATE-040",
    what="The conditions that a resource of EMR depends on are in the template.",
    why="CloudFormation refuses the template, whichever way the condition would have gone.",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/"
    "conditions-section-structure.html",
)
def conditions_are_declared(template: EmrTemplate) -> Iterator[Finding]:
    """``Condition``, ``Fn::If``, and the conditions that others are made of, name declared ones."""
    declared = template.stack.conditions
    if template.stack.has_transform or "Fn::Transform" in declared:
        # What a macro adds is not there yet.
        return
    for name, path in _uses(template):
        if name not in declared:
            likely = similar(name, list(declared))
            hint = f", did you mean {likely}?" if likely else ""
            in_a_function = "Fn::If" in path[-2:]
            yield Finding(
                path,
                f"there is no condition {name}{hint}",
                "a condition that the template declares",
                f"Template error: unresolved condition dependency {name} in Fn::If"
                if in_a_function
                else None,
            )


def _uses(template: EmrTemplate) -> Iterator[tuple[str, Path]]:
    """The conditions that EMR's resources depend on, each with every place that names it."""
    waiting: list[str] = []
    for logical_id, resource in emr_resources(template.stack).items():
        found: list[tuple[str, Path]] = []
        if resource.condition is not None:
            found.append((resource.condition, ("Resources", logical_id, "Condition")))
        found += deciding(dict(resource.properties), properties_path(logical_id))
        waiting += [name for name, _ in found]
        if logical_id in template.resources:
            yield from found
    seen: set[str] = set()
    while waiting:
        name = waiting.pop(0)
        if name not in seen:
            seen.add(name)
            for inner, path in made_of(template.stack.conditions.get(name), ("Conditions", name)):
                waiting.append(inner)
                yield inner, path
