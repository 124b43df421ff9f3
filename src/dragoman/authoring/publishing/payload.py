"""The payload: files of a release or a leaderboard, read once, verified, and held in memory until they are uploaded."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import regex

from dragoman import files
from dragoman.problems import error
from dragoman.release.integrity import SUMS, below, raw
from dragoman.release.verification import MANIFESTS, Identity, identify, strangers
from dragoman.schema.leaderboard_json import Board

if TYPE_CHECKING:
    from dragoman.release.hub import Kind

BOARD = "leaderboard.json"
"""The file that identifies a folder as a leaderboard's site."""
_PAGE = regex.compile(r"(?:(?:systems|reports)/)?[a-z0-9][a-z0-9-]*\.html")


@dataclass(frozen=True)
class Content:
    """Content of a file, with the two hashes that the Hub uses."""

    data: bytes

    @property
    def sha256(self) -> str:
        """SHA-256, which identifies large files (LFS)."""
        return files.sha256(self.data)

    @property
    def git_oid(self) -> str:
        """SHA-1 of the git blob, which identifies all other files."""
        return hashlib.sha1(b"blob %d\0" % len(self.data) + self.data, usedforsecurity=False).hexdigest()


@dataclass(frozen=True)
class Payload:
    """A release or a leaderboard, ready for upload.

    Attributes:
        identity: identity of the release; for a leaderboard, of the data it is on.
        contents: its files by path.
        kind: ``dataset`` for a release, ``space`` for a leaderboard.

    """

    identity: Identity
    contents: dict[str, Content]
    kind: Kind = "dataset"

    @property
    def tag(self) -> str | None:
        """Tag of the version on the Hub, ``v`` and the version; None for a leaderboard, which can be rebuilt at any
        time.
        """
        return f"v{self.identity.version}" if self.kind == "dataset" else None

    def identify(self, folder: Path) -> Identity:
        """Return the identity of the release or leaderboard in a folder.

        Raises:
            DragomanError: if there is none.

        """
        return identify(folder)[0] if self.kind == "dataset" else _identify_board(folder)


def read_payload(folder: Path) -> Payload:
    """Read the folder of a release, or the site of a leaderboard, and check that it is complete and has no other files.

    Raises:
        DragomanError: as :func:`dragoman.release.verification.identify`, E101 or E202 for an incomplete site, and E747
            for a file that does not belong to it: it may be anything, and a publication cannot be revoked.

    """
    if (folder / BOARD).is_file() and not any((folder / mark).exists() for mark in MANIFESTS):
        return _read_site(folder)
    identity, checksums = identify(folder)
    known = {*checksums, identity.mark, SUMS}
    _reject_foreign_files(folder, known, "release")
    # Releases made before checksum files existed have none.
    contents = {path: Content(raw(below(folder, path))) for path in sorted(known) if (folder / path).exists()}
    for path, checksum in checksums.items():
        if contents[path].sha256 != checksum:
            raise error("E701", "the file is not that of the manifest.", "Build the release again.", file=path)
    return Payload(identity, contents)


def _read_site(folder: Path) -> Payload:
    """Read a leaderboard's site: its data, the README of a static Space, and pages."""
    identity = _identify_board(folder)
    paths = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if not path.is_dir()]
    known = {BOARD, "leaderboard.csv", "README.md", *filter(_PAGE.fullmatch, paths)}
    _reject_foreign_files(folder, known, "leaderboard")
    contents = {path: Content(raw(below(folder, path))) for path in sorted(known)}
    if "index.html" not in contents or b"\nsdk:" not in contents["README.md"].data:
        what = "there is no index.html, or no README.md of a Space."
        raise error("E101", what, "Make the site again with `dragoman leaderboard`.", file=str(folder))
    return Payload(identity, contents, "space")


def _identify_board(folder: Path) -> Identity:
    data = files.read_json(folder / BOARD, Board).data
    return Identity(BOARD, data.name, data.version or "", {"fingerprint": data.fingerprint})


def _reject_foreign_files(folder: Path, known: set[str], what: str) -> None:
    if foreign := strangers(folder, known):
        said = f"{', '.join(foreign[:5])} is no part of the {what}."
        raise error("E747", said, f"Move it elsewhere, or build the {what} in an empty folder.", file=str(folder))
