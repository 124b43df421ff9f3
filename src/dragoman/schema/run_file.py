"""Provenance of a run: ``run.json`` next to its predictions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

MANIFEST = "run.json"
PREVIOUS, REPEAT = "previous", "repeat"
"""Prefixes of folder names in a run: earlier results that were set aside, and further repeats."""


def repeat(folder: Path, number: int) -> Path:
    """Folder of one repeat of a run, from 1, which is the run's folder itself."""
    return folder if number == 1 else folder / f"{REPEAT}-{number}"


def repeats(folder: Path) -> list[Path]:
    """Folders of all repeats of a run: itself, then ``repeat-2`` and so on, as far as they are consecutive.

    Links are ignored.
    """
    made = [folder]
    while (further := repeat(folder, len(made) + 1)).is_dir() and not further.is_symlink():
        made.append(further)
    return made


class RunFile(msgspec.Struct, forbid_unknown_fields=True):
    """What a run was made with. Nothing named in it is ever imported, run or fetched."""

    schema_version: str
    system: Annotated[str, Meta(description="the system's name")]
    package: Annotated[str, Meta(description="version of the package that ran it")]
    data: Annotated[dict[str, str], Meta(description="name, version and fingerprint of the benchmark")]
    code: Annotated[dict[str, str], Meta(description="hashes and versions of its code, by name of the part")]
    unseen: Annotated[list[str], Meta(description="parts of it without a hash: a change of them makes no answer stale")]
    prompt: Annotated[
        dict[str, Any] | None,
        Meta(description="name, hash, rules, examples and parameters of the prompt; null where there is none"),
    ] = None
    seen: Annotated[list[str], Meta(description="documents in its prompt with their labels; they are not scored")] = []
