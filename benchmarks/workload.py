"""Seeded workloads: a reference and predictions, as two JSONL files in the form of submissions.

Every shape has the given number of gold spans in all, whatever its number of documents, so that shapes compare.
Predictions are gold with mistakes: spans that are left out, moved, mistyped, or invented.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

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


def documents(shape: str, total: int, seed: int = 1) -> Iterator[tuple[dict[str, object], dict[str, object]]]:
    """Make gold and predictions document by document.

    Args:
        shape: one of :data:`SHAPES`.
        total: gold spans in all.
        seed: of the generator.

    """
    random = np.random.default_rng(seed)
    lay = SHAPES[shape][1]
    for number, count in enumerate(sizes(shape, total, random)):
        name = f"d{number:07}"
        spans, types = lay(random, count), random.integers(0, len(TYPES), count)
        fate = random.random(count)
        moved = spans + np.where((fate > 0.75) & (fate < 0.83), 1, 0)[:, None] * random.integers(0, 2, (count, 2))
        moved[:, 1] = np.maximum(moved[:, 1], moved[:, 0] + 1)
        given = np.where((fate > 0.83) & (fate < 0.9), (types + 1) % len(TYPES), types)
        kept = fate < 0.96
        invented = _flat(random, int(count * 0.024))
        predicted = np.concatenate([moved[kept], invented])
        labels = np.concatenate([given[kept], random.integers(0, len(TYPES), len(invented))])
        yield (
            {"id": name, "entities": _entities(spans, types)},
            {"id": name, "entities": _entities(predicted, labels)},
        )


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
