"""Publication of a release or a leaderboard on the Hub, verified by downloading it again."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from dragoman import files
from dragoman.authoring.publishing.hub_repository import Repository
from dragoman.authoring.publishing.payload import Payload, read_payload
from dragoman.authoring.publishing.plan import Plan, Settings, steps
from dragoman.problems import DragomanError, error
from dragoman.release import hub

ROUNDS = 8
"""Maximum number of steps: four are enough, unless someone else changes the repository at the same time."""


def publish(
    folder: Path,
    repository: Repository,
    settings: Settings,
    *,
    dry_run: bool = False,
    attempts: int = 5,
    pause: float = 1.0,
    announce: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Publish a release folder, or a leaderboard's site as a static Space.

    The function is idempotent, and can be run again after it was killed: before each step it inspects the repository,
    and does only what is missing. The tag is set last, on a commit that was downloaded and verified to be the release.

    Args:
        folder: the release, or the site.
        repository: the repository to publish to.
        settings: desired visibility of the repository.
        dry_run: only report what would be done.
        attempts: maximum attempts per step.
        pause: pause after the first failed attempt, in seconds.
        announce: called with a description of each step before it is done.

    Returns:
        What was done, or would be: ``done`` (steps by name), ``plan`` (a dry run's steps in words), ``commit``.

    Raises:
        DragomanError: E101, E202, E701, E715 or E747 for the folder, E740 to E748 for the Hub.

    """
    payload = read_payload(folder)
    repository = replace(repository, kind=payload.kind)
    outcome: dict[str, Any] = {"repository": repository.id, "tag": payload.tag, **payload.identity.hashes}

    def look() -> tuple[Plan, str | None]:
        remote = repository.look(payload.tag)
        plan = steps(payload, remote, settings, repository.id)
        if remote is None:
            return plan, None
        return plan, remote.tags.get(payload.tag) if payload.tag else remote.head.commit

    if dry_run:
        plan, _ = hub.patiently(look, attempts=attempts, pause=pause)
        return outcome | {"dry_run": True, "plan": plan.lines() or ["nothing to do: it is published"], "steps": plan}
    repository.check_token()
    done: list[str] = []
    with tempfile.TemporaryDirectory() as cache:

        def step() -> tuple[str, str | None]:
            plan, commit = look()
            if plan.empty:
                return "", commit
            announce(plan.lines()[0])
            if plan.first == "tag":
                _load_back(payload, repository, str(plan.target), Path(cache))
            repository.carry_out(plan, payload)
            return plan.first, None

        for _ in range(ROUNDS):
            name, commit = hub.patiently(step, attempts=attempts, pause=pause)
            if not name:
                announce("load back what is published")
                revision = payload.tag or str(commit)
                back = partial(_load_back, payload, repository, revision, Path(cache))
                hub.patiently(back, attempts=attempts, pause=pause)
                return outcome | {
                    "commit": commit,
                    "done": done or ["nothing: it was published already"],
                    "verified": True,
                }
            done.append(name)
    what = f"after {ROUNDS} steps it still lacks something; the last were {', '.join(done[-3:])}."
    raise error("E746", what, "See on the Hub who else changes the repository, and run it again.", file=repository.id)


def _load_back(payload: Payload, repository: Repository, revision: str, cache: Path) -> None:
    """Download a revision and compare it with the release, file by file and row by row.

    Raises:
        DragomanError: E748 if anything differs, or as :func:`dragoman.release.hub.fetch`.

    """
    where = hub.Address(repository.id, revision)
    folder = hub.fetch(where, kind=repository.kind, cache=cache, endpoint=repository.endpoint)
    hint = "Do not use that commit; see what the Hub holds, raise the version and publish again."
    for path, content in payload.contents.items():
        file = folder / path
        if not file.is_file() or files.sha256(file.read_bytes()) != content.sha256:
            raise error("E748", f"{path} is missing or differs.", hint, file=str(where))
    try:
        identity = payload.identify(folder)
    except DragomanError as cause:
        raise error("E748", f"it cannot be read: {cause}", hint, file=str(where)) from cause
    if identity != payload.identity:
        hashes = ", ".join(f"{name} {value}" for name, value in identity.hashes.items())
        raise error("E748", f"it is {identity.name} {identity.version} with the {hashes}.", hint, file=str(where))
