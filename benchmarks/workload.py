"""Seeded workloads: a reference and predictions, as two JSONL files in the form of submissions.

Every shape has the given number of gold spans in all, whatever its number of documents, so that shapes compare.
Predictions are gold with mistakes: spans that are left out, moved, mistyped, or invented.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

Pair = tuple[dict[str, object], dict[str, object]]
"""Gold and prediction of a document."""
TYPES = ("PER", "ORG", "GPE", "LOC", "FAC", "EVENT", "DOC", "ROLE")


def _flat(random: np.random.Generator, spans: int) -> np.ndarray:
    """Spans one after the other, as rows of start and end."""
    gaps, lengths = random.integers(1, 12, spans), random.integers(1, 9, spans)
    starts = np.cumsum(gaps + lengths) - lengths
    return np.stack([starts, starts + lengths], axis=1)


def _nested(random: np.random.Generator, spans: int) -> np.ndarray:
    """Spans of which each third lies in the first two of its group."""
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
}
"""Spans a document and how they lie, by shape; in ``skewed`` the sizes of documents follow a power law."""


def sizes(shape: str, total: int, random: np.random.Generator) -> list[int]:
    """Spans of each document."""
    each = SHAPES[shape][0]
    if each:
        return [each] * (total // each) + ([total % each] if total % each else [])
    made: list[int] = []
    while sum(made) < total:
        made += [int(min(n, 50_000)) for n in random.pareto(1.1, 1000) * 8 + 1]
    held = np.cumsum(made)
    return made[: int(np.searchsorted(held, total)) + 1]


def documents(shape: str, total: int, seed: int = 1) -> Iterator[Pair]:
    """Make gold and predictions document by document.

    Args:
        shape: one of :data:`SHAPES` or :data:`OTHERS`.
        total: gold items in all.
        seed: of the generator.

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
        moved, given, kept = _mistaken(random, spans, types, len(TYPES))
        invented = _flat(random, int(count * 0.024))
        predicted = np.concatenate([moved[kept], invented])
        labels = np.concatenate([given[kept], random.integers(0, len(TYPES), len(invented))])
        yield (
            {"id": name, "entities": _entities(spans, types)},
            {"id": name, "entities": _entities(predicted, labels)},
        )


def _mistaken(
    random: np.random.Generator, spans: np.ndarray, labels: np.ndarray, number: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Spans of which some are moved, labels of which some are others, and which of them are not left out."""
    fate = random.random(len(spans))
    moved = spans + np.where((fate > 0.75) & (fate < 0.83), 1, 0)[:, None] * random.integers(0, 2, spans.shape)
    moved[:, 1] = np.maximum(moved[:, 1], moved[:, 0] + 1)
    return moved, np.where((fate > 0.83) & (fate < 0.9), (labels + 1) % number, labels), fate < 0.96


def _clusters(random: np.random.Generator, name: str, count: int) -> Pair:
    """Mentions of a quarter as many entities, all of the document's own; one in ten is given to another."""
    spans, entities = _flat(random, count), random.integers(0, count // 4, count)
    given = np.where(random.random(count) < 0.1, random.integers(0, count // 4, count), entities)
    ours, theirs = (
        [
            {"start": s, "end": e, "type": "PER", "entity_ids": [f"{name}-{side}{n}"]}
            for (s, e), n in zip(spans.tolist(), numbers.tolist(), strict=True)
        ]
        for side, numbers in (("g", entities), ("p", given))
    )
    kept = random.random(count) < 0.95
    return {"id": name, "entities": ours}, {
        "id": name,
        "entities": [item for item, keep in zip(theirs, kept.tolist(), strict=True) if keep],
    }


def _dates(random: np.random.Generator, name: str, count: int) -> Pair:
    """Days, months, years, weeks and durations."""
    spans, kinds = _flat(random, count), random.integers(0, 5, count)
    years, months, days = (
        random.integers(1990, 2030, count),
        random.integers(1, 13, count),
        random.integers(1, 29, count),
    )

    def made(spans: np.ndarray, kinds: np.ndarray, kept: np.ndarray) -> list[dict[str, object]]:
        rows = zip(*(c[kept].tolist() for c in (spans, kinds, years, months, days)), strict=True)
        return [
            {"start": s, "end": e, "type": "DURATION" if kind == 4 else "DATE", "value": value}
            for (s, e), kind, y, m, d in rows
            for value in [(f"{y}-{m:02}-{d:02}", f"{y}-{m:02}", f"{y}", f"{y}-W{d:02}", f"P{d}D")[kind]]
        ]

    moved, given, kept = _mistaken(random, spans, kinds, 5)
    everything = np.ones(count, bool)
    return {"id": name, "dates": made(spans, kinds, everything)}, {"id": name, "dates": made(moved, given, kept)}


def _claims(random: np.random.Generator, name: str, count: int) -> Pair:
    """Claims of up to three claimants that follow each other, some within the one before."""
    spans = _flat(random, count) * 9
    people = random.integers(0, 4, count)

    def made(spans: np.ndarray, people: np.ndarray, kept: np.ndarray) -> list[dict[str, object]]:
        claims, within = [], {name for name, keep in zip(range(count), kept.tolist(), strict=True) if keep}
        for number in sorted(within):
            (start, end), who = spans[number].tolist(), int(people[number])
            claimant = {"role": "MENTION", "start": who * 9, "end": who * 9 + 5} if who else {"role": "AUTHOR"}
            parent = {"parent": f"c{number - 1}"} if number % 5 == 4 and number - 1 in within else {}
            facets = {"polarity": "positive", "modality": ("fact", "future")[who % 2], "act": "assert"}
            claims.append({"id": f"c{number}", "content": [[start, end]], "claimants": [claimant], **facets, **parent})
        return claims

    moved, given, kept = _mistaken(random, spans, people, 4)
    everything = np.ones(count, bool)
    return {"id": name, "claims": made(spans, people, everything)}, {"id": name, "claims": made(moved, given, kept)}


OTHERS: dict[str, tuple[int, Callable[[np.random.Generator, str, int], Pair]]] = {
    "clusters": (40, _clusters),
    "dates": (20, _dates),
    "claims": (15, _claims),
}
"""Items a document and how they are made, for what is no span with a type alone."""
TOTALS = {"clusters": 40_000, "dates": 2_000, "claims": 300_000}
"""Gold items in all, for these: a thousand documents, a hundred, and twenty thousand."""


def _entities(spans: np.ndarray, types: np.ndarray) -> list[dict[str, object]]:
    return [{"start": s, "end": e, "type": TYPES[t]} for (s, e), t in zip(spans.tolist(), types.tolist(), strict=True)]


def write(folder: Path, shape: str, total: int, seed: int = 1) -> tuple[Path, Path]:
    """Write ``gold.jsonl`` and ``predicted.jsonl``, unless they are there; give their paths."""
    where = folder / f"{shape}-{total}-{seed}"
    gold, predicted, done = where / "gold.jsonl", where / "predicted.jsonl", where / "done"
    if not done.exists():
        where.mkdir(parents=True, exist_ok=True)
        with gold.open("w", encoding="utf-8") as ours, predicted.open("w", encoding="utf-8") as theirs:
            for reference, answer in documents(shape, total, seed):
                ours.write(json.dumps(reference) + "\n")
                theirs.write(json.dumps(answer) + "\n")
        done.touch()
    return gold, predicted
