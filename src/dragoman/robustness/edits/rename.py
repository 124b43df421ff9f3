"""Persons and places renamed to others that no page of the benchmark names, and the registry with them.

Entity replacement as a test of what a model reads and what it knows: after Yan et al. (2022), *On the Robustness of
Reading Comprehension Models to Entity Renaming*. Bodies, offices and meetings are not renamed, but for the names of
persons and places inside of them: their names say what they are.
"""

from __future__ import annotations

from collections.abc import Iterable

from dragoman.robustness.edit import Applied, Edit, Row
from dragoman.robustness.renaming import Plan, plan_of, rename


def prepare(rows: Iterable[Row], applied: Applied) -> Plan:
    """Choose made-up persons, and places that no document names."""
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
