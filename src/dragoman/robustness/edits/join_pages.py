"""Two articles joined, as by a scraper that misses the end of an article and returns the next one with it.

Boilerplate removal and its errors: Kohlschütter et al. (2010). Documents are paired within language, split and kind,
and each is followed by the lines of the other, so that both occur twice and their weights are unchanged: a system that
processes lines independently has the same score. The labels of the other are added, too; if one of its dates is
relative to the document time, both must have the same document time.
"""

from __future__ import annotations

import itertools
import random
import tempfile
import weakref
from collections.abc import Hashable, Iterable, Iterator
from typing import Any

import msgspec

from dragoman.problems import error
from dragoman.robustness.carrying import INSERTED
from dragoman.robustness.draft import Draft, spans_of
from dragoman.robustness.edit import Applied, Edit, Row
from dragoman.schema.layers import LAYER_NAMES

_TIMES = ("published", "published_external")


class Pairs:
    """The document that is appended to each document, by id; documents are stored in a temporary file."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - it lasts as long as the pairs
        weakref.finalize(self, self._file.close)
        self._places: list[tuple[int, int]] = []
        self._others: dict[str, int] = {}

    def keep(self, row: Row) -> int:
        """Store a document; return its number.

        Raises:
            DragomanError: E108 if the disk is full.

        """
        line = msgspec.json.encode(row)
        self._places.append((self._file.tell(), len(line)))
        try:
            self._file.write(line)
            self._file.flush()
        except OSError as cause:
            hint = "Free some space, or set TMPDIR to a folder on a larger disk."
            raise error("E108", f"the documents to be joined cannot be stored: {cause.strerror}.", hint) from None
        return len(self._places) - 1

    def join(self, name: str, number: int) -> None:
        """Set the document that is appended to another one."""
        self._others[name] = number

    def other(self, name: str | None) -> Row | None:
        """Read the document that is appended to another one; None if there is none."""
        number = self._others.get(name or "")
        if number is None:
            return None
        start, length = self._places[number]
        self._file.seek(start)
        row: Row = msgspec.json.decode(self._file.read(length))
        return row


def prepare(rows: Iterable[Row], applied: Applied) -> Pairs:
    """Pair documents that can be appended to each other, at the edit's rate."""
    chooser = random.Random(f"{applied.seed}|{applied.edit.name}")  # noqa: S311 - not a secret
    made = Pairs()
    left = [
        (made.keep(row), row["id"], tuple(_keys(row)))
        for row in rows
        if applied.rate >= 1 or chooser.random() < applied.rate
    ]
    chooser.shuffle(left)
    waiting: dict[Hashable, tuple[int, str, tuple[Hashable, ...]]] = {}
    for one in left:
        number, name, keys = one
        for key in keys:
            other = waiting.pop(key, None)
            if other is not None:
                made.join(name, other[0])
                made.join(other[1], number)
                for stale in other[2]:
                    if waiting.get(stale) is other:
                        del waiting[stale]
                break
        else:
            waiting.update((key, one) for key in keys)
    return made


def _keys(row: Row) -> Iterator[Hashable]:
    """Yield the keys under which a document can be paired; two if none of its dates depend on the document time."""
    given = tuple(layer for layer in LAYER_NAMES if row.get(layer) is not None)
    metadata = (row.get("language"), row.get("split"), row.get("kind"), given, tuple(row.get("layers_annotated") or ()))
    times = tuple(row.get(name) for name in _TIMES)
    if not any(date.get("ref", "published") == "published" for date in row.get("dates") or ()):
        yield (*metadata, None)
    yield (*metadata, times)


def change(draft: Draft) -> None:
    """Append the lines and labels of the other document."""
    other = draft.plan.other(draft.row.get("id"))
    if other is None:
        draft.unable["there is no other document of its language, split, kind and time left"] += 1
        return
    if any(isinstance(each.get("mention"), list) for claim in other.get("claims") or () for each in _claimants(claim)):
        draft.unable["a claimant of the other document is a span"] += 1
        return
    last = draft.text.count("\n")
    for line in other["text"].split("\n"):
        draft.add_line(last, line, "body")
    _take(draft, other)


def _claimants(claim: dict[str, Any]) -> list[dict[str, Any]]:
    return claim.get("claimants") or []


def _take(draft: Draft, other: Row) -> None:
    """Add the labels of the other document, with unused ids and shifted behind the text."""
    for claim in other.get("claims") or ():
        for name in ("content", "cue"):
            if claim.get(name):
                claim[name] = [
                    {"start": part[0], "end": part[1]} if isinstance(part, list) else part for part in claim[name]
                ]
    base = len(draft.text)
    for span in spans_of({**other, "segments": ()}):
        # A line feed precedes the appended lines.
        span.holder[span.start_key], span.holder[span.end_key] = span.start + 1, span.end + 1
        span.holder[INSERTED] = base
    _other_ids(other, {layer: _fresh(layer, draft, other) for layer in LAYER_NAMES})
    for layer in LAYER_NAMES:
        if other.get(layer):
            draft.row[layer] += other[layer]
            draft.added[layer] += len(other[layer])
    draft.joined.append(other["id"])


def _fresh(layer: str, draft: Draft, other: Row) -> dict[str, str]:
    """Assign an unused id in this document to each label id of the other one."""
    taken = {label.get("id") for label in draft.labels(layer)}
    free = (name for number in itertools.count(1) if (name := f"{layer[0]}{number}") not in taken)
    return {label["id"]: next(free) for label in other.get(layer) or () if label.get("id") is not None}


def _other_ids(row: Row, ids: dict[str, dict[str, str]]) -> None:
    """Replace the ids of labels, and references to them."""
    dates, claims = row.get("dates") or [], row.get("claims") or []
    claimants = [claimant for claim in claims for claimant in _claimants(claim)]
    for labels, name, layer in (
        *((row.get(layer) or [], "id", layer) for layer in LAYER_NAMES),
        (dates, "ref", "dates"),
        (claims, "parent", "claims"),
        (claimants, "mention", "entities"),
    ):
        for label in labels:
            if label.get(name) is not None:
                label[name] = ids[layer].get(label[name], label[name])
    for claim in claims:
        if claim.get("dates"):
            claim["dates"] = [ids["dates"].get(name, name) for name in claim["dates"]]


EDIT = Edit(
    name="join-pages",
    kind="page",
    summary="Appends the lines of another document to each, with their labels.",
    source="Kohlschütter et al. 2010",
    expect="invariance",
    change=change,
    prepare=prepare,
)
