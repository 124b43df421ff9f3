"""Persons and places exchange their names within the corpus: the placebo for ``rename``.

As many names change as by ``rename``, by the same rules, but the new ones are from the same pages: a model that has
memorised these pages knows them, too. After placebo tests in causal inference (Eggers et al. 2024).
"""

from __future__ import annotations

from collections.abc import Iterable

from dragoman.robustness.edit import Applied, Edit, Row
from dragoman.robustness.renaming import Plan, plan_of, rename


def prepare(rows: Iterable[Row], applied: Applied) -> Plan:
    """Choose for each entity the name of another entity in the documents."""
    return plan_of(rows, applied, within=True)


EDIT = Edit(
    name="swap-names",
    kind="names",
    languages=("ko", "ar"),
    summary="Lets persons and places exchange their names within the corpus.",
    source="Eggers et al. 2024 (placebo tests)",
    expect="invariance",
    change=rename,
    prepare=prepare,
    forgets_names=True,
)
