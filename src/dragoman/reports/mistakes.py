"""The errors of a run as rows, for spreadsheets and programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from dragoman import files, json_text
from dragoman.problems import error
from dragoman.reports.costs import is_mistake
from dragoman.tables import as_csv

COLUMNS = (
    *("document", "language", "at", "layer", "kind", "type", "start", "end", "words", "says"),
    *("pred_type", "pred_start", "pred_end", "pred_words", "pred_says", "english", "phenomena", "cost"),
)
"""Columns of the table of errors. ``start`` and ``end`` are those of the first and the last fragment, in code points;
for a spurious label the gold columns are empty.

``cost`` is the increase of the score without the error, 0 to 1."""
FORMS = (".csv", ".json")
Row = dict[str, str | float | None]


def mistakes(documents: Sequence[dict[str, Any]]) -> Iterator[Row]:
    """Yield the errors of the (first) run, one row each, in the order of the documents.

    Args:
        documents: as returned by :func:`dragoman.reports.overlay.documents`, with costs set by
            :func:`dragoman.reports.costs.costs`.

    """
    for document in documents:
        for item in document["items"]:
            if not is_mistake(item):
                continue
            partner = None if item["partner"] is None else document["items"][item["partner"]]
            gold, pred = (None, item) if item["side"] != "gold" else (item, partner)
            yield {
                **{name: document[name] for name in ("language",)},
                "document": document["id"],
                **{name: item[name] for name in ("at", "layer", "kind")},
                **_side("", gold, document["text"]),
                **_side("pred_", pred, document["text"]),
                "english": item.get("gloss"),
                "phenomena": " ".join(item.get("phenomena", ())),
                "cost": item.get("cost"),
            }


def _side(prefix: str, item: dict[str, Any] | None, text: str | None) -> Row:
    if item is None:
        return {f"{prefix}{name}": None for name in ("type", "start", "end", "words", "says")}
    spans = item["spans"]
    said = [" that ".join(" ".join(link) for link in item["chain"])] if item.get("chain") else []
    return {
        f"{prefix}type": item["label"],
        f"{prefix}start": spans[0][0] if spans else None,
        f"{prefix}end": spans[-1][1] if spans else None,
        f"{prefix}words": None if text is None else " … ".join(text[start:end] for start, end in spans),
        f"{prefix}says": "; ".join([*said, *item["notes"]]),
    }


def check_form(path: Path | str) -> None:
    """Check that a file name has a supported extension.

    Raises:
        DragomanError: E209.

    """
    if Path(path).suffix.lower() not in FORMS:
        raise error(
            "E209",
            f"errors are written as CSV or JSON; {Path(path).name!r} has another extension.",
            "Name it *.csv or *.json.",
        )


def write(path: Path | str, documents: Sequence[dict[str, Any]]) -> None:
    """Write the errors as CSV or JSON, by the extension of the name.

    Raises:
        DragomanError: E209 for another extension, E108 if the file cannot be written.

    """
    check_form(path)
    rows = list(mistakes(documents))
    if Path(path).suffix.lower() == ".json":
        files.write(path, json_text.table([{name: row[name] for name in COLUMNS} for row in rows]))
    else:
        files.write(path, as_csv([COLUMNS, *([row[name] for name in COLUMNS] for row in rows)]))
