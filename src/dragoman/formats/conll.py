r"""BIO in columns, as in the CoNLL shared tasks: a token a line, its tag in a column, an empty line after a sentence.

Sources: CoNLL-2003 (Tjong Kim Sang and De Meulder 2003: token first, tag last, ``-DOCSTART-`` between documents) and
CoNLL-U Plus (https://universaldependencies.org/ext-format.html: ``# global.columns = FORM …``; ``# newdoc id = …``
before a document).

Written is CoNLL-U Plus with the columns ``FORM``, ``START``, ``END`` (code points in the document) and ``TAG`` in BIO,
separated by tabs; a reader that takes the first column and the last one reads it too. Read is anything with a token and
a tag a line, in BIO, IOB1, BIOES or BILOU. Offsets come from the columns ``START`` and ``END`` if there are such; else
the tokens are found in the document's text where it is known; else the text is taken to be the tokens with one
space between two, and the line says so by carrying that text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dragoman.formats import line_builder, plain_spans, tagging, tokens
from dragoman.formats.outcome import DEFAULT, Converted, Options, Scheme, Written, decoded
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
_COMMENT = re.compile(r"# +(?:(?P<bare>newdoc) *$|(?P<key>[\w.]+(?: +id)?) *= ?(?P<value>.*)$)")


@dataclass(slots=True)
class _Row:
    number: int
    form: str
    tag: tagging.Tag
    start: int = -1
    end: int = -1


@dataclass(slots=True)
class _Document:
    name: str | None
    sentences: list[list[_Row]] = field(default_factory=lambda: [[]])

    @property
    def rows(self) -> Iterable[_Row]:
        return (row for sentence in self.sentences for row in sentence)


def read(data: bytes, options: Options = DEFAULT) -> Converted:
    """Read columns.

    Args:
        data: the file.
        options: ``documents`` for files without ids; ``texts``; ``date_labels``; ``columns``; ``scheme``.

    Problems: E102 to E106; E209 lines and tags that are none; E503 tags of another scheme; E404 a token that is not
    in the text; E202, E401 to E403 offsets; E302 and E304 ids; W906 tags that cannot follow the one before.

    """
    diagnostics = Diagnostics(options.name)
    text = decoded(data, diagnostics)
    if text is None:
        return Converted.of([], diagnostics)
    parser = _Parser(options, diagnostics)
    for number, line in enumerate(text.split("\n"), start=1):
        parser.line(number, line.removesuffix("\r"))
    documents = parser.documents
    scheme = _scheme(documents, options, diagnostics)
    names = line_builder.names([document.name for document in documents], options, diagnostics)
    lines = [
        _line(name, document, scheme, options, diagnostics) for name, document in zip(names, documents, strict=True)
    ]
    return Converted.of(line_builder.finish(lines, LAYERS, options, diagnostics), diagnostics)


class _Parser:
    """Sorts lines into comments, tokens and ends of sentences."""

    def __init__(self, options: Options, diagnostics: Diagnostics) -> None:
        self.diagnostics = diagnostics
        self.columns = tuple(name.upper() for name in options.columns)
        self.width = len(self.columns)
        self.documents: list[_Document] = []

    def line(self, number: int, line: str) -> None:
        comment = _COMMENT.match(line)
        if not line.strip():
            if self.documents and self.documents[-1].sentences[-1]:
                self.documents[-1].sentences.append([])
        elif line.startswith("-DOCSTART-") or (comment and comment["bare"]):
            self.documents.append(_Document(None))
        elif comment:
            self.comment(number, comment["key"], comment["value"])
        else:
            self.token(number, line)

    def comment(self, number: int, key: str, value: str) -> None:
        if key == "newdoc id":
            self.documents.append(_Document(value))
        elif key == "global.columns" and not self.columns:
            self.columns = tuple(value.upper().split())
            self.width = len(self.columns)
            if "FORM" not in self.columns:
                hint = "Name the columns as in CoNLL-U Plus, the tag's TAG; or leave the line out."
                self.diagnostics.add("E209", "the columns that are named lack FORM.", hint, line=number)

    def place(self, name: str, otherwise: int) -> int:
        return self.columns.index(name) if name in self.columns else otherwise

    def token(self, number: int, line: str) -> None:
        cells = line.split("\t") if "\t" in line else line.split()
        if len(cells) < 2 or (self.width and len(cells) != self.width):
            if line.startswith("#"):
                return
            wanted = f"{self.width} columns" if self.width else "a token and a tag"
            self.diagnostics.add("E209", f"expected {wanted}, found {len(cells)}.", "One token a line.", line=number)
            return
        self.width = self.width or len(cells)
        tag = tagging.parse(cells[self.place("TAG", -1)])
        if tag is None:
            if not line.startswith("#"):
                hint = "Tags are O, or one of B I E S L U with a label, as in B-PER."
                self.diagnostics.add("E209", f"{cells[-1][:80]!r} is not a tag.", hint, line=number)
            return
        row = _Row(number, cells[self.place("FORM", 0)], tag)
        if {"START", "END"} <= set(self.columns):
            start, end = (line_builder.offset(cells[self.columns.index(name)]) for name in ("START", "END"))
            if start is None or end is None:
                self.diagnostics.add("E202", "an offset is not a number.", "Offsets are code points.", line=number)
                return
            row.start, row.end = start, end
        if not self.documents:
            self.documents.append(_Document(None))
        self.documents[-1].sentences[-1].append(row)


def _scheme(documents: list[_Document], options: Options, diagnostics: Diagnostics) -> Scheme:
    """Scheme of the file; notes E503 for tags that are not of it."""
    if options.scheme == "auto":
        scheme = tagging.recognise(
            [row.tag for row in sentence] for document in documents for sentence in document.sentences
        )
        if scheme is None:
            diagnostics.add("E503", "the tags mix BIOES and BILOU.", "Use one scheme in a file.")
        return scheme or "bio"
    for row in (row for document in documents for row in document.rows):
        if row.tag.prefix not in tagging.PREFIXES[options.scheme]:
            what = f"the tag {row.tag.prefix} is not of the scheme {options.scheme}."
            diagnostics.add("E503", what, f"It has {' '.join(tagging.PREFIXES[options.scheme])}.", line=row.number)
    return options.scheme


def _line(name: str, document: _Document, scheme: Scheme, options: Options, diagnostics: Diagnostics) -> Submission:
    text = options.texts.get(name)
    line = line_builder.draft(name)
    if any(row.start < 0 for row in document.rows):
        if text is None:
            line.text = text = _joined(document.rows)
        elif not _align(document.rows, text, diagnostics):
            return line
    else:
        for row in document.rows:
            line_builder.sound(row.start, row.end, text, diagnostics, surface=text and row.form, line=row.number)
    for sentence in document.sentences:

        def repair(at: int, what: str, sentence: list[_Row] = sentence) -> None:
            diagnostics.add(
                "W906", f"{sentence[at].form[:80]!r}: {what}.", "Read as conlleval does.", line=sentence[at].number
            )

        for span in tagging.decode([row.tag for row in sentence], scheme, repair):
            first, last = sentence[span.first], sentence[span.last - 1]
            if line_builder.sound(first.start, last.end, None, diagnostics, line=first.number):
                line_builder.add(line, span.label, first.start, last.end, options.layer(span.label))
    return line


def _joined(rows: Iterable[_Row]) -> str:
    """Give the tokens offsets in a text of their own: themselves, with one space between two."""
    forms: list[str] = []
    at = 0
    for row in rows:
        row.start, row.end = at, at + len(row.form)
        at = row.end + 1
        forms.append(row.form)
    return " ".join(forms)


def _align(rows: Iterable[_Row], text: str, diagnostics: Diagnostics) -> bool:
    """Give the tokens their offsets in a text; stops at the first that is not there."""
    at = 0
    for row in rows:
        place = tokens.locate(text, row.form, at) if row.form else -1
        if place < 0:
            what = f"the token {row.form[:80]!r} does not come next in the text, which goes on {text[at : at + 20]!r}."
            hint = "Tokens are written as in the text, and none is left out."
            diagnostics.add("E404", what, hint, line=row.number)
            return False
        row.start, row.end = place, place + len(row.form)
        at = row.end
    return True


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
    cut = options.tokens(text)
    begins = {start: index for index, (start, _) in enumerate(cut)}
    ends = {end: index + 1 for index, (_, end) in enumerate(cut)}
    fitting = []
    for _, span in document.spans:
        start, end, label = plain_spans.labelled(span)
        if start not in begins or end not in ends:
            diagnostics.lose("spans that do not begin and end where tokens do")
        elif label is not None and not label.isprintable():
            diagnostics.lose("spans whose type has characters that do not fit into a column")
        else:
            fitting.append((start, end, label))
    outer, inner = tokens.outermost(fitting)
    diagnostics.lose("spans that are nested in another or overlap it", inner)
    spans = [tagging.TokenSpan(begins[start], ends[end], label) for start, end, label in outer]
    tags = tagging.encode(len(cut), spans)
    before = 0
    for (start, end), tag in zip(cut, tags, strict=True):
        # A sentence ends with its line, but never inside a span.
        if "\n" in text[before:start] and before and not tag.startswith("I"):
            yield "\n"
        yield f"{text[start:end]}\t{start}\t{end}\t{tag}\n"
        before = end
    yield "\n"
