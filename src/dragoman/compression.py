"""Compressed files: recognised by their first bytes, unpacked piece by piece, so that whoever reads can stop in time.

gzip, bzip2, xz and zstd, and a zip archive of a single file. Nothing is unpacked before it is asked for: an archive
that would fill the memory is bounded by whoever reads it, as any other file is.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

LENGTH = 10
"""So many bytes tell how a file is compressed."""
_MAX_WINDOW = 2**27
"""Bytes that a zstd stream may ask to look back, which are held in memory."""


_PACKED = 2**10
"""Bytes of a zstd stream that are unpacked at a time: four of them can stand for 128 KiB."""


class CompressionError(Exception):
    """A compressed file that cannot be unpacked: what is wrong, and how to correct it."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what)
        self.what, self.hint = what, hint


def kind(head: bytes) -> str | None:
    """Tell from its first bytes how a file is compressed; None where it is not.

    >>> kind(b"PK" + bytes([3, 4])), kind(b'{"id": "a"}')
    ('zip', None)

    """
    if head.startswith(b"BZh") and head[4:10] == b"1AY&SY":
        return "bzip2"
    return next((name for name, magic in _MAGIC.items() if head.startswith(magic)), None)


_MAGIC = {"gzip": b"\x1f\x8b", "xz": b"\xfd7zXZ\0", "zstd": b"\x28\xb5\x2f\xfd", "zip": b"PK\x03\x04"}


@contextmanager
def unpacking(raw: Any) -> Iterator[Any]:
    """Give a file as it is, or unpacked if it is compressed.

    Args:
        raw: a buffered binary file or pipe; its first bytes are looked at and not read, since a pipe cannot be wound
            back.

    Raises:
        CompressionError: it is damaged, an archive of several files, or nothing is installed that could unpack it.

    """
    name = kind(raw.peek(LENGTH)[:LENGTH])
    if name is None:
        yield raw
        return
    with _OPENERS[name](raw) as inner:
        yield _Checked(inner, name)


class _Checked:
    """Reads what is being unpacked, and says of all that goes wrong there that the file is damaged."""

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
        except Exception as cause:  # each library has errors of its own for bytes that may be anything
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
    """Unpack frame after frame: the library's own reader takes a stream that was cut off for a whole one."""
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
    """A file of the pieces that an iterator gives."""

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
    except Exception as cause:  # a library over bytes that may be anything
        raise _damaged("zip", cause) from cause
    with member:
        yield member


_OPENERS: dict[str, Callable[[Any], Any]] = {"gzip": _gzip, "bzip2": _bzip2, "xz": _xz, "zstd": _zstd, "zip": _zip}
