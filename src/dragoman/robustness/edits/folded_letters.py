"""Arabic letters that are often confused: alef without hamza, final ya for alef maqsura, ha for ta marbuta.

The most common spelling variation in Arabic print, which search engines normalise; Habash (2010), section 3.
"""

from __future__ import annotations

from dragoman.robustness.draft import Draft
from dragoman.robustness.edit import Edit
from dragoman.robustness.letters import replace_clusters

FOLDED = {"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه"}


def change(draft: Draft) -> None:
    """Fold each letter; combining marks are retained."""
    replace_clusters(draft, lambda cluster: FOLDED.get(cluster[0], cluster[0]) + cluster[1:])


EDIT = Edit(
    name="folded-letters",
    kind="text",
    languages=("ar",),
    summary="Writes alef without hamza or madda, ya for alef maqsura, ha for ta marbuta.",
    source="Habash 2010, section 3",
    expect="invariance",
    change=change,
    rewrites_names=True,
)
