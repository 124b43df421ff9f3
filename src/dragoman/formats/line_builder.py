"""Builds submission lines for all converters: ids, span validation, layers, order."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any

from dragoman.formats.outcome import Options
from dragoman.problems import Diagnostics
from dragoman.schema.layers import LAYER_NAMES
from dragoman.schema.submission import PredictedDate, PredictedEntity, Submission
from dragoman.text import MAX_OFFSET, check_span, counted

NUMBERED = re.compile(r"document(-[0-9]+)?")
"""Generated ids of documents without one."""


def offset(digits: str) -> int | None:
    """Parse an offset; None if it is invalid."""
    if not digits.isascii() or not digits.isdigit() or len(digits) > 10:
        return None
    return int(digits) if int(digits) <= MAX_OFFSET else None


def names(
    given: Sequence[str | None],
    options: Options,
    diagnostics: Diagnostics,
    texts: Sequence[str | None] = (),
) -> list[str]:
    """Determine the ids of the documents of an input.

    An id in the file is used if a document of that id is known. Otherwise, the document is identified by its text if
    exactly one known document has the same text apart from white space, with a warning (W906).

    Args:
        given: id of each document in the file, or None.
        options: ``documents`` are ids for documents without one; by default they are called ``document-1``, …;
            ``texts`` are the known documents.
        diagnostics: collects E209 if the numbers differ, E302 for repeated and E304 for invalid ids.
        texts: text of each document, or None; empty if the format has no texts.

    """
    unnamed = sum(name is None for name in given)
    spare = list(options.documents)
    if unnamed and spare and len(spare) != unnamed:
        hint = "Give as many ids as there are documents."
        diagnostics.add(
            "E209",
            f"{counted(unnamed, 'document has', 'documents have')} no id; ids given: {len(spare)}.",
            hint,
        )
    elif not spare:
        spare = ["document"] if unnamed == 1 else [f"document-{number}" for number in range(1, unnamed + 1)]
    supply = iter(spare)
    ids = [next(supply, "document") if name is None else name for name in given]
    if options.texts and not diagnostics.failed:
        ids = _by_text(ids, options, diagnostics, texts)
    check_names(ids, diagnostics)
    return ids


def _by_text(ids: list[str], options: Options, diagnostics: Diagnostics, texts: Sequence[str | None]) -> list[str]:
    """Replace unknown ids by the id of the known document with the same text."""
    lost = [at for at, name in enumerate(ids) if name not in options.texts and at < len(texts) and texts[at]]
    if not lost:
        return ids
    known: dict[str, str | None] = {}
    for name, text in options.texts.items():
        squeezed = _squeezed(text)
        known[squeezed] = None if squeezed in known else name
    taken = set(ids)
    matched = []
    for at in lost:
        found = known.get(_squeezed(texts[at] or ""))
        if found is not None and found not in taken:
            matched.append(f"{ids[at][:80]!r} is {found[:80]!r}")
            ids[at] = found
            taken.add(found)
    if matched:
        diagnostics.add(
            "W906", f"{counted(len(matched), 'document is', 'documents are')} identified by the text: {matched[0]}."
        )
    return ids


def _squeezed(text: str) -> str:
    return "".join(text.split())


def check_names(ids: Sequence[str], diagnostics: Diagnostics) -> None:
    """Report E304 for an empty id, E302 for a repeated one."""
    seen: set[str] = set()
    for number, name in enumerate(ids, start=1):
        if not name:
            diagnostics.add("E304", f"the id of document {number} is empty.", "Give one, or leave it out.")
        elif name in seen:
            diagnostics.add("E302", f"document {name[:80]!r} is given more than once.", "Keep one of them.")
        seen.add(name)


def draft(name: str, text: str | None = None) -> Submission:
    """Make an empty line, to which spans are added."""
    return Submission(id=name, entities=[], dates=[], claims=[], text=text)


def add(
    line: Submission, label: str | None, start: int, end: int, layer: str, surface: str | None = None
) -> PredictedEntity | PredictedDate:
    """Append a labelled span to a layer of a draft, and return it."""
    assert line.entities is not None
    assert line.dates is not None
    if layer == "dates":
        line.dates.append(PredictedDate(start=start, end=end, text=surface, type=label))
        return line.dates[-1]
    line.entities.append(PredictedEntity(start=start, end=end, text=surface, type=label))
    return line.entities[-1]


def sound(
    start: int,
    end: int,
    text: str | None,
    diagnostics: Diagnostics,
    *,
    surface: str | None = None,
    line: int = 0,
    path: str = "",
) -> bool:
    """Validate one span; reports the fault that :func:`dragoman.text.check_span` finds."""
    fault = check_span(text, start, end, surface, affords=diagnostics.affords)
    if fault is not None:
        diagnostics.add(*fault, line=line, path=path)
    return fault is None


def shift(given: str, line: Submission, options: Options, diagnostics: Diagnostics) -> int | None:
    """Return the shift of offsets from the input's text to the document's own text.

    Args:
        given: the text in the input.
        line: the draft; its text is set to the document's own text if that is known, else to ``given``.
        options: ``texts`` has the document's own text.
        diagnostics: collects W906 if one text contains the other, E403 if they differ otherwise.

    Returns:
        Code points to add to each offset; None after an error.

    """
    own = options.texts.get(line.id)
    line.text = given if own is None else own
    if own is None or own == given:
        return 0
    by = None
    if given.strip() and own.count(given.strip()) == 1:
        by = own.find(given.strip()) - (len(given) - len(given.lstrip()))
    elif own.strip() and given.count(own.strip()) == 1:
        by = (len(own) - len(own.lstrip())) - given.find(own.strip())
    if by is not None:
        diagnostics.add(
            "W906", f"{line.id[:80]!r}: the text begins elsewhere than the document's; offsets are moved by {by}."
        )
        return by
    at = next((i for i, (a, b) in enumerate(zip(own, given, strict=False)) if a != b), min(len(own), len(given)))
    what = f"{line.id[:80]!r}: the text is not the document's: at {at} it has {given[at : at + 20]!r}, "
    hint = "Label the document's text as it is, without normalising it."
    diagnostics.add("E403", f"{what}the document {own[at : at + 20]!r}.", hint)
    return None


def surfaces(line: Submission, text: str | None) -> None:
    """Set the surface of every span of a line from the text."""
    if text is None:
        return
    claimants = [who for claim in line.claims or [] for who in claim.claimants or []]
    for span in (*(line.entities or []), *(line.dates or []), *claimants):
        if span.start is not None and span.end is not None:
            span.text = text[span.start : span.end]


def in_order(line: Submission) -> Submission:
    """Sort the items of a line by start, end and type; the order of items has no meaning."""

    def place(span: Any) -> tuple[Any, ...]:
        # Quotes are not located yet, and their order determines which occurrence is meant.
        if span.start is None:
            return True, 0, 0, "", ""
        return False, span.start, span.end, span.type or "", span.id or ""

    for layer in (line.entities, line.dates):
        if layer is not None:
            layer.sort(key=place)
    if line.claims is not None:
        line.claims.sort(key=lambda claim: (claim.content, claim.id or ""))
    return line


def settle(lines: list[Submission], always: Collection[str]) -> list[Submission]:
    """Decide which layers the lines attempt: those with items in any line, and those that the format always attempts.

    An attempted layer is a list in every line, possibly empty; any other is None in every line.
    """
    for layer in LAYER_NAMES:
        some = layer in always or any(getattr(line, layer) for line in lines)
        for line in lines:
            setattr(line, layer, (getattr(line, layer) or []) if some else None)
    return lines


def finish(
    drafts: list[Submission], always: Collection[str], options: Options, diagnostics: Diagnostics
) -> list[Submission]:
    """Complete drafts with valid spans: surfaces, order, layers."""
    if diagnostics.failed:
        return []
    for line in drafts:
        surfaces(line, options.texts.get(line.id, line.text))
        in_order(line)
    return settle(drafts, always)
