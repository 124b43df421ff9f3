"""spaCy's ``DocBin``: the binary form of documents for training (``.spacy``); needs the extra ``spacy``.

Source: https://spacy.io/api/docbin (v3). The file is MessagePack within zlib; it is read by spaCy, and contains no
pickle. Each document is converted with ``Doc.to_json`` and read by :mod:`dragoman.formats.spacy_json`. Output has
tokens aligned with the spans, ``ents`` with the outermost spans, the span groups ``entities`` and ``dates`` with all of
them, and the document's id as user data, ``_.dragoman_id``.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from dragoman.formats import plain_spans, spacy_json
from dragoman.formats.json_fields import Node
from dragoman.formats.outcome import DEFAULT, LIMIT, Converted, Options, Written
from dragoman.formats.sample import Sample
from dragoman.formats.spacy_json import EXTENSION
from dragoman.problems import Diagnostics
from dragoman.schema.submission import Submission

LAYERS = spacy_json.LAYERS
HOLDS = spacy_json.HOLDS
CANNOT_HOLD = spacy_json.CANNOT_HOLD
MAX_TOKENS = 5_000_000
"""Maximum number of tokens; each takes some 330 bytes while documents are read."""
_USER_DATA = ("._.", EXTENSION, None, None)
_MISSING = "Install what it needs: pip install 'dragoman[spacy]'."


def recognises(sample: Sample) -> bool:
    """Tell whether it is zlib data with the attributes and tokens of documents."""
    if sample.data[:1] != b"\x78":
        return False
    try:
        head = zlib.decompressobj().decompress(sample.data[:4096], 4096)
    except zlib.error:
        return False
    return b"attrs" in head[:60] and b"tokens" in head[:400]


def read(data: bytes, options: Options = DEFAULT) -> Converted:
    """Read documents.

    Args:
        data: output of ``DocBin.to_bytes``.
        options: ``documents`` for those without id; ``texts``; ``date_labels``.

    Problems: E106; E209 not a DocBin, or spaCy is not installed; E302, E304; E401, E402; E403 where the text
    is not the document's.

    """
    diagnostics = Diagnostics(options.name)
    unpacked = _unpacked(data)
    if len(data) > LIMIT or len(unpacked) > LIMIT:
        diagnostics.add("E106", f"the file is over {LIMIT:,} bytes.", "Split it into several.")
        return Converted.of([], diagnostics)
    if _tokens(unpacked) > MAX_TOKENS:
        diagnostics.add("E106", f"the file has over {MAX_TOKENS:,} tokens.", "Split it into several.")
        return Converted.of([], diagnostics)
    try:
        from spacy.tokens import DocBin  # noqa: PLC0415 - an extra
        from spacy.vocab import Vocab  # noqa: PLC0415
    except ImportError:
        diagnostics.add("E209", "a DocBin is read by spaCy, which is not installed.", _MISSING)
        return Converted.of([], diagnostics)
    try:
        packed = DocBin().from_bytes(data)
        docs = [_json(doc) for doc in packed.get_docs(Vocab())]
    except Exception as cause:  # noqa: BLE001 - spaCy raises many kinds of errors for damaged data
        what = f"not a DocBin: {type(cause).__name__}: {str(cause)[:120]}."
        diagnostics.add("E209", what, "Write it with DocBin.to_disk.")
        return Converted.of([], diagnostics)
    if docs and not _marks(DocBin) & {*packed.attrs} and not any(doc.get("spans") for doc in docs):
        hint = "Write it with them: DocBin(attrs=[…, 'ENT_IOB', 'ENT_TYPE'])."
        diagnostics.add("E204", "it was written without ENT_IOB and ENT_TYPE, and so without entities.", hint)
        return Converted.of([], diagnostics)
    nodes = [Node(doc, diagnostics, 0, f"[{index}]") for index, doc in enumerate(docs)]
    return spacy_json.convert(nodes, options, diagnostics)


def _marks(packer: Any) -> set[int]:
    """Return spaCy's ids of the token attributes that mark entities."""
    return {*packer(attrs=("ENT_IOB", "ENT_TYPE")).attrs} - {*packer(attrs=()).attrs}


def _unpacked(data: bytes) -> bytes:
    """Decompress up to one byte over the limit; empty if it is not zlib data."""
    try:
        return zlib.decompressobj().decompress(data, LIMIT + 1)
    except zlib.error:
        return b""


class _Lengths(msgspec.Struct):
    """The part of a DocBin that gives its size: tokens per document, as 32-bit integers."""

    lengths: bytes


def _tokens(unpacked: bytes) -> int:
    """Count the tokens of all documents; 0 if it is not a DocBin, which spaCy will report."""
    try:
        lengths = msgspec.msgpack.decode(unpacked, type=_Lengths).lengths
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return 0
    return sum(memoryview(lengths[: len(lengths) // 4 * 4]).cast("i"))


def _json(doc: Any) -> dict[str, Any]:
    made: dict[str, Any] = doc.to_json()
    for entity, written in zip(doc.ents, made.get("ents", ()), strict=False):
        if entity.kb_id_:  # to_json omits it
            written["kb_id"] = entity.kb_id_
    name = doc.user_data.get(_USER_DATA)
    if isinstance(name, str):
        made["_"] = {EXTENSION: name}
    return made


def write(lines: Iterable[Submission], texts: Mapping[str, str], options: Options = DEFAULT) -> Written:
    """Write ``submission.spacy``.

    Args:
        lines: the submission.
        texts: text by document id.
        options: only ``name`` is used.

    Problems: as for :func:`dragoman.formats.plain_spans.plain`; E209 if spaCy is not installed.

    """
    diagnostics = Diagnostics(options.name)
    try:
        from spacy.tokens import DocBin  # noqa: PLC0415 - an extra
        from spacy.vocab import Vocab  # noqa: PLC0415
    except ImportError:
        diagnostics.add("E209", "a DocBin is written by spaCy, which is not installed.", _MISSING)
        return Written.of({}, diagnostics)
    documents = plain_spans.plain(lines, texts, diagnostics)
    plain_spans.account(documents, HOLDS, LAYERS, options, diagnostics)
    made = [] if diagnostics.failed else [spacy_json.document_of(document, diagnostics) for document in documents]
    binary = DocBin(attrs=["ORTH", "SPACY", "ENT_IOB", "ENT_TYPE"], store_user_data=True)
    vocab = Vocab()
    for each in made:
        binary.add(_doc(each, vocab))
    return Written.of({"submission.spacy": binary.to_bytes()}, diagnostics)


def _doc(made: dict[str, Any], vocab: Any) -> Any:
    """Make a ``Doc`` from its JSON."""
    from spacy.tokens import Doc, Span, SpanGroup  # noqa: PLC0415 - an extra

    text, bounds = made["text"], [(token["start"], token["end"]) for token in made["tokens"]]
    follows = [*(start for start, _ in bounds[1:]), len(text)][: len(bounds)]
    words = [text[start:end] for start, end in bounds]
    spaces = [after > end for (_, end), after in zip(bounds, follows, strict=True)]
    doc = Doc(vocab, words=words, spaces=spaces)
    first = {start: index for index, (start, _) in enumerate(bounds)}
    last = {end: index + 1 for index, (_, end) in enumerate(bounds)}

    def span(item: dict[str, Any]) -> Any:
        begin, end = first[item["start"]], last[item["end"]]
        return Span(doc, begin, end, label=item["label"], kb_id=item.get("kb_id", ""))

    doc.set_ents([span(item) for item in made["ents"]])
    for group, items in made["spans"].items():
        doc.spans[group] = SpanGroup(doc, name=group, spans=[span(item) for item in items])
    user_data: dict[Any, Any] = doc.user_data
    user_data[_USER_DATA] = made["_"][EXTENSION]
    return doc
