"""Compressed files: detected by their magic number and decompressed incrementally, so that a reader can stop early.

gzip, bzip2, xz and zstd, and a zip archive with a single file. Decompression is lazy, so that the reader's bound on
size also protects against decompression bombs.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

LENGTH = 10
"""Number of leading bytes that are enough to detect the compression."""
_MAX_WINDOW = 2**27
"""Largest window of a zstd stream, in bytes; it is held in memory."""


_PACKED = 2**10
"""Bytes of a zstd stream that are decompressed at a time: four of them can encode 128 KiB."""


class CompressionError(Exception):
    """A compressed file that cannot be decompressed: what is wrong, and how to correct it."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what)
        self.what, self.hint = what, hint


def kind(head: bytes) -> str | None:
    """Detect the compression of a file from its first bytes; None if it is not compressed.

    >>> kind(b"PK" + bytes([3, 4])), kind(b'{"id": "a"}')
    ('zip', None)

    """
    if head.startswith(b"BZh") and head[4:10] == b"1AY&SY":
        return "bzip2"
    return next((name for name, magic in _MAGIC.items() if head.startswith(magic)), None)


_MAGIC = {"gzip": b"\x1f\x8b", "xz": b"\xfd7zXZ\0", "zstd": b"\x28\xb5\x2f\xfd", "zip": b"PK\x03\x04"}


@contextmanager
def unpacking(raw: Any) -> Iterator[Any]:
    """Open a file for reading, decompressing it if it is compressed.

    Args:
        raw: a buffered binary file or pipe; its first bytes are peeked at, not read, since a pipe cannot be rewound.

    Raises:
        CompressionError: the file is damaged, an archive of several files, or the library for its compression is not
            installed.

    """
    name = kind(raw.peek(LENGTH)[:LENGTH])
    if name is None:
        yield raw
        return
    with _OPENERS[name](raw) as inner:
        yield _Checked(inner, name)


class _Checked:
    """Wraps a decompressing reader; any error of the library is raised as a damaged file."""

    def __init__(self, inner: Any, name: str) -> None:
        self._inner, self._name = inner, name

    def read(self, size: int) -> bytes:
        return self._guarded(self._inner.read, size)

    def readline(self, size: int) -> bytes:
        return self._guarded(self._inner.readline, size)

    def _guarded(self, read: Callable[[int], bytes], size: int) -> bytes:
        try:
            return read(size)
        except CompressionError:
            raise
        except (MemoryError, KeyboardInterrupt):
            raise
        except Exception as cause:  # each library raises its own errors for arbitrary bytes
            raise _damaged(self._name, cause) from cause


def _damaged(name: str, cause: object) -> CompressionError:
    what = "archive" if name == "zip" else "stream"
    return CompressionError(f"the {name} {what} is damaged: {str(cause)[:200]}.", "Compress the file again.")


def _gzip(raw: Any) -> Any:
    return gzip.GzipFile(fileobj=raw)


def _bzip2(raw: Any) -> Any:
    import bz2  # noqa: PLC0415 - seldom needed

    return bz2.BZ2File(raw)


def _xz(raw: Any) -> Any:
    import lzma  # noqa: PLC0415 - seldom needed

    return lzma.LZMAFile(raw)


def _zstd(raw: Any) -> Any:
    try:
        import zstandard  # noqa: PLC0415 - an extra
    except ImportError as cause:
        what = "the file is compressed with zstd, and nothing is installed that unpacks it."
        raise CompressionError(what, "Install dragoman[formats], or compress it with gzip.") from cause
    unpacker = zstandard.ZstdDecompressor(max_window_size=_MAX_WINDOW)
    return io.BufferedReader(_Pieces(_frames(raw, unpacker.decompressobj)))


def _frames(raw: Any, begin: Callable[[], Any]) -> Iterator[bytes]:
    """Decompress frame by frame: zstandard's own reader does not report a truncated stream."""
    frame = begin()
    while piece := raw.read(_PACKED):
        while piece:
            if frame.eof:
                frame = begin()
            yield frame.decompress(piece)
            piece = frame.unused_data if frame.eof else b""
    if not frame.eof:
        raise EOFError("it ends before its end")


class _Pieces(io.RawIOBase):
    """A raw binary file that reads from an iterator of bytes."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._rest = pieces, memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = memoryview(piece)
        size = min(len(buffer), len(self._rest))
        buffer[:size], self._rest = self._rest[:size], self._rest[size:]
        return size


def _check_single(names: list[str]) -> None:
    if len(names) != 1:
        what = f"the file is a zip archive of {len(names):,} files; one of a single file is read."
        raise CompressionError(what, "Unpack it, and give the file or the folder.")


@contextmanager
def _zip(raw: Any) -> Iterator[Any]:
    import zipfile  # noqa: PLC0415 - seldom needed

    try:
        archive = zipfile.ZipFile(raw if raw.seekable() else io.BytesIO(raw.read()))
        names = [
            one.filename for one in archive.infolist() if not one.is_dir() and not one.filename.startswith("__MACOSX/")
        ]
        _check_single(names)
        member = archive.open(names[0])
    except CompressionError:
        raise
    except Exception as cause:  # zipfile raises many kinds of errors for arbitrary bytes
        raise _damaged("zip", cause) from cause
    with member:
        yield member


_OPENERS: dict[str, Callable[[Any], Any]] = {"gzip": _gzip, "bzip2": _bzip2, "xz": _xz, "zstd": _zstd, "zip": _zip}
