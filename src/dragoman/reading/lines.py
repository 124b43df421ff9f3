"""The precise path of reading: JSON lines to records, one at a time, with every problem reported.

Slow and thorough. Valid lines are returned in plain form: every span as offsets, quotes replaced, so that they can go
through :func:`dragoman.reading.columns.build` like any other. The items of a line are checked independently, so that
one problem does not hide another: an item of the wrong shape is dropped, but others may refer to its id.
"""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import msgspec

from dragoman import timex
from dragoman.problems import MAX_PROBLEMS, Diagnostics, LimitReached, Problem, shown
from dragoman.reading import class_labels, other_rows, quoted_items, unknown_fields
from dragoman.reading.jsonl import Position, objects
from dragoman.reading.target import Target
from dragoman.schema.layers import LAYERS
from dragoman.schema.line_items import LineItems
from dragoman.schema.shape import faults, step
from dragoman.schema.submission import (
    PredictedClaim,
    PredictedEntity,
    PredictedSegment,
    SpanObject,
    Submission,
)
from dragoman.text import Located, counted, locate_quotes, nowhere, quotes
from dragoman.text.lookalikes import lookalike, plain, why_unlike
from dragoman.text.quote_places import OVER

_ITEMS: dict[str, type[msgspec.Struct]] = {layer.name: layer.predicted for layer in LAYERS}
_ITEMS["segments"] = PredictedSegment
_IN_ITEM = re.compile(rf"({'|'.join(_ITEMS)})\[([0-9]+)\]")


@dataclass
class Lines:
    """Result of reading a submission line by line.

    Attributes:
        lines: the documents in plain form; not usable if there are errors.
        problems: errors and warnings in the order of the file.
        tally: number of quotes by how they were found, keys as in :data:`dragoman.text.quotes.WAYS`, and
            :data:`dragoman.text.quote_places.OVER` if there are any.
        unknown: number of unknown fields that were ignored, by path.

    """

    lines: list[Submission] = field(default_factory=list)
    problems: tuple[Problem, ...] = ()
    tally: dict[str, int] = field(default_factory=dict)
    unknown: dict[str, int] = field(default_factory=dict)


def read(data: bytes, target: Target, name: str = "", *, limit: int = MAX_PROBLEMS) -> Lines:
    """Read all lines, and report all problems.

    Args:
        data: the file, checked by :func:`dragoman.utf8.check_text`.
        target: what it is read against.
        name: name of the file in problems.
        limit: maximum number of errors, after which reading stops (E208), and of listed warnings of one kind.

    """
    reader = Reader(target, name, limit=limit)
    lines: list[Submission] = []
    with contextlib.suppress(LimitReached):
        lines = reader.lines(data, Position(), len(data))
    return reader.result(lines)


_ABOUT = tuple(name for name in Submission.__struct_fields__ if name not in {"id", *_ITEMS})
"""Fields of a line that describe its document."""


class Reader:
    """Checks lines one after the other, with the state that the lines of a file share.

    Args:
        target: what the lines are read against.
        name: name of the file in problems.
        limit: maximum number of errors, after which reading stops, and of listed warnings of one kind.

    """

    def __init__(self, target: Target, name: str = "", *, limit: int = MAX_PROBLEMS) -> None:
        self.target, self.name = target, name
        self.diagnostics = Diagnostics(name, limit=limit, stops=True)
        self.tally = dict.fromkeys(quotes.WAYS, 0)
        self.unknown = Counter[str]()
        self.seen: dict[str, int] = {}
        self.documents = list(target.documents or ())

    def lines(self, data: bytes, position: Position, stop: int) -> list[Submission]:
        """Read lines from a position, and advance it.

        Args:
            data: the whole file.
            position: where to begin; advanced in place.
            stop: only lines that begin before this byte are read.

        Returns:
            The lines that have the right shape, in plain form.

        Raises:
            LimitReached: the maximum number of errors is exceeded.

        """
        values = objects(data, self.diagnostics, position, stop)
        return [line for value in values if (line := self.line(value)) is not None]

    def result(self, lines: list[Submission]) -> Lines:
        """Return the result for the given lines, with warnings for unknown fields last."""
        self.diagnostics.take(*unknown_fields.warnings(self.unknown, self.name))
        return Lines(lines, self.diagnostics.problems(), self.tally, dict(self.unknown))

    @cached_property
    def lookalikes(self) -> dict[str, str]:
        """Document ids by their normalised spelling, for ids that only look the same."""
        return {plain(name): name for name in self.documents}

    def line(self, value: dict[str, Any]) -> Submission | None:
        """Check a line; return it in plain form, or None if its shape is wrong."""
        wrong: set[str] = set()
        value = class_labels.of_release(value)
        mistaken = other_rows.mistaken(value)
        if mistaken is not None:
            self.diagnostics.add(mistaken.code, mistaken.what, mistaken.hint, path=mistaken.path)
            return None
        unknown = self.unknown if self.target.ignore_unknown_fields else None
        for fault in faults(value, Submission, self.diagnostics.nearest, unknown):
            hint = f"{fault.hint} {other_rows.advice(fault)}".rstrip()
            self.diagnostics.add(fault.code, fault.what, hint, path=fault.path)
            wrong.add(fault.path)
        name = value.get("id")
        known = isinstance(name, str) and self.document(name)
        line = Submission(name if isinstance(name, str) else "-")
        for field_ in _ABOUT:
            if not any(path.startswith(field_) for path in wrong):
                setattr(line, field_, value.get(field_))
        _Items(self, line, self.text(line, known=known), value, wrong).check(resolvable=known)
        return None if wrong else line

    def document(self, name: str) -> bool:
        """Whether the document is known; adds a problem if not, or if it has had a line before."""
        if name in self.seen:
            what = f"document {shown(name)} was given in line {self.seen[name]} already."
            self.diagnostics.add("E302", what, "Keep one line a document.", path="id")
        self.seen.setdefault(name, self.diagnostics.line)
        if self.target.documents is None or name in self.target.known:
            return True
        hint = self.diagnostics.suggest(
            name, self.documents, f"{counted(len(self.documents), 'document is', 'documents are')} known."
        )
        meant = self.lookalikes.get(plain(name))
        if meant is not None:
            hint = f"It differs from {shown(meant)} in {why_unlike(name, meant)} alone: write it as it stands there."
        hint = f"{hint} {self.target.advice}".rstrip()
        self.diagnostics.add("E301", f"there is no document {shown(name)}.", hint, path="id")
        return False

    def text(self, line: Submission, *, known: bool) -> str | None:
        """Choose the text that offsets refer to: that of the target, else the line's own; they must not differ."""
        text, own = self.target.texts.get(line.id) if known else None, line.text
        if text is None or own is None or own == text:
            return own if text is None else text
        pairs = zip(text, own, strict=False)
        place = next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(text), len(own)))
        what = f"the text is not that of the document; they differ from code point {place} on."
        hint = "Leave the text out, or take it from the data set as it is."
        why = why_unlike(own, text) if self.diagnostics.affords(len(text) + len(own)) else None
        if why is not None:
            what, hint = f"{what[:-1]}, in {why} alone.", f"{hint} Offsets count in the text of the document."
        self.diagnostics.add("E403", what, hint, path="text")
        return text


class _Items(LineItems):
    """Checks the items of one line, and replaces quotes by offsets.

    Args:
        reader: state that the lines of the file share.
        line: the line, to which the items of the right shape are added.
        text: the document's text, or None where it is not known.
        value: the line as it was written.
        wrong: paths at which its shape is wrong.

    """

    def __init__(
        self, reader: Reader, line: Submission, text: str | None, value: dict[str, Any], wrong: set[str]
    ) -> None:
        self.target, self.tally, self.line = reader.target, reader.tally, line
        good: dict[str, list[tuple[int, Any]]] = {layer: [] for layer in _ITEMS}
        self.bad: list[tuple[str, str, Any]] = []
        marked = {(m[1], int(m[2])) for path in wrong if (m := _IN_ITEM.match(path)) is not None}
        written = []
        for layer, record in _ITEMS.items():
            items = value.get(layer)
            for index, item in enumerate(items if isinstance(items, list) else []):
                if (layer, index) not in marked:
                    good[layer].append((index, msgspec.convert(item, record)))
                    written.append(item)
                elif isinstance(item, dict):
                    path = f"{layer}[{index}]"
                    self.bad.append((layer, path, _labels_of(item, record, path, wrong)))
            setattr(line, layer, [item for _, item in good[layer]] if isinstance(items, list) else None)
        entities: dict[str, PredictedEntity | None] = dict.fromkeys(_ids(value.get("entities")))
        entities |= {entity.id: entity for entity in line.entities or [] if entity.id is not None}
        super().__init__(good, text, reader.diagnostics, entities, _ids(value.get("claims")))
        located = {} if text is None else locate_quotes(text, quoted_items.quotes_in(written))
        self.nowhere = {} if text is None else nowhere(text, located)
        self.placed = quoted_items.placed(good, located, self.target.quotes)
        self.resolvable = True

    def check(self, *, resolvable: bool) -> None:
        """Add all problems of the items.

        Args:
            resolvable: whether a quote in a document without text is a problem (not if the document is unknown).

        """
        self.resolvable = resolvable
        for time in ("published", "published_external"):
            self.value(getattr(self.line, time), time)
        self.walk()
        quoted_items.spread(self.line, self.placed)
        for layer, path, item in self.bad:
            self.labels_and_values(item, layer, path)

    def labels_and_values(self, item: Any, layer: str, path: str) -> None:
        """Check the labels and values of an item, regardless of its spans."""
        self.labels(item, layer, path)
        for name in ("value", "value_external"):
            self.value(getattr(item, name, None), f"{path}.{name}")

    def labels(self, item: Any, layer: str, path: str) -> None:
        """Check the labels of an item against the label sets."""
        for name_of_set, allowed in self.target.label_sets.items():
            prefix, _, name = name_of_set.rpartition(".")
            label = getattr(item, name, None) if prefix == layer else None
            if label is not None and name == "type":
                label = self.target.rename.get(label, label)
            if label is not None and label not in allowed:
                # Case is adapted before the search, otherwise no label would be similar to "per".
                like = label[:200].upper() if allowed[0].isupper() else label[:200].lower()
                near = self.diagnostics.nearest(like, list(allowed)) or lookalike(label, allowed)
                hint = f"Did you mean {near!r}?" if near else f"Labels: {', '.join(allowed)}."
                self.diagnostics.add("E501", f"there is no label {shown(label)}.", hint, path=f"{path}.{name}")

    def value(self, value: str | None, path: str) -> None:
        """Check a date value against the grammar."""
        if value is None or not self.target.strict_values:
            return
        try:
            timex.canonical(value)
        except timex.TimexError as cause:
            self.diagnostics.add(
                "E502", f"{shown(value)} is not a date value.", f"Expected {cause.expected}.", path=path
            )

    def quote(self, span: SpanObject, quote: str, path: str) -> None:
        """Replace a quote by its offsets; by offsets beyond the text if it is not found."""
        if span.start is not None or span.end is not None:
            self.diagnostics.add("E406", "there are both offsets and a quote.", "Give one of them.", path=path)
            return
        if self.text is None:
            if self.resolvable:
                what = "a quote needs a text, and this document has none."
                self.diagnostics.add("E404", what, "Give offsets.", path=path)
            return
        located, (place, over, _) = self.placed[id(span)]
        words = None if place is None else self.text[slice(*place)]
        ambiguous = place is None and located.way != quotes.MISSING
        self.tally[quotes.AMBIGUOUS if ambiguous else located.way] += 1
        if place is None:
            self.without_place(quote, span.occurrence, located, path)
        if over:
            self.tally[OVER] = self.tally.get(OVER, 0) + 1
            count = len(located.places)
            what = f"{shown(quote)} is quoted more often than it occurs there ({counted(count, 'time')})."
            self.diagnostics.add("W910", what, "It is at the last place again.", path=path)
        if place is not None and located.way != quotes.EXACT:
            how = f"{quotes.describe(located.way)}, as {shown(words or '')} at {place[0]} to {place[1]}"
            self.diagnostics.add(
                "W903", f"{shown(quote)} was found {how}.", "Quote the text letter by letter.", path=path
            )
        if span.text is not None and span.text not in {quote, words}:
            what = f"the quote is {shown(quote)}, and the text beside it {shown(span.text)}."
            self.diagnostics.add("E403", what, "Leave one of them out.", path=f"{path}.text")
        span.start, span.end = place or self.nowhere[quote]
        span.quote = span.occurrence = span.text = None

    def without_place(self, quote: str, occurrence: int | None, located: Located, path: str) -> None:
        """Add a problem for a quote without a place: an error in gold, a spurious item in predictions."""
        code, what, hint = located.fault(quote, occurrence)
        if located.way == quotes.MISSING:
            affordable = self.text is not None and self.diagnostics.affords(len(self.text))
            near = quotes.nearest(self.text or "", quote) if affordable else None
            hint = hint if near is None else f"The nearest words are {shown(near)}."
        if self.target.documents is not None:
            code, what = "W904", f"{what.removesuffix('.')}; it counts as spurious."
        self.diagnostics.add(code, what, hint, path=path)


def _ids(items: Any) -> list[str]:
    """Ids in a list of raw items, including those of the wrong shape."""
    names = [item.get("id") for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return [name for name in names if isinstance(name, str)]


def _labels_of(item: dict[str, Any], record: type[msgspec.Struct], path: str, wrong: set[str]) -> Any:
    """Reduce an item of the wrong shape to its valid string fields, so that its labels can be checked."""
    names = [name for name in record.__struct_fields__ if step(path, name) not in wrong]
    texts = {name: item[name] for name in names if isinstance(item.get(name), str)}
    return msgspec.structs.replace(record(content=[]) if record is PredictedClaim else record(), **texts)
