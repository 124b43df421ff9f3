"""No-break spaces for spaces, as in text copied from HTML. Unicode, section 6.2."""

from __future__ import annotations

from dragoman.robustness.draft import Draft
from dragoman.robustness.edit import Edit
from dragoman.robustness.letters import replace_clusters


def change(draft: Draft) -> None:
    """Replace spaces at the edit's rate."""
    replace_clusters(draft, lambda cluster: "\u00a0" if cluster == " " else cluster)


EDIT = Edit(
    name="no-break-spaces",
    kind="text",
    summary="Writes no-break spaces for some spaces.",
    source="Unicode, section 6.2",
    expect="invariance",
    change=change,
    rate=0.3,
)
