"""The commands that there are. A command's module is imported when the command is used."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """A command of the command line.

    Attributes:
        name: What users type.
        module: The module that it is in.
        function: The function that it is: its parameters are the command's arguments and options,
            and its docstring is the command's help. Or a ``typer.Typer`` with commands of its own.
        help: One line for the list of commands.
    """

    name: str
    module: str
    function: str
    help: str


COMMANDS: tuple[Command, ...] = (
    Command(
        "validate",
        "emr_platform.cli.validate",
        "validate",
        "Report every mistake in environment files.",
    ),
    Command(
        "synth",
        "emr_platform.cli.synth",
        "synth",
        "Write the templates of environments: of those that changed, on every core.",
    ),
    Command(
        "check",
        "emr_platform.cli.check",
        "check",
        "Report mistakes in EMR's resources of any CloudFormation template.",
    ),
    Command(
        "changes",
        "emr_platform.cli.changes",
        "changes",
        "Say what deploying templates over others replaces, loses, and changes in place.",
    ),
    Command(
        "affected",
        "emr_platform.cli.affected",
        "affected",
        "Say which environments a change in the repository means something to.",
    ),
    Command(
        "waves",
        "emr_platform.cli.waves",
        "waves",
        "Say in which order environments are deployed.",
    ),
    Command(
        "isolation",
        "emr_platform.cli.isolation",
        "isolation",
        "Show that no environment can get at anything of another one.",
    ),
    Command(
        "list",
        "emr_platform.cli.list_environments",
        "list_environments",
        "List all environments: tenant, tier, region, account, release and nodes.",
    ),
    Command(
        "show",
        "emr_platform.cli.show",
        "show",
        "Show what an environment amounts to, and where each value is from.",
    ),
    Command(
        "lock",
        "emr_platform.cli.lock",
        "lock",
        "Give address ranges to environments of tenants files, for good.",
    ),
    Command(
        "move",
        "emr_platform.cli.move",
        "move",
        "Say what giving a tenant another tier would replace and lose.",
    ),
    Command(
        "presets",
        "emr_platform.cli.presets",
        "presets",
        "List the presets of clusters, and show what they set.",
    ),
    Command(
        "schema",
        "emr_platform.cli.schema",
        "schema",
        "Write the JSON Schema of environment files, tenants files or templates.",
    ),
    Command(
        "import-edx",
        "emr_platform.cli.import_edx",
        "import_edx",
        "Turn an edX cluster file into an environment file.",
    ),
    Command(
        "catalog",
        "emr_platform.cli.catalog",
        "catalog",
        "Show what is known of EMR's releases and instance types, and bring it up to date.",
    ),
    Command(
        "trial-certificate",
        "emr_platform.cli.trial_certificate",
        "trial_certificate",
        "Make a self-signed certificate, to try encryption in transit.",
    ),
    Command(
        "demo",
        "emr_platform.cli.demo",
        "demo",
        "Deploy an environment to a local AWS, and show what runs there.",
    ),
)
