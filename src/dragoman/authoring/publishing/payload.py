"""What is to be published: the files of a release folder, read once, checked, and held until they are sent."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from dragoman import files
from dragoman.problems import error
from dragoman.release.integrity import SUMS, below, raw
from dragoman.release.verification import Identity, identify, strangers


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
class Payload:
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


def read_payload(folder: Path) -> Payload:
    """Read a release folder and check that it is whole and holds nothing else.

    Raises:
        DragomanError: as :func:`dragoman.release.verification.identify`, and E747 for a file in it that is no part of
            the release: it might be anything, and what is published cannot be called back.

    """
    identity, checksums = identify(folder)
    known = {*checksums, identity.mark, SUMS}
    if foreign := strangers(folder, known):
        what = f"{', '.join(foreign[:5])} is no part of the release."
        raise error("E747", what, "Move it elsewhere, or build the release in an empty folder.", file=str(folder))
    # A release made before there were sums has none.
    contents = {path: Content(raw(below(folder, path))) for path in sorted(known) if (folder / path).exists()}
    for path, checksum in checksums.items():
        if contents[path].sha256 != checksum:
            raise error("E701", "the file is not that of the manifest.", "Build the release again.", file=path)
    return Payload(identity, contents)
