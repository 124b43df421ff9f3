"""The precise path: one line at a time, to say everything that is wrong, and to find quotes.

Slow and thorough. Good lines come out in plain form: every span as offsets, so that they can go through
:func:`dragoman.reading.columns.build` like any other.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

from dragoman.problems import Problem
from dragoman.reading import quotes
from dragoman.reading.diagnostics import MAX_PROBLEMS, Diagnostics, LimitReached
from dragoman.reading.jsonl import objects
from dragoman.reading.line_checks import Context, LineChecker, Names, quoted
from dragoman.reading.target import Target
from dragoman.schema.shape import faults, shown, step
from dragoman.schema.submission import PredictedClaim, PredictedDate, PredictedEntity, PredictedSegment, Submission

_ITEMS: dict[str, type[msgspec.Struct]] = {
    "entities": PredictedEntity,
    "dates": PredictedDate,
    "claims": PredictedClaim,
    "segments": PredictedSegment,
}
_IN_ITEM = re.compile(rf"({'|'.join(_ITEMS)})\[([0-9]+)\]")


@dataclass
class Lines:
    """A submission that was read line by line.

    Attributes:
        lines: the documents in plain form; where there are errors they are of no use.
        problems: errors and warnings in the order in which they stand.
        tally: number of quotes by what became of them, keys as in :data:`dragoman.reading.quotes.WAYS`.

    """

    lines: list[Submission] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    tally: dict[str, int] = field(default_factory=dict)


def read(data: bytes, target: Target, name: str = "", *, most: int = MAX_PROBLEMS) -> Lines:
    """Read all lines, and say all that is wrong with them.

    Args:
        data: the file, checked by :func:`dragoman.files.check_text`.
        target: what it is read against.
        name: how the file is called in problems.
        most: errors after which reading stops (E208), and warnings of one kind that are listed.

    """
    complain = Diagnostics(name, most=most)
    context = Context(target, complain)
    reader = _Reader(context)
    lines: list[Submission] = []
    with contextlib.suppress(LimitReached):
        lines = [line for value in objects(data, complain) if (line := reader.line(value)) is not None]
    return Lines(lines, complain.problems(), context.tally)


class _Reader:
    """Checks one line after the other."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.complain = context.complain
        self.target = context.target
        self.seen: dict[str, int] = {}
        self.documents = list(context.target.documents or ())

    def line(self, value: dict[str, Any]) -> Submission | None:
        """Check a line; return it in plain form, or None where its shape is wrong."""
        wrong: set[str] = set()
        for fault in faults(value, Submission, self.complain.nearest):
            self.complain(*fault)
            wrong.add(fault.path)
        name = value.get("id")
        known = isinstance(name, str) and self.document(name)
        line = Submission(name if isinstance(name, str) else "-")
        for plain in ("text", "published", "published_external", "layers_annotated"):
            if not any(path.startswith(plain) for path in wrong):
                setattr(line, plain, value.get(plain))
        items = _sorted_out(value, wrong)
        for layer, good in items.good.items():
            setattr(line, layer, [item for _, item in good] if isinstance(value.get(layer), list) else None)
        text = self.text(line, known=known)
        found = {} if text is None else quotes.find_all(text, quoted(items.written))
        checker = LineChecker(self.context, text, Names.of(value, line), items.good, found, resolvable=known)
        for time in ("published", "published_external"):
            checker.value(getattr(line, time), time)
        checker.check()
        for layer, index, item in items.bad:
            checker.words(item, layer, f"{layer}[{index}]")
        return None if wrong else line

    def document(self, name: str) -> bool:
        """Whether a line may be of this document; complain if not, or if there was a line of it before."""
        if name in self.seen:
            what = f"document {shown(name)} was given in line {self.seen[name]} already."
            self.complain("E302", "id", what, "Keep one line a document.")
        self.seen.setdefault(name, self.complain.line)
        if self.target.documents is None or name in self.target.known:
            return True
        hint = self.complain.meant(name, self.documents, f"There are {len(self.documents)} documents.")
        self.complain("E301", "id", f"there is no document {shown(name)}.", hint)
        return False

    def text(self, line: Submission, *, known: bool) -> str | None:
        """Choose the text that offsets count in: that of the target, else the line's own; complain if they differ."""
        text, own = self.target.texts.get(line.id) if known else None, line.text
        if text is None or own is None or own == text:
            return own if text is None else text
        pairs = zip(text, own, strict=False)
        place = next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(text), len(own)))
        what = f"the text is not that of the document; they differ from code point {place} on."
        self.complain("E403", "text", what, "Leave the text out, or take it from the data set as it is.")
        return text


class _Items(NamedTuple):
    """Items of a line: those of the right shape with their places, the same as written, and what is left of others."""

    good: dict[str, list[tuple[int, Any]]]
    written: list[Any]
    bad: list[tuple[str, int, Any]]


def _sorted_out(value: dict[str, Any], wrong: set[str]) -> _Items:
    """Part the items of a line whose shape is right from those in which there is a fault."""
    marked = {(m[1], int(m[2])) for path in wrong if (m := _IN_ITEM.match(path)) is not None}
    sorted_out = _Items({layer: [] for layer in _ITEMS}, [], [])
    for layer, record in _ITEMS.items():
        items = value.get(layer)
        for index, item in enumerate(items if isinstance(items, list) else []):
            if (layer, index) not in marked:
                sorted_out.good[layer].append((index, msgspec.convert(item, record)))
                sorted_out.written.append(item)
            elif isinstance(item, dict):
                sorted_out.bad.append((layer, index, _words(item, record, f"{layer}[{index}]", wrong)))
    return sorted_out


def _words(item: dict[str, Any], record: type[msgspec.Struct], path: str, wrong: set[str]) -> Any:
    """Make of an item of the wrong shape one that has nothing but its good texts, so that its labels can be checked."""
    names = [name for name in record.__struct_fields__ if step(path, name) not in wrong]
    words = {name: item[name] for name in names if isinstance(item.get(name), str)}
    return msgspec.structs.replace(record(content=[]) if record is PredictedClaim else record(), **words)
