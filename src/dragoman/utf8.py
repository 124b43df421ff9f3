"""Validation of UTF-8 text in lines of bounded length, with the position of the first error."""

from __future__ import annotations

import codecs

from dragoman.problems import DragomanError, Problem

MAX_LINE = 64 * 2**20
"""Maximum length of a line of a JSONL file, in bytes: one document with its labels."""
_CHUNK = 2**20
"""Bytes that are decoded at a time."""


def check_text(data: bytes, name: str = "", *, max_line: int = MAX_LINE) -> None:
    """Reject bytes that are not plain UTF-8 text.

    Args:
        data: the bytes of a file.
        name: name of the file in problems.
        max_line: maximum length of a line, in bytes.

    Raises:
        DragomanError: E102 not UTF-8, E103 byte order mark or UTF-16, E104 NUL byte, E105 line over the limit.

    """
    utf16 = data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) or (
        len(data) >= 4 and (data[0] == 0) != (data[1] == 0) and (data[2] == 0) != (data[3] == 0)
    )
    if utf16:
        raise _at(data, 0, "E103", "the file is UTF-16.", "Save it as UTF-8 without a byte order mark.", name)
    if data.startswith(codecs.BOM_UTF8):
        raise _at(data, 0, "E103", "the file begins with a byte order mark.", "Save it without one, as UTF-8.", name)
    nul = data.find(b"\0")
    if nul >= 0:
        raise _at(data, nul, "E104", "there is a NUL byte.", "Remove it: text does not contain NUL.", name)
    bad = _first_invalid(data)
    if bad >= 0:
        raise _at(data, bad, "E102", f"byte 0x{data[bad]:02x} is not UTF-8 here.", "Save the file as UTF-8.", name)
    start = 0
    while len(data) - start > max_line:
        last = data.rfind(b"\n", start, start + max_line + 1)
        if last < 0:
            end = data.find(b"\n", start)
            what = f"the line has {(len(data) if end < 0 else end) - start:,} bytes; at most {max_line:,} are read."
            raise _at(data, start, "E105", what, "Split the document.", name)
        start = last + 1


def is_text(data: bytes) -> bool:
    """Tell whether :func:`check_text` accepts some bytes."""
    try:
        check_text(data)
    except DragomanError:
        return False
    return True


def _first_invalid(data: bytes) -> int:
    """Return the offset of the first byte that is not UTF-8, or -1; decodes in chunks, without a second copy
    in memory.
    """
    if data.isascii():
        return -1
    decoder = codecs.getincrementaldecoder("utf-8")()
    view = memoryview(data)
    done = 0
    try:
        for done in range(0, len(data), _CHUNK):
            pending = len(decoder.getstate()[0])
            decoder.decode(view[done : done + _CHUNK])
        pending, done = len(decoder.getstate()[0]), len(data)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as cause:
        return done - pending + cause.start
    return -1


def _at(data: bytes, byte: int, code: str, what: str, hint: str, name: str) -> DragomanError:
    line = data.count(b"\n", 0, byte) + 1
    return DragomanError(Problem(code=code, what=what, hint=hint, file=name, line=line, byte=byte))
