"""The precise path: one line at a time, to say everything that is wrong, and to find quotes.

Slow and thorough. Good lines come out in plain form: every span as offsets, so that they can go through
:func:`dragoman.submission.columns.build` like any other.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from rapidfuzz import fuzz, process

from dragoman import timex
from dragoman.problems import DragomanError, Problem
from dragoman.schema.columns import JOINER
from dragoman.schema.shape import Repeats, faults
from dragoman.schema.submission import PredictedClaim, PredictedClaimant, SpanObject, Submission
from dragoman.submission.target import Target
from dragoman.text import explain_mismatch, find

MOST_PROBLEMS = 1000
"""Problems listed before the rest are only counted."""

Report = Callable[[str, str, str, str], None]
"""Takes code, path, what and mend of a problem in the line at hand."""


def nearest(name: str, names: list[str]) -> str | None:
    """Find the name that somebody may have meant, or None when nothing is near."""
    best = process.extractOne(name[:200], names, scorer=fuzz.ratio, score_cutoff=60)
    return None if best is None else str(best[0])


def read(data: bytes, target: Target, name: str) -> tuple[list[Submission], list[Problem]]:
    """Read all lines, and say all that is wrong with them.

    Args:
        data: the file, checked by :func:`dragoman.files.check_text`.
        target: what it is read against.
        name: how the file is called in problems.

    Returns:
        The lines in plain form, and the problems in the order in which they stand; where there are errors
        the lines are of no use.

    """
    lines: list[Submission] = []
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for number, raw in enumerate(data.split(b"\n"), start=1):
        if not raw.strip():
            continue
        found: list[Problem] = []

        def report(
            code: str, path: str, what: str, mend: str, number: int = number, found: list[Problem] = found
        ) -> None:
            found.append(Problem(code=code, what=what, mend=mend, file=name, line=number, path=path))

        line = _line(raw, target, seen, number, report)
        problems += found
        if line is not None:
            lines.append(line)
        if len(problems) > MOST_PROBLEMS:
            what = f"there are more than {MOST_PROBLEMS} problems; reading stopped at line {number}."
            more = Problem(code="E208", what=what, mend="Mend these first.", file=name, line=number)
            return lines, [*problems[:MOST_PROBLEMS], more]
    return lines, problems


def _line(raw: bytes, target: Target, seen: dict[str, int], number: int, report: Report) -> Submission | None:
    value = _json(raw, report)
    if value is None:
        return None
    shape = list(faults(value, Submission, nearest))
    for fault in shape:
        report(*fault)
    name = value.get("id")
    if isinstance(name, str):
        _document(name, target, seen, number, report)
    if shape:
        return None
    line = msgspec.convert(value, Submission)
    _Checker(line, target, report).check()
    return line


def _json(raw: bytes, report: Report) -> dict[str, Any] | None:
    def constant(word: str) -> Any:
        raise ValueError(f"{word} is not a JSON number")

    try:
        value = json.loads(raw.decode(), object_pairs_hook=Repeats.from_pairs, parse_constant=constant)
    except json.JSONDecodeError as cause:
        report("E201", "", f"not valid JSON: {cause.msg} at column {cause.colno}.", "Each line is one JSON object.")
    except RecursionError:
        report("E201", "", "the JSON is nested too deeply.", "A submission is at most five levels deep.")
    except ValueError as cause:
        report("E201", "", f"not valid JSON: {cause}.", "Write a plain integer, or null.")
    else:
        if isinstance(value, dict):
            return value
        report("E202", "", "the line is not a JSON object.", 'Each line is one document: {"id": "…", …}.')
    return None


def _document(name: str, target: Target, seen: dict[str, int], number: int, report: Report) -> None:
    if name in seen:
        report("E302", "id", f"document {name!r} was given in line {seen[name]} already.", "Keep one line a document.")
    seen.setdefault(name, number)
    if target.documents is not None and name not in target.known:
        near = nearest(name, list(target.documents))
        mend = f"Did you mean {near!r}?" if near else f"There are {len(target.documents)} documents."
        report("E301", "id", f"there is no document {name[:80]!r}.", mend)


class _Checker:
    """Checks one line whose shape is right, and brings its spans into plain form."""

    def __init__(self, line: Submission, target: Target, report: Report) -> None:
        self.line = line
        self.target = target
        self.report = report
        self.text = target.texts.get(line.id)
        self.entity_ids = {entity.id for entity in line.entities or [] if entity.id is not None}

    def check(self) -> None:
        for layer in ("entities", "dates"):
            for index, span in enumerate(getattr(self.line, layer) or []):
                path = f"{layer}[{index}]"
                self.span(span, path)
                self.labels(span, layer, path)
                self.ids(getattr(span, "entity_ids", None), path)
        for index, date in enumerate(self.line.dates or []):
            for name in ("value", "value_external"):
                self.value(getattr(date, name), f"dates[{index}].{name}")
        for index, claim in enumerate(self.line.claims or []):
            self.claim(claim, f"claims[{index}]")
        for layer in ("entities", "dates", "claims"):
            self.unique(layer)
        self.circles()

    def unique(self, layer: str) -> None:
        counts = Counter(item.id for item in getattr(self.line, layer) or [] if item.id is not None)
        for name in sorted(name for name, count in counts.items() if count > 1):
            self.report(
                "E303", layer, f"the id {name[:80]!r} is given {counts[name]} times.", "Ids are unique in a document."
            )

    def labels(self, item: Any, layer: str, path: str) -> None:
        for field, allowed in self.target.label_sets.items():
            prefix, _, name = field.rpartition(".")
            label = getattr(item, name, None) if prefix == layer else None
            if label is not None and label not in allowed:
                near = nearest(label.upper() if allowed[0].isupper() else label.lower(), list(allowed))
                mend = f"Did you mean {near!r}?" if near else f"Labels: {', '.join(allowed)}."
                self.report("E501", f"{path}.{name}", f"there is no label {label[:80]!r}.", mend)

    def ids(self, ids: list[str] | None, path: str) -> None:
        if any(JOINER in name for name in ids or []):
            self.report(
                "E304", f"{path}.entity_ids", "an id contains a control character.", "Use printable characters."
            )

    def value(self, value: str | None, path: str) -> None:
        if value is None or not self.target.strict_values:
            return
        try:
            timex.canonical(value)
        except timex.TimexError as cause:
            self.report("E502", path, f"{value[:80]!r} is not a date value.", f"Expected {cause.expected}.")

    def span(self, span: SpanObject, path: str) -> None:
        """Check a span and replace a quote by its offsets."""
        if span.quote is not None:
            self.quote(span, path)
            return
        if span.start is None or span.end is None:
            self.report("E406", path, "there are neither offsets nor a quote.", "Give start and end, or a quote.")
            return
        start, end, length = span.start, span.end, None if self.text is None else len(self.text)
        if start >= end:
            kind = "empty" if start == end else "reversed"
            self.report("E402", path, f"the span {start} to {end} is {kind}.", "Spans are half-open: start < end.")
        elif start < 0 or (length is not None and end > length):
            reach = "" if length is None else f"; the text has {length} code points"
            hint = (self.text and span.text and explain_mismatch(self.text, start, end, span.text)) or ""
            self.report("E401", path, f"the span {start} to {end} is out of range{reach}.", hint)
        elif self.text is not None and span.text is not None and self.text[start:end] != span.text:
            here = self.text[start:end]
            hint = explain_mismatch(self.text, start, end, span.text) or "Offsets are code points, half-open."
            self.report("E403", path, f"the text there is {here[:80]!r}, not {span.text[:80]!r}.", hint)

    def quote(self, span: SpanObject, path: str) -> None:
        quote = span.quote or ""
        if span.start is not None or span.end is not None:
            self.report("E406", path, "there are both offsets and a quote.", "Give one of them.")
        elif self.text is None:
            self.report("E404", path, "a quote needs a text, and this document has none.", "Give offsets.")
        else:
            places = find(self.text, quote)
            if not places:
                self.report("E404", path, f"{quote[:80]!r} is not in the text.", "Quote the text letter by letter.")
            elif span.occurrence is None and len(places) > 1:
                mend = f"Say which with occurrence, from 1 to {len(places)}."
                self.report("E405", path, f"{quote[:80]!r} is there {len(places)} times.", mend)
            elif (span.occurrence or 1) > len(places):
                mend = f"Say which with occurrence, from 1 to {len(places)}."
                self.report("E405", path, f"there is no occurrence {span.occurrence} of {quote[:80]!r}.", mend)
            else:
                span.start, span.end = places[(span.occurrence or 1) - 1]
                span.quote = span.occurrence = None

    def claim(self, claim: PredictedClaim, path: str) -> None:
        self.labels(claim, "claims", path)
        claim.content = list(self.fragments(claim.content, f"{path}.content"))
        if claim.cue is not None:
            claim.cue = list(self.fragments(claim.cue, f"{path}.cue"))
        for index, claimant in enumerate(claim.claimants or []):
            self.claimant(claimant, f"{path}.claimants[{index}]")
        known = [other.id for other in self.line.claims or [] if other.id is not None]
        if claim.parent is not None and claim.parent not in known:
            near = nearest(claim.parent, known)
            mend = f"Did you mean {near!r}?" if near else "A parent is a claim of the same document."
            self.report("E601", f"{path}.parent", f"there is no claim {claim.parent[:80]!r} here.", mend)

    def fragments(self, spans: list[Any], path: str) -> Iterator[tuple[int, int]]:
        for index, span in enumerate(spans):
            plain = span if isinstance(span, SpanObject) else SpanObject(start=span[0], end=span[1])
            self.span(plain, f"{path}[{index}]")
            yield plain.start or 0, plain.end or 0

    def claimant(self, claimant: PredictedClaimant, path: str) -> None:
        self.labels(claimant, "claims.claimants", path)
        self.ids(claimant.entity_ids, path)
        if isinstance(claimant.mention, tuple):
            if claimant.start is not None or claimant.end is not None or claimant.quote is not None:
                self.report("E406", path, "the mention is given twice.", "Give mention, or start and end, or a quote.")
                return
            claimant.start, claimant.end = claimant.mention
            claimant.mention = None
        spanned = claimant.quote is not None or claimant.start is not None or claimant.end is not None
        if claimant.mention is not None and claimant.mention not in self.entity_ids:
            near = nearest(claimant.mention, sorted(self.entity_ids))
            mend = (
                f"Did you mean {near!r}?" if near else "A mention is an entity of the same document, or [start, end]."
            )
            self.report("E601", f"{path}.mention", f"there is no entity {claimant.mention[:80]!r} here.", mend)
        if claimant.mention is not None and spanned:
            self.report("E406", path, "the mention is given twice.", "Give mention, or start and end, or a quote.")
        elif spanned:
            self.span(claimant, path)
        named = spanned or claimant.mention is not None
        if claimant.role is None and not named:
            self.report("E204", f"{path}.role", "there is neither a role nor a mention.", "Give one of them.")
        elif claimant.role is not None and (claimant.role == "MENTION") != named:
            mend = "A claimant with a mention has the role MENTION, and no other has one."
            self.report("E503", path, f"the role {claimant.role[:80]!r} does not fit.", mend)

    def circles(self) -> None:
        """Spell out each circle of parents once."""
        parent = {claim.id: claim.parent for claim in self.line.claims or [] if claim.id is not None}
        done: set[str] = set()
        for first in parent:
            chain: list[str] = []
            at: str | None = first
            while at is not None and at in parent and at not in done:
                done.add(at)
                chain.append(at)
                at = parent[at]
            if at is not None and at in chain:
                circle = " → ".join([*chain[chain.index(at) :], at])
                self.report("E602", "claims", f"the parents go in a circle: {circle[:400]}.", "Break it at one link.")


def refuse(problems: list[Problem]) -> None:
    """Raise when there is an error among the problems."""
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise DragomanError(errors)
