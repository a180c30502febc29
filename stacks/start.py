"""Makes apps, and has the CDK begin with what takes it longest while Python still loads the rest of the program.

The CDK checks templates with rules that it first has to compile, which takes it more than a second. It runs in a
process of its own, and would spend that time waiting.
"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from stacks.kernel import talk_directly

if TYPE_CHECKING:
    from aws_cdk import App, CloudFormationValidatePlugin

_OBJECTS_BETWEEN_COLLECTIONS = 100_000
# Where the CDK's JavaScript was when it made a construct, of which nothing is the app's; `cdk --debug` has it anyway.
_NO_STACK_TRACES = {"aws:cdk:disable-creation-stack-traces": True}
_begun: Future[CloudFormationValidatePlugin] | None = None

STARTED = time.monotonic()
"""When the program began, as near as can be told: this is what it loads first."""


def begin() -> None:
    """Have the CDK load its check of templates meanwhile.

    From here to :func:`new_app` modules may be imported, but nothing may be asked of the CDK: it answers one at a time.
    """
    global _begun  # noqa: PLW0603 - as there is one process of the CDK
    # What is made here is kept: looking through it for garbage after every 700 objects takes a tenth of the time.
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    talk_directly()
    # What `cdk --no-validation` sets. https://docs.aws.amazon.com/cdk/v2/guide/ref-cli-cmd-synth.html
    if _begun is None and os.environ.get("CDK_VALIDATION") != "false":
        executor = ThreadPoolExecutor(max_workers=1)
        _begun = executor.submit(_template_validation)
        executor.shutdown(wait=False)


def new_app(*, directory: str | None = None, context: Mapping[str, Any] | None = None) -> App:
    """Make an app.

    Args:
        directory: Where it is synthesized to. Default: where the environment says, or a temporary folder.
        context: Context that nobody can override. Default: none.
    """
    validation = _begun.result() if _begun else None
    from aws_cdk import App, Validations

    app = App(
        # Who makes it calls synth(): for each app that the CDK were to synthesize by itself, its process would remember
        # to do so at its end.
        auto_synth=False,
        outdir=directory,
        post_cli_context={**_NO_STACK_TRACES, **(context or {})},
    )
    if validation:
        # In place of the one that the CDK would make for itself.
        Validations.of(app).add_plugins(validation)
    return app


def _template_validation() -> CloudFormationValidatePlugin:
    from aws_cdk import CloudFormationValidatePlugin

    return CloudFormationValidatePlugin()
