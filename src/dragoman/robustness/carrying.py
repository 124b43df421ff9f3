"""From a draft to the edited document: the new text, the offset map, and all labels with new offsets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dragoman.robustness.draft import spans_of
from dragoman.schema.layers import CONTIGUOUS, LAYER_NAMES
from dragoman.text import Block, TextMap

if TYPE_CHECKING:
    from dragoman.robustness.draft import Draft
    from dragoman.robustness.edit import Row

INSERTED = "inserted"
"""Key of a span inside of inserted text: the offset of the insertion; start and end are relative to it."""


@dataclass(frozen=True)
class Carrier:
    """Maps spans from a text to the edited one.

    Attributes:
        runs: offset maps of parts in unchanged order; one unless lines were moved.

    """

    runs: tuple[TextMap, ...]

    def move(self, start: int, end: int) -> tuple[int, int] | None:
        """Map a span; None if it has no counterpart as a whole."""
        return next((moved for run in self.runs if (moved := run.move(start, end))), None)

    def move_all(self, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int] | None]:
        """Map many spans; see :meth:`move`."""
        made: list[tuple[int, int] | None] = [None] * len(spans)
        for run in self.runs if spans else ():
            starts, ends, ok = run.move_all([start for start, _ in spans], [end for _, end in spans])
            found = zip(starts.tolist(), ends.tolist(), strict=True)
            fits = [span if fit else None for span, fit in zip(found, ok.tolist(), strict=True)]
            made = [old or new for old, new in zip(made, fits, strict=True)]
        return made

    def inverse(self) -> Carrier:
        """Return the map from the edited text to the original."""
        return Carrier(tuple(run.inverse() for run in self.runs))

    def to_lists(self) -> list[list[list[int]]]:
        """Return the blocks of each run as lists: source, source length, target, target length."""
        return [[list(block) for block in run.blocks] for run in self.runs]

    @classmethod
    def from_lists(cls, runs: Sequence[Sequence[Sequence[int]]]) -> Carrier:
        """Make a carrier from the result of :meth:`to_lists`."""
        return cls(tuple(TextMap(Block(*block) for block in run) for run in runs))


@dataclass(frozen=True)
class Carried:
    """An edited document.

    Attributes:
        row: the document with the new text and its labels.
        carrier: the map from the old text to the new one.
        lines: for each line of the new text, the number of the old line, or the segment kind of an added one.
        edited: whether text, labels or document time changed.

        moved: number of labels with new offsets, by layer; ``changed``, ``dropped``, ``added``: number of labels with
            new values, removed labels, and new ones.
        unable: what could not be edited, by reason.
        entities: registry entries that new labels refer to.
        joined: ids of documents whose labels were added.
        stands_for: id of the replacement by id of the replaced entity.

    """

    row: Row
    carrier: Carrier
    lines: list[int | str]
    edited: bool
    moved: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    added: Counter[str] = field(default_factory=Counter)
    unable: Counter[str] = field(default_factory=Counter)
    entities: list[dict[str, Any]] = field(default_factory=list)
    joined: list[str] = field(default_factory=list)
    stands_for: dict[str, str] = field(default_factory=dict)


def carry(draft: Draft) -> Carried:
    """Make the edited document of a draft; modifies its row in place."""
    row, old = draft.row, draft.text
    title = _title(row, old)
    text, blocks, insertions, lines = _assembled(draft)
    runs = [blocks]
    if draft.order is not None:
        text, runs, lines = _reordered(text, draft.order, lines)
    carrier = Carrier(tuple(TextMap(run) for run in runs if run))
    moved = _move_labels(row, text, carrier, insertions)
    row["text"] = text
    if title is not None:
        span = carrier.move(*title)
        row["title"] = None if span is None else text[slice(*span)]
    if draft.order is not None:
        _sort(row)
    edited = text != old or bool(draft.changed) or draft.retimed
    return Carried(
        row,
        carrier,
        lines,
        edited,
        moved,
        draft.changed,
        draft.dropped,
        draft.added,
        draft.unable,
        draft.entities,
        draft.joined,
        draft.stands_for,
    )


def _title(row: Row, text: str) -> tuple[int, int] | None:
    """Return the span of the line that is the title, or None."""
    title = row.get("title")
    if not title:
        return None
    at = next((at for at, line in _lines(text) if line == title), None)
    return None if at is None else (at, at + len(title))


def _lines(text: str) -> list[tuple[int, str]]:
    lines, at = [], 0
    for line in text.split("\n"):
        lines.append((at, line))
        at += len(line) + 1
    return lines


def _assembled(draft: Draft) -> tuple[str, list[Block], dict[int, int], list[int | str]]:
    """Apply the replacements; return text, blocks, offsets of insertions, and origins of lines."""
    ends = [end for _, end in draft.line_bounds()]
    added = [(ends[n], ends[n], "".join(f"\n{words}" for words, _ in lines)) for n, lines in draft.lines_after.items()]
    # At the same offset, an insertion into the line precedes a line that is added after it.
    edits = sorted([*draft.replacements, *added], key=lambda each: (each[0], each[1], each[2].startswith("\n")))
    pieces: list[str] = []
    blocks: list[Block] = []
    insertions: dict[int, int] = {}
    source = target = 0

    def kept(until: int) -> None:
        nonlocal source, target
        if until > source:
            pieces.append(draft.text[source:until])
            blocks.append(Block(source, until - source, target, until - source))
            source, target = until, target + until - source

    for start, end, new in edits:
        kept(start)
        if start == end:
            insertions.setdefault(start, target)
        elif new:
            blocks.append(Block(start, end - start, target, len(new)))
        pieces.append(new)
        source, target = end, target + len(new)
    kept(len(draft.text))
    lines: list[int | str] = []
    for number in range(len(ends)):
        lines.append(number)
        lines += [kind for _, kind in draft.lines_after.get(number, ())]
    return "".join(pieces), _joined(blocks), insertions, lines


def _joined(blocks: list[Block]) -> list[Block]:
    """Merge adjacent blocks that correspond offset by offset."""
    made: list[Block] = []
    for block in blocks:
        last = made[-1] if made else None
        if (
            last is not None
            and block.source_length == block.target_length
            and last.source_length == last.target_length
            and last.source + last.source_length == block.source
            and last.target + last.target_length == block.target
        ):
            length = last.source_length + block.source_length
            made[-1] = Block(last.source, length, last.target, length)
        else:
            made.append(block)
    return made


def _reordered(text: str, order: list[int], lines: list[int | str]) -> tuple[str, list[list[Block]], list[int | str]]:
    """Reorder the lines; an edit that does so changes nothing else."""
    old = _lines(text)
    at, runs = 0, []
    for number in order:
        start, line = old[number]
        if line:
            runs.append([Block(start, len(line), at, len(line))])
        at += len(line) + 1
    return "\n".join(old[number][1] for number in order), runs, [lines[number] for number in order]


def _move_labels(row: Row, text: str, carrier: Carrier, insertions: dict[int, int]) -> Counter[str]:
    """Map all spans of a row at once, and update their surfaces."""
    spans = list(spans_of(row))
    inserted = [isinstance(span.holder, dict) and INSERTED in span.holder for span in spans]
    carried = [span for span, new in zip(spans, inserted, strict=True) if not new]
    moved_spans = iter(carrier.move_all([(span.start, span.end) for span in carried]))
    shifted: set[int] = set()
    for span, new in zip(spans, inserted, strict=True):
        holder, old = span.holder, (span.start, span.end)
        if new:
            base = insertions[holder.pop(INSERTED)]
            now: tuple[int, int] | None = (base + span.start, base + span.end)
        else:
            now = next(moved_spans)
        # An edit that deletes words drops or shortens their labels first.
        assert now is not None, (old, holder)
        holder[span.start_key], holder[span.end_key] = now
        if isinstance(holder, dict) and holder.get("text") is not None:
            holder["text"] = text[slice(*now)]
        if now != old:
            shifted.add(id(holder))
    return _counted(row, shifted)


def _counted(row: Row, shifted: set[int]) -> Counter[str]:
    """Count the labels with any span among those that moved."""
    moved: Counter[str] = Counter()
    for layer in (*LAYER_NAMES, "segments"):
        for label in row.get(layer) or ():
            moved[layer] += any(id(span.holder) in shifted for span in spans_of({layer: [label]}))
    return +moved


def _sort(row: Row) -> None:
    """Restore the text order of labels."""
    for layer in (*CONTIGUOUS, "segments"):
        if row.get(layer):
            row[layer].sort(key=lambda label: (label["start"], -label["end"]))
    for claim in row.get("claims") or ():
        for name in ("content", "cue"):
            if claim.get(name):
                claim[name].sort(key=lambda part: part[0] if isinstance(part, list) else part["start"])
