"""Full-width digits, Latin letters and punctuation, as East Asian input methods write them. UAX 11; Unicode block FF00.

Brackets and quotation marks are not changed, so that pairs remain consistent.
"""

from __future__ import annotations

from dragoman.robustness.draft import Draft
from dragoman.robustness.edit import Edit
from dragoman.robustness.letters import replace_clusters

WIDE = {
    chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F) if chr(code).isalnum() or chr(code) in ",.:;!?-/%+="
}


def change(draft: Draft) -> None:
    """Replace each character by its full-width form."""
    replace_clusters(draft, lambda cluster: WIDE.get(cluster, cluster))


EDIT = Edit(
    name="full-width",
    kind="text",
    languages=("ko",),
    summary="Writes digits, Latin letters and punctuation in their full-width forms.",
    source="Unicode Standard Annex 11; block Halfwidth and Fullwidth Forms",
    expect="invariance",
    change=change,
    rewrites_names=True,
)
