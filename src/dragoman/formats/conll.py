r"""Tags in columns, as in the CoNLL shared tasks: a token a line, its tag in a column, an empty line after a sentence.

Sources: CoNLL-2003 (Tjong Kim Sang and De Meulder 2003: token first, tag last, ``-DOCSTART-`` between documents),
CoNLL-2012 (Pradhan et al. 2012: ``#begin document``, tags as brackets), CoNLL-U and CoNLL-U Plus
(https://universaldependencies.org/ext-format.html: ``# global.columns = FORM …``; ``# newdoc id = …``; ``# text = …``).
Which column is what is told by :mod:`dragoman.formats.conll_layout`.

Written is CoNLL-U Plus with the columns ``FORM``, ``START``, ``END`` (code points in the document) and ``TAG`` in BIO,
separated by tabs; a reader that takes the first column and the last one reads it too. Read is anything with a token and
a tag a line, in BIO, IOB1, BIOES, BMES, BMEWO or BILOU. Offsets come from the columns ``START`` and ``END`` if there are
such; else the tokens are found in the document's text where it is known; else the text is made of the tokens, and the
line says so by carrying it: ``# text`` where the file has it, else the tokens with one space between two, or with
nothing between where each row holds a character.

A line that begins with ``#`` is a token where it has the cells of one; what is passed over as a comment is counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dragoman.formats import conll_layout, line_builder, plain_spans, tagging, tokens
from dragoman.formats.conll_layout import Cells, Layout, bare, cut
from dragoman.formats.outcome import DEFAULT, Converted, Options, Scheme, Written, decoded
from dragoman.formats.sample import Sample
from dragoman.problems import Diagnostics
from dragoman.schema.submission import Submission

LAYERS = ("entities",)
HOLDS = frozenset({"documents.id", "entities", "entities.type", "dates", "dates.type"})
CANNOT_HOLD = (
    "nested and overlapping spans",
    "spans that do not begin and end where tokens do",
    "everything about a span but its type",
    "values of dates",
    "claims",
)
WRITTEN_COLUMNS = ("FORM", "START", "END", "TAG")
SUFFIXES = (".conll", ".conllup", ".conllu", ".bio", ".iob", ".iob2")
_COMMENT = re.compile(r"# *(?:(?P<bare>newdoc) *$|(?P<key>[\w.]+(?: +id)?) *= ?(?P<value>.*)$)")
_BEGIN = re.compile(r"# ?begin document(?: \(?(?P<name>.*?)\)?)?(?:; *part +(?P<part>\w+))? *$")
_END = re.compile(r"# ?end document\b")
_LINE_END = re.compile(r"\r\n|\n|\r")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_OTHER_ENDS = re.compile("[\x85\u2028\u2029]")
_HASHES = re.compile(r"#+(?:\s|$)")
_RANGE = re.compile(r"([0-9]+)-([0-9]+)")
_ONE = re.compile(r"(?s).[\u0300-\u036f\ufe00-\ufe0f]*")
_IDEOGRAPHS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


@dataclass(slots=True)
class _Surface:
    """Words as they stand in the text: a token, or what several tokens are written as together."""

    form: str
    glued: bool = False
    start: int = -1
    end: int = -1


@dataclass(slots=True)
class _Row:
    number: int
    surface: _Surface
    tags: list[tagging.Tag]


@dataclass(slots=True)
class _Sentence:
    rows: list[_Row] = field(default_factory=list)
    text: str | None = None


@dataclass(slots=True)
class _Document:
    name: str | None
    sentences: list[_Sentence] = field(default_factory=lambda: [_Sentence()])

    @property
    def rows(self) -> Iterable[_Row]:
        return (row for sentence in self.sentences for row in sentence.rows)


def recognises(sample: Sample) -> bool:
    """Whether most rows have a tag in some cell; or the name says so, and it is text of no other kind."""
    if sample.start.startswith("#FORMAT=WebAnno") or sample.is_json or "\x00" in sample.head:
        return False
    lines = [line for line in sample.lines[:500] if not line.startswith(("#", "-DOCSTART-"))][:200]
    tagged = sum(
        any(tagging.parse(bare(cell)) or cell.startswith("NER=") or "|NER=" in cell for cell in cells[1:])
        for line in lines
        for cells in (cut(line, tabbed="\t" in line),)
    )
    if lines and tagged >= 0.8 * len(lines):
        return True
    return sample.name.endswith(SUFFIXES) and not sample.is_markup and sample.head.count("\ufffd") * 8 <= len(lines)


def read(data: bytes, options: Options = DEFAULT) -> Converted:
    """Read columns.

    Args:
        data: the file; lines end with LF, CRLF or CR.
        options: ``documents`` for files without ids; ``texts``; ``date_labels``; ``columns``; ``scheme``;
            ``characters``.

    Problems: E102 to E106; E209 lines and tags that are none; E221 two columns of tags; E503 tags of another scheme;
    E404 a token that is not in the text; E202, E401 to E403 offsets; E302 and E304 ids; W906 tags that cannot follow
    the one before, and blanks around tags.

    """
    diagnostics = Diagnostics(options.name)
    text = decoded(data, diagnostics)
    if text is None:
        return Converted.of([], diagnostics)
    parser = _Parser(_LINE_END.split(text), options, diagnostics)
    parser.parse()
    documents = parser.documents
    scheme = _scheme(documents, options, diagnostics)
    together = _together(documents, options, diagnostics)
    squeezed = ["".join(row.surface.form for row in document.rows) for document in documents]
    names = line_builder.names([document.name for document in documents], options, diagnostics, squeezed)
    lines = []
    if not diagnostics.failed:
        between = "" if together else " "
        lines = [
            _line(name, document, scheme, between, options, diagnostics)
            for name, document in zip(names, documents, strict=True)
        ]
    return Converted.of(line_builder.finish(lines, LAYERS, options, diagnostics), diagnostics)


class _Parser:
    """Sorts lines into comments, tokens and ends of sentences."""

    def __init__(self, lines: list[str], options: Options, diagnostics: Diagnostics) -> None:
        self.lines, self.options, self.diagnostics = lines, options, diagnostics
        self.documents: list[_Document] = []
        self.layout = Layout()
        self.open: dict[int, str | None] = {}
        self.together: tuple[int, int, _Surface] | None = None
        self.trimmed: list[int] = []

    def parse(self) -> None:
        layout = self.find_layout()
        if layout is None:
            return
        self.layout = layout
        for number, line in enumerate(self.lines, start=1):
            self.line(number, line)
        if self.trimmed:
            what = f"{len(self.trimmed):,} tags have blanks around them, which are cut."
            self.diagnostics.add("W906", what, line=self.trimmed[0])

    def find_layout(self) -> Layout | None:
        """Tell the columns by the options, the file's own words or its rows, with the first row's width and tabs."""
        sentences: list[list[Cells]] = [[]]
        hashed: list[str] = []
        first = ""
        named: tuple[int, list[str]] | None = None
        marked = False
        for number, line in enumerate(self.lines, start=1):
            if not line.strip() or line.startswith("-DOCSTART-"):
                sentences.append([])
            elif line.startswith("#"):
                comment = _COMMENT.match(line)
                marked |= _BEGIN.match(line) is not None
                if comment and comment["key"] == "global.columns" and named is None:
                    named = number, comment["value"].split()
                elif not comment:
                    hashed.append(line)
            else:
                if _CONTROL.search(line.replace("\t", " ")):
                    continue  # said when the row is read
                first = first or line
                sentences[-1].append(cut(line, tabbed="\t" in first))
        sentences = [sentence for sentence in sentences if sentence]
        tabbed = "\t" in first
        if not sentences:  # every token begins with #
            rows = [cut(line, tabbed="\t" in line) for line in hashed]
            rows = [cells for cells in rows if len(cells) > 1 and tagging.parse(bare(cells[-1]))]
            sentences, tabbed = [rows] if rows else [], bool(hashed) and "\t" in hashed[0]
        if self.options.columns:
            return conll_layout.of_options(self.options.columns, self.diagnostics, tabbed=tabbed)
        if named is not None:
            return conll_layout.of_options(named[1], self.diagnostics, tabbed=tabbed, line=named[0])
        if not sentences:
            return Layout()
        layout = conll_layout.recognised(sentences, self.options, self.diagnostics, marked=marked)
        return None if self.diagnostics.failed else layout_with(layout, tabbed=tabbed)

    def line(self, number: int, line: str) -> None:
        if not line.strip():
            self.sentence()
        elif line.startswith("-DOCSTART-"):
            self.document(None)
        elif line.startswith("#"):
            self.hash(number, line)
        else:
            self.token(number, line)

    def document(self, name: str | None) -> None:
        self.documents.append(_Document(name))
        self.open.clear()

    def sentence(self) -> None:
        self.open.clear()
        self.together = None
        if self.documents and self.documents[-1].sentences[-1].rows:
            self.documents[-1].sentences.append(_Sentence())

    def current(self) -> _Sentence:
        if not self.documents:
            self.document(None)
        return self.documents[-1].sentences[-1]

    def hash(self, number: int, line: str) -> None:
        """Sort a line that begins with ``#``: what the format means by it, a token, or a comment."""
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
        return all(tagging.parse(bare(cells[at])) for at in self.layout.tags)

    def token(self, number: int, line: str) -> None:
        layout, cells = self.layout, self.layout.cells(line)
        control = _CONTROL.search(line.replace("\t", " "))
        if control or not layout.fits(cells):
            self.wrong_row(number, line, cells, control[0] if control else "")
            return
        form = cells[layout.form]
        if layout.number is not None:
            whole = _RANGE.fullmatch(cells[layout.number])
            if whole:  # several tokens that are written as one word
                self.together = int(whole[1]), int(whole[2]), _Surface(form)
                return
            if "." in cells[layout.number]:
                self.diagnostics.lose("tokens that are not in the text")
                return
        tags = [self.tag(number, cells[at], at) for at in layout.tags]
        row = _Row(number, self.surface(form, cells), [tag for tag in tags if tag is not None])
        if None in tags:
            return
        if layout.start is not None and layout.end is not None:
            start, end = (line_builder.offset(cells[at]) for at in (layout.start, layout.end))
            if start is None or end is None:
                self.diagnostics.add("E202", "an offset is not a number.", "Offsets are code points.", line=number)
                return
            row.surface.start, row.surface.end = start, end
        self.current().rows.append(row)

    def surface(self, form: str, cells: Cells) -> _Surface:
        glued = "SpaceAfter=No" in cells[-1]
        if self.layout.number is not None and self.together is not None:
            first, last, surface = self.together
            if first <= int(cells[self.layout.number]) <= last:
                return surface
            self.together = None
        return _Surface(form, glued)

    def wrong_row(self, number: int, line: str, cells: Cells, control: str) -> None:
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
        """Read a tag; notes E209 for what is none."""
        if self.layout.key:
            pairs = dict(pair.partition("=")[::2] for pair in cell.split("|"))
            cell = pairs.get(self.layout.key, "O")
        elif self.layout.brackets:
            return self.bracket(number, cell, at)
        text = bare(cell)
        if text != cell:
            self.trimmed.append(number)
        tag = tagging.parse(text)
        if tag is None:
            hint = "Tags are O, or one of B I E S L U (M W) with a label, as in B-PER."
            self.diagnostics.add("E209", f"{cell[:80]!r} is not a tag.", hint, line=number)
        return tag

    def bracket(self, number: int, cell: str, at: int) -> tagging.Tag | None:
        """Read a tag that is a bracket: ``(PER*`` opens, ``*`` goes on, ``*)`` closes."""
        match = re.fullmatch(r"(?:\(([^()*]+))?\*?(\))?|[-_]", cell)
        if match is None:
            hint = "Tags are brackets, as in (PER*, * and *)."
            self.diagnostics.add("E209", f"{cell[:80]!r} is not a tag.", hint, line=number)
            return None
        label = match[1] or self.open.get(at)
        tag = tagging.Tag("B" if match[1] else "I", label) if label else tagging.OUTSIDE
        self.open[at] = None if match[2] else label
        return tag


def layout_with(layout: Layout, *, tabbed: bool) -> Layout:
    """Give a layout as it is, parted by tabs or not."""
    from dataclasses import replace  # noqa: PLC0415

    return replace(layout, tabbed=tabbed)


def _scheme(documents: list[_Document], options: Options, diagnostics: Diagnostics) -> Scheme:
    """Scheme of the file; notes E503 for tags that are not of it."""
    if options.scheme == "auto":
        scheme = tagging.recognise(
            [row.tags[at] for row in sentence.rows]
            for document in documents
            for sentence in document.sentences
            for at in range(len(sentence.rows[0].tags) if sentence.rows else 0)
        )
        if scheme is None:
            diagnostics.add("E503", "the tags mix BIOES and BILOU.", "Use one scheme in a file.")
        return scheme or "bio"
    for row in (row for document in documents for row in document.rows):
        for tag in row.tags:
            if tag.prefix not in tagging.PREFIXES[options.scheme]:
                what = f"the tag {tag.prefix} is not of the scheme {options.scheme}."
                diagnostics.add("E503", what, f"It has {' '.join(tagging.PREFIXES[options.scheme])}.", line=row.number)
    return options.scheme


def _together(documents: list[_Document], options: Options, diagnostics: Diagnostics) -> bool:
    """Whether each row holds a character of the text, blanks included, so that rows are joined without blanks."""
    if options.characters is not None:
        return options.characters
    forms = [row.surface.form for document in documents for row in document.rows]
    if not forms or not all(_ONE.fullmatch(form) for form in forms):
        return False
    together = any(form.isspace() for form in forms) or any(_IDEOGRAPHS.match(form) for form in forms)
    if together:
        what = "each row holds one character: they are joined without blanks."
        diagnostics.add("W906", what, "--no-characters puts blanks between them.")
    return together


def _line(
    name: str, document: _Document, scheme: Scheme, between: str, options: Options, diagnostics: Diagnostics
) -> Submission:
    text = options.texts.get(name)
    line = line_builder.draft(name)
    if any(row.surface.start < 0 for row in document.rows):
        if text is None:
            line.text = text = _joined(document, between, diagnostics)
        elif _align(list(document.rows), text, 0, diagnostics) is None:
            return line
    else:
        for row in document.rows:
            surface = row.surface
            line_builder.sound(
                surface.start, surface.end, text, diagnostics, surface=text and surface.form, line=row.number
            )
    if diagnostics.failed:
        return line
    for sentence in document.sentences:

        def repair(at: int, what: str, rows: list[_Row] = sentence.rows) -> None:
            diagnostics.add(
                "W906", f"{rows[at].surface.form[:80]!r}: {what}.", "Read as conlleval does.", line=rows[at].number
            )

        for level in range(len(sentence.rows[0].tags) if sentence.rows else 0):
            for span in tagging.decode([row.tags[level] for row in sentence.rows], scheme, repair):
                first, last = sentence.rows[span.first], sentence.rows[span.last - 1]
                if line_builder.sound(first.surface.start, last.surface.end, None, diagnostics, line=first.number):
                    layer = options.layer(span.label)
                    line_builder.add(line, span.label, first.surface.start, last.surface.end, layer)
    return line


def _joined(document: _Document, between: str, diagnostics: Diagnostics) -> str:
    """Make a text of the sentences, and give the tokens their offsets in it.

    A sentence is its ``# text``, where it is given and the tokens are in it; else its tokens with ``between`` between
    two, and nothing after one that says so. Between two sentences is one space.
    """
    pieces: list[str] = []
    at = 0
    for sentence in document.sentences:
        if not sentence.rows:
            continue
        if pieces:
            pieces.append(" ")
            at += 1
        if sentence.text is not None:
            _align(sentence.rows, sentence.text, at, diagnostics)
            pieces.append(sentence.text)
        else:
            before: _Surface | None = None
            place = at
            for row in sentence.rows:
                if row.surface is before:
                    continue
                if before is not None and not before.glued:
                    pieces.append(between)
                    place += len(between)
                row.surface.start, row.surface.end = place, place + len(row.surface.form)
                pieces.append(row.surface.form)
                place, before = row.surface.end, row.surface
        at = sum(map(len, pieces[-1:])) + at if sentence.text is not None else place
    return "".join(pieces)


def _align(rows: list[_Row], text: str, offset: int, diagnostics: Diagnostics) -> int | None:
    """Give the tokens their offsets in a text that begins at an offset; None after the first that is not there."""
    at = 0
    before: _Surface | None = None
    for row in rows:
        surface = row.surface
        if surface is before:
            continue
        blank = surface.form.isspace()
        place = text.find(surface.form, at) if blank else tokens.locate(text, surface.form, at) if surface.form else -1
        if blank and place != at:
            place = at  # a blank of the file that the text does not have there
            surface.start = surface.end = at + offset
            before = surface
            continue
        if place < 0:
            goes = text[at : at + 20]
            what = f"the token {surface.form[:80]!r} does not come next in the text, which goes on {goes!r}."
            hint = "Tokens are written as in the text, and none is left out."
            diagnostics.add("E404", what, hint, line=row.number)
            return None
        surface.start, surface.end = place + offset, place + offset + len(surface.form)
        at, before = place + len(surface.form), surface
    return at


def write(lines: Iterable[Submission], texts: Mapping[str, str], options: Options = DEFAULT) -> Written:
    """Write columns: one file, ``submission.conll``.

    Args:
        lines: the submission.
        texts: text by document id; the tokens are cut from it.
        options: ``characters`` for a token a character; ``date_labels``.

    Of spans that overlap the outermost is kept, or the first. Problems: as for
    :func:`dragoman.formats.plain_spans.plain`, and E304 for ids that do not fit on a line.

    """
    diagnostics = Diagnostics(options.name)
    documents = plain_spans.plain(lines, texts, diagnostics)
    plain_spans.account(documents, HOLDS, LAYERS, options, diagnostics)
    out = [f"# global.columns = {' '.join(WRITTEN_COLUMNS)}\n"]
    for document in documents:
        name = document.line.id
        if not name.isprintable() or name != name.strip():
            diagnostics.add("E304", f"{name[:80]!r} cannot stand in a comment.", "Use printable characters.")
        out.append(f"# newdoc id = {name}\n")
        out += _rows(document, options, diagnostics)
    return Written.of({"submission.conll": "".join(out).encode() if not diagnostics.failed else b""}, diagnostics)


def _rows(document: plain_spans.Document, options: Options, diagnostics: Diagnostics) -> Iterable[str]:
    text = document.text or ""
    cut = tokens.characters(text) if options.characters else tokens.words(text)
    tags = plain_spans.tags(document, cut, diagnostics)
    before = 0
    for (start, end), tag in zip(cut, tags, strict=True):
        # A sentence ends with its line, but never inside a span.
        if "\n" in text[before:start] and before and not tag.startswith("I"):
            yield "\n"
        yield f"{text[start:end]}\t{start}\t{end}\t{tag}\n"
        before = end
    yield "\n"
