"""Releases as canonical JSONL: the format in which they are bundled with the package, one folder per version."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import UNSET, UnsetType

from dragoman import files, json_text
from dragoman.problems import error
from dragoman.release.content import STORED, Release, Withheld, configs_of, with_layers
from dragoman.release.semver import is_development, is_version, order
from dragoman.schema.layers import LAYER_NAMES

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from dragoman.schema.labels import LabelSets
    from dragoman.schema.records import Record


class Manifest(msgspec.Struct, forbid_unknown_fields=True):
    """The manifest of a release, ``manifest.json``.

    Attributes:
        schema_version: row schema, which determines the columns.
        name: name of the data set.
        version: its version.
        fingerprint: SHA-256 of its canonical rows, which identifies it.
        rows: number of rows by configuration and split.
        checksums: SHA-256 of each other file of a release folder, by path, to detect damaged copies.
        label_sets: the benchmark's own label sets: description by set and label. Absent if all are those of the default
            scheme.
        withheld: the split whose gold is withheld; absent if none is.

    """

    schema_version: str
    name: str
    version: str
    fingerprint: str
    rows: dict[str, dict[str, Annotated[int, msgspec.Meta(ge=0)]]]
    checksums: dict[str, str] = {}
    label_sets: dict[str, dict[str, str]] | msgspec.UnsetType = msgspec.UNSET
    withheld: Withheld | UnsetType = UNSET

    @property
    def own_labels(self) -> dict[str, dict[str, str]]:
        """The benchmark's own label sets."""
        return {} if isinstance(self.label_sets, msgspec.UnsetType) else self.label_sets


def declared(own: LabelSets) -> dict[str, dict[str, str]] | msgspec.UnsetType:
    """Return label sets for a manifest; unset if there are none, so that earlier manifests are unchanged."""
    return {name: dict(known) for name, known in own.items()} if own else msgspec.UNSET


MANIFEST = "manifest.json"
_HINT = "Install the package again, or build the release again."


def manifest_of(release: Release) -> Manifest:
    """Make the manifest of a release, without checksums."""
    counts = {config: {split: len(rows) for split, rows in splits.items()} for config, splits in release.rows.items()}
    manifest = Manifest(
        release.row_schema, release.name, release.version, release.fingerprint, counts, {}, declared(release.label_sets)
    )
    return manifest if release.withheld is None else msgspec.structs.replace(manifest, withheld=release.withheld)


def versions(folder: Traversable) -> list[str]:
    """Versions in a folder, the oldest first; empty if there is no such folder."""
    inside = [each for each in folder.iterdir() if is_version(each.name)] if folder.is_dir() else []
    return sorted((each.name for each in inside if (each / MANIFEST).is_file()), key=order)


def write(release: Release, folder: Path) -> bool:
    """Write a release as ``<version>/<config>/<split>.jsonl`` and ``<version>/manifest.json``.

    The rows of the layers are inside the documents and get no files. Other development versions are removed; released
    versions are retained.

    Returns:
        Whether any byte changed.

    """
    own = folder / release.version
    written = {
        own / config / f"{split}.jsonl": rows
        for config in STORED
        for split, rows in release.rows.get(config, {}).items()
    }
    changes = [files.write(path, json_text.lines(rows)) for path, rows in written.items()]
    changes.append(bool(files.remove_others(own, "*/*.jsonl", written)))
    changes.append(files.write(own / MANIFEST, json_text.pretty(manifest_of(release))))
    left = [version for version in versions(folder) if version != release.version and is_development(version)]
    changes += [bool(files.remove_others(folder / version, "**/*.json*", ())) for version in left]
    return any(changes)


def read(folder: Traversable, version: str | None = None) -> Release:
    """Read a release from canonical JSONL, and check it against its manifest.

    Args:
        folder: parent of one folder per version.
        version: the version to read; None for the newest.

    Raises:
        DragomanError: E701 if the version does not exist, a row is invalid or the fingerprint differs.

    """
    known = versions(folder)
    if not known or version not in (None, *known):
        hint = f"Versions here: {', '.join(known)}." if known else _HINT
        raise error("E701", f"there is no version {(version or '')[:40]!r} of the data in the package.", hint)
    own = folder / (version or known[-1])
    manifest = json_text.decode((own / MANIFEST).read_bytes(), Manifest, MANIFEST)
    configs = configs_of(manifest.schema_version, MANIFEST)
    rows: dict[str, dict[str, list[Record]]] = {}
    for config, splits in manifest.rows.items():
        if config in LAYER_NAMES or config not in configs:
            continue
        decoder = msgspec.json.Decoder(configs[config])
        rows[config] = {}
        for split in splits:
            try:
                rows[config][split] = decoder.decode_lines((own / config / f"{split}.jsonl").read_bytes())
            except (OSError, msgspec.DecodeError) as cause:
                raise error("E701", f"a row is wrong: {cause}.", _HINT, file=f"{config}/{split}.jsonl") from cause
    release = Release(manifest.name, manifest.version, with_layers(rows), manifest.schema_version, manifest.own_labels)
    if release.fingerprint != manifest.fingerprint:
        raise error("E701", "the rows are not those of the manifest.", _HINT, file=str(own))
    return release


def packaged() -> Traversable:
    """Folder of the releases that are bundled with the package."""
    return resources.files("dragoman") / "data"
