"""Runs the benchmarks: ``python -m benchmarks``. Fails if one is over its limit; ``--record`` writes RESULTS.md."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping

from benchmarks import synthesis, tenants, validate
from benchmarks.results import Result, machine, record

BENCHMARKS: Mapping[str, Callable[[int, bool], list[Result]]] = {
    "validate": lambda runs, _: validate.main(min(runs, 3)),
    "tenants": lambda runs, quick: tenants.main(runs, whole_estate=not quick),
    "synthesis": lambda runs, quick: synthesis.main(runs, many=() if quick else synthesis.MANY),
}


def main() -> int:
    """Measure everything, and print it."""
    wanted = _arguments()
    print(machine())
    results = []
    for name in wanted.only or BENCHMARKS:
        for result in BENCHMARKS[name](1 if wanted.quick else wanted.runs, wanted.quick):
            print(result, flush=True)
            results.append(result)
    if wanted.record:
        record(results)
    return int(not all(result.is_within_limit for result in results))


def _arguments() -> Namespace:
    parser = ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("only", nargs="*", choices=[[], *BENCHMARKS], help="default: all")
    parser.add_argument("--record", action="store_true", help="write benchmarks/RESULTS.md")
    parser.add_argument("--runs", type=int, default=5, help="how often, default: 5")
    parser.add_argument("--quick", action="store_true", help="one run, for trying; says little")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
