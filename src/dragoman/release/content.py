"""A release in memory, and its identity: a hash of its canonical rows, not of file bytes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dragoman.files import canonical_json
from dragoman.schema.release_rows import CONFIGS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dragoman.schema.records import Record


@dataclass(frozen=True)
class Release:
    """All rows of one version of a benchmark.

    Attributes:
        name: name of the data set, as in a signature.
        version: its semantic version.
        rows: rows by configuration and split, each sorted as released.

    """

    name: str
    version: str
    rows: Mapping[str, Mapping[str, Sequence[Record]]]

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the canonical rows, hexadecimal.

        Each configuration and split contributes its name and its rows as canonical JSON, one a line; name, version and
        file formats do not count, so that the same rows have the same fingerprint anywhere.
        """
        return fingerprint(self.rows)


def fingerprint(rows: Mapping[str, Mapping[str, Sequence[Any]]]) -> str:
    """SHA-256 of rows, hexadecimal: of the names of configurations and splits, and of each row as canonical JSON."""
    digest = hashlib.sha256()
    for config in CONFIGS:
        for split, each in sorted(rows.get(config, {}).items()):
            digest.update(f"{config}/{split}\n".encode())
            for row in each:
                digest.update(canonical_json(row) + b"\n")
    return digest.hexdigest()
