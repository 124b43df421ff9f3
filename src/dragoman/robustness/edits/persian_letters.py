"""Persian letters for Arabic ones: Iranian keyboards produce U+06CC and U+06A9 for ya and kaf, which look the same.

Unicode, section 9.2 (Arabic letters ya and kaf, "Encoding Structure").
"""

from __future__ import annotations

from dragoman.robustness.draft import Draft
from dragoman.robustness.edit import Edit
from dragoman.robustness.letters import replace_clusters

LETTERS = {"ي": "ی", "ك": "ک"}


def change(draft: Draft) -> None:
    """Replace the letters; combining marks are retained."""
    replace_clusters(draft, lambda cluster: LETTERS.get(cluster[0], cluster[0]) + cluster[1:])


EDIT = Edit(
    name="persian-letters",
    kind="text",
    languages=("ar",),
    summary="Writes the Persian letters ya and kaf for the Arabic ones.",
    source="Unicode, section 9.2",
    expect="invariance",
    change=change,
    rewrites_names=True,
)
