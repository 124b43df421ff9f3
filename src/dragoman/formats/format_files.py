"""Finds the files of a format in a folder, reads them as one submission, and writes converted files."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from dragoman import files, json_text
from dragoman.formats import line_builder
from dragoman.formats.item_bounds import MAX_BYTES, MAX_ITEMS, MAX_ROWS, check_items
from dragoman.formats.json_fields import without_nulls
from dragoman.formats.outcome import DEFAULT, LIMIT, Converted, Options, Written
from dragoman.formats.registry import FORMATS, Format
from dragoman.formats.sample import Sample, seems
from dragoman.problems import Diagnostics, DragomanError, error
from dragoman.schema.submission import Submission

MAX_FILES = 100_000
"""Maximum number of files of a folder that are read."""


class Gathered(NamedTuple):
    """Files found at a path.

    Attributes:
        format: the format of all the files.
        inputs: bytes by path.
        beside: for each of them, the files that belong to it, by plain name.

    """

    format: Format
    inputs: dict[str, bytes]
    beside: dict[str, dict[str, bytes]]


def gather(path: Path | str, format_: Format | None = None) -> Gathered:
    """Read a file, or all files of one format in a folder, with the files that belong to them.

    Args:
        path: the file or folder; symbolic links in a folder are rejected.
        format_: its format; None to detect it.

    Raises:
        DragomanError: E101 if the folder cannot be read or has no file of the format; E106 too many files; E304 a
            symbolic link; E220 and E221 as :func:`dragoman.formats.registry.recognise`; and as
            :func:`dragoman.files.read_bytes`.

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
    """Read the files next to a file that belong to it, by plain name."""
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
    with contextlib.suppress(DragomanError):  # the kind of an unreadable file is unknown
        kind, advice = ("", "") if first is None else seems(Sample(files.read_bytes(first), first.name))
    if first is not None and kind:
        raise error("E220", f"{first.name[:80]!r} in the folder seems to be {kind}.", advice, file=str(path))
    what = "no file in the folder has a supported format."
    hint = f"Files end in {', '.join(suffix for format_ in FORMATS.values() for suffix in format_.suffixes[:1])} …"
    if not listed:
        raise error("E852", "there are no shards in the folder.", hint, file=str(path))
    raise error("E852", f"{what[:-1]}: it contains {listed[0].name[:80]!r}.", hint, file=str(path))


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
        beside: for each file, the files that belong to it, by plain name.

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


def _listed(path: Path) -> list[Path]:
    try:
        return sorted(inner for inner in path.iterdir() if not inner.name.startswith((".", "_")))
    except OSError as cause:
        reason = cause.strerror or str(cause)
        raise error("E101", f"cannot read the folder: {reason}.", "Check its permissions.", file=str(path)) from cause


def _files(path: Path, format_: Format) -> list[Path]:
    if not path.is_dir():
        return [path]
    paths = [inner for inner in _listed(path) if inner.name.endswith(format_.suffixes)]
    if not paths:
        hint = f"Files of this format end in {' or '.join(format_.suffixes)}."
        raise error("E101", f"no file in the folder has the format {format_.name}.", hint, file=str(path))
    if len(paths) > MAX_FILES:
        raise error("E106", f"the folder has over {MAX_FILES:,} files.", "Split it.", file=str(path))
    for inner in paths:
        _no_link(inner)
    return paths


def _no_link(path: Path) -> None:
    if path.is_symlink():
        raise error("E304", "the file is a symbolic link.", "Put the file itself there.", file=str(path))


def jsonl(lines: Iterable[Submission]) -> bytes:
    """Encode lines as JSONL in the native format, without null fields."""
    return json_text.lines(without_nulls(msgspec.to_builtins(line)) for line in lines)


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
