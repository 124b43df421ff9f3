"""Seeded workloads: gold and predictions, as two files in the form of submissions.

Every shape has the same total of gold spans, whatever its number of documents, so that shapes are comparable.
Predictions are gold with errors: missing, shifted, mistyped and spurious spans.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import compress
from pathlib import Path
from typing import Any

import numpy as np

Pair = tuple[dict[str, Any], dict[str, Any]]
"""Gold and prediction of a document."""
TYPES = ("PER", "ORG", "GPE", "LOC", "FAC", "EVENT", "DOC", "ROLE")


def _flat(random: np.random.Generator, spans: int) -> np.ndarray:
    """Return disjoint spans, as rows of start and end."""
    gaps, lengths = random.integers(1, 12, spans), random.integers(1, 9, spans)
    starts = np.cumsum(gaps + lengths) - lengths
    return np.stack([starts, starts + lengths], axis=1)


def _nested(random: np.random.Generator, spans: int) -> np.ndarray:
    """Return nested spans in groups of three, each within the one before, as rows of start and end."""
    outer = _flat(random, (spans + 2) // 3) * 4
    middle = outer + np.array([0, -1])
    inner = outer + np.array([1, -2])
    return np.concatenate([outer, middle, inner])[:spans]


SHAPES: dict[str, tuple[int, Callable[[np.random.Generator, int], np.ndarray]]] = {
    "flat": (40, _flat),
    "nested": (40, _nested),
    "small": (4, _flat),
    "huge": (20_000, _flat),
    "skewed": (0, _flat),
    "order": (40, _flat),
    "text": (40, _flat),
    "parquet": (40, _flat),
}
"""Spans per document and their layout, by shape.

In ``skewed`` the sizes of documents follow a power law; in ``order`` the predictions come in another order; in ``text``
every line has the document's text, and every item an id and its text; ``parquet`` has two Parquet files.
"""


def sizes(shape: str, total: int, random: np.random.Generator) -> list[int]:
    """Return the number of spans of each document."""
    each = SHAPES[shape][0]
    if each:
        return [each] * (total // each) + ([total % each] if total % each else [])
    made: list[int] = []
    while sum(made) < total:
        made += [int(min(n, 50_000)) for n in random.pareto(1.1, 1000) * 8 + 1]
    held = np.cumsum(made)
    return made[: int(np.searchsorted(held, total)) + 1]


def documents(shape: str, total: int, seed: int = 1) -> Iterator[Pair]:
    """Yield gold and predictions document by document.

    Args:
        shape: one of :data:`SHAPES` or :data:`OTHERS`.
        total: total number of gold items.
        seed: seed of the random generator.

    """
    random = np.random.default_rng(seed)
    if shape in OTHERS:
        each, make = OTHERS[shape]
        for number in range(total // each):
            yield make(random, f"d{number:07}", each)
        return
    lay = SHAPES[shape][1]
    for number, count in enumerate(sizes(shape, total, random)):
        name = f"d{number:07}"
        spans, types = lay(random, count), random.integers(0, len(TYPES), count)
        moved, given, present = _mistaken(random, spans, types, len(TYPES))
        invented = _flat(random, int(count * 0.024))
        pred = np.concatenate([moved[present], invented])
        labels = np.concatenate([given[present], random.integers(0, len(TYPES), len(invented))])
        pair: Pair = (
            {"id": name, "entities": _entities(spans, types)},
            {"id": name, "entities": _entities(pred, labels)},
        )
        yield _with_text(random, pair) if shape == "text" else pair


def _with_text(random: np.random.Generator, pair: Pair) -> Pair:
    """Return both sides with a text of the document, in Hangul, and with an id and a text of each item."""
    length = max((e["end"] for side in pair for e in side["entities"]), default=0) + 20
    text = "".join(map(chr, random.integers(0xAC00, 0xAC00 + 2000, length).tolist()))
    gold, pred = (
        {
            "id": side["id"],
            "text": text,
            "entities": [
                {"id": f"e{n}", **e, "text": text[e["start"] : e["end"]]} for n, e in enumerate(side["entities"])
            ],
        }
        for side in pair
    )
    return gold, pred


def _mistaken(
    random: np.random.Generator, spans: np.ndarray, labels: np.ndarray, number: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the spans, some of them shifted, the labels, some of them changed, and a mask of those predicted."""
    fate = random.random(len(spans))
    moved = spans + np.where((fate > 0.75) & (fate < 0.83), 1, 0)[:, None] * random.integers(0, 2, spans.shape)
    moved[:, 1] = np.maximum(moved[:, 1], moved[:, 0] + 1)
    return moved, np.where((fate > 0.83) & (fate < 0.9), (labels + 1) % number, labels), fate < 0.96


def _clusters(random: np.random.Generator, name: str, count: int) -> Pair:
    """Return mentions of a quarter as many entities, all within the document; one mention in ten is misassigned."""
    spans, entities = _flat(random, count), random.integers(0, count // 4, count)
    assigned = np.where(random.random(count) < 0.1, random.integers(0, count // 4, count), entities)
    gold, pred = (
        [
            {"start": s, "end": e, "type": "PER", "entity_ids": [f"{name}-{side}{n}"]}
            for (s, e), n in zip(spans.tolist(), numbers.tolist(), strict=True)
        ]
        for side, numbers in (("g", entities), ("p", assigned))
    )
    present = (random.random(count) < 0.95).tolist()
    return {"id": name, "entities": gold}, {"id": name, "entities": list(compress(pred, present))}


def _dates(random: np.random.Generator, name: str, count: int) -> Pair:
    """Return days, months, years, weeks and durations."""
    spans, kinds = _flat(random, count), random.integers(0, 5, count)
    years, months, days = (
        random.integers(1990, 2030, count),
        random.integers(1, 13, count),
        random.integers(1, 29, count),
    )

    def made(spans: np.ndarray, kinds: np.ndarray, present: np.ndarray) -> list[dict[str, object]]:
        rows = zip(*(c[present].tolist() for c in (spans, kinds, years, months, days)), strict=True)
        return [
            {"start": s, "end": e, "type": "DURATION" if kind == 4 else "DATE", "value": value}
            for (s, e), kind, y, m, d in rows
            for value in [(f"{y}-{m:02}-{d:02}", f"{y}-{m:02}", f"{y}", f"{y}-W{d:02}", f"P{d}D")[kind]]
        ]

    moved, given, present = _mistaken(random, spans, kinds, 5)
    everything = np.ones(count, bool)
    return {"id": name, "dates": made(spans, kinds, everything)}, {"id": name, "dates": made(moved, given, present)}


def _claims(random: np.random.Generator, name: str, count: int) -> Pair:
    """Return consecutive claims by the author or one of three claimants; every fifth is within the one before."""
    spans = _flat(random, count) * 9
    people = random.integers(0, 4, count)

    def made(spans: np.ndarray, people: np.ndarray, present: np.ndarray) -> list[dict[str, object]]:
        claims, within = [], {name for name, keep in zip(range(count), present.tolist(), strict=True) if keep}
        for number in sorted(within):
            (start, end), who = spans[number].tolist(), int(people[number])
            claimant = {"role": "MENTION", "start": who * 9, "end": who * 9 + 5} if who else {"role": "AUTHOR"}
            parent = {"parent": f"c{number - 1}"} if number % 5 == 4 and number - 1 in within else {}
            facets = {"polarity": "positive", "modality": ("fact", "future")[who % 2], "act": "assert"}
            claims.append({"id": f"c{number}", "content": [[start, end]], "claimants": [claimant], **facets, **parent})
        return claims

    moved, given, present = _mistaken(random, spans, people, 4)
    everything = np.ones(count, bool)
    return {"id": name, "claims": made(spans, people, everything)}, {"id": name, "claims": made(moved, given, present)}


OTHERS: dict[str, tuple[int, Callable[[np.random.Generator, str, int], Pair]]] = {
    "clusters": (40, _clusters),
    "dates": (20, _dates),
    "claims": (15, _claims),
}
"""Items per document and their generator, for shapes with more than typed spans."""
TOTALS = {"clusters": 40_000, "dates": 2_000, "claims": 300_000}
"""Total gold items for these shapes: a thousand documents, a hundred, and twenty thousand."""


def _entities(spans: np.ndarray, types: np.ndarray) -> list[dict[str, object]]:
    return [{"start": s, "end": e, "type": TYPES[t]} for (s, e), t in zip(spans.tolist(), types.tolist(), strict=True)]


def write(folder: Path, shape: str, total: int, seed: int = 1) -> tuple[Path, Path]:
    """Write ``gold.jsonl`` and ``pred.jsonl``, unless they exist; return their paths.

    For ``parquet`` both are also written as ``.parquet``, and these paths are returned.
    """
    where = folder / f"{shape}-{total}-{seed}"
    gold, pred, done = where / "gold.jsonl", where / "pred.jsonl", where / "done"
    if not done.exists():
        where.mkdir(parents=True, exist_ok=True)
        with gold.open("w", encoding="utf-8") as gold_file, pred.open("w", encoding="utf-8") as pred_file:
            for gold_line, pred_line in documents(shape, total, seed):
                gold_file.write(json.dumps(gold_line, ensure_ascii=False) + "\n")
                pred_file.write(json.dumps(pred_line, ensure_ascii=False) + "\n")
        if shape == "order":
            lines = pred.read_text(encoding="utf-8").splitlines(keepends=True)
            pred.write_text("".join(np.random.default_rng(seed).permutation(lines).tolist()), encoding="utf-8")
        if shape == "parquet":
            _as_parquet(gold)
            _as_parquet(pred)
        done.touch()
    return (gold.with_suffix(".parquet"), pred.with_suffix(".parquet")) if shape == "parquet" else (gold, pred)


def _as_parquet(path: Path) -> None:
    from pyarrow import json as arrow_json
    from pyarrow import parquet

    parquet.write_table(arrow_json.read_json(path), path.with_suffix(".parquet"))
