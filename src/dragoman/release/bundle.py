"""A release as canonical JSONL: the form in which it travels inside the package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from dragoman import files
from dragoman.problems import error
from dragoman.release.content import Release
from dragoman.schema.release_rows import CONFIGS

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from dragoman.schema.records import Record


class Manifest(msgspec.Struct, forbid_unknown_fields=True):
    """What a release says of itself, in ``manifest.json``.

    Attributes:
        schema_version: version of this format.
        name: name of the data set.
        version: its version.
        fingerprint: hash of its canonical rows: what identifies it.
        rows: number of rows by configuration and split.
        checksums: SHA-256 of each other file of a release folder, by path: what shows that a copy is damaged.

    """

    schema_version: str
    name: str
    version: str
    fingerprint: str
    rows: dict[str, dict[str, Annotated[int, msgspec.Meta(ge=0)]]]
    checksums: dict[str, str] = {}


SCHEMA_VERSION = "1"


def manifest_of(release: Release) -> Manifest:
    """Describe a release."""
    counts = {config: {split: len(rows) for split, rows in splits.items()} for config, splits in release.rows.items()}
    return Manifest(SCHEMA_VERSION, release.name, release.version, release.fingerprint, counts)


def write(release: Release, folder: Path) -> bool:
    """Write a release as ``<config>/<split>.jsonl`` and ``manifest.json``; return whether any byte changed."""
    written = {
        folder / config / f"{split}.jsonl": rows
        for config, splits in release.rows.items()
        for split, rows in splits.items()
    }
    changes = [files.write(path, files.json_lines(rows)) for path, rows in written.items()]
    changes.append(bool(files.remove_others(folder, "*/*.jsonl", written)))
    changes.append(files.write(folder / "manifest.json", files.pretty_json(manifest_of(release))))
    return any(changes)


def read(folder: Traversable) -> Release:
    """Read a release from canonical JSONL, and check that it is what its manifest says.

    Raises:
        DragomanError: E701 where a row is wrong or the fingerprint differs.

    """
    manifest = files.decode((folder / "manifest.json").read_bytes(), Manifest, "manifest.json")
    rows: dict[str, dict[str, list[Record]]] = {}
    for config, splits in manifest.rows.items():
        decoder = msgspec.json.Decoder(CONFIGS[config])
        rows[config] = {}
        for split in splits:
            try:
                rows[config][split] = decoder.decode_lines((folder / config / f"{split}.jsonl").read_bytes())
            except (OSError, msgspec.DecodeError) as cause:
                hint = "Install the package again, or build the release again."
                raise error("E701", f"a row is wrong: {cause}.", hint, file=f"{config}/{split}.jsonl") from cause
    release = Release(manifest.name, manifest.version, rows)
    if release.fingerprint != manifest.fingerprint:
        hint = "Install the package again, or build the release again."
        raise error("E701", "the rows are not those of the manifest.", hint, file=str(folder))
    return release
