"""A release without texts: labels and offsets, if the texts may not be redistributed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from dragoman import files, json_text, utf8
from dragoman.problems import error
from dragoman.release.atomic_folder import writing
from dragoman.release.bundle import declared
from dragoman.release.content import configs_of, fingerprint
from dragoman.release.integrity import MAX_BYTES, SUMS, contents, read_manifest, sums
from dragoman.release.textless import STORED, Rows, without_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from dragoman.release.content import Release

MARK = "standoff.json"
NUMBER = "E715"
"""Problem number for a changed file."""
CARD = "card.md"
"""README of the release, for use after its texts are restored."""
MAX_ROWS = 2**26
"""Maximum size of the rows in bytes; as Python objects they take up to about twenty times as much."""


class Page(msgspec.Struct, forbid_unknown_fields=True):
    """A page with labels.

    Attributes:
        id: its id.
        file: original file name; a reader's own copy may have another.
        bytes: size in bytes.
        sha256: SHA-256 of its bytes, hexadecimal.

    """

    id: str
    file: str
    bytes: Annotated[int, msgspec.Meta(ge=0, le=MAX_BYTES)]
    sha256: str


class Manifest(msgspec.Struct, forbid_unknown_fields=True):
    """The manifest of a text-free release, ``standoff.json``.

    Attributes:
        schema_version: row schema of the release with texts, which determines its columns.
        name: name of the data set.
        version: its version.
        fingerprint: hash of the canonical rows of the release with texts.
        fingerprint_without_texts: hash of the rows without texts; empty in releases that predate this field.
        splits: names of the splits by stored configuration.
        pages: the pages that are needed to restore the texts.
        checksums: SHA-256 of each other file, by path.
        label_sets: the benchmark's own label sets; see :class:`dragoman.release.bundle.Manifest`.

    """

    schema_version: str
    name: str
    version: str
    fingerprint: str
    splits: dict[str, list[str]]
    pages: list[Page]
    checksums: dict[str, str]
    fingerprint_without_texts: str = ""
    label_sets: dict[str, dict[str, str]] | msgspec.UnsetType = msgspec.UNSET


def write(
    release: Release, pages: Sequence[Page], texts: Mapping[str, str], folder: Path, more: Mapping[str, bytes]
) -> None:
    """Write the rows without their texts.

    Args:
        release: the rows.
        pages: the pages, with their checksums.
        texts: text by page id.
        folder: the release folder: new, empty, or an earlier text-free release.
        more: contents of further files, by path.

    Raises:
        DragomanError: E715 if the texts could not be restored from the pages, E108 if the folder contains other files
            or cannot be written.

    """
    rows = without_text(release, texts)
    content = dict(more)
    for config, splits in rows.items():
        content |= {f"rows/{config}/{split}.jsonl": json_text.lines(each) for split, each in splits.items()}
    manifest = Manifest(
        release.row_schema,
        release.name,
        release.version,
        release.fingerprint,
        {config: list(splits) for config, splits in rows.items()},
        list(pages),
        {path: files.sha256(data) for path, data in content.items()},
        fingerprint(rows),
        declared(release.label_sets),
    )
    last = json_text.pretty(manifest)
    content[SUMS] = sums({**manifest.checksums, MARK: files.sha256(last)})
    with writing(folder, MARK):
        for path, data in content.items():
            files.write(folder / path, data)
        files.remove_others(folder, "rows/*/*.jsonl", [folder / path for path in content])
        files.write(folder / MARK, last)


def read(folder: Path) -> tuple[Manifest, Rows, bytes]:
    """Read a text-free release, and verify its checksums.

    Returns:
        Its manifest, its rows, and the README of the release with texts.

    Raises:
        DragomanError: E101 if there is none, E715 if it is damaged.

    """
    manifest = read_manifest(folder, MARK, Manifest)
    configs_of(manifest.schema_version, str(folder / MARK))
    content = contents(folder, MARK, manifest.checksums, NUMBER)
    rows: Rows = {}
    size = 0
    for config in STORED:
        rows[config] = {}
        for split in manifest.splits.get(config, []):
            name = f"rows/{config}/{split}.jsonl"
            if name not in content:
                raise error("E715", f"{name[:200]!r} is missing.", "Fetch the release again.", file=str(folder / MARK))
            size += len(content[name])
            if size > MAX_ROWS:
                what = f"the rows are over {MAX_ROWS:,} bytes."
                raise error("E106", what, "Make several releases of it.", file=str(folder / MARK))
            lines = content[name].splitlines()
            rows[config][split] = [json_text.decode(line, dict[str, Any], name, i) for i, line in enumerate(lines, 1)]
    if CARD not in content:
        raise error("E715", f"{CARD!r} is missing.", "Fetch the release again.", file=str(folder / MARK))
    utf8.check_text(content[CARD], str(folder / CARD))
    if manifest.fingerprint_without_texts not in ("", fingerprint(rows)):
        what = "the rows are not those of the manifest."
        raise error("E715", what, "Fetch the release again.", file=str(folder / MARK))
    return manifest, rows, content[CARD]
