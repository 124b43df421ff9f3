"""Which release a folder holds, with texts or without, and everything that is wrong with its files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dragoman.problems import DragomanError, Problem, error
from dragoman.release import parquet, standoff
from dragoman.release.bundle import Manifest
from dragoman.release.content import fingerprint
from dragoman.release.integrity import HINT, SUMS, damages, read_manifest

MANIFESTS: dict[str, type[Manifest | standoff.Manifest]] = {
    parquet.MARK: Manifest,
    standoff.MARK: standoff.Manifest,
}
"""Kinds of release, by the manifest that tells them apart: with texts, and without."""
KEPT = (".gitattributes", "eval.yaml")
"""Files that the Hub, or the leaderboard, keeps beside a release."""
_NUMBERS = {parquet.MARK: parquet.NUMBER, standoff.MARK: standoff.NUMBER}


@dataclass(frozen=True)
class Identity:
    """Which release it is.

    Attributes:
        mark: name of its manifest, which says of what kind it is.
        name: name of the data set.
        version: its version.
        hashes: ``fingerprint`` of the canonical rows with texts, and for a release without texts
            ``fingerprint_without_texts`` of the rows as they are.

    """

    mark: str
    name: str
    version: str
    hashes: dict[str, str]


def identify(folder: Path) -> tuple[Identity, dict[str, str]]:
    """Read a release folder of either kind, and hold every file and row to its manifest.

    Returns:
        Which release it is, as read from its rows, and the checksums of the files that its manifest lists.

    Raises:
        DragomanError: E101, E202, E701 or E715 for a folder that is no release or a damaged one.

    """
    if (folder / standoff.MARK).is_file():
        manifest, rows, _ = standoff.read(folder)
        hashes = {"fingerprint": manifest.fingerprint, "fingerprint_without_texts": fingerprint(rows)}
        return Identity(standoff.MARK, manifest.name, manifest.version, hashes), manifest.checksums
    release = parquet.read(folder)
    listed = read_manifest(folder, parquet.MARK, Manifest).checksums
    return Identity(parquet.MARK, release.name, release.version, {"fingerprint": release.fingerprint}), listed


def verify(folder: Path) -> tuple[Identity, int]:
    """Check every file of a release folder, and its rows.

    Returns:
        Which release it is, and the number of its files.

    Raises:
        DragomanError: with every file that was changed (E701, or E715 without texts), is missing (E101) or is no part
            of the release (E717); E701 where there is none; what is wrong with its manifest where that cannot be read.

    """
    mark = next((mark for mark in reversed(MANIFESTS) if (folder / mark).is_file()), None)
    if mark is None:
        hint = f"Give a folder with a {' or a '.join(MANIFESTS)}."
        raise error("E701", "there is no release here.", hint, file=str(folder))
    checksums = read_manifest(folder, mark, MANIFESTS[mark]).checksums
    problems = sorted([*damages(folder, mark, checksums, _NUMBERS[mark]), *_strange(folder, {*checksums, mark, SUMS})])
    if not (folder / SUMS).exists():
        problems.append(Problem(code="E101", what="the file is missing.", hint=HINT, file=str(folder / SUMS)))
    if problems:
        raise DragomanError(problems)
    return identify(folder)[0], len(checksums) + 2


def _strange(folder: Path, known: set[str]) -> Iterator[Problem]:
    """Name what lies in a folder and is no part of its release."""
    for path in strangers(folder, known):
        if path not in KEPT:
            what = "the file is no part of the release."
            yield Problem(code="E717", what=what, hint="Move it elsewhere.", file=str(folder / path))


def strangers(folder: Path, known: set[str]) -> list[str]:
    """Paths of what lies in a folder and is not known."""
    paths = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if not path.is_dir()]
    return [path for path in paths if path not in known]
