r"""Token-per-line columns, as in the CoNLL shared tasks: one token per line, its tag in a column, sentences separated
by empty lines.

Sources: CoNLL-2003 (Tjong Kim Sang and De Meulder 2003: token first, tag last, ``-DOCSTART-`` between documents),
CoNLL-2012 (Pradhan et al. 2012: ``#begin document``, tags as brackets), CoNLL-U and CoNLL-U Plus
(https://universaldependencies.org/ext-format.html: ``# global.columns = FORM …``; ``# newdoc id = …``; ``# text = …``).
The columns are identified by :mod:`dragoman.formats.conll_layout`.

Output is CoNLL-U Plus with the columns ``FORM``, ``START``, ``END`` (code points in the document) and ``TAG`` in BIO,
separated by tabs; readers that use the first and the last column can read it too. Input is anything with a token and a
tag per line, in BIO, IOB1, BIOES, BMES, BMEWO or BILOU. Offsets come from the columns ``START`` and ``END`` if present;
else the tokens are aligned with the document's text if it is known; else the text is reconstructed from the tokens, and
included in the submission line: ``# text`` if the file has it, else the tokens joined by spaces, or without
spaces if each row is a character.

A line that begins with ``#`` is a token if it has the cells of one; other comments are counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from dragoman.formats import line_builder, plain_spans, tagging, tokens
from dragoman.formats.conll_layout import bare, cut
from dragoman.formats.conll_rows import Document, Parser, Row, Sentence, Surface, sequences
from dragoman.formats.item_bounds import MAX_ROWS
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
_LINE_END = re.compile(r"\r\n|\n|\r")
_ONE = re.compile(r"(?s).[\u0300-\u036f\ufe00-\ufe0f]*")
_IDEOGRAPHS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


def recognises(sample: Sample) -> bool:
    """Tell whether most rows have a tag in some cell, or all end with a tag in another notation."""
    if sample.start.startswith("#FORMAT=WebAnno") or sample.is_json or "\x00" in sample.head:
        return False
    lines = [line for line in sample.lines[:500] if not line.startswith(("#", "-DOCSTART-"))][:200]
    rows = [cut(line, tabbed="\t" in line) for line in lines]
    tagged = sum(
        any(tagging.parse(bare(cell)) or cell.startswith("NER=") or "|NER=" in cell for cell in cells[1:])
        for cells in rows
    )
    if tagged >= 0.8 * len(lines):
        return bool(lines)
    return min(map(len, rows)) > 1 and tagging.spelling([bare(cells[-1]) for cells in rows]) is not None


def read(data: bytes, options: Options = DEFAULT) -> Converted:
    """Read columns.

    Args:
        data: the file, with LF, CRLF or CR as line endings.
        options: ``documents`` for files without ids; ``texts``; ``date_labels``; ``columns``; ``scheme``;
            ``characters``.

    Problems: E102 to E106; E209 malformed lines and tags; E221 two columns of tags; E503 tags of another scheme; E404 a
    token that is not in the text; E202, E401 to E403 offsets; E302 and E304 ids; W906 invalid tag transitions, and
    blanks around tags.

    """
    diagnostics = Diagnostics(options.name)
    text = decoded(data, diagnostics, MAX_ROWS)
    if text is None:
        return Converted.of([], diagnostics)
    parser = Parser(_LINE_END.split(text), options, diagnostics)
    parser.parse()
    documents = parser.documents
    scheme = _scheme(documents, options, diagnostics)
    squeezed = ["".join(row.surface.form for row in document.rows) for document in documents]
    names = line_builder.names([document.name for document in documents], options, diagnostics, squeezed)
    lines = []
    if not diagnostics.failed:
        unknown = any(name not in options.texts for name in names)
        between = "" if unknown and _is_per_character(documents, options, diagnostics) else " "
        lines = [
            _line(name, document, scheme, between, options, diagnostics)
            for name, document in zip(names, documents, strict=True)
        ]
    return Converted.of(line_builder.finish(lines, LAYERS, options, diagnostics), diagnostics)


def _scheme(documents: list[Document], options: Options, diagnostics: Diagnostics) -> Scheme:
    """Determine the tagging scheme of the file; reports E503 for tags outside of it."""
    if options.scheme == "auto":
        scheme = tagging.recognise(
            tags for document in documents for sentence in document.sentences for tags in sequences(sentence)
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


def _is_per_character(documents: list[Document], options: Options, diagnostics: Diagnostics) -> bool:
    """Tell whether each row is one character of the text, blanks included, so that rows are joined without blanks."""
    if options.characters is not None:
        return options.characters
    rows = [row for document in documents for row in document.rows]
    forms = [row.surface.form for row in rows]
    if not forms or rows[0].surface.start >= 0 or not all(_ONE.fullmatch(form) for form in forms):
        return False
    together = any(form.isspace() for form in forms) or any(_IDEOGRAPHS.match(form) for form in forms)
    if together:
        what = "each row holds one character: they are joined without blanks."
        diagnostics.add("W906", what, "--no-characters puts blanks between them.")
    return together


def _line(
    name: str, document: Document, scheme: Scheme, between: str, options: Options, diagnostics: Diagnostics
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
    for sentence in () if diagnostics.failed else document.sentences:
        _spans(sentence, line, scheme, options, diagnostics)
    return line


def _spans(sentence: Sentence, line: Submission, scheme: Scheme, options: Options, diagnostics: Diagnostics) -> None:
    rows = sentence.rows

    def repair(at: int, what: str) -> None:
        said = f"{rows[at].surface.form[:80]!r}: {what}."
        diagnostics.add("W906", said, "Read as conlleval does.", line=rows[at].number)

    for tags in sequences(sentence):
        for span in tagging.decode(tags, scheme, repair):
            first, last = rows[span.first], rows[span.last - 1]
            start, end = first.surface.start, last.surface.end
            if line_builder.sound(start, end, None, diagnostics, line=first.number):
                line_builder.add(line, span.label, start, end, options.layer(span.label))


def _joined(document: Document, between: str, diagnostics: Diagnostics) -> str:
    """Build a text from the sentences, and set the tokens' offsets in it.

    A sentence is its ``# text`` if it is given and the tokens are in it; else its tokens, joined by ``between`` except
    after ``SpaceAfter=No``. Sentences are joined by one space.
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
            before: Surface | None = None
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


def _align(rows: list[Row], text: str, offset: int, diagnostics: Diagnostics) -> int | None:
    """Set the offsets of the tokens in a text that begins at ``offset``; None after the first token that is
    not found.
    """
    at = 0
    before: Surface | None = None
    for row in rows:
        surface = row.surface
        if surface is before:
            continue
        blank = surface.form.isspace()
        place = text.find(surface.form, at) if blank else tokens.locate(text, surface.form, at) if surface.form else -1
        if blank and place != at:
            place = at  # a blank that the text does not have there
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
    """Write columns to one file, ``submission.conll``.

    Args:
        lines: the submission.
        texts: text by document id, which is tokenised.
        options: ``characters`` for one token per character; ``date_labels``.

    Of overlapping spans the outermost is kept, or the first. Problems: as for
    :func:`dragoman.formats.plain_spans.plain`, and E304 for ids that do not fit on a line.

    """
    diagnostics = Diagnostics(options.name)
    documents = plain_spans.plain(lines, texts, diagnostics)
    plain_spans.account(documents, HOLDS, LAYERS, options, diagnostics)
    out = [f"# global.columns = {' '.join(WRITTEN_COLUMNS)}\n"]
    for document in documents:
        name = document.line.id
        if not name.isprintable() or name != name.strip():
            diagnostics.add("E304", f"{name[:80]!r} cannot be written in a comment.", "Use printable characters.")
        out.append(f"# newdoc id = {name}\n")
        out += _rows(document, options, diagnostics)
    return Written.of({"submission.conll": "".join(out).encode() if not diagnostics.failed else b""}, diagnostics)


def _rows(document: plain_spans.Document, options: Options, diagnostics: Diagnostics) -> Iterable[str]:
    text = document.text or ""
    cut = options.tokens(text)
    tags = plain_spans.tags(document, cut, diagnostics)
    before = 0
    for (start, end), tag in zip(cut, tags, strict=True):
        # A line break ends a sentence, except inside a span.
        if "\n" in text[before:start] and before and not tag.startswith("I"):
            yield "\n"
        yield f"{text[start:end]}\t{start}\t{end}\t{tag}\n"
        before = end
    yield "\n"
