"""Cutting: laying a profile over the lines of a page.

A profile is matched as a whole: the lines of a page fit it when every line is taken by one of its rules, in order.
What a profile knows as furniture of the site (a date line, a source, boilerplate) is never taken for text by a rule
that would take any line; a page that is not what it should be is refused, and not swallowed by an article's body.
Where that can be done in several ways the profile's order decides: what may be missing is taken where it can
be, a line that may stand many times takes as few lines as let the rest of the page fit, a section as many. The search
keeps what it has tried, so that its work is bounded by the number of rules times that of lines.
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
"""Largest page, in bytes."""
MAX_LINES = 20_000
"""Most lines of a page that are not blank."""
MAX_STEPS = 2_000_000
"""Most steps of the search, over which a profile is too ambiguous for its page."""
MATCH_SECONDS = 1.0
"""Longest time for one pattern on one line, in seconds."""
PAGE_SECONDS = 60.0
"""Longest time for all patterns on a page, in seconds."""


class Line(NamedTuple):
    """A line of a page that is not blank, without white space at its edges.

    Attributes:
        number: 1-based number of the line in the file.
        start: its first code point in the page.
        text: the line.

    """

    number: int
    start: int
    text: str


class Cut(NamedTuple):
    """A line with the rule that took it.

    Attributes:
        line: the line.
        rule: the rule.
        section: index of the rule's section in the profile.
        passage: number of the pass through a section, from 0, counted over the page.
        start: first code point of the text in the page, after the marker.
        text: the text, without the marker.
        groups: what the named groups of the rule's pattern matched.
        repeats: index of the cut that it repeats, or None.
        truncated: whether it lacks the end that the rule's ``complete`` describes.

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
    """A point of the search: before rule ``rule`` of a section, with the next line to be taken."""

    section: int
    rule: int  # -1: before the section has been entered
    again: bool  # the rule, or at -1 the section, has been taken before
    line: int
    taken: tuple[int, ...]  # what repeats in this pass may refer to: line per rule of the section, -1 for none


class _Way(NamedTuple):
    """How a state was reached: from which state, by which rule (None: without taking a line), and how well."""

    before: _State | None
    rule: Rule | None
    certain: int  # lines so far that a pattern, a marker or a repeat vouched for


def split_lines(page: str, file: str = "") -> list[Line]:
    """Lines of a page that are not blank.

    Lines end in LF or CRLF. White space at the edges of a line is left out of it, nothing else is changed.

    Args:
        page: the page's text.
        file: the page's name, for a problem.

    Raises:
        DragomanError: E705 when a CR stands alone, when there is no line, or when there are too many.

    """
    lines: list[Line] = []
    start = 0
    for number, raw in enumerate(page.split("\n"), 1):
        text = raw.strip()
        if "\r" in raw.removesuffix("\r"):
            hint = "Save the page with LF or CRLF and enter it in sources.toml anew."
            what = "a carriage return stands without a line feed."
            raise DragomanError(Problem(code="E705", file=file, line=number, what=what, hint=hint))
        if text:
            lines.append(Line(number, start + len(raw) - len(raw.lstrip()), text))
        start += len(raw) + 1
    if not 0 < len(lines) <= MAX_LINES:
        what = f"the page has {len(lines):,} lines that are not blank; 1 to {MAX_LINES:,} can be cut."
        raise DragomanError(Problem(code="E705", file=file, what=what, hint="Check that the page was scraped whole."))
    return lines


def cut(lines: list[Line], profile: Profile, file: str = "") -> list[Cut]:
    """Give every line of a page to a rule of its profile.

    Args:
        lines: the page's lines, from :func:`split_lines`.
        profile: the profile.
        file: the page's name, for a problem.

    Returns:
        One cut a line, in order.

    Raises:
        DragomanError: E705 when the page does not fit, with the line and what was expected there; E706 when a
            pattern takes too long or the profile is too ambiguous.

    """
    return _Cutter(lines, profile, file).run()


class _Cutter:
    """The search; made for one page."""

    def __init__(self, lines: list[Line], profile: Profile, file: str) -> None:
        self._lines = lines
        self._profile = profile
        self._file = file
        self._seen: dict[_State, _Way] = {}
        self._matches: dict[tuple[int, int, int], regex.Match[str] | None] = {}
        self._furniture = [
            rule
            for section in profile.sections
            for rule in section.rules
            if rule.match is not None and rule.kind not in TEXT_KINDS
        ]
        self._is_furniture: dict[int, bool] = {}
        # Only what a later line may repeat is remembered in a state: fewer states, less work.
        self._repeated = [{rule.repeats for rule in section.rules} for section in profile.sections]
        self._deadline = time.monotonic() + PAGE_SECONDS
        self._best = (-1, -1)
        self._expected: dict[str, None] = {}

    def run(self) -> list[Cut]:
        """Search depth first, in the order of preference; the first way through is the answer."""
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
        """States that follow, the preferred first."""
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
        """Whether the rule takes the next line: 1 if something vouches for it, 0 if any line would do, else None."""
        fits = False
        if state.line < len(self._lines):
            text, _ = self._without_marker(rule, self._lines[state.line])
            if text is not None and rule.repeats is not None:
                first = state.taken[rule.repeats]
                fits = first >= 0 and text == self._text_of(state.section, rule.repeats, first)
            elif text is not None and rule.match is not None:
                fits = self._match(state.section, state.rule, state.line) is not None
            elif text is not None:
                fits = rule.marker is not None or not self._known_furniture(state.line)
        if fits:
            return int(rule.match is not None or rule.marker is not None or rule.repeats is not None)
        self._failed(certain, state.line, rule.describe())
        return None

    def _known_furniture(self, line: int) -> bool:
        """Whether a line is one that the profile describes, somewhere, as no text."""
        if line not in self._is_furniture:
            self._is_furniture[line] = any(self._describes(rule, self._lines[line]) for rule in self._furniture)
        return self._is_furniture[line]

    def _describes(self, rule: Rule, line: Line) -> bool:
        text, _ = self._without_marker(rule, line)
        assert rule.match is not None
        return text is not None and self._search(rule, rule.match, text, line, whole=True) is not None

    def _text_of(self, section: int, rule: int, line: int) -> str | None:
        return self._without_marker(self._profile.sections[section].rules[rule], self._lines[line])[0]

    def _without_marker(self, rule: Rule, line: Line) -> tuple[str | None, int]:
        """Text after the marker, None where the line has none, and the marker's length in code points."""
        if rule.marker is None:
            return line.text, 0
        marker = self._search(rule, rule.marker, line.text, line, whole=False)
        if marker is None or marker.end() == len(line.text):
            return None, 0
        rest = line.text[marker.end() :]
        return rest.lstrip(), len(line.text) - len(rest.lstrip())

    def _match(self, section: int, number: int, line: int) -> regex.Match[str] | None:
        """Match a rule's pattern; remembered, because the search comes back to the same line."""
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
        if left <= 0:  # the library would take that for no limit
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
        """Remember what was expected where the search got furthest by lines that something vouched for."""
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
        """Read the way back from the last state."""
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
        # One line is one cut, so that a line's index is its cut's.
        first = None if rule.repeats is None else at.taken[rule.repeats]
        truncated = first is not None and before[first].truncated
        if rule.complete is not None:
            truncated = self._search(rule, rule.complete, text, line, whole=True) is None
        return Cut(line, rule, at.section, passage, line.start + skipped, text, groups, first, truncated)
