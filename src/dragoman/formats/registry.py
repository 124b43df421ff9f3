"""The formats in one table, and reading and writing them by name: bytes, files and folders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, Protocol

import msgspec

from dragoman import files
from dragoman.formats import brat, conll, line_builder, pipeline, spacy_json, timeml
from dragoman.formats.json_fields import without_nulls
from dragoman.formats.outcome import DEFAULT, LIMIT, Converted, Options, Written
from dragoman.problems import Diagnostics, Problem, error
from dragoman.schema.submission import Submission

MAX_FILES = 100_000
"""Files of a folder that are read."""


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


class Format(NamedTuple):
    """A format, and what becomes of a submission in it.

    Attributes:
        name: what it is called on the command line.
        title: what it is.
        suffixes: how its files end; the first is written.
        read: bytes to submission lines.
        write: submission lines to files.
        holds: layers and fields that it holds, as ``layer``, ``layer.field`` and ``documents.field``.
        cannot_hold: what it does not, in words; counted whenever it happens.
        layers: layers that a file of it attempts even when nothing is in it.
        single: whether a file is one document, called by the file's name.

    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    read: Reader
    write: Writer
    holds: Collection[str]
    cannot_hold: tuple[str, ...]
    layers: tuple[str, ...]
    single: bool


_FORMATS: dict[str, Format] = {
    name: Format(
        name, title, suffixes, module.read, module.write, module.HOLDS, module.CANNOT_HOLD, module.LAYERS, single
    )
    for name, title, suffixes, module, single in (
        ("conll", "BIO in columns (CoNLL)", (".conll", ".conllup", ".bio", ".iob", ".iob2"), conll, False),
        ("brat", "brat standoff", (".ann",), brat, True),
        ("spacy", "spaCy Doc.to_json()", (".spacy.jsonl", ".spacy.json"), spacy_json, False),
        (
            "pipeline",
            "output of a transformers token-classification pipeline",
            (".pipeline.json", ".pipeline.jsonl"),
            pipeline,
            False,
        ),
        ("timeml", "inline TimeML (TIMEX3)", (".tml", ".timeml", ".xml"), timeml, True),
    )
}
FORMATS: Mapping[str, Format] = MappingProxyType(_FORMATS)
"""All formats by name."""


def register(format_: Format) -> Format:
    """Add a format from outside the package; ``dragoman convert`` and :func:`named` then know its name.

    Raises:
        DragomanError: E209 for a name that is taken.

    """
    if format_.name in _FORMATS or format_.name == "jsonl":
        raise error("E209", f"there is a format {format_.name[:80]!r} already.", "Give it another name.")
    _FORMATS[format_.name] = format_
    return format_


def named(name: str) -> Format:
    """Find a format by its name.

    Raises:
        DragomanError: E209 when there is none of that name.

    """
    if name not in FORMATS:
        raise error("E209", f"there is no format {name[:80]!r}.", f"Formats: {', '.join(FORMATS)}.")
    return FORMATS[name]


def read_files(format_: Format, inputs: Mapping[str, bytes], options: Options = DEFAULT) -> Converted:
    """Read several files as one submission.

    Args:
        format_: their format.
        inputs: bytes by file name. Where a file is one document, its name without suffix is the document's id.
        options: for all of them.

    """
    diagnostics = Diagnostics(options.name)
    lines: list[Submission] = []
    problems: list[Problem] = []
    losses: Counter[str] = Counter()
    for name, data in inputs.items():
        own = replace(options, name=name)
        if format_.single:
            own = replace(own, documents=(stem(name, format_),))
        converted = format_.read(data, own)
        lines += converted.lines
        problems += converted.problems
        losses.update(converted.losses)
    if len(inputs) > 1:
        line_builder.check_names([line.id for line in lines], diagnostics)
    problems = sorted([*problems, *diagnostics.problems()], key=lambda problem: problem.code[0] == "W")
    failed = any(problem.severity == "error" for problem in problems)
    return Converted([] if failed else line_builder.settle(lines, format_.layers), tuple(problems), dict(losses))


def stem(name: str, format_: Format) -> str:
    """Name of a file without folder and without the format's suffix."""
    plain = Path(name).name
    return next((plain.removesuffix(suffix) for suffix in format_.suffixes if plain.endswith(suffix)), Path(name).stem)


def read_path(format_: Format, path: Path | str, options: Options = DEFAULT) -> Converted:
    """Read a file, or all files of a folder that end as the format's do; links in a folder are refused.

    For brat the ``.txt`` beside a file is the document's text.

    Raises:
        DragomanError: E101 when the folder cannot be read or holds nothing of the format; E106 too many files; E304 a
            link; E403 where the text beside a file is not the document's; and as :func:`dragoman.files.read_bytes`.

    """
    path = Path(path)
    inputs: dict[str, bytes] = {}
    texts = dict(options.texts)
    for file in _files(path, format_):
        inputs[str(file)] = files.read_bytes(file, limit=LIMIT)
        beside = file.with_name(stem(file.name, format_) + ".txt")
        if format_ is FORMATS["brat"] and beside.exists():
            _text_beside(beside, texts)
    return read_files(format_, inputs, replace(options, texts=texts))


def _files(path: Path, format_: Format) -> list[Path]:
    if not path.is_dir():
        return [path]
    try:
        paths = sorted(inner for inner in path.iterdir() if inner.name.endswith(format_.suffixes))
    except OSError as cause:
        reason = cause.strerror or str(cause)
        raise error("E101", f"cannot read the folder: {reason}.", "Check its rights.", file=str(path)) from cause
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


def _text_beside(path: Path, texts: dict[str, str]) -> None:
    """Take a document's text from the file beside its annotations, as it is: a byte order mark is a character of it."""
    _no_link(path)
    data = files.read_bytes(path, limit=LIMIT)
    try:
        text = data.decode()
    except UnicodeDecodeError as cause:
        what = f"byte {cause.start} is not UTF-8."
        raise error("E102", what, "Save the file as UTF-8.", file=str(path)) from cause
    if texts.setdefault(path.name.removesuffix(".txt"), text) != text:
        hint = "Label the document's text as it is."
        raise error("E403", "the text is not the one that is given for the document.", hint, file=str(path))


def jsonl(lines: Iterable[Submission]) -> bytes:
    """Write lines as the JSONL of a submission, without the fields that are null."""
    return files.json_lines(without_nulls(msgspec.to_builtins(line)) for line in lines)


def write_path(written: Written, out: Path | str) -> list[Path]:
    """Write the files of a conversion: a single one to ``out`` itself unless that is a folder, several into ``out``.

    Returns:
        The paths, in order.

    Raises:
        DragomanError: with every error of the conversion, and then nothing is written; E304 for a name that is no plain
            file name; E108.

    """
    out = Path(out)
    contents = written.checked()
    if len(contents) == 1 and not out.is_dir():
        places = {out: next(iter(contents.values()))}
    else:
        places = {files.child(out, name): data for name, data in contents.items()}
    for path, data in places.items():
        files.write(path, data)
    return list(places)
