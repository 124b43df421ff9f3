"""Logs of inspect_ai (``.eval``): the answers of a task of dragoman, by epoch.

Such a log is a zip archive of JSON files, one per sample and epoch, and is read without inspect_ai. Its members may be
compressed with zstd, which :mod:`zipfile` does not support.
"""

from __future__ import annotations

import json
import struct
import zipfile
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from dragoman import files
from dragoman.formats.item_bounds import check_items
from dragoman.problems import DragomanError, error
from dragoman.schema.system_card import SystemCard

MAX_MEMBER = 2**28
"""Maximum size of one member of a log, decompressed, in bytes.
"""
MAX_EPOCHS = 1000
"""Maximum number of epochs of a log."""
SCORER = "labels"
"""Name of the scorer whose metadata contain the answers."""
_HEADER = "header.json"
_ZSTD = 93
"""Compression method zstd in the ZIP specification (APPNOTE 6.3.8)."""
_LOCAL = struct.Struct("<26xHH")
"""Local file header, of which the last two numbers are the lengths of file name and extra field."""


class InspectLog(NamedTuple):
    """Contents of a log.

    Attributes:
        card: the model's name, and the resources that it used.
        split: split of the benchmark that was run.
        epochs: lines of a submission for each epoch; a document that failed has no line.

    """

    card: SystemCard
    split: str
    epochs: list[list[dict[str, Any]]]


def read(path: Path | str) -> InspectLog:
    """Read a log.

    Raises:
        DragomanError: E101 if it is not a file, E106 and E107 if it cannot be decompressed, E202 if it is not a log of
            a finished task of dragoman.

    """
    files.check_regular(Path(path))
    try:
        with zipfile.ZipFile(path) as archive:
            return _read(archive, str(path))
    except DragomanError:
        raise
    except Exception as cause:  # a library on arbitrary bytes
        what = f"the log cannot be read: {str(cause)[:200] or 'it is damaged'}."
        raise error("E107", what, "Give a whole log, as inspect_ai writes it.", file=str(path)) from cause


def _read(archive: zipfile.ZipFile, name: str) -> InspectLog:
    if _HEADER not in archive.namelist():
        raise _none(name, "it has no header: the evaluation did not end, or this is another archive")
    header = _json(archive, _HEADER, name)
    try:
        said = header["eval"]
        known = said.get("metadata") or {}
        card = msgspec.convert({"name": str(said["model"])[-120:], "resources": known["resources"]}, SystemCard)
        split, epochs = str(known["split"]), int(said["config"].get("epochs") or 1)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, msgspec.ValidationError):
        raise _none(name, "it is of another task") from None
    if not 0 < epochs <= MAX_EPOCHS:
        raise _none(name, f"it says that it has {epochs:,} epochs; 1 to {MAX_EPOCHS:,} are read")
    lines: list[list[dict[str, Any]]] = [[] for _ in range(epochs)]
    for member in archive.namelist():
        if not member.startswith("samples/"):
            continue
        sample = _json(archive, member, name)
        try:
            scored = (sample.get("scores") or {}).get(SCORER) or {}
            line = (scored.get("metadata") or {}).get("line")
            if line is not None:  # a sample that failed, or whose answer did
                lines[range(1, epochs + 1).index(int(sample["epoch"]))].append(line)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            raise _none(name, f"{member[:80]} is no sample") from None
    return InspectLog(card, split, lines)


def _json(archive: zipfile.ZipFile, member: str, name: str) -> Any:
    try:
        data = _bytes(archive, member, name)
        check_items([data], name)
        return json.loads(data)  # which accepts NaN, as written by inspect_ai
    except (ValueError, RecursionError) as cause:
        raise _none(name, f"{member[:80]} is no JSON") from cause


def _bytes(archive: zipfile.ZipFile, member: str, name: str) -> bytes:
    info = archive.getinfo(member)
    if info.compress_type != _ZSTD:
        with archive.open(info) as packed:
            data = packed.read(MAX_MEMBER + 1)
    else:
        assert archive.fp is not None
        archive.fp.seek(info.header_offset)
        archive.fp.seek(sum(_LOCAL.unpack(archive.fp.read(_LOCAL.size))), 1)
        packed_size = min(info.compress_size, MAX_MEMBER)  # untrusted
        data = files.unpacked(archive.fp.read(packed_size), name, limit=MAX_MEMBER)
    if len(data) > MAX_MEMBER:
        raise error("E106", f"a file in the log has over {MAX_MEMBER:,} bytes.", "Check the log.", file=name)
    return data


def _none(name: str, why: str) -> Exception:
    hint = "Give a log of `inspect eval dragoman/extraction` that ended."
    return error("E202", f"this is no log that has answers: {why}.", hint, file=name)
