"""What ``emr-platform demo`` prints of what is deployed."""

from __future__ import annotations

import io

from rich.console import Console

from emr_platform.cli.demo import show
from emr_platform.operations.inventory import Inventory, StackState


def test_outputs_are_printed_as_they_are() -> None:
    """Nothing in them is markup, and ``:secret:`` is no picture."""
    arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:password-AbCdEf"
    stack = StackState("dev-etl", "CREATE_COMPLETE", {"Secret": (arn, "[bold]Password[/bold]")})
    inventory = Inventory(stacks=(stack,), clusters=(), buckets=(), databases=(), roles=())
    printed = io.StringIO()

    show(inventory, Console(file=printed, highlight=False, soft_wrap=True))

    assert f"  dev-etl.Secret = {arn}  ([bold]Password[/bold])\n" in printed.getvalue()
