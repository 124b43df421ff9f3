"""Submitted runs, made from gold without some of its labels."""

from pathlib import Path

import msgspec

from dragoman import json_text, scoring
from dragoman.measures.catalogue import MEASURES

CARD = {
    "name": "A system",
    "version": "1",
    "authors": ["Its makers"],
    "licence": "MIT",
    "parameters": "none",
    "training_data": "none",
    "resources": ["text"],
    "layers": ["entities", "dates", "claims"],
    "languages": ["ar", "ko-KP"],
}


def toml(card):
    said = {key: value for key, value in card.items() if value is not None}
    return b"".join(b"%s = %s\n" % (key.encode(), json_text.canonical(value)) for key, value in said.items())


def lines(benchmark, keep=1, layers=("entities", "dates", "claims")):
    """Gold of the test split with every ``keep``-th entity and date per document, and claims if ``keep`` is 1."""
    made = []
    for line in benchmark.gold_lines("test"):
        row = {"id": line.id}
        for layer in layers:
            labels = list(msgspec.to_builtins(getattr(line, layer)))
            labels = [{k: v for k, v in label.items() if v is not None} for label in labels]
            row[layer] = labels if keep == 1 else [] if layer == "claims" else labels[::keep]
        made.append(row)
    return made


def submit(runs, name, benchmark, gold, /, *, keep=1, layers=("entities", "dates", "claims"), version=None, **card):
    """Write a valid run; return its folder."""
    folder = Path(runs) / name / (version or benchmark.version)
    folder.mkdir(parents=True)
    (folder / "system.toml").write_bytes(toml({**CARD, "layers": list(layers), **card}))
    predictions = folder / "predictions.jsonl"
    predictions.write_bytes(json_text.lines(lines(benchmark, keep, layers)))
    result = scoring.score(predictions, gold, measures=MEASURES, system=name, intervals=False)
    (folder / "result.json").write_bytes(json_text.pretty(result))
    return folder
