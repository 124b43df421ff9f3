"""Persons and places renamed to others that do not occur in the benchmark, with the registry updated.

Entity renaming distinguishes reading from memorisation: after Yan et al. (2022), *On the Robustness of
Reading Comprehension Models to Entity Renaming*. In names of organisations, offices and meetings only embedded names of
persons and places are replaced, since the rest is descriptive.
"""

from __future__ import annotations

from collections.abc import Iterable

from dragoman.robustness.edit import Applied, Edit, Row
from dragoman.robustness.renaming import Plan, plan_of, rename


def prepare(rows: Iterable[Row], applied: Applied) -> Plan:
    """Choose made-up persons, and places that do not occur in any document."""
    return plan_of(rows, applied, within=False)


EDIT = Edit(
    name="rename",
    kind="names",
    languages=("ko", "ar"),
    summary="Renames persons and places to others that no document names.",
    source="Yan et al. 2022 (entity renaming)",
    expect="invariance",
    change=rename,
    prepare=prepare,
    forgets_names=True,
)
