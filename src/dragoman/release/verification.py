"""Identify and verify the release in a folder, with or without texts."""

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
"""Kinds of release by file name of the manifest: with texts, and without."""
KEPT = (".gitattributes", "eval.yaml")
"""Additional files that the Hub or the leaderboard adds to a release."""
_NUMBERS = {parquet.MARK: parquet.NUMBER, standoff.MARK: standoff.NUMBER}


@dataclass(frozen=True)
class Identity:
    """Identity of a release folder.

    Attributes:
        mark: file name of its manifest, which determines the kind of release.
        name: name of the data set.
        version: its version.
        hashes: ``fingerprint`` of the canonical rows with texts, and for a release without texts
            ``fingerprint_without_texts`` of its rows.

    """

    mark: str
    name: str
    version: str
    hashes: dict[str, str]


def identify(folder: Path) -> tuple[Identity, dict[str, str]]:
    """Read a release folder of either kind, and check all files and rows against its manifest.

    Returns:
        Its identity, computed from its rows, and the checksums of the files in its manifest.

    Raises:
        DragomanError: E101, E202, E701 or E715 if the folder is not a release, or damaged.

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
        Its identity, and the number of its files.

    Raises:
        DragomanError: with every file that was changed (E701, or E715 without texts), is missing (E101) or is not part
            of the release (E717); E701 if there is no release; the problem of its manifest if that cannot be read.

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
    """Yield E717 for files in a folder that are not part of its release."""
    for path in strangers(folder, known):
        if path not in KEPT:
            what = "the file is no part of the release."
            yield Problem(code="E717", what=what, hint="Move it elsewhere.", file=str(folder / path))


def strangers(folder: Path, known: set[str]) -> list[str]:
    """Relative paths of the files in a folder that are not among the known ones."""
    paths = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if not path.is_dir()]
    return [path for path in paths if path not in known]
