"""Persons and places that exchange their names within the corpus: the placebo to renaming.

As many names change as by renaming, by the same rules, but the new ones stand in the same pages: a model that knows
these pages knows them too. After the placebo tests of the literature on causal inference (Eggers et al. 2024).
"""

from __future__ import annotations

from collections.abc import Iterable

from dragoman.robustness.edit import Applied, Edit, Row
from dragoman.robustness.renaming import Plan, plan_of, rename


def prepare(rows: Iterable[Row], applied: Applied) -> Plan:
    """Choose for each entity the name of another one of the documents."""
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
