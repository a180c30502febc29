"""Runs every benchmark: ``python -m benchmarks``. Fails if one is over its limit."""

from __future__ import annotations

import sys

from benchmarks import validate

BENCHMARKS = (validate.main,)

if __name__ == "__main__":
    sys.exit(max(benchmark() for benchmark in BENCHMARKS))
