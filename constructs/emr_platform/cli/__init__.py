"""The command line ``emr-platform``: thin commands, each in a module that is imported on demand."""

from __future__ import annotations

from emr_platform.cli.program import main

__all__ = ["main"]
