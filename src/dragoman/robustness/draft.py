"""A document that is being edited: records replacements, and rejects those that would break a label."""

from __future__ import annotations

import random
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from dragoman import languages
from dragoman.problems import error
from dragoman.schema.layers import CONTIGUOUS
from dragoman.text import check_span

if TYPE_CHECKING:
    from dragoman.languages import Language
    from dragoman.robustness.edit import Applied, Row


class Replacement(NamedTuple):
    """Replacement of a span of the text; an insertion if the span is empty."""

    start: int
    end: int
    new: str


class SpanAt(NamedTuple):
    """A span of a row, and where it is stored: ``holder[start_key]``, ``holder[end_key]``."""

    holder: Any
    start_key: Any
    end_key: Any

    @property
    def start(self) -> int:
        """First code point."""
        return int(self.holder[self.start_key])

    @property
    def end(self) -> int:
        """Code point after the last one."""
        return int(self.holder[self.end_key])


def spans_of(row: Row) -> Iterator[SpanAt]:
    """Yield all spans of a row's labels.

    Raises:
        DragomanError: E406 for a label with a quote, whose place depends on the text that is being edited.

    """
    for layer in (*CONTIGUOUS, "segments"):
        for label in row.get(layer) or ():
            yield _span(label, row)
    for claim in row.get("claims") or ():
        for part in (*(claim.get("content") or ()), *(claim.get("cue") or ())):
            yield SpanAt(part, 0, 1) if isinstance(part, list) else _span(part, row)
        for claimant in claim.get("claimants") or ():
            if isinstance(claimant.get("mention"), list):
                yield SpanAt(claimant["mention"], 0, 1)
            if claimant.get("start") is not None:
                yield _span(claimant, row)


def _span(label: Any, row: Row) -> SpanAt:
    if label.get("start") is None or label.get("end") is None:
        hint = "Give offsets: dragoman convert writes them where it finds the quote."
        raise error("E406", f"a label of {str(row.get('id'))[:80]!r} has no offsets.", hint)
    return SpanAt(label, "start", "end")


def check_spans(row: Row, *, file: str = "", line: int = 0) -> None:
    """Check that all spans of a row's labels are in its text and have its surfaces.

    Args:
        row: a document with its text.
        file: its file, for problems.
        line: its line in the file, for problems.

    Raises:
        DragomanError: E401 to E403 for a span that is not in the text, and as :func:`spans_of`.

    """
    for span in spans_of(row):
        surface = span.holder.get("text") if isinstance(span.holder, dict) else None
        fault = check_span(row["text"], span.start, span.end, surface)
        if fault is not None:
            raise error(fault.code, fault.what, fault.hint, file=file, line=line, path=str(row.get("id") or "")[:80])


class Draft:
    """A document that an edit works on. All offsets are in code points of the text before the edit.

    Attributes:
        row: the document with its labels; an edit may modify, add or remove labels.
        text: its text.
        language: descriptor of its language.
        applied: options, rate and seed.
        plan: result of the edit's ``prepare``, or None.
        random: random numbers, which depend only on the seed, the edit and the document's id.
        replacements: replacements so far.
        lines_after: added lines by number, from 0, of the line before them: pairs of text and segment kind.
        order: new order of the lines; None if unchanged.
        changed: number of labels with changed values, by layer; ``dropped`` and ``added`` likewise.
        unable: what could not be edited, by reason.
        entities: registry entries that new labels refer to, as plain values.
        joined: ids of documents whose labels were added.
        stands_for: id of the replacement by id of the replaced entity in this document.
        retimed: whether the document's own time changed.

    """

    def __init__(self, row: Row, applied: Applied, plan: Any = None) -> None:
        self.row = row
        self.text: str = row["text"]
        self.language: Language = languages.get(row.get("language"))
        self.applied = applied
        self.plan = plan
        self.random = random.Random(f"{applied.seed}|{applied.edit.name}|{row.get('id')}")  # noqa: S311 - no secret
        self.replacements: list[Replacement] = []
        self.lines_after: dict[int, list[tuple[str, str]]] = {}
        self.order: list[int] | None = None
        self.changed: Counter[str] = Counter()
        self.dropped: Counter[str] = Counter()
        self.added: Counter[str] = Counter()
        self.unable: Counter[str] = Counter()
        self.entities: list[dict[str, Any]] = []
        self.joined: list[str] = []
        self.stands_for: dict[str, str] = {}
        self.retimed = False
        self._taken: list[tuple[int, int]] = []
        self.look_again()

    def look_again(self) -> None:
        """Recompute the boundaries of labels, after an edit removed or shortened some."""
        spans = [(span.start, span.end) for span in spans_of(self.row)]
        self._edges = sorted({edge for span in spans for edge in span})
        self._firsts = sorted(start for start, _ in spans)
        self._lasts = sorted(end - 1 for _, end in spans)

    def new_id(self, layer: str, letter: str) -> str:
        """Return an unused id for a label of a layer."""
        taken = {label.get("id") for label in self.labels(layer)}
        number = len(taken) + 1
        while f"{letter}{number}" in taken:
            number += 1
        return f"{letter}{number}"

    @property
    def options(self) -> Any:
        """Options of the edit by name."""
        return self.applied.options

    def chosen(self) -> bool:
        """Decide at random whether a place is edited, at the edit's rate."""
        return self.applied.rate >= 1 or self.random.random() < self.applied.rate

    def labels(self, layer: str) -> list[dict[str, Any]]:
        """Labels of a layer; empty if the row does not have it."""
        found: list[dict[str, Any]] = self.row.get(layer) or []
        return found

    def line_bounds(self) -> list[tuple[int, int]]:
        """Start and end of each line of the text, without its line feed."""
        bounds, at = [], 0
        for line in self.text.split("\n"):
            bounds.append((at, at + len(line)))
            at += len(line) + 1
        return bounds

    def replace(self, start: int, end: int, new: str) -> bool:
        """Replace a span, unless that would break a label.

        A label never covers half of a replacement: a span with a label boundary inside is rejected, unless the length
        is unchanged; a deleted span may contain neither the first nor the last character of a label.

        Returns:
            Whether it will be replaced. A span that would break a label is counted in ``unable``.

        Raises:
            ValueError: for line feeds, since lines are added and reordered by :meth:`add_line` and ``order``.

        """
        if self.text[start:end] == new:
            return False
        if "\n" in new or "\n" in self.text[start:end]:
            raise ValueError("lines are added and moved by their own methods")
        cut = bisect_left(self._edges, end) > bisect_right(self._edges, start) and len(new) != end - start
        taken_out = not new and (_any(self._firsts, start, end) or _any(self._lasts, start, end))
        if cut or taken_out:
            self.unable["a label begins or ends inside"] += 1
            return False
        at = bisect_left(self._taken, (start, end))
        before, after = self._taken[at - 1 : at], self._taken[at : at + 1]
        if any(taken == (start, end) for taken in after) or any(taken[1] > start for taken in before):
            return False
        if any(taken[0] < end for taken in after):
            return False
        self._taken.insert(at, (start, end))
        self.replacements.append(Replacement(start, end, new))
        return True

    def add_line(self, after: int, words: str, kind: str) -> None:
        """Add a line to the text, after earlier additions at the same place.

        Args:
            after: number of the line before it, from 0.
            words: the line.
            kind: kind of its segment.

        """
        self.lines_after.setdefault(after, []).append((words, kind))


def _any(ordered: list[int], low: int, high: int) -> bool:
    return bisect_left(ordered, high) > bisect_left(ordered, low)
