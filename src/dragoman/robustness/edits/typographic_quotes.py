"""Typographic quotation marks for typewriter ones, as word processors set them. Unicode, section 6.2.

Marks are replaced in pairs within a line; lines with an odd number of a mark are skipped, and apostrophes between
letters are not changed.
"""

from __future__ import annotations

import re

from dragoman.robustness.draft import Draft
from dragoman.robustness.edit import Edit

PAIRS = {'"': ("“", "”"), "'": ("‘", "’")}


def change(draft: Draft) -> None:
    """Replace both marks of each pair."""
    for mark, (opening, closing) in PAIRS.items():
        for low, high in draft.line_bounds():
            apostrophe = rf"(?<!\w){mark}|{mark}(?!\w)" if mark == "'" else mark
            places = [low + match.start() for match in re.finditer(apostrophe, draft.text[low:high])]
            if len(places) % 2:
                draft.unable["a quotation mark without a partner"] += 1
                continue
            for first, second in zip(places[::2], places[1::2], strict=True):
                if draft.chosen():
                    draft.replace(first, first + 1, opening)
                    draft.replace(second, second + 1, closing)


EDIT = Edit(
    name="typographic-quotes",
    kind="text",
    summary="Writes typographic quotation marks for typewriter ones.",
    source="Unicode, section 6.2",
    expect="invariance",
    change=change,
    rewrites_names=True,
)
