"""Years of the Juche calendar, in use in North Korea from 1997 to 2024: 주체113(2024)년; year 1 is 1912.

Decree of the DPRK of 8 July 1997; both years are written, as in its newspapers, so that the value can still be
inferred.
"""

from __future__ import annotations

import re

from dragoman.robustness.draft import Draft
from dragoman.robustness.edit import Edit

FIRST = 1912
_YEAR = re.compile(r"(?<![\d(])(?P<year>19\d\d|20\d\d)(?=년(?!대))")


def change(draft: Draft) -> None:
    """Write both years in each labelled date with a year from 1912."""
    for date in draft.labels("dates"):
        for match in _YEAR.finditer(draft.text, date["start"], date["end"]):
            year = int(match["year"])
            if year >= FIRST and draft.chosen():
                draft.replace(match.start(), match.end(), f"주체{year - FIRST + 1}({year})")


EDIT = Edit(
    name="juche-years",
    kind="dates",
    languages=("ko",),
    summary="Writes years in the Juche calendar, with the common year in brackets.",
    source="Decree of the DPRK of 8 July 1997: Juche 1 is 1912",
    expect="invariance",
    change=change,
)
