"""Reading what comes back from readers; it is untrusted, and everything that is wrong with it is a numbered problem."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from dragoman import files, utf8
from dragoman.authoring.review import spreadsheet
from dragoman.authoring.review.kit import KEY, Key, Returned
from dragoman.problems import DragomanError, Problem, error

MAX_RETURNED = 16 * 2**20
"""Bytes of a returned file."""
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True)
class Review:
    """What one reader said of one kit.

    Attributes:
        file: where it was read.
        key: of the kit.
        returned: checked: its cards are of the kit.

    """

    file: Path
    key: Key
    returned: Returned


def read_key(path: Path) -> Key:
    """Read the key to a kit, given as the file or its folder.

    Raises:
        DragomanError: as :func:`dragoman.files.read_json`.

    """
    return files.read_json(path / KEY if path.is_dir() else path, Key)


def read_reviews(paths: Sequence[Path], keys: Sequence[Key]) -> list[Review]:
    """Read returned files, each of one of some kits.

    Args:
        paths: JSON that the page made, or filled-in spreadsheets.
        keys: to the kits that may come back.

    Raises:
        DragomanError: with everything that is wrong with all files: E735 for a kit that no key is to, E736 for answers
            to cards that the kit does not have or that are none, E737 for two files of one reader, or as
            :func:`dragoman.files.decode` and :func:`dragoman.authoring.review.spreadsheet.read`.

    """
    problems: list[Problem] = []
    made: list[Review] = []
    for path in paths:
        try:
            made.append(_read(path, keys))
        except DragomanError as cause:
            problems += cause.problems
    seen: dict[tuple[str, str], Path] = {}
    for review in made:
        name = (review.returned.kit, review.returned.copy)
        if name in seen:
            what = f"it comes from the same copy of the page as {seen[name]}: answers would count twice."
            problems.append(Problem(code="E737", what=what, hint="Give the later one alone.", file=str(review.file)))
        seen.setdefault(name, review.file)
    if problems:
        raise DragomanError(problems)
    return made


def _read(path: Path, keys: Sequence[Key]) -> Review:
    files.check_regular(path)
    data = (
        files.read_bytes(path, limit=MAX_RETURNED)
        if not _is_zip(path)
        else files.read_regular(path, limit=MAX_RETURNED)
    )
    odd: Mapping[str, str] = {}
    if data.startswith(_ZIP):
        words = {word: verdict for key in keys for word, verdict in key.answers.items()}
        table, odd = spreadsheet.read(data, str(path), words)
        try:
            returned = msgspec.convert(table, Returned)
        except msgspec.ValidationError as cause:
            raise error("E202", f"{cause}.", file=str(path)) from cause
    else:
        utf8.check_text(data, str(path))
        returned = files.decode(data, Returned, str(path))
    key = next((key for key in keys if returned.kit in key.kits), None)
    if key is None:
        what = f"it answers kit {returned.kit[:12]}…, to which no key is given."
        raise error("E735", what, "Name the folder of its key with --kit.", file=str(path))
    asked = set(key.asked[key.kits.index(returned.kit)])
    problems = [
        Problem(code="E736", what=f"the kit has no card {name[:40]!r}.", file=str(path), path=f"answers.{name[:40]}")
        for name in (*returned.answers, *odd)
        if name not in asked
    ]
    problems += [
        Problem(
            code="E736",
            what=f"{said[:80]!r} is no answer.",
            hint="Choose one from the list of the cell.",
            file=str(path),
            path=name[:40],
        )
        for name, said in odd.items()
        if name in asked
    ]
    if problems:
        raise DragomanError(problems)
    return Review(path, key, returned)


def _is_zip(path: Path) -> bool:
    """Whether it begins like a spreadsheet: that is a zip archive, and is not to be unpacked as a compressed file."""
    try:
        with path.open("rb") as file:
            return file.read(len(_ZIP)) == _ZIP
    except OSError:
        return False
