"""The list of everything that is checked: the problems of files, and the books of rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from emr_platform.deployment.pipeline_plan import PIPELINE_RULES
from emr_platform.deployment.rules import WAVE_RULES
from emr_platform.environment.file_problems import FILE_PROBLEMS, FileProblem
from emr_platform.environment.rules import ALL_RULES
from emr_platform.importers.edx.problems import EDX_PROBLEMS
from emr_platform.rule import Rule
from emr_platform.template_check.check import TEMPLATE_PROBLEMS, TEMPLATE_RULES
from emr_platform.tenants.file_problems import TENANT_PROBLEMS
from scripts.reference.markdown import prose

# The middle part of an identifier, where it is not a word as it should stand in a heading.
_SUBJECTS = {
    "ACKNOWLEDGE": "Acknowledged warnings",
    "AMI": "AMI",
    "AUTOSCALING": "Scaling by rules",
    "AVAILABILITY": "High availability",
    "CLASSIFICATION": "Classifications",
    "CONFIGURATION": "Configurations",
    "COST": "Cost and loss",
    "DATABASE": "Result store",
    "DECOMMISSION": "Decommissioning",
    "EDX": "Importing an edX cluster file",
    "EMRFS": "EMRFS",
    "FILE": "The file itself",
    "FLEET": "Instance fleets",
    "HBASE": "HBase",
    "HDFS": "HDFS",
    "IMDS": "Instance metadata service",
    "INSTANCE": "Instance types",
    "LAKE": "Lake Formation",
    "LDAP": "LDAP",
    "PIPELINE": "Pipelines on AWS",
    "POOL": "Tenants of shared clusters",
    "PRIMARY": "Primary node",
    "ROOT": "Root volume",
    "SSH": "SSH",
    "SSO": "IAM Identity Center",
    "TEMPLATE": "CloudFormation templates",
    "TENANCY": "Environments of tenants",
    "TENANT": "Tenants files and templates",
    "VOLUME": "Data volumes",
    "WAVE": "Waves of deployment",
    "YARN": "YARN",
}


def rules_reference() -> str:
    """Describe every rule, under headings that can be linked to by the rule's identifier."""
    sections = {
        kind.id: _file_problem(kind)
        for kind in (*FILE_PROBLEMS, *TENANT_PROBLEMS, *TEMPLATE_PROBLEMS, *EDX_PROBLEMS)
    }
    sections |= {
        rule.id: _rule(rule)
        for rule in (*ALL_RULES, *WAVE_RULES.rules, *PIPELINE_RULES.rules, *TEMPLATE_RULES)
    }
    return "\n\n".join(_with_subjects(sections))


def _file_problem(kind: FileProblem) -> str:
    return f"{prose(kind.what)}\n\nWhy: {prose(kind.why)}"


def _rule(rule: Rule[Any]) -> str:
    severity = "Warning. " if rule.severity == "warning" else ""
    text = f"{severity}{prose(rule.what)}\n\nWhy: {prose(rule.why)} ([source]({rule.source}))"
    if rule.aws_answer:
        text += f"\n\nAWS would answer: “{prose(rule.aws_answer)}”"
    return text


def _with_subjects(sections: dict[str, str]) -> Iterator[str]:
    """Put a heading over the rules of each subject; those of the file itself come first."""
    subject = None
    for id in sorted(sections, key=lambda id: (not id.startswith("EMR-FILE-"), id)):
        if (here := id.split("-")[1]) != subject:
            subject = here
            yield f"## {_SUBJECTS.get(subject, subject.capitalize())}"
        yield f"### {id}\n\n{sections[id]}"
