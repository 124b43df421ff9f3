"""Inference of a profile from pages: lines that occur on several pages are boilerplate, the first line is a headline.

The result is a starting point for an author who reads the pages: it is written with comments, and pages that do not fit
it use the simplest profile.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import regex

from dragoman import languages
from dragoman.authoring.document_time import YEARS
from dragoman.authoring.profiles import MAX_PATTERN, of_table
from dragoman.authoring.segmentation import cut, split_lines
from dragoman.problems import DragomanError

MAX_DATE_LINE = 60
"""Maximum length of a line that is recognised as a date line, in code points: a longer one is a sentence."""
MAX_BOILERPLATE = 40
"""Maximum number of boilerplate lines on each side of the article."""
_THAI = 543
"""Offset of years in the Thai calendar."""
_DAY, _MONTH, _YEAR = r"(?P<day>\d{1,2})", r"(?P<month>\d{1,2})", r"(?P<year>\d{4})"
_NUMBERS = (
    f"{_YEAR}[-/.]{_MONTH}[-/.]{_DAY}",
    f"{_DAY}[-/.]{_MONTH}[-/.]{_YEAR}",
    f"{_YEAR} ?[年년] ?{_MONTH} ?[月월] ?{_DAY} ?[日일]",
)

PLAIN = """\
# Every line of the document is text.
schema_version = 1
site = "documents without a page around them"

[[section]]
document = "article"

[[section.line]]
kind = "body"
times = "+"
"""
TITLED = """\
# The first line is the title; every other line is text.
schema_version = 1
site = "documents whose first line is their title"

[[section]]
document = "article"

[[section.line]]
kind = "headline"

[[section.line]]
kind = "body"
times = "*"
"""


def suggest(texts: Sequence[str], language: str) -> str:
    """Infer the profile of a site.

    Args:
        texts: pages of the site, one or more.
        language: BCP 47 tag, for month names.

    Returns:
        TOML of a profile that all pages fit.

    Raises:
        DragomanError: E705 for a page that cannot be segmented.

    """
    pages = [[line.text for line in split_lines(text)] for text in texts]
    made = _profile(pages, language)
    return made if _fits(made, texts) else TITLED


def _fits(profile: str, texts: Sequence[str]) -> bool:
    try:
        made = of_table(_toml(profile), Path("profile.toml"))
        for text in texts:
            cut(split_lines(text), made)
    except DragomanError:
        return False
    return True


def _toml(text: str) -> dict[str, object]:
    import tomllib  # noqa: PLC0415 - only needed for new benchmarks

    return tomllib.loads(text)


def _profile(pages: list[list[str]], language: str) -> str:
    shared = {line for line in pages[0] if len(pages) > 1 and all(line in page for page in pages[1:])}
    heads, tails = _edges(pages, shared)
    rules = {rule for page in pages for line in page if (rule := _dated(line, language)) is not None}
    years = _years(pages, rules)
    thai = bool(years) and all(year - _THAI in YEARS and year not in YEARS for year in years)
    other = not thai and any(year not in YEARS for year in years)
    rules = set() if other else rules
    parts = [
        "# Suggested from the pages. Read it against them: what is boilerplate, what is the headline, which",
        '# line dates the article: one of `kind = "meta"` with a `match` that has the groups year, month and day.',
        "schema_version = 1",
        f"site = {json.dumps(f'pages in {language}, as suggested', ensure_ascii=False)}",
    ]
    parts += [f"year_offset = -{_THAI}"] if thai else []
    if other:
        parts.insert(
            2, "# The years of these pages are of another calendar: say when each was published in a [[time]]."
        )
    if any("\\p{L}" in rule for rule in rules):
        months = [month for month in languages.get(language).months if month]
        parts += ["", "[months]", *(f"{_string(month)} = {number}" for number, month in enumerate(months, 1))]
    if heads:
        parts += _boilerplate(heads)
    parts += ["", "[[section]]", 'document = "article"']
    dated = [
        line
        for rule in sorted(rules)
        for line in ("", "[[section.line]]", 'kind = "meta"', f"match = {_string(rule)}", 'times = "?"')
    ]
    parts += [*dated, "", "[[section.line]]", 'kind = "headline"', *dated]
    parts += ["", "[[section.line]]", 'kind = "body"', 'times = "*"', *dated]
    if tails:
        parts += _boilerplate(tails)
    parts += [] if other else _by_hand(pages, rules)
    return "\n".join(parts) + "\n"


def _years(pages: list[list[str]], rules: set[str]) -> list[int]:
    """Return the years in the date lines."""
    matches = (regex.fullmatch(rule, line) for page in pages for line in page for rule in rules)
    return [int(match["year"]) for match in matches if match is not None]


def _by_hand(pages: list[list[str]], rules: set[str]) -> list[str]:
    """Return a comment that explains how to parse a line that may be a date line with unknown month names."""
    found = next((match for page in pages for line in page if (match := _named_month(line)) is not None), None)
    if rules or found is None:
        return []
    before, month, form, after = found
    pattern = f"{regex.escape(before, literal_spaces=True)}{form}{regex.escape(after, literal_spaces=True)}"
    return [
        "",
        f"# A line with {month!r} may date the page. To read it, write all names of months after the site:",
        f"#     [months]\n#     {_string(month)} = NUMBER",
        "# and, in the section of the article, where the line occurs:",
        f'#     [[section.line]]\n#     kind = "meta"\n#     match = {_string(pattern)}\n#     times = "?"',
    ]


def _named_month(line: str) -> tuple[str, str, str, str] | None:
    """Split a short line at a day, a word and a year."""
    match = regex.search(r"(?<!\d)\d{1,2}(\.?(?: de)? )(\p{L}+)((?: de)? )\d{4}(?!\d)", line)
    if match is None or len(line) > MAX_DATE_LINE:
        return None
    form = rf"{_DAY}{regex.escape(match[1], literal_spaces=True)}(?P<month>\p{{L}}+){match[3]}{_YEAR}"
    return line[: match.start()], match[2], form, line[match.end() :]


def _edges(pages: list[list[str]], shared: set[str]) -> tuple[list[str], list[str]]:
    """Return the boilerplate lines before and after the articles, without duplicates, in order."""
    heads: dict[str, None] = {}
    tails: dict[str, None] = {}
    for page in pages:
        for side, lines in ((heads, page), (tails, page[::-1])):
            for line in lines:
                if line not in shared:
                    break
                side[line] = None
    return list(heads)[:MAX_BOILERPLATE], [line for line in list(tails)[::-1] if line not in heads][:MAX_BOILERPLATE]


def _boilerplate(lines: list[str]) -> list[str]:
    made = ["", "# On every page.", "[[section]]", 'times = "*"']
    patterns = [regex.escape(line, special_only=True, literal_spaces=True) for line in lines]
    pattern = "|".join(each for each in patterns if len(each) < MAX_PATTERN)
    if len(pattern) > MAX_PATTERN:
        pattern = patterns[0]
    return [*made, "", "[[section.line]]", 'kind = "boilerplate"', f"match = {_string(pattern)}"]


def _dated(line: str, language: str) -> str | None:
    """Return the pattern of a date line: its words verbatim, with groups for the date; None for any other line."""
    if len(line) > MAX_DATE_LINE:
        return None
    months = [month for month in languages.get(language).months if month]
    named = "|".join(map(regex.escape, months))
    forms = [
        *_NUMBERS,
        *([rf"{_DAY}\.? (?P<month>{named}) {_YEAR}", rf"(?P<month>{named}) {_DAY}, {_YEAR}"] if named else []),
    ]
    for form in forms:
        match = regex.search(rf"(?<!\d)(?:{form})(?!\d)", line)
        if match is not None:
            before, after = (
                regex.sub(r"\d+", r"\\d+", regex.escape(part, special_only=True, literal_spaces=True))
                for part in (line[: match.start()], line[match.end() :])
            )
            # Such lines also have times and counters: digits may vary, all other characters must match.
            written = form.replace(named, r"\p{L}+") if named else form
            return f"{before}{written}{after}"
    return None


def _string(text: str) -> str:
    return f"'{text}'" if "'" not in text and text.isprintable() else json.dumps(text, ensure_ascii=False)
