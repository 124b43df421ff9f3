"""Break the formulas one at a time and see whether the tests notice.

Each mutation is one place in the source and what stands there instead. It is made in a copy of the package, on which
the conformance cases are run, and if they pass the other tests of measures, matching and statistics. A mutation that
passes them all has survived: then a test is missing, or the mutation changes nothing.

    python tests/conformance/mutate.py             all mutations, some minutes
    python tests/conformance/mutate.py muc lea     those with one of these words in them

``test_mutations.py`` takes a few of them in every run of the tests.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
CASES = ["tests/conformance/test_conformance.py"]
ALL = [*CASES, "tests/matching", "tests/statistics", "tests/scoring/test_comparison.py", "tests/measures"]


class Mutation(NamedTuple):
    """A place in the source, by a text that occurs once in its file, and what is put there."""

    file: str
    old: str
    new: str

    @property
    def name(self):
        return f"{self.file}: {self.old}  ->  {self.new}"


COUNTING = "measures/scores.py"
CLUSTERS = "measures/clusters.py"
CLAIMS = "measures/claims.py"
SPANS = "measures/spans.py"
VALUES = "measures/date_values.py"
LINKS = "measures/links.py"
CLITICS = "measures/clitics.py"
PAGES = "measures/page_layer.py"
ASSIGN = "matching/assignment.py"
SMALL = "matching/small.py"
EXACT = "matching/exact.py"
OVERLAP = "matching/overlap.py"
BOOT = "statistics/bootstrap.py"
MULTINOMIAL = "statistics/multinomial.py"
PAIRED = "statistics/paired.py"

MUTATIONS = [
    # F measures and accuracies
    Mutation(COUNTING, "ratio(2 * (total[..., 0] / self.full), total", "ratio(total[..., 0] / self.full, total"),
    Mutation(COUNTING, '"precision": ratio(credit, predicted)', '"precision": ratio(credit, gold)'),
    Mutation(COUNTING, '"recall": ratio(credit, gold)', '"recall": ratio(credit, predicted)'),
    Mutation(COUNTING, "found.fill(np.nan)", "found.fill(0.0)"),
    Mutation(
        COUNTING,
        "total[..., 0] / self.full, total[..., 1], total[..., 2]",
        "total[..., 0], total[..., 1], total[..., 2]",
    ),
    Mutation(COUNTING, '{"accuracy": ratio(total[..., 0] / self.full,', '{"accuracy": ratio(total[..., 0],'),
    # Spans
    Mutation(SPANS, "both: Ints = 1 + same_span.astype(np.int64)", "both: Ints = 1 + 0 * same_span.astype(np.int64)"),
    Mutation(
        SPANS,
        "chosen = assign(g, p, (credit, shared, same_type))",
        "chosen = assign(g, p, (np.ones_like(g), shared, same_type))",
    ),
    Mutation(
        SPANS,
        "chosen = assign(g, p, (np.ones_like(g), shared, same_type))",
        "chosen = assign(g, p, (shared, np.ones_like(g), same_type))",
    ),
    Mutation(
        SPANS,
        "return relaxed_where(gold, predicted, pairs, same(gold.type, predicted.type, pairs[:2]))",
        "return relaxed_where(gold, predicted, pairs, equal(gold.type, predicted.type, pairs[:2]))",
    ),
    Mutation(
        SPANS,
        "inside[1:] = np.maximum.accumulate(end)[:-1] >= end[1:]",
        "inside[1:] = np.maximum.accumulate(end)[:-1] > end[1:]",
    ),
    Mutation(OVERLAP, "keep = shared > 0", "keep = shared >= 0"),
    Mutation(OVERLAP, 'p_start, side="right")', 'p_start + 1, side="right")'),
    Mutation(OVERLAP, 'p_end, side="left") - low', 'p_end - 1, side="left") - low'),
    Mutation(OVERLAP, "reach = np.maximum.accumulate(end) if len(end) else end", "reach = np.sort(end)"),
    Mutation(EXACT, "at += _copies(repeated)", "at += 0"),
    Mutation(EXACT, 'np.argsort(keys, kind="stable")', "np.arange(len(keys))"),
    Mutation(COUNTING, "match.full == 1 and match.credit.all()", "match.full == 1"),
    Mutation(CLITICS, "(np.abs(ends) <= _LONGEST)", "(np.abs(ends) <= 0)"),
    Mutation(CLITICS, "return before_fits and after_fits", "return before_fits or after_fits"),
    Mutation(CLITICS, "near = same(g_spans.type, p_spans.type, (g, p)) &", "near = (shared > 0) &"),
    Mutation(LINKS, "if i in annotations.registry)", "if i)"),
    Mutation(
        LINKS,
        "(g_spans.doc, g_spans.start, g_spans.end, g_ids), (p_spans.doc, p_spans.start, p_spans.end, p_ids)",
        "(g_spans.doc, g_spans.start, g_spans.end), (p_spans.doc, p_spans.start, p_spans.end)",
    ),
    # Assignment
    Mutation(ASSIGN, "linear_sum_assignment(matrix, maximize=True)", "linear_sum_assignment(matrix, maximize=False)"),
    Mutation(ASSIGN, "combined = combined * span + weight", "combined = combined + weight"),
    Mutation(ASSIGN, "span = pairs * int(weight.max(initial=0)) + 1", "span = int(weight.max(initial=0))"),
    Mutation(ASSIGN, "cost = np.concatenate([top - weight,", "cost = np.concatenate([weight,"),
    Mutation(
        ASSIGN, "*(-weight[candidates] for weight in reversed(weights))", "*(-weight[candidates] for weight in weights)"
    ),
    Mutation(
        ASSIGN,
        "np.bincount(gold[rest], ~p_alone[rest])[gold[rest]] == 0",
        "np.bincount(gold[rest], p_alone[rest])[gold[rest]] == 0",
    ),
    Mutation(SMALL, "turned = columns > rows", "turned = columns < 0"),
    Mutation(SMALL, "(with_it >= earned[free])", "(with_it <= earned[free])"),
    Mutation(SMALL, "best[free ^ (1 << j)] + worth[i, j]", "best[free] + worth[i, j]"),
    # Dates
    Mutation(VALUES, "| equal(canonical(gold.external), given, pairs[:2])", "| (pairs[0] < 0)"),
    Mutation(VALUES, "return timex.canonical(value)", "return value"),
    Mutation(VALUES, "right = same(canonical(gold.value)", "right = equal(canonical(gold.value)"),
    Mutation(VALUES, "np.maximum(ours[:, 0], theirs[:, 0]) + 1\n", "np.maximum(ours[:, 0], theirs[:, 0])\n"),
    Mutation(VALUES, "np.minimum(ours[:, 0], theirs[:, 0]) + 1\n", "np.minimum(ours[:, 0], theirs[:, 0])\n"),
    Mutation(
        VALUES, "credit = np.maximum(jaccard(inside[g], theirs)", "credit = np.minimum(jaccard(inside[g], theirs)"
    ),
    Mutation(VALUES, "timex.interval(value, mod, type_)", "timex.interval(value, None, type_)"),
    Mutation(VALUES, "counted[g[chosen]] = True", "counted[g[chosen]] &= True"),
    Mutation(PAGES, "| equal(canonical(gold.published_external), given, pairs)", "| (at < 0)"),
    Mutation(PAGES, "np.maximum(jaccard(ours, theirs)", "np.minimum(jaccard(ours, theirs)"),
    Mutation(PAGES, "[found.predicted] == 1", "[found.predicted] >= 1"),
    # Claims
    Mutation(CLAIMS, "enough = 4 * shared >= both", "enough = 4 * shared > both"),
    Mutation(CLAIMS, "enough = 4 * shared >= both", "enough = 2 * shared >= both"),
    Mutation(CLAIMS, "credit=2 * SCALE * shared[at]", "credit=SCALE * shared[at]"),
    Mutation(CLAIMS, "2 * SCALE * shared // np.maximum(both, 1), credit))", "0 * shared, credit))"),
    Mutation(
        CLAIMS, "right |= (_length(ours)[g] == 0) & (_length(theirs)[p] == 0)", "right |= (_length(ours)[g] == 0)"
    ),
    Mutation(CLAIMS, "right &= partner[g] == p", "right |= partner[g] == p"),
    Mutation(CLAIMS, "asked = (ours.codes[pairs.gold] != NULL)", "asked = (ours.codes[pairs.gold] >= NULL)"),
    Mutation(
        CLAIMS,
        "(np.ones_like(g), 2 * SCALE * shared // np.maximum(both, 1), credit))",
        "(np.ones_like(g), 2 * SCALE * shared // np.maximum(both, 1)))",
    ),
    Mutation(CLAIMS, "result: Bools = g_count[g] == p_count[p]", "result: Bools = g_count[g] <= p_count[p]"),
    Mutation(CLAIMS, "result &= reached == size", "result &= reached >= 1"),
    Mutation(CLAIMS, "mention = overlap | _on_entity(gold, theirs, left, right)", "mention = overlap"),
    Mutation(CLAIMS, "| (g_ids[left] == NULL) | (p_ids[right] == NULL)", "| (g_ids[left] == NULL)"),
    Mutation(CLAIMS, "same_role & np.select", "np.select"),
    Mutation(
        CLAIMS,
        "known = np.unique((spanned[claimant] * width + ids)[ids >= 0])",
        "known = np.unique(spanned[claimant] * width)",
    ),
    Mutation(CLAIMS, "np.where(codes_ == NULL, own, codes_)", "codes_"),
    # Clusters
    Mutation(CLUSTERS, "(together - 1) / np.maximum(together, 1), 0.0)", "together / np.maximum(together, 1), 0.0)"),
    Mutation(CLUSTERS, "return kept, (size - 1) / size", "return kept, np.ones(len(size))"),
    Mutation(
        CLUSTERS, "return side.together / side.size[side.own]", "return (side.together > 0) / side.size[side.own]"
    ),
    Mutation(
        CLUSTERS,
        "np.where(other == NULL, 0, np.bincount(part)[part]",
        "np.where(other == NULL, 1, np.bincount(part)[part]",
    ),
    Mutation(
        CLUSTERS,
        "np.where(paired, 2.0 / (size + other), 0.0), 1.0 / size",
        "np.where(paired, 1.0 / size, 0.0), 1.0 / size",
    ),
    Mutation(CLUSTERS, "np.where(paired, 2.0 / (size + other), 0.0), 1.0 / size", "2.0 / (size + other), 1.0 / size"),
    Mutation(CLUSTERS, "if not side.is_gold:", "if False:"),
    Mutation(
        CLUSTERS, "assign(gold, predicted, (similarity, common))", "assign(gold, predicted, (common, similarity))"
    ),
    Mutation(CLUSTERS, "assign(gold, predicted, (similarity, common))", "assign(gold, predicted, (similarity,))"),
    Mutation(CLUSTERS, "(together == 1) & (other == 1), resolved)", "together == 1, resolved)"),
    Mutation(CLUSTERS, "(together - 1) / np.maximum(size - 1, 1), 0.0)", "(together - 1) / size, 0.0)"),
    Mutation(CLUSTERS, "np.rint((rank + 1) * scaled) - np.rint(rank * scaled)", "np.rint(scaled)"),
    Mutation(CLUSTERS, "f1 = np.where(p + r > 0, ratio(2 * p * r, p + r), 0.0)", "f1 = (p + r) / 2"),
    Mutation(
        CLUSTERS,
        "np.where(np.isnan(precision) & np.isnan(recall), np.nan, f1)",
        "np.where(np.isnan(precision) | np.isnan(recall), np.nan, f1)",
    ),
    Mutation(
        CLUSTERS,
        'for name in ("muc", "b_cubed", "ceaf_e"))\n    columns',
        'for name in ("muc", "b_cubed", "lea"))\n    columns',
    ),
    Mutation(CLUSTERS, "first[1:] = (np.diff(e.doc) != 0) |", "first[1:] = (np.diff(e.doc) >= 0) |"),
    Mutation(
        CLUSTERS,
        "joined = JOINER.join(sorted({i for label in given for i in label.split(JOINER)}))",
        "joined = min(given)",
    ),
    Mutation(CLUSTERS, "rank[np.argsort(first)] = np.arange(len(first))", "rank[:] = np.arange(len(first))"),
    Mutation(CLUSTERS, "[cluster] > 1 if len(cluster)", "[cluster] > 0 if len(cluster)"),
    # Statistics
    Mutation(MULTINOMIAL, "found[:, found[-1] <= documents]", "found[:, found[-1] >= 0]"),
    Mutation(
        MULTINOMIAL,
        "generator.multinomial(documents, count / documents,",
        "generator.multinomial(len(kinds), count / documents,",
    ),
    Mutation(MULTINOMIAL, "place = kind[generator", "place = 0 * kind[generator"),
    Mutation(MULTINOMIAL, "value * (1 - _SHORT", "(value + 0.2) * (1 - _SHORT"),
    Mutation(MULTINOMIAL, "place[unsure] + generator.random(len(unsure))", "place[unsure] + 0.0"),
    Mutation(BOOT, "[(1 - level) / 2, (1 + level) / 2]", "[1 - level, level]"),
    Mutation(BOOT, "if len(defined) < 0.9 * len(values):", "if not len(defined):"),
    Mutation(BOOT, "(scores > scores[:, i : i + 1] + 1e-12)", "(scores >= scores[:, i : i + 1])"),
    Mutation(BOOT, "np.nan_to_num(scores, nan=-np.inf)", "np.nan_to_num(scores, nan=np.inf)"),
    Mutation(PAIRED, "few = 2**number <= permutations", "few = number < 0"),
    Mutation(PAIRED, "(extreme + 1) / (len(gaps) + 1)\n    return found", "extreme / len(gaps)\n    return found"),
    Mutation(PAIRED, "totals_of[j] + shift, finish", "totals_of[j], finish"),
    Mutation(PAIRED, "centred = gaps - observed", "centred = gaps"),
    Mutation(PAIRED, "return (extreme + 1) / (len(gaps) + 1)", "return extreme / len(gaps)"),
    Mutation(PAIRED, "(1.959964 + 0.841621) * spread", "1.959964 * spread"),
    Mutation(PAIRED, "p * (len(order) - step)", "p * len(order)"),
    Mutation(PAIRED, "p * (len(order) - step)", "p * (len(order) - step - 1)"),
    Mutation(PAIRED, "highest = max(highest, min(1.0,", "highest = max(0.0, min(1.0,"),
    Mutation(PAIRED, "if len(first) >= 2 else None", "if len(first) >= 1 else None"),
]


def a_copy(folder):
    """Copy the package to a folder of its own."""
    target = Path(folder) / "src" / "dragoman"
    shutil.copytree(ROOT / "src" / "dragoman", target, ignore=shutil.ignore_patterns("__pycache__"))
    return target


def passes(package, tests):
    """Whether tests pass on a copy of the package; an error in collecting them is a failure, too."""
    environment = {**os.environ, "PYTHONPATH": str(package.parent), "PYTHONDONTWRITEBYTECODE": "1"}
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode not in {0, 1}:
        raise SystemExit(f"the tests could not be run:\n{run.stdout}\n{run.stderr}")
    return run.returncode == 0


def killed(package, mutation, stages):
    """Make a mutation in the copy; give the number of the first stage of tests that fails, None if all pass."""
    path = package / mutation.file
    source = path.read_text(encoding="utf-8")
    if source.count(mutation.old) != 1:
        raise SystemExit(f"{mutation.file} has this {source.count(mutation.old)} times, not once: {mutation.old}")
    path.write_text(source.replace(mutation.old, mutation.new), encoding="utf-8")
    try:
        return next((number for number, tests in enumerate(stages) if not passes(package, tests)), None)
    finally:
        path.write_text(source, encoding="utf-8")


def main(words):
    chosen = [m for m in MUTATIONS if not words or any(word in m.name for word in words)]
    stages = (CASES, [path for path in ALL if path not in CASES])
    tally = {0: 0, 1: 0, None: 0}
    with tempfile.TemporaryDirectory() as folder:
        package = a_copy(folder)
        if not passes(package, ALL):
            raise SystemExit("the tests fail without any mutation")
        for mutation in chosen:
            stage = killed(package, mutation, stages)
            tally[stage] += 1
            said = {0: "noticed by the cases ", 1: "noticed by the others", None: "SURVIVED             "}[stage]
            print(said, mutation.name, flush=True)  # noqa: T201 - a script
    said = f"{len(chosen)} mutations: {tally[0]} noticed by the cases, {tally[1]} by the others, {tally[None]} survived"
    print(said)  # noqa: T201
    return 1 if tally[None] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
