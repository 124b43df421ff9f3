"""How many labels of withheld gold can be inferred from scores: a simulated attack, by what is shown and allowed.

The attacker knows the number of gold labels, knows some correct ones from the start, can add labels that are certainly
wrong, and has a list of candidates, half of which are correct (with better candidates there would be no need for
scores). The goal is to classify each candidate. Four ways of showing scores:

- counts by document: one candidate of every document goes into each submission;
- exact: the number of correct ones among those that were added follows from F1, so that candidates are identified as in
  the coin-weighing problem, by groups (a detecting matrix, Cantor and Mills 1966);
- rounded: wrong labels bring the score just below the edge of a step; one candidate at a time either crosses it or not;
- rounded, best only: the same, but a crossing raises the best score, and the next edge is a whole step higher: known
  correct labels have to be used up to get there.

For the last one there is also an upper bound for any attack: the number of sequences of scores that never decrease is
limited, and its binary logarithm bounds the number of labels that they can reveal.

    python benchmarks/withheld_labels.py        prints the table of docs/shared-task.md
"""

from __future__ import annotations

import math
import random

GOLD, DOCUMENTS = 458, 31
"""Entities and documents of the test split of release 2."""
HELD = 100
STEP = 0.01
ALLOWED = (10, 50, 1000)


def f1(right: int, predicted: int, gold: int = GOLD) -> float:
    """Micro F1, 2·tp / (gold + predicted)."""
    return 2 * right / (gold + predicted)


def candidates(seed: int) -> list[bool]:
    """Return whether each candidate is correct; there are as many as gold labels that the attacker does not know."""
    draw = random.Random(seed)
    return [draw.random() < 0.5 for _ in range(GOLD - HELD)]


def by_document(truth: list[bool], allowed: int) -> int:
    """Return the labels inferred if counts by document are shown: one of each document per submission."""
    return min(len(truth), allowed * DOCUMENTS)


def groups(level: int) -> list[set[int]]:
    """Return groups of candidates to submit: 2**(level + 1) - 1 groups, which determine every candidate.

    From the groups A of the level below, the same groups B of other candidates, and a further candidate c each: A + B +
    c, and A with the complement of B; and all candidates of the Bs. The parity of the two counts says whether c is
    correct.
    """
    if level == 0:
        return [{0}]
    below = groups(level - 1)
    size = 1 + max(map(max, below))
    everything = set(range(size, 2 * size))
    other = [{each + size for each in group} for group in below]
    together = [group | b | {2 * size + at} for at, (group, b) in enumerate(zip(below, other, strict=True))]
    apart = [group | (everything - b) for group, b in zip(below, other, strict=True)]
    return [*together, *apart, everything]


def weighed(level: int, counts: list[int]) -> list[bool]:
    """Return whether each candidate is correct, from the number of correct ones in each of the groups."""
    if level == 0:
        return [counts[0] == 1]
    half = len(counts) // 2
    differences = [apart - counts[-1] for apart in counts[half:-1]]
    singles = [(a + b) % 2 for a, b in zip(counts, differences, strict=False)]
    first = [(a + b - c) // 2 for a, b, c in zip(counts, differences, singles, strict=False)]
    second = [a - b - c for a, b, c in zip(counts, first, singles, strict=False)]
    return [*weighed(level - 1, first), *weighed(level - 1, second), *(each == 1 for each in singles)]


def exact(truth: list[bool], allowed: int) -> int:
    """Return the labels inferred if exact scores are shown, by the largest sets of groups that are possible."""
    read = 0
    for level in range(7, -1, -1):
        made = groups(level)
        size = 1 + max(map(max, made))
        while len(made) <= allowed and read < len(truth):
            part = [*truth[read : read + size], *[False] * (size - len(truth[read : read + size]))]
            scores = [f1(HELD + sum(part[each] for each in group), HELD + len(group)) for group in made]
            counts = [round(s * (GOLD + HELD + len(g)) / 2) - HELD for s, g in zip(scores, made, strict=True)]
            assert weighed(level, counts) == part
            read, allowed = min(len(truth), read + size), allowed - len(made)
    return read


def rounded(truth: list[bool], allowed: int) -> int:
    """Return the labels inferred if scores are rounded: one per submission, from just below an edge."""
    return min(len(truth), allowed)


def best_only(truth: list[bool], allowed: int) -> int:
    """Return the labels inferred if only the best score is shown: each correct one costs a step."""
    right, edge = HELD, STEP / 2
    for position, is_right in enumerate(truth[:allowed]):
        if f1(right + 1, right + 1) < edge:
            return position
        if is_right:
            right, edge = right + 1, edge + STEP
    return min(len(truth), allowed)


def bound(truth: list[bool], allowed: int) -> int:
    """Return the upper bound if only the best score is shown: log2 of the number of non-decreasing series in [0, 1]."""
    steps = round(1 / STEP)
    return min(len(truth), math.floor(math.log2(math.comb(allowed + steps, steps))))


ATTACKS = {
    "counts by document": by_document,
    "exact": exact,
    "rounded": rounded,
    "rounded, best only": best_only,
    "the same, at most": bound,
}


def table(seed: int = 1) -> str:
    """Return the table, in Markdown."""
    truth = candidates(seed)
    head = "| shown | " + " | ".join(f"{number:,} submissions" for number in ALLOWED) + " |"
    rows = [
        f"| {name} | " + " | ".join(f"{attack(truth, number)} of {len(truth)}" for number in ALLOWED) + " |"
        for name, attack in ATTACKS.items()
    ]
    return "\n".join([head, "| --- |" + " --- |" * len(ALLOWED), *rows]) + "\n"


if __name__ == "__main__":
    print(table(), end="")
