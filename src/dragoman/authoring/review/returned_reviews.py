"""Reading of returned reviews; they are untrusted, and every defect is a numbered problem."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from dragoman import files, json_text, utf8
from dragoman.authoring.review import spreadsheet
from dragoman.authoring.review.kit import KEY, Key, Returned
from dragoman.problems import DragomanError, Problem, error

MAX_RETURNED = 16 * 2**20
"""Maximum size of a returned file, in bytes."""
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True)
class Review:
    """One reader's answers to one kit.

    Attributes:
        file: the file that was read.
        key: key of the kit.
        returned: the answers; its cards were checked to belong to the kit.

    """

    file: Path
    key: Key
    returned: Returned


def read_key(path: Path) -> Key:
    """Read the key to a kit, from the file or its folder.

    Raises:
        DragomanError: as :func:`dragoman.files.read_json`.

    """
    return files.read_json(path / KEY if path.is_dir() else path, Key)


def read_reviews(paths: Sequence[Path], keys: Sequence[Key]) -> list[Review]:
    """Read returned files.

    Args:
        paths: JSON files saved by the page, or filled-in spreadsheets.
        keys: keys of the kits that may be returned.

    Raises:
        DragomanError: with all errors in all files: E735 for a kit without a key, E736 for invalid answers or answers
            to unknown cards, E737 for two files of one reader, or as :func:`dragoman.json_text.decode` and
            :func:`dragoman.authoring.review.spreadsheet.read`.

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
        returned = json_text.decode(data, Returned, str(path))
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
    """Tell whether a file begins like a spreadsheet: a zip archive, but not to be decompressed as a compressed file."""
    try:
        with path.open("rb") as file:
            return file.read(len(_ZIP)) == _ZIP
    except OSError:
        return False
