"""A document while it is edited: what may be replaced without harm to a label, and what was."""

from __future__ import annotations

import random
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from dragoman import languages
from dragoman.problems import error
from dragoman.schema.layers import CONTIGUOUS

if TYPE_CHECKING:
    from dragoman.languages import Language
    from dragoman.robustness.edit import Applied, Row


class Replacement(NamedTuple):
    """Words that take the place of a stretch of the text; of an empty stretch, an insertion."""

    start: int
    end: int
    new: str


class SpanAt(NamedTuple):
    """A span of a row, and where it is kept: ``holder[start_key]``, ``holder[end_key]``."""

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
    """Give every span of a row's labels, wherever it stands.

    Raises:
        DragomanError: E406 for a label by quote: the place that it has depends on the text that is to be edited.

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


class Draft:
    """A document that an edit works on. All offsets are those of the text before the edit.

    Attributes:
        row: the document with its labels; an edit may change fields of labels, and add or remove labels.
        text: its text.
        language: descriptor of its language.
        applied: options, rate and seed.
        plan: what the edit prepared, or None.
        random: the edit's choices, which depend on the seed, the edit and the document's id alone.
        replacements: what takes the place of what.
        lines_after: lines that are added after a line: its number, from 0, to pairs of words and kind of segment.
        order: the lines in another order; None where they stay.
        changed: labels whose values changed, by layer; ``dropped`` and ``added`` likewise.
        unable: what could not be edited, by reason.
        entities: registry entries that new labels refer to, as plain values.
        joined: ids of documents whose labels were taken over.
        stands_for: entities that others took the place of in this document, by their ids.
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
        """Read where labels begin and end, after an edit took labels out or made them shorter."""
        spans = [(span.start, span.end) for span in spans_of(self.row)]
        self._edges = sorted({edge for span in spans for edge in span})
        self._firsts = sorted(start for start, _ in spans)
        self._lasts = sorted(end - 1 for _, end in spans)

    def new_id(self, layer: str, letter: str) -> str:
        """Give an id that no label of a layer has."""
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
        """Whether a place is edited, at the edit's rate."""
        return self.applied.rate >= 1 or self.random.random() < self.applied.rate

    def labels(self, layer: str) -> list[dict[str, Any]]:
        """Labels of a layer; none where it is not there."""
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
        """Put other words in the place of a stretch, if no label stands in the way.

        A label never ends up on half of what was replaced: a stretch that a label cuts is left alone, unless as many
        characters come as go; and what is taken out may hold neither the first nor the last character of a label.

        Returns:
            Whether it will be replaced; otherwise it is counted among what could not be edited.

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
        """Add a line to the text, after those that were added there before.

        Args:
            after: number of the line that it comes after, from 0.
            words: the line.
            kind: kind of its segment.

        """
        self.lines_after.setdefault(after, []).append((words, kind))


def _any(ordered: list[int], low: int, high: int) -> bool:
    return bisect_left(ordered, high) > bisect_left(ordered, low)
