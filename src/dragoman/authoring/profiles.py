"""Profiles: how to segment the pages of a site, declared in TOML and validated before any page is read.

A profile is a list of sections, and a section a list of lines, in the order in which they occur on a page; the format
is described in ``corpus/profiles/README.md``. This module compiles it to a :class:`Profile`, which
:mod:`dragoman.authoring.segmentation` matches against a page.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import regex
from msgspec import Meta

from dragoman import files
from dragoman.authoring.site_patterns import compile_bounded
from dragoman.problems import Diagnostics, DragomanError, Problem
from dragoman.release.source_table import Entry, check_keys, convert, corpus_file, tables
from dragoman.schema import labels
from dragoman.text import visible

MAX_PATTERN = 500
"""Maximum length of a regular expression, in code points."""
MAX_RULES = 200
"""Maximum number of lines in a profile, over all sections."""
DATE_GROUPS = ("year", "month", "day")
"""Named groups of a pattern that give a document's date."""
TEXT_KINDS: frozenset[labels.SegmentKind] = frozenset(
    {"headline", "subhead", "byline", "body", "dateline", "related_headline", "related_teaser"}
)
"""Kinds of segments that are part of a document's text; others only give its time, or are ignored."""

Times = Literal["1", "?", "*", "+"]
Pattern = Annotated[str, Meta(max_length=MAX_PATTERN, min_length=1)]


class _Line(Entry):
    kind: labels.SegmentKind | None = None
    name: Annotated[str, Meta(pattern=r"^[a-z_]{1,40}$")] | None = None
    match: Pattern | None = None
    times: Times = "1"
    marker: Pattern | None = None
    complete: Pattern | None = None
    repeats: str | None = None


class _Section(Entry):
    line: list[_Line]
    document: labels.DocumentKind | Literal["same"] | None = None
    times: Times = "1"


class Rule(msgspec.Struct, frozen=True, eq=False):
    """One line of a section, compiled.

    Attributes:
        where: its location in the profile, as in ``section[2].line[0]``.
        kind: the kind of the segments that it matches.
        times: number of occurrences: ``1`` exactly once, ``?`` at most once, ``+`` once or more, ``*`` any number.
        match: pattern that the whole line must match, or None for any line.
        marker: pattern of a marker before the text, which is not part of it, or None.
        complete: pattern of lines that are not truncated, or None if lines are never truncated.
        repeats: index within the section of the rule whose line this one repeats verbatim, or None.

    """

    where: str
    kind: labels.SegmentKind
    times: Times
    match: regex.Pattern[str] | None = None
    marker: regex.Pattern[str] | None = None
    complete: regex.Pattern[str] | None = None
    repeats: int | None = None

    def describe(self) -> str:
        """Describe what the rule expects, for messages."""
        expected = f"a line of kind {self.kind}"
        if self.repeats is not None:
            expected = f"the {self.kind} of the same section again"
        if self.marker is not None:
            expected += f" after the marker `{self.marker.pattern}`"
        if self.match is not None:
            expected += f" like `{self.match.pattern}`"
        return f"{expected} ({self.where})"


class Section(msgspec.Struct, frozen=True, eq=False):
    """A sequence of lines, compiled.

    Attributes:
        rules: its lines, in order.
        times: number of occurrences, as for a rule.
        document: kind of the document that each occurrence begins; ``same`` continues the previous one; None if its
            lines belong to no document.

    """

    rules: tuple[Rule, ...]
    times: Times
    document: labels.DocumentKind | Literal["same"] | None


class Profile(msgspec.Struct, frozen=True, eq=False):
    """How to segment the pages of a site.

    Attributes:
        path: the file that declares it.
        sections: in the order in which they occur on a page.
        months: number of the month, 1 to 12, by its name on the site.
        year_offset: added to the years on the site: -543 for the Thai calendar.

    """

    path: Path
    sections: tuple[Section, ...]
    months: dict[str, int]
    year_offset: int = 0


def read_profile(root: Path | str, name: str) -> Profile:
    """Read and validate the profile of a site.

    Args:
        root: the source root, which contains ``corpus/profiles/``.
        name: name of the profile, without ``.toml``.

    Raises:
        DragomanError: E706 with all errors in it, E304 if the name is not a valid file name, E207 invalid TOML, or as
            :func:`dragoman.files.read_text`.

    """
    path = corpus_file(Path(root), "profiles", f"{name}.toml")
    return of_table(files.read_toml(path), path)


def of_table(data: dict[str, Any], path: Path) -> Profile:
    """Validate and compile the content of a profile.

    Args:
        data: the TOML table.
        path: the file, for problems.

    Raises:
        DragomanError: E706 with all errors in it.

    """
    diagnostics = Diagnostics(str(path))
    check_keys(data, ("site", "months", "year_offset", "section"), diagnostics)
    months = _months(data.get("months", {}), diagnostics)
    offset = data.get("year_offset", 0)
    if type(offset) is not int:
        diagnostics.add("E706", "it is not a whole number.", "Write year_offset = -543.", path="year_offset")
        offset = 0
    declared = tables(data, "section", _Section, diagnostics)
    if not diagnostics.failed:
        diagnostics.take(*_Checker(str(path), declared).problems())
    if diagnostics.failed:
        raise DragomanError(diagnostics.problems())
    return Profile(path, tuple(_compile(index, section) for index, section in enumerate(declared)), months, offset)


def _months(value: Any, diagnostics: Diagnostics) -> dict[str, int]:
    class Months(msgspec.Struct):
        months: dict[str, Annotated[int, Meta(ge=1, le=12)]]

    try:
        return convert({"months": value}, Months, diagnostics.file, "").months
    except DragomanError as cause:
        diagnostics.take(*cause.problems)
        return {}


def _compile(index: int, section: _Section) -> Section:
    names = {line.name: number for number, line in enumerate(section.line) if line.name}
    rules: list[Rule] = []
    for number, line in enumerate(section.line):
        first = names[line.repeats] if line.repeats else None
        kind = line.kind if first is None else rules[first].kind
        assert kind is not None
        rules.append(
            Rule(
                where=f"section[{index}].line[{number}]",
                kind=kind,
                times=line.times,
                match=compile_bounded(line.match) if line.match else None,
                marker=compile_bounded(line.marker) if line.marker else None,
                complete=compile_bounded(line.complete) if line.complete else None,
                repeats=first,
            )
        )
    return Section(tuple(rules), section.times, section.document)


class _Checker:
    """Validates the sections of a profile, beyond the types of their fields."""

    def __init__(self, file: str, sections: list[_Section]) -> None:
        self._file = file
        self._sections = sections

    def _at(self, where: str, what: str, hint: str) -> Problem:
        return Problem(code="E706", file=self._file, path=where, what=what, hint=hint)

    def problems(self) -> Iterator[Problem]:
        """Yield all problems, in the order of the file."""
        if not self._sections:
            yield self._at("section", "there is no section.", "Declare at least one `[[section]]` with its lines.")
        count = sum(len(section.line) for section in self._sections)
        if count > MAX_RULES:
            yield self._at("section", f"there are {count} lines; at most {MAX_RULES} are read.", "Repeat sections.")
        opened = False
        for index, section in enumerate(self._sections):
            where = f"section[{index}]"
            if section.document == "same" and not opened:
                yield self._at(f"{where}.document", "no section before it begins a document.", "Name the kind.")
            opened = opened or (section.document is not None and section.times in "1+")
            yield from self._section(where, section)

    def _section(self, where: str, section: _Section) -> Iterator[Problem]:
        required = [line for line in section.line if line.times in "1+"]
        if not required:
            hint = "Make one line required; to leave out all of them, give the section `times`."
            yield self._at(where, "a section needs a line that is never missing.", hint)
        begins = section.document not in (None, "same")
        if begins and not any(line.kind in TEXT_KINDS for line in required):
            hint = f"Require a line of one of the kinds {', '.join(sorted(TEXT_KINDS))}."
            yield self._at(where, "a section that begins a document needs a line of text.", hint)
        names: dict[str, _Line] = {}
        for number, line in enumerate(section.line):
            yield from self._line(f"{where}.line[{number}]", line, names)
            if line.name:
                names[line.name] = line
            if line.kind in TEXT_KINDS and section.document is None:
                hint = "Give the section a `document`, or the line another kind."
                yield self._at(f"{where}.line[{number}].kind", f"{line.kind} belongs to a document.", hint)

    def _line(self, where: str, line: _Line, names: dict[str, _Line]) -> Iterator[Problem]:
        if (line.kind is None) == (line.repeats is None):
            yield self._at(where, "a line has either `kind` or `repeats`.", "Give one of the two.")
        if line.repeats is not None:
            first = names.get(line.repeats)
            if first is None:
                hint = "Name an earlier line of the same section."
                yield self._at(f"{where}.repeats", f"no line before it is named {visible(line.repeats)!r}.", hint)
            elif first.times in "*+" or line.times in "*+":
                hint = "Let both occur once, or at most once."
                yield self._at(f"{where}.repeats", "one line is repeated, not many.", hint)
            if line.match or line.complete or line.name:
                hint = "Remove `match`, `complete` and `name`: they are those of the line that it repeats."
                yield self._at(where, "a repeat has these from its line already.", hint)
        if line.name in names:
            yield self._at(f"{where}.name", f"{line.name!r} names an earlier line too.", "Choose another name.")
        yield from self._patterns(where, line)

    def _patterns(self, where: str, line: _Line) -> Iterator[Problem]:
        for field, pattern in (("match", line.match), ("marker", line.marker), ("complete", line.complete)):
            if pattern is None:
                continue
            try:
                groups = set(compile_bounded(pattern).groupindex)
            except (regex.error, Warning, RecursionError, OverflowError, ValueError, MemoryError) as cause:
                what = f"`{visible(pattern)}` is not a regular expression: {visible(str(cause))}."
                yield self._at(f"{where}.{field}", what, "Correct the pattern; literal signs are written as in `\\.`.")
                continue
            # A month without a year, or a day without a month, is not a date.
            wrong = groups - set(DATE_GROUPS) if field == "match" else groups
            if wrong or (groups and "year" not in groups) or ("day" in groups and "month" not in groups):
                what = f"the named groups {', '.join(sorted(groups))} are no date."
                hint = "Only `match` has named groups: year, or year and month, or year, month and day."
                yield self._at(f"{where}.{field}", what, hint)
