"""WebAnno TSV 3, the format of WebAnno and INCEpTION.

Source: https://inception-project.github.io/releases/36.5/docs/user-guide.html#sect_webannotsv (3.1 to 3.3). The header
declares the layers: ``#T_SP=layer|feature|…`` for spans, ``#T_RL`` for relations, ``#T_CH`` for chains. Sentences
follow: ``#Text=`` and one row per token: number, offsets, token, and a column for each feature; ``_`` is no value,
``*`` an annotation without a value, ``|`` separates stacked annotations, ``[2]`` is the number of an annotation of
several tokens. Offsets are UTF-16 units, as in Java, and are converted to code points. A row ``1-2.1`` is part of a
token.

The layer whose name ends with ``NamedEntity`` is read, or the only span layer, or the layers of ``--layer``; the type
is the feature ``value``, else the first feature; ``identifier`` is the entity's id. Other layers are lost.

Output is ``<id>.tsv`` with DKPro's ``NamedEntity``; each line of the text is a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dragoman.formats import line_builder, plain_spans
from dragoman.formats.outcome import DEFAULT, Converted, Options, Written, decoded
from dragoman.formats.sample import Sample
from dragoman.formats.span_layers import IDENTIFIER, Wanted, type_of
from dragoman.formats.webanno_writer import Sheet
from dragoman.problems import Diagnostics
from dragoman.schema.submission import PredictedEntity, Submission

LAYERS = ("entities",)
HOLDS = frozenset({"documents.id", "documents.text", "entities", "entities.type", "entities.entity_ids"}) | {
    "dates",
    "dates.type",
}
CANNOT_HOLD = (
    "spans that begin or end with a blank, which is in no token",
    "more than one entity id of a mention",
    "everything else about a span but its type",
    "values of dates",
    "claims",
)
_ROW = re.compile(r"([0-9]+)-([0-9]+)(\.[0-9]+)?")
_BOUNDS = re.compile(r"([0-9]{1,9})-([0-9]{1,9})")
_NUMBERED = re.compile(r"(.*)\[([0-9]+)\]", re.DOTALL)
_PART = re.compile(r"(?:[^\\|]|\\.)*", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f"}
_HINT = "Export as WebAnno TSV v3.3."


@dataclass(slots=True)
class _Layer:
    kind: str
    name: str
    features: list[str]
    first: int

    @property
    def columns(self) -> range:
        """Columns of its features: a slot feature has two names and two columns; a layer without features has one
        column.
        """
        return range(self.first, self.first + max(1, len(self.features)))


@dataclass(slots=True)
class _Token:
    line: int
    start: int
    end: int
    form: str
    cells: list[str]


@dataclass(slots=True)
class _Sentence:
    text: str
    tokens: list[_Token] = field(default_factory=list)


@dataclass(slots=True)
class _Mention:
    line: int
    start: int
    end: int
    values: dict[str, str] = field(default_factory=dict)


def recognises(sample: Sample) -> bool:
    """Tell whether the file begins with the format's header."""
    return sample.start.startswith("#FORMAT=WebAnno TSV")


def read(data: bytes, options: Options = DEFAULT) -> Converted:
    """Read a document.

    Args:
        data: the file.
        options: ``documents`` with its id (from the file's name); ``texts``; ``date_labels``.

    Problems: E102 to E106; E209 malformed lines; E304; E401 to E403; E403 where the text is not the document's.

    """
    diagnostics = Diagnostics(options.name)
    text = decoded(data, diagnostics)
    if text is None:
        return Converted.of([], diagnostics)
    layers, sentences = _parse(text, diagnostics)
    whole, points = _joined(sentences, diagnostics)
    name = line_builder.names([None], options, diagnostics, [whole])[0]
    line = line_builder.draft(name)
    by = None if diagnostics.failed else line_builder.shift(whole, line, options, diagnostics)
    if by is None:
        return Converted.of([], diagnostics)
    wanted = Wanted(options.span_layers)
    chosen = _chosen(layers, wanted, diagnostics)
    for layer, mention in ((each, mention) for each in chosen for mention in _mentions(each, sentences)):
        start, end = points[mention.start] + by, points[mention.end] + by
        feature = type_of(mention.values, wanted.feature(layer.name), layer.features)
        label = mention.values.get(feature) or (layer.name.rpartition(".")[2] if len(chosen) > 1 else None)
        if line_builder.sound(start, end, line.text, diagnostics, line=mention.line):
            made = line_builder.add(line, label, start, end, options.layer(label))
            known = mention.values.get(IDENTIFIER)
            if known and isinstance(made, PredictedEntity):
                made.entity_ids = [known]
            others = [key for key, value in mention.values.items() if key not in (feature, IDENTIFIER) and value]
            diagnostics.lose("other features of spans", len(others))
    return Converted.of(line_builder.finish([line], LAYERS, options, diagnostics), diagnostics)


def _parse(text: str, diagnostics: Diagnostics) -> tuple[list[_Layer], list[_Sentence]]:
    layers: list[_Layer] = []
    sentences: list[_Sentence] = []
    column = 3
    in_text = False
    for number, row in enumerate(text.split("\n"), start=1):
        line = row.removesuffix("\r")
        if line.startswith("#T_"):
            kind, _, said = line[3:].partition("=")
            name, *features = said.split("|")
            layers.append(_Layer(kind, name, features, column))
            column = layers[-1].columns.stop
        elif line.startswith("#Text="):
            said = _unescaped(line[6:])
            if in_text:  # a sentence of several lines
                sentences[-1].text += "\n" + said
            else:
                sentences.append(_Sentence(said))
        elif line and not line.startswith("#") and not _token(line, number, sentences):
            diagnostics.add("E209", f"{line[:40]!r} is not the row of a token.", _HINT, line=number)
        in_text = line.startswith("#Text=")
    return layers, sentences


def _token(line: str, number: int, sentences: list[_Sentence]) -> bool:
    """Parse the row of a token, or of a part of one; return whether it is valid."""
    cells = line.split("\t")
    bounds = _BOUNDS.fullmatch(cells[1]) if len(cells) > 2 else None
    if bounds is None or not _ROW.fullmatch(cells[0]) or not sentences:
        return False
    token = _Token(number, int(bounds[1]), int(bounds[2]), _unescaped(cells[2]), cells)
    sentences[-1].tokens.append(token)
    return True


def _unescaped(said: str) -> str:
    return _ESCAPE.sub(lambda match: _CONTROLS.get(match[1], match[1]), said)


def _joined(sentences: list[_Sentence], diagnostics: Diagnostics) -> tuple[str, list[int]]:
    """Reconstruct the text from the sentences and their offsets, and check the tokens.

    Returns:
        The text, with a line feed and spaces between sentences; and the code point offset for each UTF-16 offset, the
        end included.

    """
    units = [] if any(sentence.tokens for sentence in sentences) else ["\n".join(each.text for each in sentences)]
    at = 0
    for sentence in sentences:
        if not sentence.tokens:
            continue
        first = sentence.tokens[0]
        before = sentence.text.find(first.form)
        begin = first.start - max(0, _units(sentence.text[: max(0, before)]))
        if begin < at or before < 0 or begin > at + 2**20:
            what = f"the token {first.form[:40]!r} is not where its offsets say."
            diagnostics.add("E209", what, _HINT, line=first.line)
            return "", [0]
        units.append(("\n" + " " * (begin - at - 1) if units else " " * (begin - at)) if begin > at else "")
        units.append(sentence.text)
        at = begin + _units(sentence.text)
    text = "".join(units)
    points = [index for index, char in enumerate(text) for _ in range(_units(char))] + [len(text)]
    for token in (token for sentence in sentences for token in sentence.tokens):
        there = text[points[token.start] : points[token.end]] if token.start < token.end < len(points) else ""
        if there != token.form:
            what = f"the text there is {there[:40]!r}, not {token.form[:40]!r}."
            diagnostics.add("E403", what, "Offsets are UTF-16 units of the text.", line=token.line)
    return text, points


def _units(text: str) -> int:
    return len(text) + sum(char > "\uffff" for char in text)


def _chosen(layers: list[_Layer], wanted: Wanted, diagnostics: Diagnostics) -> list[_Layer]:
    """Choose the layers of entities; others are counted as lost."""
    spans = [layer for layer in layers if layer.kind == "SP"]
    named = [layer for layer in spans if layer.name.endswith("NamedEntity")]
    chosen = named[:1] or (spans if len(spans) == 1 else [])
    if wanted:
        wanted.check({layer.name: layer.features for layer in spans}, diagnostics)
        chosen = [layer for layer in spans if wanted.names(layer.name)]
    elif not chosen and spans:
        names = ", ".join(layer.name[:80] for layer in spans[:5])
        hint = f"Say which: --layer {spans[0].name[:80]}."
        diagnostics.add("E221", f"several layers of spans may be the entities: {names}.", hint)
    diagnostics.lose("other layers", sum(layer not in chosen for layer in layers))
    return chosen


def _stacked(cell: str) -> list[str]:
    """Split the stacked annotations in a cell at unescaped bars."""
    parts, at = [], 0
    while at <= len(cell):
        match = _PART.match(cell, at)
        assert match is not None  # it also matches the empty string
        parts.append(match[0] + cell[match.end() :] if cell[match.end() :] == "\\" else match[0])
        at = match.end() + 1
    return parts


def _mentions(layer: _Layer, sentences: list[_Sentence]) -> Iterable[_Mention]:
    """Yield the annotations of a layer; the rows of an annotation of several tokens share its number."""
    names = layer.features or [""]
    for sentence in sentences:
        numbered: dict[str, _Mention] = {}
        for token in sentence.tokens:
            parts = [
                _stacked(token.cells[at]) if at < len(token.cells) and token.cells[at] else ["_"]
                for at in layer.columns
            ]
            for stacked in range(max(map(len, parts), default=0)):
                values = [some[stacked] if stacked < len(some) else "_" for some in parts]
                if all(value == "_" for value in values):
                    continue
                mention, number = _Mention(token.line, token.start, token.end), ""
                for name, value in zip(names, values, strict=False):
                    match = _NUMBERED.fullmatch(value)
                    plain, number = (match[1], match[2]) if match else (value, number)
                    if plain not in ("*", "_"):
                        mention.values[name] = _unescaped(plain)
                if number in numbered:
                    numbered[number].end = max(numbered[number].end, token.end)
                    continue
                if number:
                    numbered[number] = mention  # yielded once all its tokens are known
                else:
                    yield mention
        yield from numbered.values()


def write(lines: Iterable[Submission], texts: Mapping[str, str], options: Options = DEFAULT) -> Written:
    """Write ``<id>.tsv`` for each document.

    Args:
        lines: the submission.
        texts: text by document id, which is tokenised into words.
        options: ``date_labels``.

    Problems: as for :func:`dragoman.formats.plain_spans.plain`; E304 for ids that cannot be file names.

    """
    diagnostics = Diagnostics(options.name)
    documents = plain_spans.plain(lines, texts, diagnostics)
    plain_spans.account(documents, HOLDS, LAYERS, options, diagnostics)
    files = {
        name: Sheet(document, diagnostics).write().encode()
        for document in documents
        if (name := plain_spans.file_name(document.line.id, ".tsv", diagnostics)) is not None
    }
    return Written.of(files, diagnostics)
