"""What is to be published: the files of a release folder, read once, checked, and held until they are sent."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from dragoman import files
from dragoman.problems import error
from dragoman.release import parquet
from dragoman.release.bundle import Manifest

UNLISTED = ("manifest.json", "SHA256SUMS")
"""Files of a release that its manifest cannot list, since they hold or follow from its checksums."""


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
class Parcel:
    """A release, ready to be sent.

    Attributes:
        name: name of the data set.
        version: its version; the tag is ``v`` and this.
        fingerprint: hash of its canonical rows.
        contents: its files by path.

    """

    name: str
    version: str
    fingerprint: str
    contents: dict[str, Content]

    @property
    def tag(self) -> str:
        """Tag of the version on the Hub."""
        return f"v{self.version}"


def pack(folder: Path) -> Parcel:
    """Read a release folder and check that it is whole and holds nothing else.

    Raises:
        DragomanError: E101, E202 or E701 for a folder that is no release or a damaged one, E747 for a file in it that
            is no part of the release: it might be anything, and what is published cannot be called back.

    """
    release = parquet.read(folder)
    manifest = files.read_json(folder / "manifest.json", Manifest)
    listed = {*manifest.checksums, *UNLISTED}
    found = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if not path.is_dir()}
    if strange := [path for path in found if path not in listed]:
        what = f"{', '.join(strange[:5])} is no part of the release."
        raise error("E747", what, "Move it elsewhere, or build the release in an empty folder.", file=str(folder))
    contents = {path: Content(_bytes(file)) for path, file in found.items()}
    for path, checksum in manifest.checksums.items():
        if contents[path].sha256 != checksum:
            raise error("E701", "the file is not that of the manifest.", "Build the release again.", file=path)
    return Parcel(release.name, release.version, release.fingerprint, contents)


def _bytes(path: Path) -> bytes:
    """Read a file as it is, gzip or not."""
    try:
        return path.read_bytes()
    except OSError as cause:
        what = f"cannot read the file: {cause.strerror}."
        raise error("E101", what, "Check the path and its rights.", file=str(path)) from cause
