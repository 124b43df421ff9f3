"""What is to be published: the files of a release folder, read once, checked, and held until they are sent."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from dragoman import files
from dragoman.problems import error
from dragoman.release import parquet, standoff
from dragoman.release.bundle import Manifest
from dragoman.release.integrity import SUMS, raw
from dragoman.release.rows import fingerprint

MANIFESTS: dict[str, type[Manifest | standoff.Manifest]] = {
    parquet.MARK: Manifest,
    standoff.MARK: standoff.Manifest,
}
"""Kinds of release, by the manifest that tells them apart: with texts, and without."""


@dataclass(frozen=True)
class Content:
    """Bytes of a file, with the two hashes by which the Hub knows it."""

    data: bytes

    @property
    def sha256(self) -> str:
        """SHA-256, by which large files are known."""
        return files.sha256(self.data)

    @property
    def git_oid(self) -> str:
        """SHA-1 of a git blob, by which all others are known."""
        return hashlib.sha1(b"blob %d\0" % len(self.data) + self.data, usedforsecurity=False).hexdigest()


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


@dataclass(frozen=True)
class Parcel:
    """A release, ready to be sent.

    Attributes:
        identity: which release it is.
        contents: its files by path.

    """

    identity: Identity
    contents: dict[str, Content]

    @property
    def tag(self) -> str:
        """Tag of the version on the Hub: ``v`` and the version."""
        return f"v{self.identity.version}"


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
    listed = files.read_json(folder / parquet.MARK, Manifest).checksums
    return Identity(parquet.MARK, release.name, release.version, {"fingerprint": release.fingerprint}), listed


def pack(folder: Path) -> Parcel:
    """Read a release folder and check that it is whole and holds nothing else.

    Raises:
        DragomanError: as :func:`identify`, and E747 for a file in it that is no part of the release: it might be
            anything, and what is published cannot be called back.

    """
    identity, checksums = identify(folder)
    found = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if not path.is_dir()}
    if strange := [path for path in found if path not in {*checksums, identity.mark, SUMS}]:
        what = f"{', '.join(strange[:5])} is no part of the release."
        raise error("E747", what, "Move it elsewhere, or build the release in an empty folder.", file=str(folder))
    contents = {path: Content(raw(file)) for path, file in found.items()}
    for path, checksum in checksums.items():
        if contents[path].sha256 != checksum:
            raise error("E701", "the file is not that of the manifest.", "Build the release again.", file=path)
    return Parcel(identity, contents)
