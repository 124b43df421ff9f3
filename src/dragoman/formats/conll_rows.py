"""Parser for files of columns: comments, tokens with their tags, boundaries of sentences and documents."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from dragoman.formats import conll_layout, line_builder, tagging
from dragoman.formats.conll_layout import Cells, Layout, bare, cut
from dragoman.formats.outcome import Options
from dragoman.problems import Diagnostics
from dragoman.text import counted

_COMMENT = re.compile(r"# *(?:(?P<bare>newdoc) *$|(?P<key>[\w.]+(?: +id)?) *= ?(?P<value>.*)$)")
_BEGIN = re.compile(r"# ?begin document(?: \(?(?P<name>.*?)\)?)?(?:; *part +(?P<part>\w+))? *$")
_END = re.compile(r"# ?end document\b")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_OTHER_ENDS = re.compile("[\x85\u2028\u2029]")
_HASHES = re.compile(r"#+(?:\s|$)")
_RANGE = re.compile(r"([0-9]{1,9})-([0-9]{1,9})")
_NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(slots=True)
class Surface:
    """Text of a token, or of several tokens that are written as one word (multiword tokens of CoNLL-U)."""

    form: str
    glued: bool = False
    start: int = -1
    end: int = -1


@dataclass(slots=True)
class Row:
    """A token with its line number and its tags."""

    number: int
    surface: Surface
    tags: list[tagging.Tag]


@dataclass(slots=True)
class Sentence:
    """Tokens, and the text that the file gives for them."""

    rows: list[Row] = field(default_factory=list)
    text: str | None = None


def sequences(sentence: Sentence) -> list[list[tagging.Tag]]:
    """Return the tag sequences of a sentence: one per column, or one per label if rows differ in columns."""
    rows = sentence.rows
    if len({len(row.tags) for row in rows}) <= 1:
        return [list(column) for column in zip(*(row.tags for row in rows), strict=True)]
    # If a row has a label twice, the spans are nested: the n-th tag with a label continues the n-th one of the row
    # before.
    found: dict[tuple[str | None, int], list[tagging.Tag]] = {}
    for at, row in enumerate(rows):
        seen: Counter[str | None] = Counter()
        for tag in row.tags:
            if tag.prefix != "O":
                sequence = found.setdefault((tag.label, seen[tag.label]), [tagging.OUTSIDE] * len(rows))
                sequence[at] = tag
                seen[tag.label] += 1
    return list(found.values())


@dataclass(slots=True)
class Document:
    """Sentences, and the id that the file gives for the document."""

    name: str | None
    sentences: list[Sentence] = field(default_factory=lambda: [Sentence()])

    @property
    def rows(self) -> Iterable[Row]:
        """All tokens of the document."""
        return (row for sentence in self.sentences for row in sentence.rows)


class Parser:
    """Classifies lines as comments, tokens and sentence boundaries."""

    def __init__(self, lines: list[str], options: Options, diagnostics: Diagnostics) -> None:
        self.lines, self.options, self.diagnostics = lines, options, diagnostics
        self.documents: list[Document] = []
        self.layout = Layout()
        self.named: tuple[int, list[str]] | None = None
        self.marked = self.tabbed = False
        self.open: dict[int, str | None] = {}
        self.multiword: tuple[int, int, Surface] | None = None
        self.trimmed: list[int] = []

    def parse(self) -> None:
        """Parse all lines into :attr:`documents`."""
        layout = self.find_layout()
        if layout is None:
            return
        self.layout = layout
        for number, line in enumerate(self.lines, start=1):
            self.line(number, line)
        if self.trimmed:
            what = f"{counted(len(self.trimmed), 'tag has', 'tags have')} blanks around, which are cut."
            self.diagnostics.add("W906", what, line=self.trimmed[0])

    def find_layout(self) -> Layout | None:
        """Determine the layout from the options, the file's comments or its rows; None after an error."""
        sentences = self.sample()
        layout = self.columns(sentences)
        spelling = None if layout is None else layout.spelled(sentences)
        if layout is None or spelling is None:
            return layout
        self.diagnostics.add("W906", *spelling.said)
        return replace(layout, spelling=spelling)

    def columns(self, sentences: list[list[Cells]]) -> Layout | None:
        """Identify the columns; None after an error."""
        tabbed = self.tabbed
        if self.options.columns:
            return conll_layout.of_options(self.options.columns, self.diagnostics, tabbed=tabbed)
        if self.named is not None:
            number, names = self.named
            return conll_layout.of_options(names, self.diagnostics, tabbed=tabbed, line=number)
        if not sentences:
            return Layout()
        layout = conll_layout.recognised(sentences, self.diagnostics, marked=self.marked)
        if self.diagnostics.failed:
            return None
        if (layout.form, layout.tags) != (0, (len(sentences[0][0]) - 1,)) and not layout.more:
            what = f"the tokens are taken from column {layout.form + 1}, the tags from column {layout.tags[0] + 1}."
            self.diagnostics.add("W906", what, "Name other columns with --columns.")
        return replace(layout, tabbed=tabbed)

    def sample(self) -> list[list[Cells]]:
        """Split the rows into cells by sentence, like the first row; records what comments say about columns."""
        sentences: list[list[Cells]] = [[]]
        hashed: list[str] = []
        first = ""
        for number, line in enumerate(self.lines, start=1):
            if not line.strip() or line.startswith("-DOCSTART-"):
                sentences.append([])
            elif line.startswith("#"):
                comment = _COMMENT.match(line)
                self.marked |= _BEGIN.match(line) is not None
                if comment and comment["key"] == "global.columns" and self.named is None:
                    self.named = number, comment["value"].split()
                elif not comment:
                    hashed.append(line)
            else:
                if _CONTROL.search(line.replace("\t", " ")):
                    continue  # reported when the row is parsed
                first = first or line
                sentences[-1].append(cut(line, tabbed="\t" in first))
        self.tabbed = "\t" in (first or "".join(hashed[:1]))
        if first:
            return [sentence for sentence in sentences if sentence]
        rows = [cut(line, tabbed=self.tabbed) for line in hashed]  # all tokens begin with "#"
        rows = [cells for cells in rows if len(cells) > 1 and tagging.parse(bare(cells[-1]))]
        return [rows] if rows else []

    def line(self, number: int, line: str) -> None:
        """Process a line."""
        if not line.strip():
            self.sentence()
        elif line.startswith("-DOCSTART-"):
            self.document(None)
        elif line.startswith("#"):
            self.hash(number, line)
        else:
            self.token(number, line)

    def document(self, name: str | None) -> None:
        """Begin a document."""
        self.documents.append(Document(name))
        self.open.clear()

    def sentence(self) -> None:
        """End the current sentence, if there is one."""
        self.open.clear()
        self.multiword = None
        if self.documents and self.documents[-1].sentences[-1].rows:
            self.documents[-1].sentences.append(Sentence())

    def current(self) -> Sentence:
        """Return the current sentence."""
        if not self.documents:
            self.document(None)
        return self.documents[-1].sentences[-1]

    def hash(self, number: int, line: str) -> None:
        """Classify a line that begins with ``#``: directive, token or comment."""
        comment, begin = _COMMENT.match(line), _BEGIN.match(line)
        cells = self.layout.cells(line)
        if begin is not None:
            part = f".part-{begin['part']}" if begin["part"] else ""
            self.document(f"{begin['name']}{part}" if begin["name"] else None)
        elif _END.match(line):
            self.sentence()
        elif comment and comment["bare"]:
            self.document(None)
        elif comment and comment["key"] == "newdoc id":
            self.document(comment["value"])
        elif comment and comment["key"] == "text":
            self.sentence()
            self.current().text = comment["value"].rstrip()
        elif comment and comment["key"] == "global.columns":
            pass
        elif not comment and self.layout.fits(cells) and (not _HASHES.match(cells[0]) or self.tagged(cells)):
            self.token(number, line)
        else:
            self.diagnostics.lose("comments")

    def tagged(self, cells: Cells) -> bool:
        """Tell whether the cells of the tags are valid tags."""
        return all(self.layout.tag(bare(cells[at])) for at in self.layout.tagged(cells))

    def token(self, number: int, line: str) -> None:
        """Process the row of a token."""
        layout, cells = self.layout, self.layout.cells(line)
        control = _CONTROL.search(line.replace("\t", " "))
        if control or not layout.fits(cells):
            self.report_malformed(number, line, cells, control[0] if control else "")
            return
        form = cells[layout.form]
        if layout.number is not None:
            whole = _RANGE.fullmatch(cells[layout.number])
            if whole:  # a multiword token
                self.multiword = int(whole[1]), int(whole[2]), Surface(form)
                return
            if "." in cells[layout.number]:
                self.diagnostics.lose("tokens that are not in the text")
                return
        tags = [self.tag(number, cells[at], at) for at in layout.tagged(cells)]
        row = Row(number, self.surface(form, cells), [tag for tag in tags if tag is not None])
        if None in tags:
            return
        if layout.start is not None and layout.end is not None:
            start, end = (line_builder.offset(cells[at]) for at in (layout.start, layout.end))
            if start is None or end is None:
                self.diagnostics.add("E202", "an offset is not a number.", "Offsets are code points.", line=number)
                return
            row.surface.start, row.surface.end = start, end
        self.current().rows.append(row)

    def surface(self, form: str, cells: Cells) -> Surface:
        """Return the surface of a token: its own, or that of the multiword token it belongs to."""
        glued = "SpaceAfter=No" in cells[-1]
        if self.layout.number is not None and self.multiword is not None:
            first, last, surface = self.multiword
            number = cells[self.layout.number]
            if _NUMBER.fullmatch(number) and first <= int(number) <= last:
                return surface
            self.multiword = None
        return Surface(form, glued)

    def report_malformed(self, number: int, line: str, cells: Cells, control: str) -> None:
        """Report what is wrong with a malformed row."""
        other = _OTHER_ENDS.search(line)
        if control or other:
            char = control or (other[0] if other else "")
            what = f"the control character U+{ord(char):04X} is in the row."
            self.diagnostics.add("E209", what, "Lines end with LF, CRLF or CR; leave others out.", line=number)
            return
        least = self.layout.least
        named = bool(self.options.columns)
        wanted = "a token and a tag" if least < 3 and not named and len(cells) < 2 else f"{least} columns"
        hint = "One token a line."
        if len(cells) > 1 and not named:
            hint = "One token a line; where rows differ, name the columns, as in --columns form=1,tag=2."
        self.diagnostics.add("E209", f"expected {wanted}, found {len(cells)}.", hint, line=number)

    def tag(self, number: int, cell: str, at: int) -> tagging.Tag | None:
        """Parse a tag; reports E209 for an invalid one."""
        if self.layout.key:
            pairs = dict(pair.partition("=")[::2] for pair in cell.split("|"))
            cell = pairs.get(self.layout.key, "O")
        elif self.layout.brackets:
            return self.bracket(number, cell, at)
        text = bare(cell)
        if text != cell:
            self.trimmed.append(number)
        tag = self.layout.tag(text)
        if tag is None:
            hint = "Tags are O, or one of B I E S L U (M W) with a label, as in B-PER."
            self.diagnostics.add("E209", f"{cell[:80]!r} is not a tag.", hint, line=number)
        return tag

    def bracket(self, number: int, cell: str, at: int) -> tagging.Tag | None:
        """Parse a tag in bracket notation: ``(PER*`` opens, ``*`` continues, ``*)`` closes."""
        match = re.fullmatch(r"(?:\(([^()*]+))?\*?(\))?|[-_]", cell)
        if match is None:
            hint = "Tags are brackets, as in (PER*, * and *)."
            self.diagnostics.add("E209", f"{cell[:80]!r} is not a tag.", hint, line=number)
            return None
        label = match[1] or self.open.get(at)
        tag = tagging.Tag("B" if match[1] else "I", label) if label else tagging.OUTSIDE
        self.open[at] = None if match[2] else label
        return tag
