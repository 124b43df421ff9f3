"""Simulate an attack on a real closed board: inference of gold labels from the scores that it shows.

The test split of this repository is withheld, as by ``author release --withhold``. The attacker knows 100 correct
entities and wants to find out which of other candidates, half of which are correct, are correct: it brings each
submission just below the edge of the next rounding step with correct and wrong labels, and adds one candidate. It sees
what the submission log shows, by the same function as the board and the service.

    python benchmarks/attack_closed_board.py 1000      up to this many submissions, without limits and with the default
    ones

The third line is for secret rounding edges: each score is shifted by a secret part of a step before it is rounded, the
same for all scores, and the attacker first locates the edges by bisection.

``withheld_labels.py`` calculates the same attack without a board.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any, NamedTuple

from dragoman import files, json_text, scoring
from dragoman.authoring import release_folder
from dragoman.leaderboard import closed as closing
from dragoman.leaderboard.submission_log import DEFAULT, Limits
from dragoman.reading.read import read_bytes
from dragoman.release import source_root

ROOT = Path(__file__).resolve().parents[1]
COLUMN = "entities.strict"
HELD = 100
SHIFT = 0.237
"""Secret shift, as a part of a step; any other value works as well."""


class Label(NamedTuple):
    """A correct or wrong entity of a document."""

    document: str
    start: int
    end: int
    type: str


class Read(NamedTuple):
    """The outcome of an attack: submissions made, and candidates classified correctly and wrongly."""

    submissions: int
    labels: int
    mistaken: int


def attack(closed: closing.Closed, allowed: int, seed: int = 1, shift: float | None = None) -> Read:
    """Infer labels from a closed board.

    Args:
        closed: the board, with its limits.
        allowed: maximum number of submissions by the attacker.
        seed: seed of the choice of known entities and candidates.
        shift: secret offset added to each score before rounding, in steps, between -.5 and .5; None for no offset,
            which the attacker knows.

    """
    gold = closed.gold.annotations.entities
    right = [
        Label(
            closed.gold.annotations.documents[gold.doc[at]],
            int(gold.start[at]),
            int(gold.end[at]),
            str(gold.type.value(at)),
        )
        for at in range(len(gold))
    ]
    draw, total, step = random.Random(seed), len(right), closing.steps(closed.gold)[COLUMN]
    draw.shuffle(right)
    known, hidden = right[:HELD], right[HELD:]
    wrong = [label._replace(type="DOC") for label in right if label.type != "DOC"]
    truth = {label: draw.random() < 0.5 for label in hidden}
    found, mistaken, searched = 0, 0, 0
    added = step * (shift or 0.0)
    shown = _shown(closed, [wrong[0]], 0, added)  # sets a best score: 0
    best = (shown or {}).get(COLUMN) or 0.0
    low, high = (0.0, 0.0) if shift is None else (-step / 2, step / 2)  # where the shift can be
    while high - low > 1 / (2 * total):
        searched += 1
        target = best + step / 2 - (low + high) / 2
        spent = next(r for r in range(1, len(known) + 1) if 2 * r / (total + r) > target)
        filled = int(2 * spent / target - total - spent)
        shown = _shown(closed, [*known[:spent], *wrong[len(wrong) - filled :]], searched, added)
        crossed = best + step / 2 - 2 * spent / (total + spent + filled)
        if shown and shown.get(COLUMN) is not None:
            best, low = shown[COLUMN] or best, crossed
        else:
            high = crossed
    for number, (label, is_right) in enumerate(truth.items(), searched + 1):
        edge = best + step / 2 - low
        spent = next((r for r in range(len(known) + 1) if 2 * (r + 1) / (total + r + 1) > edge), None)
        if spent is None or number >= allowed:
            return Read(number, found, mistaken)
        filled = max(0, int(2 * (spent + 1) / edge - total - spent - 1 - 1e-9))
        candidate = label if is_right else label._replace(type="PER" if label.type != "PER" else "ORG")
        made = [*known[:spent], *wrong[len(wrong) - filled :], candidate]
        shown = _shown(closed, made, number, added)
        if shown is None:  # over the limit
            return Read(number, found, mistaken)
        better = shown.get(COLUMN) is not None
        best = shown[COLUMN] or best if better else best
        known += [label] if better else []
        found, mistaken = found + (better == is_right), mistaken + (better != is_right)
    return Read(searched + len(truth), found, mistaken)


def _shown(closed: closing.Closed, labels: list[Label], number: int, added: float) -> dict[str, float | None] | None:
    """Submit some labels, and return the scores that are shown with an offset; None if over the limit."""
    lines: dict[str, dict[str, Any]] = defaultdict(lambda: {"entities": []})
    for name, start, end, type_ in dict.fromkeys(labels):
        lines[name] |= {"id": name}
        lines[name]["entities"].append({"start": start, "end": end, "type": type_})
    body = json_text.lines(lines.values())
    reading = read_bytes(body, closed.gold.target, "predictions.jsonl")
    result = scoring.score(reading.checked(), closed.gold, measures=[COLUMN], intervals=False)
    columns = [column for column in closing.shown_columns(closed.gold) if column.name == COLUMN]
    exact = {name: score and score + added for name, score in closing.exact_scores(result, columns).items()}
    return closed.record("an attacker", f"system {number}", files.sha256(body), exact)


def main(allowed: int) -> None:
    """Attack a board without limits, one with the default ones, and one with secret edges; print the outcomes."""
    without = Limits(10**6, 10**6)
    for limits, shift in ((without, None), (Limits(10**6, DEFAULT.total), None), (without, SHIFT)):
        with tempfile.TemporaryDirectory() as folder:
            paths = Path(folder) / "public", Path(folder) / "private"
            release_folder.write_withheld(source_root.assemble(ROOT), ROOT, "test", *paths, "")
            read = attack(closing.opened(paths[1], limits=limits), allowed, shift=shift)
        most = "without a limit" if limits.total > allowed else f"{limits.total} in total"
        most += "" if shift is None else ", secret edges"
        print(f"{most}: {read.labels} labels inferred in {read.submissions} submissions, {read.mistaken} wrongly")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
