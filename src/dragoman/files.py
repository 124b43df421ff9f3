"""Files: read within bounds, written whole or not at all, and always the same bytes for the same content.

Whatever is read here is untrusted: sizes are bounded before memory is taken, encodings are checked before anything
looks at the text, and a failure is a numbered problem that names the file, the line and the byte.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import stat
import sys
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path
from typing import IO, Any, TypeVar

import msgspec

from dragoman import compression, redaction, utf8
from dragoman.locking import only_writer, open_locked, remove_unlocked
from dragoman.problems import DragomanError, error

MAX_FILE = 4 * 2**30
"""Largest input, after decompression, in bytes."""
_CHUNK = 2**20
STANDARD_INPUT = "-"
"""Path that stands for standard input, wherever a file of labels is read."""
_PART = (".write-", ".part")
T = TypeVar("T")


def read_bytes(path: Path | str, *, limit: int = MAX_FILE) -> bytes:
    """Read a file, or standard input for ``-``, unpacked where it is compressed.

    Args:
        path: the file.
        limit: most bytes after decompression.

    Raises:
        DragomanError: E101 unreadable, E106 over the limit, E107 compressed and damaged.

    """
    with _unpacked(path) as raw:
        return _bounded(raw, path, limit)


def read_regular(path: Path | str, *, limit: int = MAX_FILE) -> bytes:
    """Read a file as it is, gzip or not: for folders that somebody else made, where a pipe would be waited for.

    Raises:
        DragomanError: E101 unreadable, or no regular file; E106 over the limit.

    """
    check_regular(path)
    try:
        with Path(path).open("rb") as raw:
            return _bounded(raw, path, limit)
    except (OSError, ValueError) as cause:
        raise _unreadable(path, cause) from cause


def check_regular(path: Path | str) -> None:
    """Refuse what can be opened and is no file, such as a pipe or a device; what is not there is not looked at.

    Raises:
        DragomanError: E101.

    """
    try:
        mode = Path(path).stat().st_mode
    except (OSError, ValueError):
        return
    if not stat.S_ISREG(mode):
        what = "it is no file, but a folder, a pipe or a device."
        raise error("E101", what, "Put the file itself there.", file=str(path))


def _bounded(raw: Any, path: Path | str, limit: int) -> bytes:
    """Read all of a file piece by piece: asked for at once, the limit would be taken for a file of a few bytes."""
    data = io.BytesIO()
    while piece := raw.read(min(_CHUNK, limit + 1 - data.tell())):
        data.write(piece)
    if data.tell() > limit:
        raise _too_large(path, limit)
    return data.getvalue()


def blocks(path: Path | str, *, size: int, limit: int = MAX_FILE) -> Iterator[bytes]:
    """Read a file of lines in blocks, unpacked where it is compressed.

    Args:
        path: the file.
        size: bytes to read at a time.
        limit: most bytes after decompression.

    Yields:
        Blocks; each but the last ends with a line feed, unless a line is over :data:`utf8.MAX_LINE`.

    Raises:
        DragomanError: as :func:`read_bytes`.

    """
    with _unpacked(path) as raw:
        total = 0
        while data := raw.read(size):
            if not data.endswith(b"\n"):
                data += raw.readline(utf8.MAX_LINE)
            total += len(data)
            if total > limit:
                raise _too_large(path, limit)
            yield data


def unpacked(data: bytes, name: str = "", *, limit: int = MAX_FILE) -> bytes:
    """Unpack the bytes of a file that may be compressed, as :func:`read_bytes` does; others are returned as they are.

    Raises:
        DragomanError: E106 over the limit; E107 damaged, a zip archive of several files, or nothing is installed that
            unpacks it.

    """
    if compression.kind(data[: compression.LENGTH]) is None:
        return data
    with _unpacking(io.BufferedReader(io.BytesIO(data)), name) as raw:
        return _bounded(raw, name, limit)


@contextmanager
def _unpacked(path: Path | str) -> Iterator[Any]:
    try:
        if str(path) == STANDARD_INPUT:
            with _unpacking(_standard_input(), "standard input") as raw:
                yield raw
        else:
            with Path(path).open("rb") as file, _unpacking(file, str(path)) as raw:
                yield raw
    except (OSError, ValueError) as cause:
        raise _unreadable(path, cause) from cause


def _standard_input() -> Any:
    given = getattr(sys.stdin, "buffer", None)
    if given is None:  # a process may have none
        raise OSError("standard input is not open")
    return given if hasattr(given, "peek") else io.BufferedReader(given)


@contextmanager
def _unpacking(raw: Any, name: str) -> Iterator[Any]:
    try:
        with compression.unpacking(raw) as unpacked_:
            yield unpacked_
    except compression.CompressionError as cause:
        raise error("E107", cause.what, cause.hint, file=name) from cause


def _unreadable(path: Path | str, cause: Exception) -> DragomanError:
    reason = getattr(cause, "strerror", None) or str(cause)
    return error("E101", f"cannot read the file: {reason}.", "Check the path and its rights.", file=str(path))


def _too_large(path: Path | str, limit: int) -> DragomanError:
    return error("E106", f"the file is over {limit:,} bytes.", "Split it into shards.", file=str(path))


def read_text(path: Path | str, *, limit: int = MAX_FILE) -> str:
    """Read a UTF-8 text file as it is: no newline translation, no normalisation.

    Raises:
        DragomanError: as :func:`read_bytes` and :func:`check_text`.

    """
    data = read_bytes(path, limit=limit)
    utf8.check_text(data, str(path), max_line=limit)
    return data.decode("utf-8")


def read_toml(path: Path | str) -> dict[str, Any]:
    """Read a TOML table.

    Raises:
        DragomanError: E207 with the parser's line, or as :func:`read_text`.

    """
    text = read_text(path, limit=_CHUNK * 16)
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as cause:  # ValueError alone: a number of thousands of digits
        raise error("E207", f"not valid TOML: {cause}.", "Correct the syntax there.", file=str(path)) from cause


def read_json(path: Path | str, type_: type[T]) -> T:
    """Read a JSON file of ours into a schema type.

    Raises:
        DragomanError: E201 invalid JSON, E202 not of that type (with the path), or as :func:`read_text`.

    """
    data = read_bytes(path)
    utf8.check_text(data, str(path), max_line=MAX_FILE)
    return decode(data, type_, str(path))


def decode(data: bytes, type_: type[T], name: str = "", line: int = 0) -> T:
    """Decode JSON into a schema type; the file and line are for the problem that it may raise.

    Raises:
        DragomanError: E102 not UTF-8, E201 invalid JSON, E202 not of that type.

    """
    try:
        return msgspec.json.decode(data, type=type_)
    except msgspec.ValidationError as cause:
        what, _, path = str(cause).partition(" - at `")
        raise error("E202", f"{what}.", file=name, line=line, path=path.rstrip("`").removeprefix("$.")) from cause
    except UnicodeDecodeError as cause:
        raise error("E102", f"{cause}.", "Save the file as UTF-8.", file=name, line=line) from cause
    except (msgspec.DecodeError, RecursionError) as cause:
        raise error("E201", f"{cause}.", "Correct the JSON.", file=name, line=line) from cause


def depth(data: bytes) -> int:
    """Count the lists and objects inside each other in JSON.

    Example:
        >>> depth(b'{"a": [["]]]]"]]}')
        3

    """
    brackets = re.sub(rb'"(?:[^"\\]|\\.)*"|[^\[\]{}]', b"", data)
    return max(accumulate(1 if bracket in b"[{" else -1 for bracket in brackets), default=0)


def canonical_json(value: Any) -> bytes:
    """One line of JSON, the same bytes for the same content: UTF-8, keys sorted, no spaces, no line feed."""
    return msgspec.json.encode(value, order="sorted")


def pretty_json(value: Any) -> bytes:
    """JSON for people and for version control: keys sorted, indented by one space, ending in a line feed."""
    return msgspec.json.format(canonical_json(value), indent=1) + b"\n"


def table_json(value: Any) -> bytes:
    """Write like :func:`pretty_json`, with each list of numbers on one line: for results, which are mostly tables."""
    # A line feed in a string is written as an escape, so that what this matches is never part of one.
    lists = rb"\[\n([-+.\deE, \n]+)\n *\]"
    return re.sub(
        lists, lambda match: b"[" + b", ".join(map(bytes.strip, match[1].split(b","))) + b"]", pretty_json(value)
    )


def json_lines(values: Any) -> bytes:
    """Canonical JSON, one value a line."""
    return b"".join(canonical_json(value) + b"\n" for value in values)


def sha256(data: bytes) -> str:
    """SHA-256 of some bytes, hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def write(path: Path | str, data: bytes) -> bool:
    """Write a file whole or not at all, and leave it alone when it already holds these bytes.

    The bytes go to a temporary file beside the target, are flushed to disk and then renamed, so that somebody who
    reads, or a process that is killed, sees the old file or the new one. The temporary file has one name for each
    target: what a write that was killed left is taken up by the next one of that target. A device or a pipe, such as
    ``/dev/stdout``, is written into: it is nothing that could be replaced. No secret that was registered is written
    (:mod:`dragoman.redaction`).

    Returns:
        Whether anything was written.

    Raises:
        DragomanError: E108 when the system refuses (rights, disk full).

    """
    target, data = Path(path), redaction.redact_file(data)
    stream = False
    try:
        if stream := _is_stream(target):
            with target.open("wb") as out:
                out.write(data)
            return True
        part = _part_of(target)
        if _holds(target, data):
            remove_unlocked(part)
            return False
        target.parent.mkdir(parents=True, exist_ok=True)
        with _replacing(target, part) as out:
            out.write(data)
    except (OSError, ValueError) as cause:
        reason = getattr(cause, "strerror", None) or str(cause)
        hint = "Free some space or choose another place" + ("." if stream else "; this file is as it was.")
        raise error("E108", f"cannot write the file: {reason}.", hint, file=str(path)) from cause
    return True


def _holds(target: Path, data: bytes) -> bool:
    plain = target.is_file() and not target.is_symlink()
    return plain and target.stat().st_size == len(data) and target.read_bytes() == data


@contextmanager
def writing_lines(path: Path) -> Iterator[IO[bytes]]:
    """Write a file piece by piece, whole or not at all as :func:`write` does: for what is too large to be held.

    Args:
        path: the file; the folder has to be there.

    Yields:
        Where to write to.

    Raises:
        DragomanError: E108 when the system refuses.

    """
    try:
        with _replacing(path, _part_of(path)) as out:
            yield out
    except OSError as cause:
        hint = "Free some space or choose another place; this file is as it was."
        raise error("E108", f"cannot write the file: {cause.strerror}.", hint, file=str(path)) from cause


@contextmanager
def writing_into(folder: Path, code: str = "E108") -> Iterator[None]:
    """Be the only one who writes files into a folder, inside of this; what killed writes left in it goes first.

    Args:
        folder: made if need be.
        code: number of the problem where somebody else writes it.

    Raises:
        DragomanError: as :func:`dragoman.locking.only_writer`.

    """
    with only_writer(folder, code):
        remove_parts(folder)
        yield


def _part_of(target: Path) -> Path:
    return target.parent / f"{_PART[0]}{sha256(os.fsencode(target.name))[:16]}{_PART[1]}"


@contextmanager
def _replacing(target: Path, part: Path) -> Iterator[IO[bytes]]:
    handle = open_locked(part, wait=True)  # whoever else writes this target waits, and then writes it anew
    try:
        with os.fdopen(handle, "wb") as out:
            out.truncate(0)
            yield out
            out.flush()
            os.fsync(out.fileno())
            os.fchmod(out.fileno(), 0o644)
            part.replace(target)
    except BaseException:
        # Also when somebody interrupts: only a kill leaves the temporary file, and nobody takes it for the target.
        part.unlink(missing_ok=True)
        raise


def _is_stream(path: Path) -> bool:
    """Say whether a path leads to a device or a pipe, or is one of the names in /dev of a file that is open."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return stat.S_ISCHR(mode) or stat.S_ISFIFO(mode) or (stat.S_ISREG(mode) and path.absolute().parent == Path("/dev"))


def is_part(path: Path) -> bool:
    """Whether a file is the temporary one of a write, under way or killed: no content of its folder."""
    return path.name.startswith(_PART[0]) and path.name.endswith(_PART[1])


def remove_parts(folder: Path) -> None:
    """Remove what writes that were killed left in a folder, as far as one may; writes under way go on."""
    for path in folder.glob("*".join(_PART)):
        remove_unlocked(path)


def remove_others(folder: Path, pattern: str, keep: Iterable[Path]) -> list[Path]:
    """Remove the files of a folder that match a pattern and are not to be kept; return them.

    For folders that hold nothing but what was generated, so that a file whose content is gone does not stay behind;
    what writes that were killed left goes too.
    """
    stale = sorted(set(folder.glob(pattern)) - set(keep))
    for path in stale:
        path.unlink()
    for inside in {folder, *(path.parent for path in (*stale, *keep))}:
        remove_parts(inside)
    return stale


def child(root: Path, name: str) -> Path:
    """Path of a file below ``root`` for a name that came from outside; whether it is a link is not looked at.

    Raises:
        DragomanError: E304 when the name is not a plain file name (separators, ``..``, characters that show
            nothing or turn the writing direction, over 200 bytes).

    """
    plain = name not in ("", ".", "..") and name.isprintable() and not any(c in '/\\:*?"<>|' for c in name)
    # Surrogates are not printable, so that what is left can be encoded.
    if not plain or len(name.encode()) > 200:
        raise error("E304", f"{name[:80]!r} cannot be a file name.", "Use letters, digits, dots and hyphens.")
    return root / name
