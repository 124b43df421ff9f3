"""Points of two passes: aligned labels, and the fields in which they differ."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dragoman.matching.assignment import assign
from dragoman.schema.layers import LAYER_NAMES
from dragoman.schema.records import Claim, Date, Entity, Fragment, Labels

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Label = Entity | Date | Claim


@dataclass(frozen=True)
class Point:
    """A pair of aligned labels of two passes, or a label that only one pass has.

    Attributes:
        document: document id.
        layer: ``entities``, ``dates`` or ``claims``.
        a: the label in pass a, or None; ``b`` likewise.
        differences: names of the fields in which they differ; empty where they agree.

    """

    document: str
    layer: str
    a: Any
    b: Any
    differences: tuple[str, ...]

    @property
    def key(self) -> tuple[str, str, str | None, str | None]:
        """The ids by which a decision refers to the point."""
        return self.document, self.layer, self.a and self.a.id, self.b and self.b.id

    @property
    def agreed(self) -> bool:
        """Whether both passes have the label, without differences."""
        return self.a is not None and self.b is not None and not self.differences


def points(a: Labels, b: Labels) -> list[Point]:
    """Align the labels of one document, layer by layer, in text order.

    Entities are aligned by span and type, then by span; dates by span; claims by the optimal assignment on the Dice
    coefficient of their contents, of at least one half. Scored fields are compared, with references resolved to spans.
    Glosses, ``about``, ``dates`` and phenomena are not scored and not compared.
    """
    pairs = [
        *_paired(a, b, "entities", _by_key(a.entities, b.entities, lambda e: (e.start, e.end, e.type)), _entity),
        *_paired(a, b, "dates", _by_key(a.dates, b.dates, lambda d: (d.start, d.end)), _date),
        *_paired(a, b, "claims", _by_content(a.claims, b.claims), _claim),
    ]
    return sorted(pairs, key=lambda p: (LAYER_NAMES.index(p.layer), first_offset(p.a or p.b), str(p.key)))


def first_offset(label: Label) -> int:
    """Return the start offset of a label."""
    return label.content[0].start if isinstance(label, Claim) else label.start


def _by_key(a: list[Any], b: list[Any], key: Callable[[Any], Any]) -> list[tuple[Any, Any]]:
    """Pair labels with equal keys; the remaining ones by span only."""
    pairs: list[tuple[Any, Any]] = []
    for keyed in (key, lambda item: (item.start, item.end)):
        waiting: dict[Any, list[Any]] = {}
        for item in b:
            if all(item is not other for _, other in pairs):
                waiting.setdefault(keyed(item), []).append(item)
        for item in a:
            if all(item is not other for other, _ in pairs) and waiting.get(keyed(item)):
                pairs.append((item, waiting[keyed(item)].pop(0)))
    return pairs


def _by_content(a: list[Claim], b: list[Claim]) -> list[tuple[Claim, Claim]]:
    candidates = [
        (i, j, dice) for i, x in enumerate(a) for j, y in enumerate(b) if (dice := _dice(x.content, y.content)) >= 0.5
    ]
    g, p = (np.array([c[k] for c in candidates], np.int64) for k in (0, 1))
    weight = np.array([int(c[2] * 1e6) for c in candidates], np.int64)
    chosen = assign(g, p, (np.ones_like(g), weight))
    return [(a[int(g[k])], b[int(p[k])]) for k in chosen.tolist()]


def _dice(x: Iterable[Fragment], y: Iterable[Fragment]) -> float:
    first = {i for f in x for i in range(f.start, f.end)}
    second = {i for f in y for i in range(f.start, f.end)}
    return 2 * len(first & second) / (len(first) + len(second))


def _paired(
    a: Labels, b: Labels, layer: str, pairs: list[tuple[Any, Any]], view: Callable[[Any, Labels], Mapping[str, Any]]
) -> list[Point]:
    """Make the points of one layer, from aligned labels and the remaining ones."""
    made = []
    partner = {x.id: y.id for x, y in pairs}
    for x, y in pairs:
        first, second = dict(view(x, a)), dict(view(y, b))
        if layer == "claims":  # parents are equal if they are aligned with each other
            first["parent"] = partner.get(x.parent, x.parent) if x.parent else None
            second["parent"] = y.parent
        made.append(Point(a.document, layer, x, y, tuple(name for name in first if first[name] != second[name])))
    for side, labels_ in enumerate((a, b)):
        known = {pair[side].id for pair in pairs}
        for label in getattr(labels_, layer):
            if label.id not in known:
                x, y = (label, None) if side == 0 else (None, label)
                made.append(Point(a.document, layer, x, y, ("presence",)))
    return made


def _entity(e: Entity, _: Labels) -> Mapping[str, Any]:
    return {"type": e.type, "form": e.form, "entity_ids": e.entity_ids}


def _date(d: Date, labels_: Labels) -> Mapping[str, Any]:
    anchor = next(((o.start, o.end) for o in labels_.dates if o.id == d.ref), d.ref)
    return {"type": d.type, "value": d.value, "mod": d.mod, "ref": anchor, "value_external": d.value_external}


def _claim(c: Claim, labels_: Labels) -> Mapping[str, Any]:
    spans = {e.id: (e.start, e.end) for e in labels_.entities}
    return {
        "content": [(f.start, f.end) for f in c.content],
        "claimants": sorted((k.role, spans.get(k.mention or "", (-1, -1)), k.entity_ids) for k in c.claimants),
        "cue": [(f.start, f.end) for f in c.cue],
        "polarity": c.polarity,
        "modality": c.modality,
        "act": c.act,
        "cluster": c.cluster,
    }
