"""Segmentation: matching a profile against the lines of a page.

A profile is matched as a whole: a page fits if every line is matched by one of its rules, in order. Lines that match a
rule for non-text elements of the site (a date line, a source, boilerplate) are never matched by a rule that accepts any
line, so that an unexpected page is rejected instead of being absorbed by an article's body.

If there are several ways to match, the order of the profile decides: optional lines are matched if possible, repeatable
lines match as few lines as the rest of the page allows, and so do sections. Visited states are remembered, so that the
work is bounded by the product of the numbers of rules and lines.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import NamedTuple

import regex

from dragoman.authoring.profiles import TEXT_KINDS, Profile, Rule
from dragoman.problems import DragomanError, Problem
from dragoman.text import visible

MAX_PAGE = 4 * 2**20
"""Maximum size of a page, in bytes."""
MAX_LINES = 20_000
"""Maximum number of non-blank lines of a page."""
MAX_STEPS = 2_000_000
"""Maximum number of search steps; beyond it, the profile is too ambiguous for the page."""
MATCH_SECONDS = 1.0
"""Timeout for one pattern on one line, in seconds."""
PAGE_SECONDS = 60.0
"""Timeout for all patterns on a page, in seconds."""


class Line(NamedTuple):
    """A non-blank line of a page, stripped.

    Attributes:
        number: 1-based number of the line in the file.
        start: offset of its first code point in the page.
        text: the line.

    """

    number: int
    start: int
    text: str


class Cut(NamedTuple):
    """A line with the rule that matched it.

    Attributes:
        line: the line.
        rule: the rule.
        section: index of the rule's section in the profile.
        passage: number of the section's occurrence, from 0, counted over the page.
        start: offset of the first code point of the text in the page, after the marker.
        text: the text, without the marker.
        groups: values of the named groups of the rule's pattern.
        repeats: index of the cut that it repeats, or None.
        truncated: whether the line does not match the rule's ``complete``.

    """

    line: Line
    rule: Rule
    section: int
    passage: int
    start: int
    text: str
    groups: dict[str, str]
    repeats: int | None
    truncated: bool


class _State(NamedTuple):
    """A state of the search: before rule ``rule`` of a section, with ``line`` as the next line to match."""

    section: int
    rule: int  # -1: before the section is entered
    again: bool  # the rule (or at -1 the section) has matched before
    line: int
    taken: tuple[int, ...]  # lines that later rules can repeat: one per rule of the section, -1 for none


class _Way(NamedTuple):
    """How a state was reached: the previous state, the rule (None if no line was matched), and the quality."""

    before: _State | None
    rule: Rule | None
    certain: int  # lines so far that were matched by a pattern, a marker or a repetition


def split_lines(page: str, file: str = "") -> list[Line]:
    """Split a page into non-blank lines.

    Lines end in LF or CRLF. Lines are stripped of white space, and not changed otherwise.

    Args:
        page: the page's text.
        file: name of the page, for problems.

    Raises:
        DragomanError: E705 for a CR without LF, and if there are no lines or too many.

    """
    lines: list[Line] = []
    start = 0
    for number, raw in enumerate(page.split("\n"), 1):
        text = raw.strip()
        if "\r" in raw.removesuffix("\r"):
            hint = "Save the page with LF or CRLF and enter it in sources.toml again."
            what = "there is a carriage return without a line feed."
            raise DragomanError(Problem(code="E705", file=file, line=number, what=what, hint=hint))
        if text:
            lines.append(Line(number, start + len(raw) - len(raw.lstrip()), text))
        start += len(raw) + 1
    if not 0 < len(lines) <= MAX_LINES:
        what = f"the page has {len(lines):,} lines that are not blank; 1 to {MAX_LINES:,} can be cut."
        raise DragomanError(Problem(code="E705", file=file, what=what, hint="Check that the page was scraped whole."))
    return lines


def cut(lines: list[Line], profile: Profile, file: str = "") -> list[Cut]:
    """Match every line of a page with a rule of its profile.

    Args:
        lines: the page's lines, from :func:`split_lines`.
        profile: the profile.
        file: name of the page, for problems.

    Returns:
        One cut per line, in order.

    Raises:
        DragomanError: E705 if the page does not fit, with the line and what was expected there; E706 if a pattern takes
            too long or the profile is too ambiguous.

    """
    return _Cutter(lines, profile, file).run()


class _Cutter:
    """The search for one page."""

    def __init__(self, lines: list[Line], profile: Profile, file: str) -> None:
        self._lines = lines
        self._profile = profile
        self._file = file
        self._seen: dict[_State, _Way] = {}
        self._matches: dict[tuple[int, int, int], regex.Match[str] | None] = {}
        self._boilerplate = [
            rule
            for section in profile.sections
            for rule in section.rules
            if rule.match is not None and rule.kind not in TEXT_KINDS
        ]
        self._boilerplate_lines: dict[int, bool] = {}
        # Only lines that a later rule can repeat are part of the state, to keep the number of states small.
        self._repeated = [{rule.repeats for rule in section.rules} for section in profile.sections]
        self._deadline = time.monotonic() + PAGE_SECONDS
        self._best = (-1, -1)
        self._expected: dict[str, None] = {}

    def run(self) -> list[Cut]:
        """Search depth-first in the order of preference; the first complete match is the result."""
        stack = [(_State(0, -1, again=False, line=0, taken=()), _Way(None, None, 0))]
        while stack:
            state, way = stack.pop()
            if state in self._seen:
                continue
            self._seen[state] = way
            if len(self._seen) > MAX_STEPS:
                raise self._profile_error("", "the profile fits the page in too many ways.", "Give lines a `match`.")
            if state.section == len(self._profile.sections):
                if state.line == len(self._lines):
                    return self._path(state)
                self._failed(way.certain, state.line, "the end of the page")
                continue
            stack.extend(reversed(list(self._next(state, way.certain))))
        raise self._misfit()

    def _next(self, state: _State, certain: int) -> Iterator[tuple[_State, _Way]]:
        """Yield the successor states, the preferred one first."""
        section = self._profile.sections[state.section]
        if state.rule < 0:
            blank = (-1,) * len(section.rules)
            enter = _State(state.section, 0, again=False, line=state.line, taken=blank)
            leave = _State(state.section + 1, -1, again=False, line=state.line, taken=())
            if not state.again or section.times in "*+":
                yield enter, _Way(state, None, certain)
            if state.again or section.times in "?*":
                yield leave, _Way(state, None, certain)
            return
        if state.rule == len(section.rules):
            yield _State(state.section, -1, again=True, line=state.line, taken=()), _Way(state, None, certain)
            return
        rule = section.rules[state.rule]
        skip = state._replace(rule=state.rule + 1, again=False), _Way(state, None, certain)
        if rule.times == "*" or state.again:
            yield skip
        weight = self._fit(state, rule, certain)
        if weight is not None:
            many = rule.times in "*+"
            taken = state.taken
            if state.rule in self._repeated[state.section]:
                taken = (*taken[: state.rule], state.line, *taken[state.rule + 1 :])
            after = _State(state.section, state.rule + (not many), again=many, line=state.line + 1, taken=taken)
            yield after, _Way(state, rule, certain + weight)
        if rule.times == "?":
            yield skip

    def _fit(self, state: _State, rule: Rule, certain: int) -> int | None:
        """Match the rule with the next line: 1 for a specific match, 0 if the rule accepts any line, None if
        it fails.
        """
        fits = False
        if state.line < len(self._lines):
            text, _ = self._without_marker(rule, self._lines[state.line])
            if text is not None and rule.repeats is not None:
                first = state.taken[rule.repeats]
                fits = first >= 0 and text == self._text_of(state.section, rule.repeats, first)
            elif text is not None and rule.match is not None:
                fits = self._match(state.section, state.rule, state.line) is not None
            elif text is not None:
                fits = rule.marker is not None or not self._is_boilerplate_line(state.line)
        if fits:
            return int(rule.match is not None or rule.marker is not None or rule.repeats is not None)
        self._failed(certain, state.line, rule.describe())
        return None

    def _is_boilerplate_line(self, line: int) -> bool:
        """Tell whether a line matches a rule of the profile for non-text elements."""
        if line not in self._boilerplate_lines:
            self._boilerplate_lines[line] = any(self._describes(rule, self._lines[line]) for rule in self._boilerplate)
        return self._boilerplate_lines[line]

    def _describes(self, rule: Rule, line: Line) -> bool:
        text, _ = self._without_marker(rule, line)
        assert rule.match is not None
        return text is not None and self._search(rule, rule.match, text, line, whole=True) is not None

    def _text_of(self, section: int, rule: int, line: int) -> str | None:
        return self._without_marker(self._profile.sections[section].rules[rule], self._lines[line])[0]

    def _without_marker(self, rule: Rule, line: Line) -> tuple[str | None, int]:
        """Return the text after the marker (None if the line has none), and the marker's length in code points."""
        if rule.marker is None:
            return line.text, 0
        marker = self._search(rule, rule.marker, line.text, line, whole=False)
        if marker is None or marker.end() == len(line.text):
            return None, 0
        rest = line.text[marker.end() :]
        return rest.lstrip(), len(line.text) - len(rest.lstrip())

    def _match(self, section: int, number: int, line: int) -> regex.Match[str] | None:
        """Match a rule's pattern; cached, because the search visits the same line several times."""
        key = (section, number, line)
        if key not in self._matches:
            rule = self._profile.sections[section].rules[number]
            text, _ = self._without_marker(rule, self._lines[line])
            assert rule.match is not None
            assert text is not None
            self._matches[key] = self._search(rule, rule.match, text, self._lines[line], whole=True)
        return self._matches[key]

    def _search(
        self, rule: Rule, pattern: regex.Pattern[str], text: str, line: Line, *, whole: bool
    ) -> regex.Match[str] | None:
        left = min(MATCH_SECONDS, self._deadline - time.monotonic())
        if left <= 0:  # regex treats a timeout of 0 as no limit
            raise self._too_slow(rule, pattern, line)
        try:
            return pattern.fullmatch(text, timeout=left) if whole else pattern.match(text, timeout=left)
        except TimeoutError as cause:
            raise self._too_slow(rule, pattern, line) from cause

    def _too_slow(self, rule: Rule, pattern: regex.Pattern[str], line: Line) -> DragomanError:
        what = f"`{visible(pattern.pattern)}` takes too long on line {line.number} of {visible(self._file)}."
        return self._profile_error(rule.where, what, "Write it without nested repetition.")

    def _profile_error(self, where: str, what: str, hint: str) -> DragomanError:
        return DragomanError(Problem(code="E706", file=str(self._profile.path), path=where, what=what, hint=hint))

    def _failed(self, certain: int, line: int, expected: str) -> None:
        """Record what was expected where the search got furthest, by the number of specific matches."""
        if (certain, line) > self._best:
            self._best, self._expected = (certain, line), {}
        if (certain, line) == self._best:
            self._expected[expected] = None

    def _misfit(self) -> DragomanError:
        at = self._best[1]
        ended = at >= len(self._lines)
        line = self._lines[-1] if ended else self._lines[at]
        shown = visible(line.text if len(line.text) <= 60 else f"{line.text[:60]}…")
        what = f"the page ends after “{shown}”" if ended else f"“{shown}” does not fit"
        name = visible(self._profile.path.name)
        hint = f"Correct {name} there (a line or section that may be missing has `times`), or choose another profile."
        what = f"{what}; expected {' or '.join(map(visible, self._expected))}."
        return DragomanError(Problem(code="E705", file=self._file, line=line.number, what=what, hint=hint))

    def _path(self, state: _State | None) -> list[Cut]:
        """Reconstruct the cuts from the final state."""
        steps: list[tuple[_State, Rule | None]] = []
        while state is not None:
            way = self._seen[state]
            if way.before is not None:
                steps.append((way.before, way.rule))
            state = way.before
        cuts: list[Cut] = []
        passage = -1
        for before, rule in reversed(steps):
            passage += before.rule < 0
            if rule is None:
                continue
            cuts.append(self._cut(before, rule, passage, cuts))
        return cuts

    def _cut(self, at: _State, rule: Rule, passage: int, before: list[Cut]) -> Cut:
        line = self._lines[at.line]
        text, skipped = self._without_marker(rule, line)
        assert text is not None
        match = self._match(at.section, at.rule, at.line) if rule.match else None
        groups = {name: value for name, value in match.groupdict().items() if value} if match else {}
        # There is one cut per line, so that they have the same indices.
        first = None if rule.repeats is None else at.taken[rule.repeats]
        truncated = first is not None and before[first].truncated
        if rule.complete is not None:
            truncated = self._search(rule, rule.complete, text, line, whole=True) is None
        return Cut(line, rule, at.section, passage, line.start + skipped, text, groups, first, truncated)
