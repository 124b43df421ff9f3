"""Write a release folder: rows as parquet, the card as README, the guidelines, and a manifest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dragoman import files
from dragoman.build.card import readme
from dragoman.build.statistics import with_generated
from dragoman.problems import error
from dragoman.release import bundle, parquet, source

if TYPE_CHECKING:
    from pathlib import Path

    from dragoman.release.rows import Release

__all__ = ["bundle", "current_card", "source", "write"]


def current_card(root: Path, release: Release) -> str:
    """Give the card of a source root with its generated blocks renewed.

    Raises:
        DragomanError: E101 without a card, E706 when a block has no place in it.

    """
    agreement = root / "annotations" / "agreement.json"
    return with_generated(
        files.read_text(root / "DATASET_CARD.md"),
        release,
        files.read_json(agreement, dict) if agreement.exists() else None,
    )


def write(release: Release, root: Path, folder: Path) -> None:
    """Write everything that a release folder holds.

    Args:
        release: the rows.
        root: the source root, with ``DATASET_CARD.md``, and ``annotations/GUIDELINES.md`` if it has guidelines.
        folder: where to; made if need be.

    Raises:
        DragomanError: E101 without a card, E706 when the card has no YAML, E108 when the folder holds something else or
            something cannot be written, E714 when it holds other rows under the same version.

    """
    if folder.is_dir() and any(folder.iterdir()) and not (folder / "manifest.json").is_file():
        what = "the folder holds something, and it is no release."
        raise error("E108", what, "Choose an empty folder, or that of a release.", file=str(folder))
    _check_version(release, folder / "manifest.json")
    texts = {"README.md": readme(files.read_text(root / "DATASET_CARD.md"), release).encode()}
    guidelines = root / "annotations" / "GUIDELINES.md"
    if guidelines.exists():
        texts["GUIDELINES.md"] = files.read_bytes(guidelines)
    parquet.write(release, folder, texts)


def _check_version(release: Release, manifest: Path) -> None:
    """Refuse to put other rows in the place of a release of the same version."""
    if not manifest.is_file():
        return
    there = files.read_json(manifest, bundle.Manifest)
    if (there.name, there.version) == (release.name, release.version) and there.fingerprint != release.fingerprint:
        what = f"the folder holds {there.version} with other rows."
        mend = "Give the release another version, or choose another folder; dragoman diff says what changed."
        raise error("E714", what, mend, file=str(manifest.parent))
