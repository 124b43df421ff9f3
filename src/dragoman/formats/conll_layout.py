"""Identification of the columns: from ``--columns``, from ``# global.columns``, or from the content.

Recognised layouts: token first, tag last (CoNLL-2003); a first column with token numbers 1, 2, 3 … (UNER, GermEval; in
CoNLL-U the tag is ``NER=`` in MISC); brackets in the eleventh column after ``#begin document`` (CoNLL-2012); a single
column of tags anywhere; and rows with a token and a variable number of tags, for nested spans (Wojood). If two columns
have tags with labels in common (gold and predictions of ``conlleval``, outer and inner spans of GermEval), the layout
is ambiguous.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dragoman.formats import tagging
from dragoman.problems import Diagnostics

Cells = list[str]
_CHUNKS = frozenset({"NP", "VP", "PP", "ADVP", "SBAR", "ADJP", "PRT", "CONJP", "INTJ", "LST", "UCP"})
"""Labels of syntactic chunks (Tjong Kim Sang and Buchholz 2000), a column of CoNLL-2003 besides the entities."""
_ROLES = {
    **dict.fromkeys(("FORM", "TOKEN", "WORD"), "form"),
    **dict.fromkeys(("TAG", "NER", "LABEL"), "tag"),
    **dict.fromkeys(("ID", "NUMBER"), "number"),
    **dict.fromkeys(("START", "END", "GOLD", "PRED"), ""),
}
_MISC = 9
_BRACKETS = 10
_GAP = re.compile(r"[ \t]+")
_NUMBER = re.compile(r"([0-9]+)(?:([-.])[0-9]+)?")
_NER = re.compile(r"(?:^|\|)NER=")
_SAMPLED = 20_000


@dataclass(frozen=True)
class Layout:
    """Meaning of the columns, numbered from 0.

    Attributes:
        form: column of the token.
        tags: columns of its tags, several for nested spans.
        more: whether all cells after the first tag are tags too, in any number.
        key: key of CoNLL-U's MISC whose value is the tag, or empty.
        number: column of the token's number in its sentence.
        start: column of the offset of its first code point.
        end: column of the offset after its last code point.
        least: minimum number of cells in a row.
        exact: whether more cells than that are an error.
        tabbed: whether cells are separated by tabs only.
        brackets: whether tags are brackets, as in ``(PER*``, ``*``, ``*)``.
        spelling: notation of the tags, if it is not ``B-PER``.

    """

    form: int = 0
    tags: tuple[int, ...] = (-1,)
    key: str = ""
    number: int | None = None
    start: int | None = None
    end: int | None = None
    least: int = 2
    exact: bool = True
    tabbed: bool = False
    brackets: bool = False
    more: bool = False
    spelling: tagging.Spelling | None = None

    def tag(self, cell: str) -> tagging.Tag | None:
        """Parse a tag; None if the cell is not a tag."""
        return tagging.parse(cell) if self.spelling is None else self.spelling.read(cell)

    def spelled(self, sentences: list[list[Cells]]) -> tagging.Spelling | None:
        """Determine the notation of the tags from all rows that have them; None if it is the usual one."""
        if self.brackets or self.key or self.more:
            return None
        rows = [cells for sentence in sentences for cells in sentence if self.fits(cells)]
        ways = {tagging.spelling([bare(cells[at]) for cells in rows]) for at in self.tags}
        return ways.pop() if len(ways) == 1 else None

    def fits(self, cells: Cells) -> bool:
        """Tell whether a row has the required number of cells."""
        return len(cells) == self.least if self.exact else len(cells) >= self.least

    def tagged(self, cells: Cells) -> list[int]:
        """Return the columns of a row that are tags."""
        return list(range(self.tags[0], len(cells))) if self.more else list(self.tags)

    def cells(self, line: str) -> Cells:
        """Split a row into cells."""
        return cut(line, tabbed=self.tabbed)


def cut(line: str, *, tabbed: bool) -> Cells:
    """Split a row at tabs, or at blanks and tabs, but no other white space; empty cells at the end are dropped."""
    cells = line.split("\t") if tabbed else _GAP.split(line.strip(" \t"))
    while len(cells) > 1 and not cells[-1]:
        cells.pop()
    return cells


def of_options(names: Sequence[str], diagnostics: Diagnostics, *, tabbed: bool, line: int = 0) -> Layout | None:
    """Parse names of columns, in order or with numbers from 1; None after an error (E209, E221)."""
    places: dict[str, int] = {}
    tags: list[int] = []
    key = ""
    numbered = False
    for at, item in enumerate(names):
        name, _, where = item.strip().partition("=")
        digits, _, part = where.partition(":")
        if where and not (digits.isascii() and digits.isdigit() and len(digits) <= 5 and 1 <= int(digits) <= 10_000):
            hint = "Write a name and a number from 1, as in form=2,tag=3."
            diagnostics.add("E209", f"{item[:80]!r} is not a column.", hint, line=line)
            return None
        numbered |= bool(where)
        place = int(digits) - 1 if where else at
        role = _ROLES.get(name.upper())
        if role == "tag":
            tags.append(place)
            key = part
        elif role is not None:
            places[role or name.lower()] = place
        elif where:
            hint = "Columns are form, tag, id, start and end; gold and pred where two are scored against each other."
            diagnostics.add("E209", f"there is no column {name[:80]!r}.", hint, line=line)
            return None
    if {"gold", "pred"} & places.keys() and not tags:
        hint = "Name one of them tag; score takes both, one against the other."
        diagnostics.add("E221", "there is a column of gold and one of predictions.", hint, line=line)
        return None
    if "form" not in places or (numbered and not tags):
        lacks = "TAG" if "form" in places else "FORM"
        hint = "Name the columns as in CoNLL-U Plus, the tag's TAG; or give numbers, as in form=2,tag=3."
        diagnostics.add("E209", f"the columns that are named lack {lacks}.", hint, line=line)
        return None
    given = [*places.values(), *tags]
    return Layout(
        places["form"],
        tuple(tags) or (len(names) - 1,),
        key,
        places.get("number"),
        places.get("start"),
        places.get("end"),
        max(given) + 1 if numbered else len(names),
        exact=not numbered,
        tabbed=tabbed,
    )


def recognised(sentences: list[list[Cells]], diagnostics: Diagnostics, *, marked: bool) -> Layout:
    """Identify the columns by their content; reports E221 if two columns may be the tags.

    Args:
        sentences: the cells of rows, by sentence; at least one.
        diagnostics: collects the problem.
        marked: whether there is a ``#begin document`` line.

    """
    width = len(sentences[0][0])
    rows = [cells for sentence in sentences for cells in sentence if len(cells) == width][:_SAMPLED]
    first = sentences[0][0]
    if marked and width > _BRACKETS and first[2].isdigit():
        return Layout(3, (_BRACKETS,), number=2, least=_BRACKETS + 1, exact=False, brackets=True)
    if _has_variable_tags(sentences):
        what = "rows have one tag or several: each label is read by itself, so that spans may be nested."
        diagnostics.add("W906", what, "Name the columns for another reading: --columns form=1,tag=2.")
        return Layout(0, (1,), least=2, exact=False, more=True)
    number = 0 if width > 2 and _is_numbering(sentences) else None
    form = 0 if number is None else 1
    base = Layout(form, (width - 1,), number=number, least=width)
    if width == _MISC + 1 and number == 0 and any(_NER.search(cells[_MISC]) for cells in rows):
        return Layout(form, (_MISC,), "NER", number, least=width)
    labels = {at: found for at in range(form + 1, width) if (found := _labels(rows, at)) is not None}
    if not labels:
        return base
    tag = width - 1 if width - 1 in labels else max(labels)
    rivals = [at for at in labels if at != tag and not labels[at] <= _CHUNKS and _is_ambiguous(labels[at], labels[tag])]
    if rivals:
        _report_ambiguous(form, rivals[-1], tag, diagnostics)
    elif others := [at for at in labels if at != tag and labels[at] and not labels[at] <= _CHUNKS]:
        what = f"the tags are taken from column {tag + 1}; column {others[-1] + 1} holds tags, too, of other labels."
        hint = f"Read both with --columns form={form + 1},tag={others[-1] + 1},tag={tag + 1}."
        diagnostics.add("W906", what, hint)
    return Layout(form, (tag,), number=number, least=width)


def _has_variable_tags(sentences: list[list[Cells]]) -> bool:
    """Tell whether the number of tags varies by row, and all cells after the token are tags."""
    rows = [cells for sentence in sentences for cells in sentence]
    return len(set(map(len, rows))) > 1 and all(
        len(cells) > 1 and all(cell.isprintable() and tagging.parse(bare(cell)) for cell in cells[1:]) for cells in rows
    )


def _is_ambiguous(others: frozenset[str], labels: frozenset[str]) -> bool:
    """Tell whether two columns are equally plausible as the tags."""
    return bool(others & labels) or (bool(others) and not labels)


def _report_ambiguous(form: int, one: int, other: int, diagnostics: Diagnostics) -> None:
    form, one, other = form + 1, one + 1, other + 1
    hint = (
        f"Choose with --columns form={form},tag={one} or --columns form={form},tag={other}; read both, nested, with "
        f"--columns form={form},tag={one},tag={other}; score one against the other with "
        f"--columns form={form},gold={one},pred={other}."
    )
    diagnostics.add("E221", f"columns {one} and {other} both hold tags, of the same labels.", hint)


def _labels(rows: list[Cells], at: int) -> frozenset[str] | None:
    """Return the labels in a column of tags; None if a cell is not a tag."""
    labels = set()
    for cells in rows:
        tag = tagging.parse(bare(cells[at]))
        if tag is None:
            return None
        if tag.prefix != "O":
            labels.add(tag.label or "")
    return frozenset(labels)


def _is_numbering(sentences: list[list[Cells]]) -> bool:
    """Tell whether the first column numbers the tokens of each sentence, from 0 or 1."""
    for sentence in sentences[:1000]:
        last: int | None = None
        for cells in sentence:
            match = _NUMBER.fullmatch(cells[0])
            if match is None or len(match[1]) > 6:
                return False
            if match[2]:
                continue
            number = int(match[1])
            if number > 1 if last is None else number != last + 1:
                return False
            last = number
    return True


_MARKS = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_EDGES = re.compile(rf"^[\s{_MARKS}]+|[\s{_MARKS}]+$")


def bare(cell: str) -> str:
    """Strip white space of any kind around a tag, zero-width characters included."""
    return _EDGES.sub("", cell) if cell and not (cell[0].isalpha() and cell[-1].isalnum()) else cell
