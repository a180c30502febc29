"""What an environment's templates follow from, apart from the program that makes them. Pure but for scripts.

One definition for everything that asks whether an environment is still the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from emr_platform.environment.loader import LoadedEnvironment
from emr_platform.environment.script_rules import LocalScripts
from emr_platform.spec import SpecModel
from emr_platform.tenants.tenancy import Tenancy


@dataclass(frozen=True)
class EnvironmentInputs:
    """What an environment's templates follow from, as plain data that can be compared and kept.

    Which file says it, and in which words, makes no difference: a default that is written out, and an environment
    that moves to a template, are the same. The order of a mapping's keys does: bootstrap actions run in it.

    Attributes:
        declaration: The effective environment, defaults included.
        tenancy: What it is to a tenant; None for an environment that has a file of its own.
        scripts: SHA-256 of the content of each local script, by its path as the declaration names it.
    """

    declaration: Mapping[str, Any]
    tenancy: Mapping[str, Any] | None
    scripts: Mapping[str, str]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all of it, in hexadecimal digits."""
        return digest(
            {
                "declaration": self.declaration,
                "tenancy": self.tenancy,
                "scripts": self.scripts,
            }
        )


def inputs_of(environment: LoadedEnvironment) -> EnvironmentInputs:
    """The inputs of an environment.

    Args:
        environment: The environment, checked: each of its scripts can be read.

    Returns:
        What its templates follow from.
    """
    directory = environment.path.parent
    named = {script.name for script in LocalScripts(directory).of(environment.spec)}
    return EnvironmentInputs(
        declaration=_plain(environment.spec),
        tenancy=_tenancy(environment.tenancy) if environment.tenancy else None,
        scripts={name: file_digest(directory / name) for name in sorted(named)},
    )


def digest(content: Any) -> str:
    """SHA-256 of plain data, in hexadecimal digits; keys in another order are something else."""
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
    # A lone surrogate, as JSON can escape one, is no text that UTF-8 has.
    return hashlib.sha256(text.encode("utf-8", errors="surrogatepass")).hexdigest()


def file_digest(file: Path) -> str:
    """SHA-256 of a file's content, in hexadecimal digits.

    Raises:
        OSError: The file cannot be read.
    """
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _tenancy(tenancy: Tenancy) -> dict[str, Any]:
    return {
        "tier": tenancy.tier,
        "tenant": tenancy.tenant,
        "shared": _plain(tenancy.shared),
        "pool": _plain(tenancy.pool),
        "serves": sorted(tenancy.serves),
        "pool_tenants": {each.name: _plain(each.pool) for each in tenancy.pool_tenants},
    }


def _plain(model: SpecModel | None) -> Any:
    # As what it is: a shared network says more than the new one that a specification asks for.
    return model.model_dump(mode="json", serialize_as_any=True) if model else None
