"""Write a folder as a whole: never over unrelated files, and resumable after an interruption."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dragoman import files
from dragoman.locking import LOCK, only_writer
from dragoman.problems import error

if TYPE_CHECKING:
    from pathlib import Path

UNFINISHED = ".unfinished"
"""Present in a folder while it is being written: distinguishes an unfinished folder from an unrelated one."""
UNFINISHED_NOTE = b"This folder is being written, or was left half written.\n"
"""Content of that file."""


@contextmanager
def writing(folder: Path, mark: str) -> Iterator[None]:
    """Context manager for writing a folder.

    Args:
        folder: the folder: new, empty, or written before, completely or in part.
        mark: name of the file that the caller writes last.

    Raises:
        DragomanError: E108 if the folder contains other files, a pipe or a device, or another process is writing to it.

    """
    check_place(folder, mark)
    with only_writer(folder):
        check_place(folder, mark)  # again, now that no other process is writing
        for path in folder.rglob("*"):
            if not path.is_dir() and path.exists() and not path.is_file():
                what = "a pipe or a device stands where a file may be written."
                raise error("E108", what, "Remove it, or choose another folder.", file=str(path))
        files.write(folder / UNFINISHED, UNFINISHED_NOTE)
        yield
        for inside in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
            files.remove_parts(inside)
        (folder / UNFINISHED).unlink(missing_ok=True)


def check_place(folder: Path, mark: str) -> None:
    """Check that a folder is new, empty or one that was written before, completely or in part.

    Args:
        folder: the folder.
        mark: name of the file that is written last.

    Raises:
        DragomanError: E108 if the folder contains other files.

    """
    if not folder.exists() or any((folder / name).is_file() for name in (mark, UNFINISHED)):
        return
    if folder.is_dir() and all(path.name == LOCK or files.is_part(path) for path in folder.iterdir()):
        return
    what = f"there is something else here, and no {mark}."
    raise error("E108", what, "Choose a new or empty folder, or one that was written before.", file=str(folder))
