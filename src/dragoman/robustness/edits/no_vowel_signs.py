"""Arabic without vowel signs: fatha to sukun, tanwin, shadda and the superscript alef are optional in print.

Unicode, section 9.2; "dediacritization" of Habash (2010), *Introduction to Arabic NLP*, section 3.
"""

from __future__ import annotations

from dragoman.robustness.draft import Draft
from dragoman.robustness.edit import Edit
from dragoman.robustness.letters import replace_clusters

SIGNS = frozenset(map(chr, (*range(0x064B, 0x0653), 0x0670)))
"""Tanwin, short vowels, shadda, sukun and the superscript alef; madda and hamza are part of their letter."""


def change(draft: Draft) -> None:
    """Remove the signs from their letters."""
    replace_clusters(draft, lambda cluster: cluster[0] + "".join(mark for mark in cluster[1:] if mark not in SIGNS))


EDIT = Edit(
    name="no-vowel-signs",
    kind="text",
    languages=("ar",),
    summary="Leaves out vowel signs, tanwin and shadda.",
    source="Unicode, section 9.2; Habash 2010, section 3",
    expect="invariance",
    change=change,
    rewrites_names=True,
)
