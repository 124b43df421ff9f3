"""Arabic-Indic digits for European ones: Arabic print uses both, by country and publisher. Unicode, section 9.2."""

from __future__ import annotations

from dragoman.robustness.draft import Draft
from dragoman.robustness.edit import Edit
from dragoman.robustness.letters import replace_clusters

DIGITS = dict(zip("0123456789", "٠١٢٣٤٥٦٧٨٩", strict=True))


def change(draft: Draft) -> None:
    """Replace the digits."""
    replace_clusters(draft, lambda cluster: DIGITS.get(cluster, cluster))


EDIT = Edit(
    name="arabic-digits",
    kind="text",
    languages=("ar",),
    summary="Writes Arabic-Indic digits for European ones.",
    source="Unicode, section 9.2",
    expect="invariance",
    change=change,
    rewrites_names=True,
)
