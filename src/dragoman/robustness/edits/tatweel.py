"""Arabic with tatweel (kashida): a line drawn between two joined letters, for looks alone. Unicode, section 9.2."""

from __future__ import annotations

from itertools import pairwise

from dragoman.robustness.draft import Draft
from dragoman.robustness.edit import Edit
from dragoman.robustness.letters import clusters

JOINS_ON = frozenset("بتثجحخسشصضطظعغفقكلمنهيئ")
"""Letters that join with the one after them (Joining_Type Dual_Joining in ArabicShaping.txt)."""
JOINED = JOINS_ON | frozenset("اأإآدذرزوؤىة")


def change(draft: Draft) -> None:
    """Draw a line after a letter that joins with the next one; not between lam and alef, which are one shape."""
    parts = list(clusters(draft.text))
    for (at, here), (_, after) in pairwise(parts):
        if (
            here[0] in JOINS_ON
            and after[0] in JOINED
            and not (here[0] == "ل" and after[0] in "اأإآ")
            and draft.chosen()
        ):
            draft.replace(at, at + len(here), here + "\u0640")


EDIT = Edit(
    name="tatweel",
    kind="text",
    languages=("ar",),
    summary="Draws a tatweel between joined letters.",
    source="Unicode, section 9.2; joining types of ArabicShaping.txt",
    expect="invariance",
    change=change,
    rate=0.1,
)
