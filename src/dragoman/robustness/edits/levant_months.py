"""Names of the months as used in the Levant and Iraq: حزيران for يونيو. CLDR, ar-LB and ar-IQ, months wide.

Only labelled dates are edited, since مايو and مارس have other meanings, too.
"""

from __future__ import annotations

import re

from dragoman import languages
from dragoman.robustness.draft import Draft
from dragoman.robustness.edit import Edit

LEVANT = (
    *("كانون الثاني", "شباط", "آذار", "نيسان", "أيار", "حزيران"),
    *("تموز", "آب", "أيلول", "تشرين الأول", "تشرين الثاني", "كانون الأول"),
)


def change(draft: Draft) -> None:
    """Replace the name of each month in a labelled date."""
    usual = dict(zip(languages.get("ar").months, LEVANT, strict=True))
    names = re.compile("|".join(usual))
    for date in draft.labels("dates"):
        for match in names.finditer(draft.text, date["start"], date["end"]):
            if draft.chosen():
                draft.replace(match.start(), match.end(), usual[match.group()])


EDIT = Edit(
    name="levant-months",
    kind="dates",
    languages=("ar",),
    summary="Names the months as the Levant does.",
    source="Unicode CLDR, locales ar-LB and ar-IQ",
    expect="invariance",
    change=change,
)
