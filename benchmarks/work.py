"""Time of hot paths, as multiples of a plain operation timed alongside, to detect work that is done twice.

    python benchmarks/work.py              # prints the table
    python benchmarks/work.py spans        # some of the paths
    python benchmarks/work.py --times 9    # the minimum of more runs: for a busy machine

Processor time is measured; the minimum over some runs counts. *before* is the multiple when the number was last
updated; a larger one is no failure, but twice as much needs a reason.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import workload

from dragoman import scoring
from dragoman.measures.naming import select
from dragoman.measures.scores import FScore
from dragoman.statistics import bootstrap

Work = Callable[[], object]
SPANS = ("entities.strict", "entities.exact", "entities.type", "entities.partial")
CLUSTERS = ("entities.muc", "entities.b_cubed", "entities.ceaf_e", "entities.conll")
CLAIMS = ("claims.content", "claims.attributed")
TOTALS = {"flat": 100_000, "clusters": 40_000, "claims": 40_000}


class HotPath(NamedTuple):
    """A hot path.

    Attributes:
        name: its name.
        make: prepares it, on new data each time, so that nothing is cached from the run before.
        plain: prepares the plain operation that it is compared with.
        before: the multiple when it was last updated.

    """

    name: str
    make: Callable[[Path], Work]
    plain: Callable[[Path], Work]
    before: float


def plain_reading(folder: Path) -> Work:
    """Read the gold of flat spans with json.loads, line by line."""
    lines = pair(folder, "flat")[0].splitlines()
    return lambda: [json.loads(line) for line in lines]


def plain_columns(_folder: Path) -> Work:
    """Sort, look up and count 200,000 keys."""
    keys = np.random.default_rng(1).integers(0, 2**40, 200_000)

    def work() -> None:
        order = np.argsort(keys)
        np.bincount(np.searchsorted(keys[order], keys), minlength=len(keys))

    return work


def pair(folder: Path, shape: str) -> tuple[bytes, bytes]:
    """Return gold and predictions of a workload, as JSONL."""
    gold, pred = workload.write(folder, shape, TOTALS[shape])
    return gold.read_bytes(), pred.read_bytes()


def reading(folder: Path) -> Work:
    """Read the gold of flat spans into columns."""
    gold = pair(folder, "flat")[0]
    return lambda: scoring.reference(gold)


def measuring(shape: str, measures: tuple[str, ...]) -> Callable[[Path], Work]:
    """Score a workload from loaded columns."""

    def make(folder: Path) -> Work:
        gold, pred = map(scoring.from_bytes, pair(folder, shape))
        chosen = select(list(measures))
        return lambda: scoring.score(pred.annotations, gold, measures=chosen, intervals=False)

    return make


def error_bar(_folder: Path) -> Work:
    """Compute the confidence interval of one score over 20,000 documents."""
    random = np.random.default_rng(1)
    gold = random.integers(1, 20, 20_000)
    rows = np.stack([random.binomial(gold, 0.5), gold, gold], axis=1)
    return lambda: bootstrap.interval(rows, FScore().finish, "f1", resamples=1000)


PATHS = (
    HotPath("reading", reading, plain_reading, 0.7),
    HotPath("spans", measuring("flat", SPANS), plain_columns, 0.8),
    HotPath("clusters", measuring("clusters", CLUSTERS), plain_columns, 1.8),
    HotPath("claims", measuring("claims", CLAIMS), plain_columns, 0.4),
    HotPath("error bar", error_bar, plain_columns, 0.2),
)


def main() -> int:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = [path.name for path in PATHS]
    parser.add_argument("paths", nargs="*", metavar="PATH", help=f"of {', '.join(names)}")
    parser.add_argument("--times", type=int, default=5, help="the least of so many runs counts (5)")
    options = parser.parse_args()
    if unknown := set(options.paths) - set(names):
        parser.error(f"no such path: {', '.join(sorted(unknown))}")
    print("| path | beside | seconds | multiple | before |\n| --- | --- | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as temporary:
        for path in PATHS:
            if not options.paths or path.name in options.paths:
                seconds, plain = measured(path, Path(temporary), options.times)
                beside = path.plain.__name__.replace("_", " ")
                print(f"| {path.name} | {beside} | {seconds:.3f} | {seconds / plain:.2f} × | {path.before} × |")
    return 0


def measured(path: HotPath, folder: Path, times: int) -> tuple[float, float]:
    """Return the processor time of a path and of its plain operation: the minimum over some alternating runs."""
    path.make(folder)()  # a warm-up, for imports
    least = {"path": float("inf"), "plain": float("inf")}
    for _ in range(times):
        for name, make in (("path", path.make), ("plain", path.plain)):
            work = make(folder)
            start = time.process_time()
            work()
            least[name] = min(least[name], time.process_time() - start)
    return least["path"], least["plain"]


if __name__ == "__main__":
    sys.exit(main())
