"""Every point of the review of gold 1.0.0 is answered among the decisions, and what was decided before stays."""

from __future__ import annotations

from pathlib import Path

from dragoman.authoring.adjudication import read_decisions, read_rulings
from dragoman.files import sha256

ROOT = Path(__file__).resolve().parents[2]
DECISIONS = ROOT / "annotations" / "decisions.jsonl"
BEFORE = (72, "4b2c96f89ef0a5575f0229b1312f0536fbf7fde1efc156faae9835260cfa98a1")
"""Lines of the decisions that gold 1.0.0 was made from, and their hash."""


def test_every_point_of_the_review_is_answered():
    answered = [*read_decisions(DECISIONS), *read_rulings(DECISIONS)]
    points = {line.review for line in answered if line.review is not None}
    assert points == {*(f"L{n}" for n in range(1, 20)), *(f"R{n}" for n in range(1, 14))}
    assert {line.review for line in read_rulings(DECISIONS) if line.outcome == "declined"} == {"L19"}


def test_earlier_decisions_are_as_they_were():
    count, digest = BEFORE
    lines = DECISIONS.read_bytes().splitlines(keepends=True)
    assert sha256(b"".join(lines[:count])) == digest
    assert all(b'"review": ' not in line for line in lines[:count])
    assert all(b'"review": ' in line for line in lines[count:])
