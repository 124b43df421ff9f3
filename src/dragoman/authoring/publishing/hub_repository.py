"""A repository on the Hub: inspected, and changed one step at a time, with huggingface_hub."""

from __future__ import annotations

import io
import tempfile
import warnings
from dataclasses import dataclass
from typing import Any

from dragoman import files
from dragoman.authoring.publishing.payload import BOARD, Payload
from dragoman.authoring.publishing.plan import Blob, Gate, Plan, Remote, Tree
from dragoman.problems import DragomanError, Problem
from dragoman.release import hub
from dragoman.release.verification import MANIFESTS
from dragoman.schema.leaderboard_json import Board


@dataclass(frozen=True)
class Repository:
    """A repository on the Hub, of a data set or of a static Space.

    Attributes:
        id: ``owner/name``.
        endpoint: URL of the Hub; None for the default of huggingface_hub.
        kind: type of the repository.

    """

    id: str
    endpoint: str | None = None
    kind: hub.Kind = "dataset"

    @property
    def _kind(self) -> dict[str, str]:
        return {"repo_type": self.kind}

    @property
    def _api(self) -> Any:
        return hub.library().HfApi(endpoint=self.endpoint)

    def check_token(self) -> None:
        """Check that there is a token.

        Raises:
            HubError: E741 if there is none.

        """
        with hub.numbered(self.id):
            if hub.library().get_token() is None:
                raise hub.HubError(Problem(code="E741", what="there is no token.", hint=hub.LOG_IN, file=self.id))

    def look(self, tag: str | None) -> Remote | None:
        """Return the state of the repository; None if it does not exist.

        Args:
            tag: the tag whose files are needed, if any.

        Raises:
            HubError: E740 to E744.

        """
        try:
            with hub.numbered(self.id), hub.quiet():
                refs = self._api.list_repo_refs(self.id, **self._kind)
                info = self._api.repo_info(self.id, files_metadata=True, **self._kind)
        except hub.HubError as cause:
            if cause.problems[0].code == "E742":
                return None
            raise
        tags = {ref.name: ref.target_commit for ref in refs.tags}
        head = _tree(info)
        for mark in MANIFESTS if self.kind == "dataset" else (BOARD,):
            if mark in head.blobs:
                head = Tree(head.commit, head.blobs, mark, self._name_at(str(head.commit), mark))
        tagged = None
        if tag in tags:
            with hub.numbered(f"{self.id}@{tag}"), hub.quiet():
                tagged = _tree(self._api.repo_info(self.id, revision=tags[tag], files_metadata=True, **self._kind))
        gated: Gate = getattr(info, "gated", None) or False  # Spaces are never gated
        return Remote(bool(info.private), gated, head, tags, tagged)

    def _name_at(self, commit: str, mark: str) -> str:
        """Return the name of the data set in the manifest of a commit; empty if it is not a manifest of Dragoman's."""
        with tempfile.TemporaryDirectory() as cache, hub.numbered(self.id), hub.quiet():
            path = self._api.hf_hub_download(self.id, mark, revision=commit, cache_dir=cache, **self._kind)
            try:
                return (
                    files.read_json(path, Board).data.name
                    if mark == BOARD
                    else files.read_json(path, MANIFESTS[mark]).name
                )
            except DragomanError:
                return ""

    def carry_out(self, plan: Plan, payload: Payload) -> None:
        """Perform the first step of a plan.

        Raises:
            HubError: E740 to E744, E746.

        """
        api = self._api
        with hub.numbered(self.id), hub.quiet(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the Hub's warnings about the card's YAML; invalid YAML is an error anyway
            match plan.first:
                case "create":
                    sdk = {"space_sdk": "static"} if self.kind == "space" else {}
                    api.create_repo(self.id, private=plan.private, exist_ok=True, **sdk, **self._kind)
                case "settings":
                    api.update_repo_settings(self.id, private=plan.private, gated=plan.gated, **self._kind)
                case "commit":
                    identity = payload.identity
                    api.create_commit(
                        self.id,
                        _operations(plan, payload),
                        commit_message=f"{identity.name} {identity.version}",
                        commit_description="\n".join(f"{name}: {value}" for name, value in identity.hashes.items()),
                        parent_commit=plan.onto,
                        **self._kind,
                    )
                case "tag":
                    api.create_tag(self.id, tag=plan.tag, revision=plan.target, **self._kind)


def _operations(plan: Plan, payload: Payload) -> list[Any]:
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete  # noqa: PLC0415 - an extra

    # A stream instead of bytes: huggingface_hub uploads large streams with LFS, which is tested here, but bytes with
    # Xet, for which there is no test server; the Hub accepts both.
    add = [CommitOperationAdd(path, io.BytesIO(payload.contents[path].data)) for path in plan.upload]
    return [*add, *(CommitOperationDelete(path, is_folder=False) for path in plan.delete)]


def _tree(info: Any) -> Tree:
    return Tree(
        info.sha,
        {file.rfilename: Blob(file.blob_id, file.lfs.sha256 if file.lfs else None) for file in info.siblings or []},
    )
