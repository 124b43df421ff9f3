"""Releases as canonical JSONL: the form in which they travel inside the package, each in a folder of its version."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import UNSET, UnsetType

from dragoman import files
from dragoman.problems import error
from dragoman.release.content import STORED, Release, Withheld, configs_of, with_layers
from dragoman.release.semver import is_development, is_version, order
from dragoman.schema.layers import LAYER_NAMES

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from dragoman.schema.labels import LabelSets
    from dragoman.schema.records import Record


class Manifest(msgspec.Struct, forbid_unknown_fields=True):
    """What a release says of itself, in ``manifest.json``.

    Attributes:
        schema_version: row schema, which says what columns the rows have.
        name: name of the data set.
        version: its version.
        fingerprint: hash of its canonical rows: what identifies it.
        rows: number of rows by configuration and split.
        checksums: SHA-256 of each other file of a release folder, by path: what shows that a copy is damaged.
        label_sets: label sets that the benchmark has of its own: a line on each label, by set and label. Absent where
            all are those of the default scheme.
        withheld: the split whose gold was left out; absent where none was.

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
        """Label sets that the benchmark has of its own."""
        return {} if isinstance(self.label_sets, msgspec.UnsetType) else self.label_sets


def declared(own: LabelSets) -> dict[str, dict[str, str]] | msgspec.UnsetType:
    """Put label sets in the form of a manifest, which is as it ever was where there are none."""
    return {name: dict(known) for name, known in own.items()} if own else msgspec.UNSET


MANIFEST = "manifest.json"
_HINT = "Install the package again, or build the release again."


def manifest_of(release: Release) -> Manifest:
    """Describe a release."""
    counts = {config: {split: len(rows) for split, rows in splits.items()} for config, splits in release.rows.items()}
    manifest = Manifest(
        release.row_schema, release.name, release.version, release.fingerprint, counts, {}, declared(release.label_sets)
    )
    return manifest if release.withheld is None else msgspec.structs.replace(manifest, withheld=release.withheld)


def versions(folder: Traversable) -> list[str]:
    """Versions whose rows lie in a folder, the oldest first; none where there is no such folder."""
    inside = [each for each in folder.iterdir() if is_version(each.name)] if folder.is_dir() else []
    return sorted((each.name for each in inside if (each / MANIFEST).is_file()), key=order)


def write(release: Release, folder: Path) -> bool:
    """Write a release as ``<version>/<config>/<split>.jsonl`` and ``<version>/manifest.json``.

    The rows of the layers are inside the documents and get no files. What is under development gives way to what it
    leads to; versions that were released stay.

    Returns:
        Whether any byte changed.

    """
    own = folder / release.version
    written = {
        own / config / f"{split}.jsonl": rows
        for config in STORED
        for split, rows in release.rows.get(config, {}).items()
    }
    changes = [files.write(path, files.json_lines(rows)) for path, rows in written.items()]
    changes.append(bool(files.remove_others(own, "*/*.jsonl", written)))
    changes.append(files.write(own / MANIFEST, files.pretty_json(manifest_of(release))))
    left = [version for version in versions(folder) if version != release.version and is_development(version)]
    changes += [bool(files.remove_others(folder / version, "**/*.json*", ())) for version in left]
    return any(changes)


def read(folder: Traversable, version: str | None = None) -> Release:
    """Read a release from canonical JSONL, and check that it is what its manifest says.

    Args:
        folder: what holds a folder for each version.
        version: which of them; None for the newest.

    Raises:
        DragomanError: E701 for a version that is not there, or where a row is wrong or the fingerprint differs.

    """
    known = versions(folder)
    if not known or version not in (None, *known):
        hint = f"Versions here: {', '.join(known)}." if known else _HINT
        raise error("E701", f"there is no version {(version or '')[:40]!r} of the data in the package.", hint)
    own = folder / (version or known[-1])
    manifest = files.decode((own / MANIFEST).read_bytes(), Manifest, MANIFEST)
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
    """Folder of the rows that travel in this package."""
    return resources.files("dragoman") / "data"
