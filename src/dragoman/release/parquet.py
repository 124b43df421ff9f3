"""A release as parquet: the format that ``datasets`` and the Hub read."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import msgspec

from dragoman import files, json_text, utf8
from dragoman.problems import DragomanError, error
from dragoman.release import atomic_folder
from dragoman.release.atomic_folder import writing
from dragoman.release.bundle import Manifest, manifest_of
from dragoman.release.content import Release, configs_of, unsliced
from dragoman.release.croissant import croissant
from dragoman.release.integrity import HINT, SUMS, below, contents, raw, read_manifest, sums
from dragoman.release.parquet_rows import Rows
from dragoman.release.semver import is_development
from dragoman.schema.arrow_types import arrow_schema
from dragoman.schema.json_schema import schema_of
from dragoman.schema.release_rows import READING, UNSPLIT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dragoman.schema.records import Record


MARK = "manifest.json"
NUMBER = "E701"
"""Problem number for a changed file."""


def path_of(config: str, split: str) -> str:
    """Path of the file of a configuration and split inside a release folder."""
    return f"data/{config}/{split}.parquet"


def write(release: Release, folder: Path, texts: dict[str, bytes]) -> None:
    """Write one parquet file per configuration and non-empty split, and ``manifest.json`` last.

    Args:
        release: the rows.
        folder: the release folder; created if missing.
        texts: contents of further files, by path.

    Raises:
        DragomanError: E108 if the folder contains other files or cannot be written, E210 for a number that columns
            cannot hold, E714 if it contains other rows under the same version.

    """
    check_place(release, folder)
    import pyarrow as pa  # noqa: PLC0415 - kept out of the import of the package
    import pyarrow.parquet as pq  # noqa: PLC0415

    tables: dict[tuple[str, str], tuple[str, bytes]] = {}
    for config, splits in release.rows.items():
        for split, rows in splits.items():
            if not rows:  # `datasets` refuses a split without rows, so it gets no file
                continue
            plain = [msgspec.to_builtins(row) for row in rows]
            try:
                table = pa.Table.from_pylist(plain, schema=arrow_schema(release.configs[config]))
            except (OverflowError, pa.ArrowException) as cause:
                what = f"a row of {config} cannot be held in columns: {cause}."
                raise error("E210", what, "Use numbers below 2**31.", file=path_of(config, split)) from cause
            sink = io.BytesIO()
            pq.write_table(table, sink, compression="zstd")
            tables[config, split] = (path_of(config, split), sink.getvalue())
    content = {**texts, **dict(tables.values()), **_described(release, texts, tables)}
    manifest = msgspec.structs.replace(
        manifest_of(release), checksums={path: files.sha256(data) for path, data in content.items()}
    )
    # Files that mark a folder as complete come last: the checksums, then the manifest.
    last = json_text.pretty(manifest)
    content[SUMS] = sums({**manifest.checksums, MARK: files.sha256(last)})
    with writing(folder, MARK):
        for path, data in content.items():
            files.write(folder / path, data)
        for pattern in ("data/*/*.parquet", "schemas/*.json"):
            files.remove_others(folder, pattern, [folder / path for path in content])
        files.write(folder / MARK, last)


def _described(
    release: Release, texts: dict[str, bytes], tables: dict[tuple[str, str], tuple[str, bytes]]
) -> dict[str, bytes]:
    """Make the metadata files: Croissant, and the JSON Schema of each configuration."""
    card = texts.get("README.md", b"")
    utf8.check_text(card, "README.md")
    made = {
        f"schemas/{config}.json": json_text.pretty(schema_of(record, f"row-{config}", release.label_sets))
        for config, record in release.configs.items()
    }
    return {"croissant.json": json_text.pretty(croissant(release, card.decode(), tables)), **made}


def check_place(release: Release, folder: Path) -> None:
    """Check that a release may be written to a folder, before anything that belongs to it is written elsewhere.

    Raises:
        DragomanError: E108 if the folder contains other files, E714 if it contains other rows under the same version
            (unless that is a development version).

    """
    atomic_folder.check_place(folder, MARK)
    if not (folder / MARK).is_file() or is_development(release.version):
        return
    there = read_manifest(folder, MARK, Manifest)
    if (there.name, there.version) == (release.name, release.version) and there.fingerprint != release.fingerprint:
        what = f"the folder holds {there.version} with other rows."
        hint = "Give the release another version, or choose another folder; dragoman diff says what changed."
        raise error("E714", what, hint, file=str(folder))


def read(folder: Path) -> Release:
    """Read a release folder, and check its rows against its manifest.

    Raises:
        DragomanError: E701 if a file is missing or damaged, the rows are not those of the manifest, or the fingerprint
            differs; E106 if it exceeds the size limit; E707 for a label that is not in its text.

    """
    manifest = read_manifest(folder, MARK, Manifest)
    configs = configs_of(manifest.schema_version, str(folder / MARK))
    content = contents(folder, MARK, manifest.checksums, NUMBER)
    reader = Rows(manifest.own_labels)
    rows: dict[str, dict[str, list[Record]]] = {}
    for config, splits in manifest.rows.items():
        if config not in configs:
            raise error("E701", f"there is no configuration {config[:80]!r}.", file=str(folder / MARK))
        rows[config] = {}
        for split, count in splits.items():
            name = path_of(config, split)
            file = below(folder, name)
            data = content.get(name) if count else b""
            data = raw(file) if data is None else data
            rows[config][split] = reader.read(data, configs[config], count, str(file)) if count else []
    _check_complete(rows, configs, folder)
    release = Release(
        manifest.name, manifest.version, rows, manifest.schema_version, manifest.own_labels, manifest.withheld or None
    )
    if release.fingerprint != manifest.fingerprint:
        raise error("E701", "the rows are not those of the manifest.", HINT, file=str(folder))
    wrong = [
        msgspec.structs.replace(problem, hint=HINT, file=str(folder))
        for documents in rows["documents"].values()
        for each in documents
        for problem in unsliced(each.id, each.text, each)  # type: ignore[attr-defined]
    ]
    if wrong:
        raise DragomanError(wrong)
    return release


def _check_complete(rows: Mapping[str, Mapping[str, object]], configs: Mapping[str, object], folder: Path) -> None:
    unsplit = [config for config in ("registry", "claim_links") if UNSPLIT not in rows.get(config, {})]
    lacking = [config for config in configs if config not in rows and config != READING] or unsplit
    if lacking:
        raise error("E701", f"there are no rows of {', '.join(lacking)}.", HINT, file=str(folder / MARK))
