"""How many labels of withheld gold can be read off scores: a simulated attacker, by what is shown and what is allowed.

The attacker knows how much gold there is, holds some right labels to begin with, can add labels that are certainly
wrong, and has a list of candidates of which every other one is right (nobody who has better candidates needs the
scores). It wants to know of each candidate whether it is right. Four ways of showing scores:

- counts by document: one candidate of every document goes into each submission;
- exact: the number of right ones follows from F1; two candidates at a time, and one of them where one is right;
- rounded: wrong labels bring the score just below the edge of a step; one candidate at a time either crosses it or not;
- rounded, best only: the same, but a crossing moves the best, and the next edge is a whole step higher: right labels
  that are known have to be spent to get there.

    python benchmarks/withheld_labels.py        prints the table of docs/shared-task.md
"""

from __future__ import annotations

import random

GOLD, DOCUMENTS = 487, 31
"""Entities and documents of the test split of release 2."""
HELD = 100
STEP = 0.01
ALLOWED = (10, 50, 1000)
SHOWN = ("counts by document", "exact", "rounded", "rounded, best only")


def f1(right: int, predicted: int, gold: int = GOLD) -> float:
    """Micro F1, 2·tp / (gold + predicted)."""
    return 2 * right / (gold + predicted)


def candidates(seed: int) -> list[bool]:
    """Whether each of the candidates is right: as many as there is gold beyond what the attacker holds."""
    draw = random.Random(seed)
    return [draw.random() < 0.5 for _ in range(GOLD - HELD)]


def by_document(truth: list[bool], allowed: int) -> int:
    """Labels read where counts by document are shown: one of each document by submission."""
    return min(len(truth), allowed * DOCUMENTS)


def exact(truth: list[bool], allowed: int) -> int:
    """Labels read where exact scores are shown: pairs, and one of a pair where exactly one is right."""
    read = used = 0
    while read + 1 < len(truth):
        cost = 1 + (truth[read] != truth[read + 1])
        if used + cost > allowed:
            return read
        read, used = read + 2, used + cost
    return read + (used < allowed and read < len(truth))


def rounded(truth: list[bool], allowed: int) -> int:
    """Labels read where scores are rounded: one by submission, from just below an edge."""
    return min(len(truth), allowed)


def best_only(truth: list[bool], allowed: int) -> int:
    """Labels read where the best alone is shown: each right one costs a step, until the held ones reach no further."""
    right, edge = HELD, STEP / 2
    for position, is_right in enumerate(truth[:allowed]):
        if f1(right + 1, right + 1) < edge:
            return position
        if is_right:
            right, edge = right + 1, edge + STEP
    return min(len(truth), allowed)


ATTACKS = dict(zip(SHOWN, (by_document, exact, rounded, best_only), strict=True))


def table(seed: int = 1) -> str:
    """Make the table, in Markdown."""
    truth = candidates(seed)
    head = "| shown | " + " | ".join(f"{number:,} submissions" for number in ALLOWED) + " |"
    rows = [
        f"| {name} | " + " | ".join(f"{attack(truth, number)} of {len(truth)}" for number in ALLOWED) + " |"
        for name, attack in ATTACKS.items()
    ]
    return "\n".join([head, "| --- |" + " --- |" * len(ALLOWED), *rows]) + "\n"


if __name__ == "__main__":
    print(table(), end="")
