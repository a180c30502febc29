"""Runs every benchmark: ``python -m benchmarks``. Fails if one is over its limit; ``--record`` writes RESULTS.md."""

from __future__ import annotations

import sys

from benchmarks import validate
from benchmarks.results import machine, record

BENCHMARKS = (validate.main,)


def main() -> int:
    """Measure everything, and print it."""
    print(machine())
    results = [result for benchmark in BENCHMARKS for result in benchmark()]
    print(*results, sep="\n")
    if "--record" in sys.argv[1:]:
        record(results)
    return int(not all(result.is_within_limit for result in results))


if __name__ == "__main__":
    sys.exit(main())
