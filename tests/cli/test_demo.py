"""What ``emr-platform demo`` prints of what is deployed."""

from __future__ import annotations

import io

from rich.console import Console

from emr_platform.cli.demo import show, show_what_is_not_made
from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.operations.inventory import Inventory, StackState


def test_outputs_are_printed_as_they_are() -> None:
    """Nothing in them is markup, and ``:secret:`` is no picture."""
    arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:password-AbCdEf"
    stack = StackState("dev-etl", "CREATE_COMPLETE", {"Secret": (arn, "[bold]Password[/bold]")})
    inventory = Inventory(stacks=(stack,), clusters=(), buckets=(), databases=(), roles=())
    printed = io.StringIO()

    show(inventory, Console(file=printed, highlight=False, soft_wrap=True))

    assert f"  dev-etl.Secret = {arn}  ([bold]Password[/bold])\n" in printed.getvalue()


def test_what_the_local_aws_does_not_make_is_said() -> None:
    def printed(**result_store: object) -> str:
        text = io.StringIO()
        spec = EnvironmentSpec.model_validate(
            {"name": "dev", "region": "us-east-1", "result_store": result_store}
        )
        show_what_is_not_made(spec, Console(file=text, highlight=False, soft_wrap=True))
        return text.getvalue()

    assert printed() == ""
    assert printed(databases=["results"], users={"api": "read_only", "web": "read_write"}) == (
        "\nNot made here\n"
        "  databases of the result store: results\n"
        "  users of the result store: api, web\n"
        "  They take a MySQL server, which the local AWS does not have.\n"
    )
    assert "users" not in printed(databases=["results"])
