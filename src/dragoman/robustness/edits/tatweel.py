"""Arabic with tatweel (kashida): a purely visual stretching between two joined letters. Unicode, section 9.2."""

from __future__ import annotations

from itertools import pairwise

from dragoman.robustness.draft import Draft
from dragoman.robustness.edit import Edit
from dragoman.robustness.letters import clusters

JOINS_ON = frozenset("بتثجحخسشصضطظعغفقكلمنهيئ")
"""Letters that join to the following one (Joining_Type Dual_Joining in ArabicShaping.txt)."""
JOINED = JOINS_ON | frozenset("اأإآدذرزوؤىة")


def change(draft: Draft) -> None:
    """Insert a tatweel after a letter that joins to the next one; not between lam and alef, which form a ligature."""
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
