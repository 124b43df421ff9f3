"""Deliberately wrong labels, which measure how many mistakes readers find.

Each is a real label with one field changed to a value that the guidelines clearly exclude, made from labels on which
both passes agree; types that are easily confused are not swapped. They are never part of the estimate.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from dragoman.authoring.review.label_cards import Group
from dragoman.schema.records import Claim, Date, Entity

if TYPE_CHECKING:
    import numpy as np

_NEAR = tuple(
    frozenset(pair)
    for pair in (
        ("GPE", "LOC"),
        ("GPE", "ORG"),
        ("PER", "ROLE"),
        ("ORG", "ROLE"),
        ("LOC", "FAC"),
        ("ORG", "FAC"),
        ("EVENT", "DOC"),
        ("GPE", "ROLE"),
        ("GPE", "FAC"),
    )
)
"""Pairs of types that are too similar to be swapped."""
_YEAR = re.compile(r"(?<!\d)(\d{4})(?!\d)")


def plant(group: Group, types: Sequence[str], generator: np.random.Generator, *, own: bool = False) -> Group | None:
    """Make a label wrong in one field; None if no change would be clearly wrong.

    Args:
        group: labels that are assumed to be right.
        types: entity types in the gold.
        generator: random generator for the change.
        own: whether types or forms are the benchmark's own, so that it is unknown which types are similar, and which
            form is a name.

    """
    label = group.labels[0]
    if isinstance(label, Entity):
        far = [name for name in types if name != label.type]
        if not own:
            far = [name for name in far if frozenset((name, label.type)) not in _NEAR]
        change = {"type": far[int(generator.integers(len(far)))]} if far and (own or label.form == "NAM") else {}
    elif isinstance(label, Date):
        moved = int(generator.choice([-2, 2, 3]))
        value = _YEAR.sub(lambda year: f"{int(year[1]) + moved:04d}", label.value)
        change = {"value": value} if value != label.value and not label.value_external else {}
    else:
        assert isinstance(label, Claim)
        change = {"polarity": "negative" if label.polarity == "positive" else "positive"}
    if not change:
        return None
    return replace(group, labels=group.labels[:1], points=group.points[:1], change=change)
