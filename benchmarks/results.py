"""What was measured, for people and for ``benchmarks/RESULTS.md``."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

FILE = Path(__file__).with_name("RESULTS.md")
_PACKAGES = ("aws-cdk-lib", "jsii", "pydantic", "PyYAML")


@dataclass(frozen=True)
class Result:
    """One number with its limit.

    Attributes:
        what: What was measured, with its unit.
        value: The number.
        limit: The most that it may be; None where it is only stated.
        note: How it came about.
    """

    what: str
    value: float
    limit: float | None
    note: str

    @property
    def is_within_limit(self) -> bool:
        """Whether it is not more than it may be."""
        return self.limit is None or self.value <= self.limit

    def __str__(self) -> str:
        verdict = "" if self.is_within_limit else "  OVER ITS LIMIT"
        limit = "" if self.limit is None else f", limit {self.limit:.2f}"
        return f"{self.what}: {self.value:.2f}{limit} ({self.note}){verdict}"


def record(results: Sequence[Result]) -> None:
    """Write the results into the repository, with the machine that they are from."""
    rows = "\n".join(
        f"| {each.what} | {each.value:.2f} | {_limit(each)} | {each.note} |" for each in results
    )
    FILE.write_text(
        f"""\
# Benchmark results

Measured by `make bench`, recorded by `python -m benchmarks --record`. Numbers of seconds are those of one machine, and
vary with what else runs on it; ratios are measured side by side in one run and vary less.

{machine()}

| What | Measured | Limit | How |
| --- | ---: | ---: | --- |
{rows}
""",
        encoding="utf-8",
    )


def _limit(result: Result) -> str:
    return "" if result.limit is None else f"{result.limit:.2f}"


def machine() -> str:
    """The machine, its load, and the versions that matter."""
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    load = f", load average {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"{datetime.now(UTC):%Y-%m-%d}: {_processor()}, {os.cpu_count()} logical processors{load}; "
        f"{platform.system()} {platform.machine()}; {platform.python_implementation()} "
        f"{platform.python_version()}, {packages}."
    )


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.is_file():
        for line in information.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown processor"
