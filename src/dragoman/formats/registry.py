"""The table of formats: lookup by name, and detection by content."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, Protocol

from dragoman import utf8
from dragoman.formats import (
    brat,
    conll,
    doccano,
    gliner,
    hf_tokens,
    label_studio_json,
    pipeline,
    prodigy,
    spacy_docbin,
    spacy_json,
    spacy_tuples,
    timeml,
    uima_xmi,
    webanno,
)
from dragoman.formats.outcome import Converted, Options, Written
from dragoman.formats.sample import Sample, seems
from dragoman.formats.unlike_rows import unlike
from dragoman.problems import error
from dragoman.schema.submission import Submission


class Reader(Protocol):
    """Reads a file of a format."""

    def __call__(self, data: bytes, options: Options = ..., /) -> Converted:
        """Read bytes."""
        ...


class Writer(Protocol):
    """Writes submission lines in a format."""

    def __call__(self, lines: Iterable[Submission], texts: Mapping[str, str], options: Options = ..., /) -> Written:
        """Write lines, of documents with these texts."""
        ...


def _never(_sample: Sample) -> bool:
    return False


def _nothing(_path: Path) -> Iterable[Path]:
    return ()


class Format(NamedTuple):
    """A format, and what it can represent of a submission.

    Attributes:
        name: name on the command line.
        title: short description.
        suffixes: file name endings; the first is used for output.
        read: converts bytes to submission lines.
        write: converts submission lines to files; None for a format that can only be read.
        holds: layers and fields that it represents, as ``layer``, ``layer.field`` and ``documents.field``.
        cannot_hold: what it cannot represent, in words; every loss is counted.
        layers: layers that a file always attempts, even without items.
        single: whether a file is one document, whose id is the file's name.
        recognises: tells by its content whether a file has this format; a format that is never detected has to be
            named.
        beside: existing files beside a file that belong to it.

    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    read: Reader
    write: Writer | None
    holds: Collection[str]
    cannot_hold: tuple[str, ...]
    layers: tuple[str, ...]
    single: bool
    recognises: Callable[[Sample], bool] = _never
    beside: Callable[[Path], Iterable[Path]] = _nothing


_FORMATS: dict[str, Format] = {
    name: Format(
        name,
        title,
        suffixes,
        module.read,
        getattr(module, "write", None),
        module.HOLDS,
        module.CANNOT_HOLD,
        module.LAYERS,
        single,
        module.recognises,
        getattr(module, "beside", _nothing),
    )
    for name, title, suffixes, module, single in (
        ("conll", "tags in columns (CoNLL)", (".conll", ".conllup", ".conllu", ".bio", ".iob", ".iob2"), conll, False),
        ("brat", "brat standoff", (".ann",), brat, True),
        ("spacy", "spaCy Doc.to_json()", (".spacy.jsonl", ".spacy.json"), spacy_json, False),
        ("docbin", "spaCy DocBin", (".spacy",), spacy_docbin, False),
        ("tuples", "(text, annotations) pairs of spaCy", (".tuples.json", ".tuples.jsonl"), spacy_tuples, False),
        (
            "pipeline",
            "output of a transformers token-classification pipeline",
            (".pipeline.json", ".pipeline.jsonl"),
            pipeline,
            False,
        ),
        ("hf", "tokens with tags, as in data sets of the Hub", (".tokens.jsonl", ".tokens.json"), hf_tokens, False),
        ("gliner", "output of GLiNER, and words with labels", (".gliner.jsonl", ".gliner.json"), gliner, False),
        ("doccano", "doccano JSONL", (".doccano.jsonl", ".doccano.json"), doccano, False),
        ("prodigy", "Prodigy JSONL", (".prodigy.jsonl", ".prodigy.json"), prodigy, False),
        ("label-studio", "Label Studio JSON", (".label-studio.json",), label_studio_json, False),
        ("timeml", "inline TimeML (TIMEX3)", (".tml", ".timeml", ".xml"), timeml, True),
        ("webanno", "WebAnno TSV 3", (".tsv", ".webanno"), webanno, True),
        ("xmi", "UIMA CAS XMI", (".xmi",), uima_xmi, True),
    )
}
FORMATS: Mapping[str, Format] = MappingProxyType(_FORMATS)
"""All formats by name."""


def register(format_: Format) -> Format:
    """Register a format from outside the package, for ``dragoman convert`` and :func:`named`.

    Raises:
        DragomanError: E209 for a name that is taken.

    """
    if format_.name in _FORMATS or format_.name == JSONL:
        raise error("E209", f"there is a format {format_.name[:80]!r} already.", "Give it another name.")
    _FORMATS[format_.name] = format_
    return format_


def named(name: str) -> Format:
    """Look up a format by name.

    Raises:
        DragomanError: E209 for an unknown name.

    """
    if name not in FORMATS:
        raise error("E209", f"there is no format {name[:80]!r}.", f"Formats: {', '.join(FORMATS)}.")
    return FORMATS[name]


def writer(name: str) -> Writer:
    """Look up the writer of a format by name.

    Raises:
        DragomanError: E209 for an unknown name, or a format that can only be read.

    """
    write = named(name).write
    if write is None:
        known = ", ".join(format_.name for format_ in FORMATS.values() if format_.write is not None)
        raise error("E209", f"the format {name} is read, not written.", f"Formats that are written: {known}.")
    return write


JSONL = "jsonl"
"""Name of the native format of submissions."""


def recognise(data: bytes, name: str = "") -> Format | None:
    r"""Detect the format of a file by its content; by its name if the content is inconclusive, for example empty.

    Returns:
        The format; None for a file that is, or is probably meant to be, JSONL in the native format.

    Raises:
        DragomanError: E221 if several formats match; E220, with a guess at what the file is, if none does.

    Example:
        >>> recognise(b"Kim B-PER\nspoke O\n").name
        'conll'

    """
    sample = Sample(data, name)
    fitting = _fitting(sample)
    if len(fitting) > 1:
        names = " or ".join(format_.name for format_ in fitting)
        hint = f"Say which: --from {' or --from '.join(format_.name for format_ in fitting)}."
        raise error("E221", f"the file may be of the format {names}.", hint, file=name)
    if fitting:
        return fitting[0]
    kind, hint = seems(sample) if data.strip() else ("", "")
    by_name = [format_ for format_ in FORMATS.values() if name.endswith(_telling(format_))]
    if by_name and not kind:
        return by_name[0]
    if not data.strip() or _meant_as_jsonl(sample) or not (kind or utf8.is_text(data)):
        return None  # invalid encodings are reported by the native reader
    if not kind and not sample.is_binary:
        kind, hint = unlike(sample.lines)
    what = f"the file seems to be {kind}." if kind else "the file is of no format that is read."
    known = f"Formats: {JSONL}, {', '.join(FORMATS)}; see --from."
    raise error("E220", what, f"{hint} {known}".strip(), file=name)


def _fitting(sample: Sample) -> list[Format]:
    """Return the formats that a file may have; for JSON by the first conclusive record, since some have no labels."""
    for one in (sample, *sample.further()):
        fitting = [format_ for format_ in FORMATS.values() if format_.recognises(one)]
        is_submission = isinstance(one.record.get("id"), str) and one.record.keys() <= _FIELDS
        if fitting or is_submission:
            return fitting
    return []


_FIELDS = frozenset(Submission.__struct_fields__)
_GENERAL = (".xml", ".tsv")
"""Suffixes that are not specific to a format: any table or XML file may have them."""


def _telling(format_: Format) -> tuple[str, ...]:
    """Return the suffixes that are specific to a format."""
    return tuple(suffix for suffix in format_.suffixes if suffix not in _GENERAL)


def _meant_as_jsonl(sample: Sample) -> bool:
    """Tell whether some line looks like an object, or the first is a JSON value: errors are then reported
    line by line.
    """
    if sample.is_binary or sample.own or "nbformat" in sample.record:
        return False
    return sample.is_line or any(line.lstrip().startswith("{") for line in sample.lines)
