"""The steps from the current state of the Hub to the desired one; planning has no side effects."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from dragoman.authoring.publishing.payload import Content, Payload
from dragoman.problems import error
from dragoman.release.verification import KEPT
from dragoman.text import counted

STARTERS = {"dataset": {"README.md"}, "space": {"README.md", "index.html", "style.css"}}
"""Files that the Hub creates in a new repository, by its type; publishing replaces or removes them."""
_CALLED = {"dataset": "release", "space": "leaderboard"}
Gate = Literal["auto", "manual", False]


@dataclass(frozen=True)
class Blob:
    """A file on the Hub, by its hash: ``sha256`` if it is stored as a large file, else ``git_oid``."""

    git_oid: str | None
    sha256: str | None = None

    def holds(self, content: Content) -> bool:
        """Tell whether it has the same content."""
        return self.sha256 == content.sha256 if self.sha256 else self.git_oid == content.git_oid


@dataclass(frozen=True)
class Tree:
    """A commit on the Hub with its files.

    Attributes:
        commit: its id.
        blobs: its files by path.
        mark: name of its release's manifest, which identifies the kind of release; None if it has no release.
        name: name of the data set in that manifest; empty if unreadable.

    """

    commit: str | None = None
    blobs: dict[str, Blob] = field(default_factory=dict)
    mark: str | None = None
    name: str = ""


@dataclass(frozen=True)
class Remote:
    """State of a repository on the Hub.

    Attributes:
        private: whether it is visible to its owners only.
        gated: whether access is granted one by one (``manual``), on request (``auto``), or to everyone (False).
        head: its main branch.
        tags: commits by tag.
        tagged: the tree at the version's tag, or None if there is no such tag.

    """

    private: bool
    gated: Gate
    head: Tree
    tags: dict[str, str]
    tagged: Tree | None


@dataclass(frozen=True)
class Settings:
    """Desired visibility of the repository; None leaves it unchanged."""

    private: bool | None = None
    gated: Gate | None = None


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """The remaining steps, in this order; completed steps are left out.

    Attributes:
        create: create the repository.
        private: make it private (True) or public (False); None leaves it unchanged.
        gated: gate it, or not; None leaves it unchanged.
        upload: sizes in bytes of the files to upload, by path, in one commit.
        delete: files of an earlier release to delete, in the same commit.
        unchanged: number of files that are already there.
        onto: parent of the new commit.
        tag: the tag to set.
        target: the commit to tag; None for the new one.

    """

    create: bool = False
    private: bool | None = None
    gated: Gate | None = None
    upload: dict[str, int] = {}
    delete: list[str] = []
    unchanged: int = 0
    onto: str | None = None
    tag: str | None = None
    target: str | None = None

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.first

    @property
    def first(self) -> str:
        """Name of the first step, or empty."""
        if self.create:
            return "create"
        if self.private is not None or self.gated is not None:
            return "settings"
        if self.upload or self.delete:
            return "commit"
        return "tag" if self.tag else ""

    def lines(self) -> list[str]:
        """Describe each step in one line."""
        lines = []
        if self.create:
            lines.append("create the repository" + (", private" if self.private else ""))
        elif self.private is not None:
            lines.append("make it private" if self.private else "make it public")
        if self.gated is not None:
            lines.append(f"gate it ({self.gated})" if self.gated else "open the gate")
        if self.upload or self.delete:
            total = sum(self.upload.values())
            unchanged = f" ({self.unchanged} unchanged)" if self.unchanged else ""
            lines.append(f"commit {counted(len(self.upload), 'file')}, {counted(total, 'byte')}{unchanged}:")
            lines += [f"  + {path}  {counted(size, 'byte')}" for path, size in sorted(self.upload.items())]
            lines += [f"  - {path}" for path in sorted(self.delete)]
        if self.tag:
            lines.append(f"tag {self.tag} on {self.target or 'that commit'}")
        return lines


def steps(payload: Payload, remote: Remote | None, settings: Settings, where: str = "") -> Plan:
    """Plan the steps that publish a release under its tag.

    Args:
        payload: the release.
        remote: state of the repository; None if it does not exist.
        settings: desired visibility.
        where: name of the repository, for problems.

    Raises:
        DragomanError: E745 if the tag exists with other content, E747 if the repository has other content or a later
            version.

    """
    if payload.kind == "space" and settings.gated is not None:
        raise error("E747", "a Space has no gate.", "Leave --gated out.", file=where)
    sizes = {path: len(content.data) for path, content in payload.contents.items()}
    if remote is None:
        return Plan(create=True, private=settings.private, gated=settings.gated, upload=sizes, tag=payload.tag)
    private = settings.private if settings.private not in (None, remote.private) else None
    gated = settings.gated if settings.gated is not None and settings.gated != remote.gated else None
    if remote.tagged is not None:
        _refuse_moving_tag(payload, remote.tagged, where)
        return Plan(private=private, gated=gated)
    _refuse_foreign_repository(payload, remote, where)
    changed = _changed(payload, remote.head)
    delete = _surplus(payload, remote.head)
    return Plan(
        private=private,
        gated=gated,
        upload={path: sizes[path] for path in changed},
        delete=delete,
        unchanged=len(sizes) - len(changed),
        onto=remote.head.commit,
        tag=payload.tag,
        target=None if changed or delete or payload.tag is None else remote.head.commit,
    )


def _changed(payload: Payload, tree: Tree) -> list[str]:
    return [
        path
        for path, content in payload.contents.items()
        if path not in tree.blobs or not tree.blobs[path].holds(content)
    ]


def _surplus(payload: Payload, tree: Tree) -> list[str]:
    return sorted(set(tree.blobs) - set(payload.contents) - set(KEPT))


def _refuse_moving_tag(payload: Payload, tree: Tree, where: str) -> None:
    """Raise if the tag has other content than the release: a published version never changes."""
    if differs := sorted({*_changed(payload, tree), *_surplus(payload, tree)}):
        more = f" and {len(differs) - 3} more" if len(differs) > 3 else ""
        what = f"{payload.tag} is published and differs in {', '.join(differs[:3])}{more}; a tag is never moved."
        hint = "Raise the version of the benchmark, build the release again, and publish that."
        raise error("E745", what, hint, file=where)


def _refuse_foreign_repository(payload: Payload, remote: Remote, where: str) -> None:
    """Raise if the repository is not this data set's, or has a later version."""
    identity = payload.identity
    if remote.head.mark is None:
        others = sorted(set(remote.head.blobs) - set(KEPT) - STARTERS[payload.kind])
        if others:
            what = f"the repository holds {', '.join(others[:3])} and no {_CALLED[payload.kind]}."
            hint = f"Choose a new repository, or that of an earlier {_CALLED[payload.kind]}."
            raise error("E747", what, hint, file=where)
    elif remote.head.name != identity.name:
        what = f"the repository is of the data set {remote.head.name[:80]!r}, and this is of {identity.name[:80]!r}."
        hint = f"Choose a new repository, or that of an earlier {_CALLED[payload.kind]}."
        raise error("E747", what, hint, file=where)
    elif remote.head.mark != identity.mark:
        what = f"the repository's releases have a {remote.head.mark}, and this one has a {identity.mark}."
        hint = "Releases with texts and releases without each need a repository of their own."
        raise error("E747", what, hint, file=where)
    later = [tag for tag in remote.tags if payload.tag and _numbers(tag) > _numbers(payload.tag)]
    if later:
        what = f"{max(later, key=_numbers)} is published already, and is later than {payload.tag}."
        raise error("E747", what, "Raise the version of the benchmark above it.", file=where)


def _numbers(tag: str) -> tuple[int, ...]:
    """Parse a version tag for comparison; empty for any other tag."""
    return tuple(map(int, tag[1:].split("."))) if re.fullmatch(r"v\d{1,9}(\.\d{1,9}){2}", tag) else ()
