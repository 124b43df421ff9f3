"""Segments out of order: the lines of a text after the first are shuffled, for systems that rely on position.

After the sentence-order tests of CheckList-style suites (Ribeiro et al. 2020, section 3). Lines are not changed; the
first, which is the title, remains first.
"""

from __future__ import annotations

from dragoman.robustness.draft import Draft
from dragoman.robustness.edit import Edit


def change(draft: Draft) -> None:
    """Shuffle the lines after the first."""
    rest = list(range(1, draft.text.count("\n") + 1))
    if len(rest) < 2:
        draft.unable["fewer than three lines"] += 1
        return
    order = list(rest)
    while order == rest:
        draft.random.shuffle(order)
    draft.order = [0, *order]


EDIT = Edit(
    name="shuffle-lines",
    kind="page",
    summary="Puts the lines after the first in another order.",
    source="Ribeiro et al. 2020, section 3",
    expect="invariance",
    change=change,
)
