"""Decomposed text (NFD), as in file names on macOS and from some scrapers. Unicode Standard Annex 15.

Only the Unicode form changes; the text looks the same.
"""

from __future__ import annotations

import unicodedata

from dragoman.robustness.draft import Draft
from dragoman.robustness.edit import Edit
from dragoman.robustness.letters import replace_clusters


def change(draft: Draft) -> None:
    """Decompose each character."""
    replace_clusters(draft, lambda cluster: unicodedata.normalize("NFD", cluster))


EDIT = Edit(
    name="decomposed",
    kind="text",
    summary="Writes the text in Unicode form NFD: Hangul as conjoining letters, hamza and madda as marks.",
    source="Unicode Standard Annex 15, form NFD",
    expect="invariance",
    change=change,
    rewrites_names=True,
    text_form="NFD",
)
