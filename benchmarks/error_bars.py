"""Speed of confidence intervals and paired tests, compared with a plain bootstrap and a plain permutation test.

    python benchmarks/error_bars.py            # prints the table
    python benchmarks/error_bars.py --write    # and rewrites error_bars.md

The plain bootstrap draws random documents with numpy, looks up their rows and sums them, as other scorers do. It is
timed on a hundredth of the resamples. Both must give the same standard deviation of F1, up to chance.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import workload

from dragoman import scoring
from dragoman.measures.measure import Measure
from dragoman.measures.naming import select
from dragoman.reading.read import read_file
from dragoman.scoring.memory import count_annotations
from dragoman.scoring.partials import finish
from dragoman.statistics import bootstrap, paired

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

HERE = Path(__file__).resolve().parent
SPANS = 800_000
SHAPES = ("flat", "nested", "skewed", "small")
PART = 100
SYSTEMS, DOCUMENTS = 100, 1000


def main() -> int:
    """Run everything, print the table, and with ``--write`` rewrite error_bars.md."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=HERE.parent / "build" / "benchmarks", help="where workloads go")
    parser.add_argument("--write", action="store_true", help="renew the committed error_bars.md")
    options = parser.parse_args()
    lines = [
        f"{bootstrap.RESAMPLES:,} resamples; strict, exact, partial and type of {SPANS:,} spans, each with every type.",
        "",
        "| workload | documents | plain / one error bar | plain / all of them | error bars |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for shape in SHAPES:
        rows = rows_of(*workload.write(options.data, shape, SPANS))
        measure, first = rows[0]
        plain = PART * timed(drawn, first, bootstrap.RESAMPLES // PART)
        one, total = timed(error_bars, rows[:1]), timed(error_bars, rows)
        agree(measure, first)
        lines.append(
            f"| {shape} | {len(first):,} | {plain / one:.0f} × | {len(rows) * plain / total:.0f} × | {len(rows)} |"
        )
        print(f"{lines[-1]} {plain:.1f} {one:.3f} {total:.2f} s", file=sys.stderr)
    lines += ["", *pairs()]
    text = "\n".join(lines) + "\n"
    print(text)
    if options.write:
        (HERE / "error_bars.md").write_text(text, encoding="utf-8")
    return 0


def rows_of(gold: Path, pred: Path) -> list[tuple[Measure, Ints]]:
    """Return the counts by document of every measure, over all items and over those of each type."""
    against = scoring.reference(gold)
    labels = read_file(pred, against.target).checked().of(against.annotations.documents)
    chosen = select(["entities.strict", "entities.exact", "entities.type", "entities.partial"])
    rows = []
    total = count_annotations(chosen, against.annotations, labels)
    for measure, tally in finish(total, chosen, against.annotations.documents):
        assert tally is not None
        rows += [(measure, table) for table in (tally.rows, *tally.types.values())]
    return rows


def error_bars(rows: list[tuple[Measure, Ints]]) -> None:
    """Compute the confidence intervals of a result."""
    for measure, table in rows:
        score = measure.score
        bootstrap.interval(table, score.finish, score.headline, condensed=score.condensed)


def drawn(rows: Ints, resamples: int) -> Ints:
    """Return the counts of some plain bootstrap resamples: draw documents one by one, and sum their rows."""
    generator = np.random.default_rng(1)
    return np.stack([rows[generator.integers(0, len(rows), len(rows))].sum(axis=0) for _ in range(resamples)])


def agree(measure: Measure, rows: Ints) -> None:
    """Exit if both ways differ in the standard deviation of F1 over 1,000 resamples, which varies by about 2 %."""
    ways = (drawn(rows, 1000), bootstrap.totals(rows, 1000))
    one_by_one, together = (float(measure.score.main(sums).std()) for sums in ways)
    if abs(one_by_one / together - 1) > 0.15:
        raise SystemExit(f"{measure}: standard deviations are {one_by_one} and {together}")


def pairs() -> list[str]:
    """Time the permutation tests of all pairs of systems, and a plain one of one pair with 1 % of the permutations."""
    random = np.random.default_rng(1)
    gold = random.integers(20, 60, DOCUMENTS)
    skills = random.uniform(0.6, 0.9, SYSTEMS)
    systems = [np.stack([random.binomial(gold, skill), gold, gold], axis=1) for skill in skills]
    score = select(["entities.strict"])[0].score
    number = SYSTEMS * (SYSTEMS - 1) // 2
    seconds = timed(paired.all_permutations, systems, score.finish, score.headline)

    def plainly() -> None:
        swaps = np.random.default_rng(1).integers(0, 2, (paired.PERMUTATIONS // PART, DOCUMENTS), dtype=bool)
        one, two = systems[0], systems[1]
        for swap in swaps:
            swapped = np.where(swap[:, None], two, one).sum(axis=0), np.where(swap[:, None], one, two).sum(axis=0)
            score.main(swapped[0]) - score.main(swapped[1])

    plain = PART * number * timed(plainly)
    what = f"{paired.PERMUTATIONS:,} permutations, all {number:,} pairs of {SYSTEMS} systems on {DOCUMENTS:,} documents"
    print(f"{what}: {plain:.0f} {seconds:.2f} s", file=sys.stderr)
    return [f"{what}: exchanging documents plainly takes {plain / seconds:,.0f} times as long."]


def timed(work: Callable[..., object], *given: object) -> float:
    """Return the seconds of the fastest of three runs."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        work(*given)
        times.append(time.perf_counter() - start)
    return min(times)


if __name__ == "__main__":
    sys.exit(main())
