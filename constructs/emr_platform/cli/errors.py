"""How a command says that it cannot do what it was asked for."""

from __future__ import annotations


class CommandError(Exception):
    """Something is wrong that is no fault of the program; the message says what, and what to do.

    Attributes:
        exit_status: With which the program ends. Default: 1.
    """

    def __init__(self, message: str, *, exit_status: int = 1) -> None:
        super().__init__(message)
        self.exit_status = exit_status
