"""Check the files of a release folder against their checksums.

A folder has its checksums twice: in its manifest, and in ``SHA256SUMS`` for use without Dragoman. With the file itself
these are three sources, so that a changed file can be distinguished from a changed checksum.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, TypeVar

from dragoman import files, json_text, utf8
from dragoman.problems import DragomanError, Problem

if TYPE_CHECKING:
    from pathlib import Path

SUMS = "SHA256SUMS"
"""Checksums of all other files, for ``sha256sum``."""
HINT = "Fetch or build the release again."
MAX_BYTES = 2**29
"""Maximum size of all files of a release, in bytes."""
MAX_MANIFEST = 2**24
T = TypeVar("T")


def sums(checksums: Mapping[str, str]) -> bytes:
    """Format checksums for ``sha256sum --check``."""
    return "".join(f"{checksum}  {path}\n" for path, checksum in sorted(checksums.items())).encode()


def contents(folder: Path, mark: str, checksums: Mapping[str, str], code: str) -> dict[str, bytes]:
    """Read every file that a manifest lists, and verify its checksum.

    Args:
        folder: the release.
        mark: name of its manifest.
        checksums: SHA-256 by path, from the manifest.
        code: problem number for a difference.

    Raises:
        DragomanError: with that number for every changed file; E101 for a missing file, E304 for a path outside of the
            folder.

    """
    read: dict[str, bytes] = {}
    if problems := list(damages(folder, mark, checksums, code, read)):
        raise DragomanError(problems)
    return read


def damages(
    folder: Path, mark: str, checksums: Mapping[str, str], code: str, read: dict[str, bytes] | None = None
) -> Iterator[Problem]:
    """Yield a problem for each changed file; arguments as for :func:`contents`, and ``read`` collects the contents."""
    listed = _listed(folder)
    own = files.sha256(raw(folder / mark))
    blamed, total = False, 0
    for path, checksum in checksums.items():
        try:
            data = raw(below(folder, path))
        except DragomanError as cause:
            yield from cause.problems
            continue
        total += len(data)
        if total > MAX_BYTES:
            what = f"the files of the release are over {MAX_BYTES:,} bytes."
            yield Problem(code="E106", what=what, hint="Make several releases of it.", file=str(folder))
            return
        if read is not None:
            read[path] = data
        actual = files.sha256(data)
        if actual == checksum:
            continue
        if listed is not None and listed.get(path) == actual:
            blamed = True
            what = f"its checksum of {path} is neither that of the file nor that in {SUMS}."
            yield Problem(code=code, what=what, hint=HINT, file=str(folder / mark))
        else:
            what = "the file is not that of the manifest."
            yield Problem(code=code, what=what, hint=HINT, file=str(folder / path))
    if listed is None or blamed or raw(folder / SUMS) == sums({**checksums, mark: own}):
        return
    if listed == {**checksums, mark: listed.get(mark)}:
        what = f"it is not the one that {SUMS} was written for: one of the two was changed."
        yield Problem(code=code, what=what, hint=HINT, file=str(folder / mark))
    else:
        what = "the checksums are not those of the manifest."
        yield Problem(code=code, what=what, hint=HINT, file=str(folder / SUMS))


def below(folder: Path, path: str) -> Path:
    """Resolve a relative path inside a release folder.

    Raises:
        DragomanError: E304 for a path outside of the folder.

    """
    inside = folder
    for part in path.split("/"):
        inside = files.child(inside, part)
    return inside


def raw(path: Path) -> bytes:
    """Read a file without decompression.

    Raises:
        DragomanError: E101 if it cannot be read or is not a file, E106 if it is over :data:`MAX_BYTES`.

    """
    return files.read_regular(path, limit=MAX_BYTES)


def read_manifest(folder: Path, mark: str, type_: type[T]) -> T:
    """Read the manifest of a release.

    Raises:
        DragomanError: E101, E102, E106, E201 or E202 if it is missing or invalid.

    """
    data = files.read_regular(folder / mark, limit=MAX_MANIFEST)
    utf8.check_text(data, str(folder / mark), max_line=MAX_MANIFEST)
    return json_text.decode(data, type_, str(folder / mark))


def _listed(folder: Path) -> dict[str, str] | None:
    """Read the list of checksums; None if there is none. Invalid lines are skipped."""
    if not (folder / SUMS).exists():
        return None
    lines = raw(folder / SUMS).decode("utf-8", "replace").split("\n")
    return {path: checksum for checksum, _, path in (line.partition("  ") for line in lines) if path}
