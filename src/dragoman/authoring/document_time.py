"""Document creation time: what a line of the page proves, and what the source table adds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from dragoman.authoring.profiles import Profile
from dragoman.authoring.segmentation import Cut
from dragoman.problems import Diagnostics, DragomanError, Problem
from dragoman.release.source_table import SourceTable, select
from dragoman.schema.records import CuratedPage, Document
from dragoman.text import visible

YEARS = range(1600, 2201)
"""Plausible years of publication: others are of another calendar."""
MAX_EVIDENCE = 200
"""Maximum length of a line that is quoted as evidence, in code points."""


def read_date(cut: Cut, profile: Profile, file: str) -> tuple[str, str]:
    """Parse the date that a line gives for its document.

    Args:
        cut: the line; its rule's pattern has the named groups of a date.
        profile: the profile, for its month names.
        file: name of the page, for problems.

    Returns:
        The date in EDTF, with the precision of the line (day, month or year), and the evidence.

    Raises:
        DragomanError: E705 if the groups do not match a date, or one of another calendar.

    """
    month = cut.groups.get("month", "")
    numbers = [cut.groups.get("year", ""), str(profile.months.get(month, month)), cut.groups.get("day", "")]
    given = [number for number in numbers if number]
    try:
        # Missing parts are only filled in to check that the date exists.
        year, *rest = (int(number) for number in (*given, *("1", "1")[: 3 - len(given)]))
        day = dt.date(year + profile.year_offset, *rest)
    except (ValueError, OverflowError, TypeError) as cause:
        shown = ", ".join(f"{name} {visible(value[:40])!r}" for name, value in cut.groups.items())
        hint = f"Correct the groups of {cut.rule.where} in {profile.path.name}, or its [months]."
        what = f"{shown} is no date."
        raise DragomanError(Problem(code="E705", file=file, line=cut.line.number, what=what, hint=hint)) from cause
    if day.year not in YEARS:
        what = f"no page is of the year {day.year}: {visible(cut.text[:80])!r} is of another calendar."
        hint = f"Write `year_offset` into {profile.path.name} (-543 for 2567), or remove the named groups."
        raise DragomanError(Problem(code="E705", file=file, line=cut.line.number, what=what, hint=hint))
    quoted = cut.text if len(cut.text) <= MAX_EVIDENCE else f"{cut.text[:MAX_EVIDENCE]}…"
    value = day.isoformat()[: (4, 7, 10)[len(given) - 1]]
    return value, f"Line {cut.line.number} of the page: {quoted}"


def set_published(document: Document, value: str, evidence: str, file: str, line: int) -> None:
    """Set the creation time of a document from a line of its page.

    Args:
        document: the document, changed in place.
        value: EDTF date.
        evidence: the text that proves it.
        file: name of the page, for problems.
        line: 1-based line of the page, for problems.

    Raises:
        DragomanError: E705 if another line gives another time.

    """
    if document.published not in (None, value):
        what = f"{document.id} is dated {document.published} by an earlier line and {value} by this one."
        hint = "Let one line of the profile read the date; remove the named groups from the other."
        raise DragomanError(Problem(code="E705", file=file, line=line, what=what, hint=hint))
    if document.published is None:
        document.published, document.published_evidence = value, evidence


def add_declared(table: SourceTable, pages: Sequence[CuratedPage], diagnostics: Diagnostics) -> None:
    """Add the times declared in the source table to the documents, in place.

    Args:
        table: the source table.
        pages: all curated pages.
        diagnostics: collects errors in the declarations.

    """
    documents = {document.id: document for page in pages for document in page.documents}
    declared: set[str] = set()
    for index, time in enumerate(table.times):
        where = f"time[{index}]"
        chosen: list[str] = []
        for number, pattern in enumerate(time.documents):
            try:
                chosen += select(table, pattern, list(documents), f"{where}.documents[{number}]")
            except DragomanError as cause:
                diagnostics.take(*cause.problems)
        for document in map(documents.__getitem__, chosen):
            if document.id in declared:
                what = f"the time of {document.id} is declared twice."
                diagnostics.take(table.problem(f"{where}.documents", what, "Name each document once."))
            declared.add(document.id)
            if time.published_evidence is not None:
                if document.published is not None:
                    what = f"{document.id} is dated {document.published} by a line of its page."
                    hint = "Declare only what is known from outside."
                    diagnostics.take(table.problem(f"{where}.published", what, hint))
                document.published, document.published_evidence = time.published, time.published_evidence
            document.published_external = time.published_external
            document.published_external_status = time.published_external_status
            document.published_external_evidence = time.published_external_evidence
