"""What can be wrong with tenants files and templates, each with its identifier."""

from __future__ import annotations

from emr_platform.environment.file_problems import FileProblem

TEMPLATE_MISSING = FileProblem(
    "EMR-TENANT-001",
    "A tenant has a template: its own, its environment's or the file's.",
    "There is nothing to make its environment from otherwise.",
)
EXTENDS = FileProblem(
    "EMR-TENANT-002",
    "A template extends no template that extends it, and at most ten, one through the other.",
    "Where templates extend each other in a circle, there is no first one.",
)
PARAMETER_DECLARATION = FileProblem(
    "EMR-TENANT-003",
    "What a template says of a parameter fits together: bounds, allowed values, and the default.",
    "No tenant could give a value, or one that gives none would get a wrong one.",
)
UNKNOWN_PARAMETER = FileProblem(
    "EMR-TENANT-004",
    "A tenant gives values for parameters that its template has.",
    "A misspelled parameter would otherwise be ignored, and its default be used.",
)
PARAMETER_MISSING = FileProblem(
    "EMR-TENANT-005",
    "A tenant gives a value for each parameter without a default.",
    "The template's writer said that there is no value that fits everybody.",
)
PARAMETER_VALUE = FileProblem(
    "EMR-TENANT-006",
    "The value of a parameter has its type, and lies within its bounds or is one of its allowed values.",
    "The template's writer knows what the environment can take.",
)
PLACEHOLDER = FileProblem(
    "EMR-TENANT-007",
    "A placeholder, $(name), names a parameter of the template, or one that every template has.",
    "What stands there would be deployed as it is. An ordinary $( is written $$(.",
)
FIXED_KEY = FileProblem(
    "EMR-TENANT-008",
    "Templates and overrides leave the name to the tenants file; overrides leave account and region to rows.",
    "The names of stacks follow from the row's; two places for one thing would contradict each other.",
)
RESERVED_PARAMETER = FileProblem(
    "EMR-TENANT-009",
    "Parameters have names of their own, in lower case: not one that every template has.",
    "A placeholder would mean two things.",
)
NO_ADDRESSES_LEFT = FileProblem(
    "EMR-TENANT-010",
    "The address pool has a range for each environment with a network of its own.",
    "Networks with the same addresses can never be connected, also not to a common service.",
)
ADDRESSES_NOT_LOCKED = FileProblem(
    "EMR-TENANT-011",
    "The range of each environment is in the lock file beside the tenants file.",
    "Only what is kept there stays where it is when other tenants come and go.",
)
LOCK_FILE = FileProblem(
    "EMR-TENANT-012",
    "The lock file is as `emr-platform lock` writes it, and its ranges lie apart.",
    "Two branches that each added a tenant may have given both the same range.",
)
OWN_ADDRESSES = FileProblem(
    "EMR-TENANT-013",
    "A range that an environment gives itself lies apart from those that were given out and reserved ones.",
    "Networks with the same addresses can never be connected, also not to a common service.",
)
ADDRESS_POOL = FileProblem(
    "EMR-TENANT-014",
    "The blocks of an address pool are smaller than the pool, and of /16 to /24.",
    "A VPC takes a block of /16 to /28, and its subnets need room for clusters.",
)
SHARED_UNKNOWN = FileProblem(
    "EMR-TENANT-015",
    "A tenant of bridge or pool uses a shared environment of the same file that is there for its tier; "
    "it says which if there are several.",
    "There is no network and no cluster to use otherwise.",
)
SHARED_ELSEWHERE = FileProblem(
    "EMR-TENANT-016",
    "A tenant of bridge or pool is in the account and region of the shared environment.",
    "Subnets, clusters and exports of CloudFormation are used within one account and region only.",
)
OF_ANOTHER_TIER = FileProblem(
    "EMR-TENANT-017",
    "A row says nothing that its tier has no use for: pool and shared, templates, parameters, a network.",
    "It would be ignored, and whoever wrote it believes in it.",
)
STACK_NAMES = FileProblem(
    "EMR-TENANT-018",
    "No environment is called like another one with -cluster or -queues behind, and maybe more.",
    "Both may have a stack of the same name: what is deployed last would replace what the other one has there.",
)
RESOLVED_SECRET = FileProblem(
    "EMR-TENANT-019",
    "A row has no dynamic reference, {{resolve:…}}, to a secret or a parameter; templates may have some.",
    "CloudFormation reads it with the permissions of whoever deploys, so a row could ask for another tenant's secrets.",
)

TENANT_PROBLEMS: tuple[FileProblem, ...] = (
    TEMPLATE_MISSING,
    EXTENDS,
    PARAMETER_DECLARATION,
    UNKNOWN_PARAMETER,
    PARAMETER_MISSING,
    PARAMETER_VALUE,
    PLACEHOLDER,
    FIXED_KEY,
    RESERVED_PARAMETER,
    NO_ADDRESSES_LEFT,
    ADDRESSES_NOT_LOCKED,
    LOCK_FILE,
    OWN_ADDRESSES,
    ADDRESS_POOL,
    SHARED_UNKNOWN,
    SHARED_ELSEWHERE,
    OF_ANOTHER_TIER,
    STACK_NAMES,
    RESOLVED_SECRET,
)
"""Every kind, in the order of its identifier."""
