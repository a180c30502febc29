"""``emr-platform demo``: see one environment deployed, without an AWS account."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from emr_platform.environment.spec import EnvironmentSpec
    from emr_platform.operations.inventory import ClusterState, Inventory


def demo(
    file: Annotated[Path, typer.Argument(help="The environment file.")] = Path(
        "environments/dev.yaml"
    ),
) -> None:
    """Deploy an environment to a local AWS with the real CDK command line, and show what runs there."""
    from rich.console import Console

    from emr_platform.cli.errors import CommandError
    from emr_platform.environment.loader import load_environment
    from emr_platform.operations.demo import DemoError, deploy_locally
    from emr_platform.operations.local_aws.cdk import CdkNotInstalledError
    from emr_platform.operations.local_aws.server import LocalAwsError
    from emr_platform.problems import InvalidSpecError

    end_in_order_when_terminated()
    try:
        environment = load_environment(file)
    except InvalidSpecError as error:
        raise CommandError(str(error)) from None
    typer.echo(f"{file} is valid. Deploying {environment.spec.name} to a local AWS.", err=True)
    try:
        inventory = deploy_locally(environment.spec, file=environment.path, project=Path.cwd())
    except (DemoError, LocalAwsError, CdkNotInstalledError) as error:
        raise CommandError(str(error)) from None
    console = Console(highlight=False, soft_wrap=True)
    show(inventory, console)
    show_what_is_not_made(environment.spec, console)
    console.print("\n[bold]Next[/bold]")
    name = environment.spec.name
    console.print(f"  make synth ENV={name}    write the CloudFormation templates to cdk.out/")
    console.print(f"  make deploy ENV={name}   deploy to the AWS account of your credentials")
    console.print(f"  edit {file}, then run this again")


def end_in_order_when_terminated() -> None:
    """Let SIGTERM and a closed terminal end what the command has started, as Ctrl-C does."""

    def end(number: int, _frame: object) -> None:
        for each in _ENDING:
            signal.signal(each, signal.SIG_IGN)
        raise SystemExit(_ENDED_BY_SIGNAL + number)

    for each in _ENDING:
        signal.signal(each, end)


# What a shell says of a program that a signal has ended.
_ENDED_BY_SIGNAL = 128
_ENDING = (signal.SIGTERM, signal.SIGHUP)
_ROLES = {"MASTER": "primary", "CORE": "core", "TASK": "task"}
_MARKETS = {"ON_DEMAND": "On-Demand", "SPOT": "Spot"}


def show(inventory: Inventory, console: Console) -> None:
    """Print an inventory for people."""
    console.print("\n[bold]Stacks[/bold]")
    for stack in inventory.stacks:
        console.print(f"  {stack.name:<28} {stack.status}")
    for cluster in inventory.clusters:
        _show_cluster(cluster, console)
    console.print("\n[bold]Buckets[/bold]")
    for bucket in inventory.buckets:
        console.print(f"  {bucket.name:<64} {bucket.purpose}")
        for key in bucket.scripts:
            console.print(f"    {key}")
    console.print("\n[bold]Result store[/bold]")
    for database in inventory.databases:
        console.print(
            f"  {database.id}  {database.status}  {database.engine}  {database.instance_class}"
        )
        console.print(f"  {database.endpoint}")
    if not inventory.databases:
        console.print("  none")
    console.print("\n[bold]Roles[/bold]")
    for role in inventory.roles:
        console.print(f"  {role}")
    console.print("\n[bold]Outputs[/bold]")
    for stack in inventory.stacks:
        for output, (value, description) in stack.outputs.items():
            console.print(
                f"  {stack.name}.{output} = {value}  ({description})", markup=False, emoji=False
            )


def show_what_is_not_made(spec: EnvironmentSpec, console: Console) -> None:
    """Print what the local AWS accepts and does not do, where an environment asks for it."""
    store = spec.result_store
    if store and (store.databases or store.users):
        console.print("\n[bold]Not made here[/bold]")
        for what, names in (("databases", store.databases), ("users", store.users)):
            if names:
                console.print(f"  {what} of the result store: {', '.join(names)}")
        console.print("  They take a MySQL server, which the local AWS does not have.")


def _show_cluster(cluster: ClusterState, console: Console) -> None:
    console.print(f"\n[bold]Cluster {cluster.name}[/bold]")
    console.print(f"  id            {cluster.id}")
    console.print(f"  state         {cluster.state}")
    console.print(f"  release       {cluster.release}")
    console.print(f"  applications  {', '.join(cluster.applications)}")
    for group in cluster.instance_groups:
        console.print(
            f"  {_ROLES[group.role]:<13} {group.name}: {group.instance_count} x {group.instance_type},"
            f" {_MARKETS[group.market]}"
        )
    for step, state in cluster.steps:
        console.print(f"  step          {step}: {state}")
    console.print(f"  roles         {cluster.service_role}, {cluster.instance_profile}")
