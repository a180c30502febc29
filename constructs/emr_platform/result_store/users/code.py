"""The code of the functions as one folder: our modules, PyMySQL, and the certificate authorities."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

_HERE = Path(__file__).parent
_PACKAGE = "emr_platform/result_store/users"
_OWN_FILES = (
    "__init__.py",
    "database_function.py",
    "rds_certificates.pem",
    "request_function.py",
    "statements.py",
)
_CLIENT = "pymysql"

DATABASE_HANDLER = f"{_PACKAGE.replace('/', '.')}.database_function.handler"
"""Lambda's name for the function beside the database."""
REQUEST_HANDLER = f"{_PACKAGE.replace('/', '.')}.request_function.handler"
"""Lambda's name for the function behind the custom resource."""


@cache
def code_folder() -> Path:
    """Put the functions' code together, from what is installed here: no Docker, no network.

    Nothing in there depends on when or where it is done, so that the asset's hash changes with the code alone.

    Returns:
        A temporary folder, which is there until this process ends.
    """
    folder = Path(tempfile.mkdtemp(prefix="result-store-users-"))
    atexit.register(_remove, folder, made_by=os.getpid())
    write_code(folder)
    return folder


def _remove(folder: Path, *, made_by: int) -> None:
    # Not at the end of a process that was forked from the one that still needs it.
    if os.getpid() == made_by:
        shutil.rmtree(folder, ignore_errors=True)


def write_code(folder: Path) -> None:
    """Write the functions' code.

    Args:
        folder: An empty folder.

    Raises:
        PackageNotFoundError: PyMySQL is not installed, though the package depends on it.
    """
    own = folder / _PACKAGE
    own.mkdir(parents=True)
    for name in _OWN_FILES:
        shutil.copyfile(_HERE / name, own / name)
    client = distribution(_CLIENT)
    for file in client.files or ():
        # With its license, and without what only pip wants to know.
        if (file.parts[0] == _CLIENT and file.suffix == ".py") or file.name == "LICENSE":
            target = (
                folder / _CLIENT / (file.name if file.name == "LICENSE" else Path(*file.parts[1:]))
            )
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(str(client.locate_file(file)), target)
