"""The table of formats: lookup by name, detection by content, reading and writing of bytes, files and folders."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, Protocol

import msgspec

from dragoman import files, utf8
from dragoman.formats import (
    brat,
    conll,
    doccano,
    gliner,
    hf_tokens,
    label_studio_json,
    line_builder,
    pipeline,
    prodigy,
    spacy_docbin,
    spacy_json,
    spacy_tuples,
    timeml,
    uima_xmi,
    webanno,
)
from dragoman.formats.item_bounds import MAX_BYTES, MAX_ITEMS, MAX_ROWS, check_items
from dragoman.formats.json_fields import without_nulls
from dragoman.formats.outcome import DEFAULT, LIMIT, Converted, Options, Written
from dragoman.formats.sample import Sample, seems
from dragoman.formats.unlike_rows import unlike
from dragoman.problems import Diagnostics, DragomanError, error
from dragoman.schema.submission import Submission

MAX_FILES = 100_000
"""Maximum number of files of a folder that are read."""


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


class Gathered(NamedTuple):
    """Files found at a path.

    Attributes:
        format: the format of all the files.
        inputs: bytes by path.
        beside: for each of them the files beside it, by plain name.

    """

    format: Format
    inputs: dict[str, bytes]
    beside: dict[str, dict[str, bytes]]


def gather(path: Path | str, format_: Format | None = None) -> Gathered:
    """Read a file, or all files of one format in a folder, with the files beside them.

    Args:
        path: the file or folder; symbolic links in a folder are rejected.
        format_: its format; None to detect it.

    Raises:
        DragomanError: E101 if the folder cannot be read or has no file of the format; E106 too many files; E304 a
            symbolic link; E220 and E221 as :func:`recognise`; and as :func:`dragoman.files.read_bytes`.

    """
    path = Path(path)
    if format_ is None:
        paths, format_ = _recognised(path)
    else:
        paths = _files(path, format_)
    inputs: dict[str, bytes] = {}
    left = MAX_BYTES
    for file in paths:
        inputs[str(file)] = data = files.read_bytes(file, limit=LIMIT)
        left -= len(data)
        if left < 0:
            raise error("E106", f"the files are over {MAX_BYTES:,} bytes.", "Split the folder.", file=str(path))
    return Gathered(format_, inputs, {str(file): around(file, format_) for file in paths})


def around(path: Path, format_: Format) -> dict[str, bytes]:
    """Read the files beside a file that belong to it, by plain name."""
    found = {}
    for beside in format_.beside(path):
        _no_link(beside)
        found[beside.name] = files.read_bytes(beside, limit=LIMIT)
    return found


def _recognised(path: Path) -> tuple[list[Path], Format]:
    """Return the files of a folder that have the suffixes of the detected format."""
    listed = _listed(path)
    for format_ in FORMATS.values():
        paths = [inner for inner in listed if inner.name.endswith(format_.suffixes)]
        fitting = [inner for inner in paths[:1] if format_.recognises(Sample(files.read_bytes(inner), inner.name))]
        if fitting:
            for inner in paths:
                _no_link(inner)
            return paths, format_
    first = next((inner for inner in listed if inner.is_file()), None)
    kind = advice = ""
    with contextlib.suppress(DragomanError):  # an unreadable file has no kind
        kind, advice = ("", "") if first is None else seems(Sample(files.read_bytes(first), first.name))
    if first is not None and kind:
        raise error("E220", f"{first.name[:80]!r} in the folder seems to be {kind}.", advice, file=str(path))
    what = "nothing in the folder is of a format that is read."
    hint = f"Files end in {', '.join(suffix for format_ in FORMATS.values() for suffix in format_.suffixes[:1])} …"
    if not listed:
        raise error("E852", "there are no shards in the folder.", hint, file=str(path))
    raise error("E852", f"{what[:-1]}: it holds {listed[0].name[:80]!r}.", hint, file=str(path))


def read_files(
    format_: Format,
    inputs: Mapping[str, bytes],
    options: Options = DEFAULT,
    beside: Mapping[str, Mapping[str, bytes]] = MappingProxyType({}),
) -> Converted:
    """Read several files as one submission.

    Args:
        format_: their format.
        inputs: bytes by file name. Where a file is one document, its name without suffix is the document's id.
        options: for all of them.
        beside: for each file, the files beside it, by plain name.

    """
    diagnostics = Diagnostics(options.name)
    lines: list[Submission] = []
    try:
        if len(inputs) > 1:
            check_items(inputs.values(), options.name, MAX_ROWS if format_.name == "conll" else MAX_ITEMS)
    except DragomanError as cause:
        return Converted([], cause.problems)
    for name, data in inputs.items():
        own = replace(options, name=name, beside=beside.get(name, options.beside))
        if format_.single and not (len(inputs) == 1 and options.documents):
            own = replace(own, documents=(stem(name, format_),))
        converted = format_.read(data, own)
        lines += converted.lines
        # Losses are summed over all files, instead of being reported for each of them.
        diagnostics.take(*(problem for problem in converted.problems if problem.code != "W905"))
        for kind, count in converted.losses.items():
            diagnostics.lose(kind, count)
    if len(inputs) > 1:
        line_builder.check_names([line.id for line in lines], diagnostics)
    if not diagnostics.failed:
        line_builder.settle(lines, format_.layers)
    return Converted.of(lines, diagnostics)


def stem(name: str, format_: Format) -> str:
    """Return the name of a file without folder and without the format's suffix."""
    plain = Path(name).name
    return next((plain.removesuffix(suffix) for suffix in format_.suffixes if plain.endswith(suffix)), Path(name).stem)


def read_path(format_: Format, path: Path | str, options: Options = DEFAULT) -> Converted:
    """Read a file, or all files of a folder with the format's suffixes, with the files beside them.

    Raises:
        DragomanError: as :func:`gather`.

    """
    gathered = gather(path, format_)
    return read_files(format_, gathered.inputs, options, gathered.beside)


def _listed(path: Path) -> list[Path]:
    try:
        return sorted(inner for inner in path.iterdir() if not inner.name.startswith((".", "_")))
    except OSError as cause:
        reason = cause.strerror or str(cause)
        raise error("E101", f"cannot read the folder: {reason}.", "Check its rights.", file=str(path)) from cause


def _files(path: Path, format_: Format) -> list[Path]:
    if not path.is_dir():
        return [path]
    paths = [inner for inner in _listed(path) if inner.name.endswith(format_.suffixes)]
    if not paths:
        hint = f"Files of this format end in {' or '.join(format_.suffixes)}."
        raise error("E101", f"nothing in the folder is of the format {format_.name}.", hint, file=str(path))
    if len(paths) > MAX_FILES:
        raise error("E106", f"the folder has over {MAX_FILES:,} files.", "Split it.", file=str(path))
    for inner in paths:
        _no_link(inner)
    return paths


def _no_link(path: Path) -> None:
    if path.is_symlink():
        raise error("E304", "the file is a link.", "Put the file itself there.", file=str(path))


def jsonl(lines: Iterable[Submission]) -> bytes:
    """Encode lines as JSONL in the native format, without null fields."""
    return files.json_lines(without_nulls(msgspec.to_builtins(line)) for line in lines)


def write_path(written: Written, out: Path | str) -> list[Path]:
    """Write the files of a conversion: a single one to ``out`` itself unless that is a folder, several into ``out``.

    Returns:
        The paths, in order.

    Raises:
        DragomanError: with all errors of the conversion, and nothing is written; E304 for an invalid file name; E108 if
            the output cannot be written.

    """
    out = Path(out)
    contents = written.checked()
    if len(contents) == 1 and not out.is_dir():
        places = {out: next(iter(contents.values()))}
    else:
        places = {files.child(out, name): data for name, data in contents.items()}
    with contextlib.nullcontext() if out in places else files.writing_into(out):
        for path, data in places.items():
            files.write(path, data)
    return list(places)
