"""File access: bounded reads, atomic writes.

Every input is untrusted: sizes are bounded before memory is allocated, encodings are checked before text is used, and
every failure is a numbered problem that names the file, the line and the byte.
"""

from __future__ import annotations

import hashlib
import io
import os
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, TypeVar

from dragoman import compression, json_text, redaction, utf8
from dragoman.locking import only_writer, open_locked, remove_unlocked
from dragoman.problems import DragomanError, error

MAX_FILE = 4 * 2**30
"""Largest input that is read piece by piece, after decompression, in bytes."""
MAX_WHOLE = 2**29
"""Largest input that is read as a whole, after decompression, in bytes, unless its reader says otherwise."""
MAX_DECODED = 3 * 2**29
"""Bytes that the objects of a JSON file may take in memory, estimated from its brackets and commas."""
_CHUNK = 2**20
STANDARD_INPUT = "-"
"""Path that means standard input, wherever a file of labels is read."""
_PART = (".write-", ".part")
T = TypeVar("T")


def read_bytes(path: Path | str, *, limit: int = MAX_WHOLE) -> bytes:
    """Read a file, or standard input for ``-``, and decompress it if it is compressed.

    Args:
        path: the file.
        limit: maximum number of bytes after decompression.

    Raises:
        DragomanError: E101 unreadable, E106 over the limit, E107 compressed and damaged.

    """
    with _unpacked(path) as raw:
        return _bounded(raw, path, limit)


def read_regular(path: Path | str, *, limit: int = MAX_WHOLE) -> bytes:
    """Read a regular file without decompression: for folders from elsewhere, in which opening a pipe would block.

    Raises:
        DragomanError: E101 unreadable or not a regular file; E106 over the limit.

    """
    check_regular(path)
    try:
        with Path(path).open("rb") as raw:
            return _bounded(raw, path, limit)
    except (OSError, ValueError) as cause:
        raise unreadable(path, cause) from cause


def is_folder(path: Path | str) -> bool:
    """Whether a path that a user gave is a folder.

    Raises:
        DragomanError: E101 for a path that the system refuses to look up: too long, or in a folder without rights.

    """
    try:
        return Path(path).is_dir()
    except OSError as cause:
        raise unreadable(path, cause) from cause


def resolved(path: Path | str) -> Path:
    """Make a path absolute and resolve its symbolic links, as far as that is possible: a loop of links is no error.

    Example:
        >>> resolved("/tmp/../etc").as_posix()
        '/etc'

    """
    return Path(os.path.realpath(path))  # Path.resolve() raises RuntimeError, before Python 3.13


def check_regular(path: Path | str) -> None:
    """Reject a path that is not a regular file, such as a pipe or a device; a missing path is accepted.

    Raises:
        DragomanError: E101.

    """
    try:
        mode = Path(path).stat().st_mode
    except (OSError, ValueError):
        return
    if not stat.S_ISREG(mode):
        what = "it is not a regular file, but a folder, a pipe or a device."
        raise error("E101", what, "Put the file itself there.", file=str(path))


def _bounded(raw: Any, path: Path | str, limit: int) -> bytes:
    """Read a file in pieces: a single read of ``limit`` bytes would allocate that much even for a small file."""
    data = io.BytesIO()
    while piece := raw.read(min(_CHUNK, limit + 1 - data.tell())):
        data.write(piece)
    if data.tell() > limit:
        raise _too_large(path, limit)
    return data.getvalue()


def blocks(path: Path | str, *, size: int, limit: int = MAX_FILE) -> Iterator[bytes]:
    """Read a file of lines in blocks, decompressing it if it is compressed.

    Args:
        path: the file.
        size: bytes to read at a time.
        limit: maximum number of bytes after decompression.

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


def unpacked(data: bytes, name: str = "", *, limit: int = MAX_WHOLE) -> bytes:
    """Decompress the bytes of a file, as :func:`read_bytes` does; bytes that are not compressed are returned unchanged.

    Raises:
        DragomanError: E106 over the limit; E107 damaged, a zip archive of several files, or a library that is not
            installed.

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
        raise unreadable(path, cause) from cause


def _standard_input() -> Any:
    given = getattr(sys.stdin, "buffer", None)
    if given is None:  # sys.stdin may be None or lack a buffer
        raise OSError("standard input is not open")
    return given if hasattr(given, "peek") else io.BufferedReader(given)


@contextmanager
def _unpacking(raw: Any, name: str) -> Iterator[Any]:
    try:
        with compression.unpacking(raw) as unpacked_:
            yield unpacked_
    except compression.CompressionError as cause:
        raise error("E107", cause.what, cause.hint, file=name) from cause


def unreadable(path: Path | str, cause: Exception) -> DragomanError:
    """Make the problem of a path that the system refuses to look up or read, E101."""
    reason = getattr(cause, "strerror", None) or str(cause)
    return error("E101", f"cannot read the file: {reason}.", "Check the path and its rights.", file=str(path))


def _too_large(path: Path | str, limit: int) -> DragomanError:
    piped = str(path) == STANDARD_INPUT
    hint = "Write it to a file: files are read block by block." if piped else "Split it into shards."
    what = f"{'standard input' if piped else 'the file'} is over {limit:,} bytes."
    return error("E106", what, hint, file="" if piped else str(path))


def read_text(path: Path | str, *, limit: int = MAX_WHOLE) -> str:
    """Read a UTF-8 text file unchanged: no newline translation, no Unicode normalisation.

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
    import tomllib  # noqa: PLC0415 - imported after the start, and rarely needed

    text = read_text(path, limit=_CHUNK * 16)
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as cause:  # a plain ValueError: an integer with thousands of digits
        raise error("E207", f"not valid TOML: {cause}.", "Correct the syntax there.", file=str(path)) from cause


def read_json(path: Path | str, type_: type[T]) -> T:
    """Read a JSON file in one of Dragoman's own formats into a schema type.

    Raises:
        DragomanError: E106 also for very many objects, E201 invalid JSON, E202 not of that type (with the path), or as
            :func:`read_text`.

    """
    data = read_bytes(path)
    utf8.check_text(data, str(path), max_line=MAX_WHOLE)
    # A dictionary of one member takes about 200 bytes, a list 70, and a number that is not shared 40.
    if (size := 200 * data.count(b"{") + 70 * data.count(b"[") + 40 * data.count(b",")) > MAX_DECODED:
        what = f"its objects take about {size:,} bytes in memory; at most {MAX_DECODED:,} are allowed."
        raise error("E106", what, "Make it of fewer documents, or of fewer measures.", file=str(path))
    return json_text.decode(data, type_, str(path))


def sha256(data: bytes) -> str:
    """Return the SHA-256 of some bytes, hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def write(path: Path | str, data: bytes) -> bool:
    """Write a file atomically; do nothing if it already has this content.

    The bytes go to a temporary file beside the target, are flushed to disk and then renamed, so that a concurrent
    reader, or a process killed at any point, leaves either the old file or the new one. The temporary file's name is
    derived from the target's, so that the next write reuses what a killed write left. A device or a pipe, such as
    ``/dev/stdout``, is written to directly, since it cannot be replaced. Registered secrets are redacted
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
    """Write a file piece by piece, atomically as :func:`write` does: for content that is too large for memory.

    Args:
        path: the file; its folder must exist.

    Yields:
        The open file.

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
    """Hold the exclusive write lock of a folder, and first remove temporary files that killed writes left in it.

    Args:
        folder: created if missing.
        code: number of the problem that is raised if another process holds the lock.

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
    handle = open_locked(part, wait=True)  # a concurrent writer of the same target waits, then writes again
    try:
        with os.fdopen(handle, "wb") as out:
            out.truncate(0)
            yield out
            out.flush()
            os.fsync(out.fileno())
            os.fchmod(out.fileno(), 0o644)
            part.replace(target)
    except BaseException:
        # Clean up on interrupts too: only a kill leaves the temporary file behind.
        part.unlink(missing_ok=True)
        raise


def _is_stream(path: Path) -> bool:
    """Tell whether a path is a device, a pipe, or one of the names in /dev for an open file."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return stat.S_ISCHR(mode) or stat.S_ISFIFO(mode) or (stat.S_ISREG(mode) and path.absolute().parent == Path("/dev"))


def is_part(path: Path) -> bool:
    """Tell whether a file is the temporary file of a write, in progress or killed, and not content of its folder."""
    return path.name.startswith(_PART[0]) and path.name.endswith(_PART[1])


def remove_parts(folder: Path) -> None:
    """Remove the temporary files of killed writes from a folder, ignoring errors; writes in progress are left alone."""
    for path in folder.glob("*".join(_PART)):
        remove_unlocked(path)


def remove_others(folder: Path, pattern: str, keep: Iterable[Path]) -> list[Path]:
    """Remove the files of a folder that match a pattern and are not in ``keep``; return them.

    For folders of generated files only, so that a file whose source is gone does not remain. Temporary files of killed
    writes are removed too.
    """
    stale = sorted(set(folder.glob(pattern)) - set(keep))
    for path in stale:
        path.unlink()
    for inside in {folder, *(path.parent for path in (*stale, *keep))}:
        remove_parts(inside)
    return stale


def child(root: Path, name: str) -> Path:
    """Join ``root`` and an untrusted file name; whether the result is a symbolic link is not checked.

    Raises:
        DragomanError: E304 when the name is not a plain file name (separators, ``..``, invisible characters,
            bidirectional controls, over 200 bytes).

    """
    plain = name not in ("", ".", "..") and name.isprintable() and not any(c in '/\\:*?"<>|' for c in name)
    # Surrogates are not printable, so that encoding a name that is left cannot fail.
    if not plain or len(name.encode()) > 200:
        raise error("E304", f"{name[:80]!r} cannot be a file name.", "Use letters, digits, dots and hyphens.")
    return root / name
