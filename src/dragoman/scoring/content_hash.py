"""One fingerprint for the same labels, in whatever form they are written: a multiset hash of columns.

Two references are the same data where their documents say the same, whatever the order of documents, labels and keys,
the line ends, the file format and the number of files. A hash of bytes cannot say that. Here every document, span and
claim gets a number that depends on all that it says, and these are added (Clarke et al. 2003, MSet-Add-Hash). Sums of
parts add up to that of the whole, so that blocks of a stream and shards on a cluster can be hashed where they are.

The numbers are 64 bits by the finaliser of splitmix64 (Steele et al. 2014), texts through BLAKE2b. That tells data
apart that differ by chance or by an edit; it is not meant to withstand somebody who looks for a collision.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np

from dragoman.annotations import NULL, Coded
from dragoman.schema.layers import LAYER_NAMES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dragoman.annotations import Annotations, Claims

    Hashes = NDArray[np.uint64]

_POINTERS = frozenset({"doc", "item", "parent"})
"""Columns that say where something stands in the table, and nothing of what it says."""
_TABLES = ("fragment", "cue", "claimant")
"""Tables that point to a claim: the first part of the names of their columns in :class:`Claims`."""
_MASK = 2**64 - 1


def content(labels: Annotations) -> int:
    """Hash what some documents say: a number below 2**64.

    The numbers of parts with different documents add up, modulo 2**64, to that of the whole.
    """
    document = _mix(_strings(labels.documents))
    total = int(
        _rows([_strings(labels.texts), _coded(labels.published), _coded(labels.published_external)], document).sum(
            dtype=np.uint64
        )
    )
    for name in LAYER_NAMES:
        annotated = _mix(document[labels.has(name)] + _string(name))
        total += int(annotated.sum(dtype=np.uint64))
    for name in (*LAYER_NAMES, "segments"):
        layer = getattr(labels, name)
        base = _mix(document[layer.doc] ^ _string(f"{name} item"))
        hashes = _claims(layer, base) if name == "claims" else _rows(_columns(layer), base)
        total += int(hashes.sum(dtype=np.uint64))
    return total & _MASK


def fingerprint(contents: Iterable[int], documents: int) -> str:
    """Give the fingerprint of data from the numbers of its parts, as 64 hexadecimal digits."""
    return hashlib.sha256(f"{documents} {sum(contents) & _MASK}".encode()).hexdigest()


def _columns(table: Any, prefix: str = "") -> list[Hashes]:
    """Hash the columns of a table; those of another table that point to it are left out."""
    made = []
    for column in fields(table):
        of = column.name.partition("_")[0]
        pointer = column.name in _POINTERS or column.name == f"{prefix}_claim"
        if pointer or (of if of in _TABLES else "") != prefix:
            continue
        values = getattr(table, column.name)
        made.append(_coded(values) if isinstance(values, Coded) else values.astype(np.int64).view(np.uint64))
    return made


def _claims(claims: Claims, base: Hashes) -> Hashes:
    """Hash claims with their fragments, cues and claimants, and what they hang on."""
    own = _rows(_columns(claims), base)
    for name in _TABLES:
        at = getattr(claims, f"{name}_claim")
        np.add.at(own, at, _rows(_columns(claims, name), np.full(len(at), _string(name), np.uint64)))
    own = _mix(own)
    parent = np.append(own, np.uint64(1))[claims.parent]  # NULL is -1, the last
    return _rows([parent], own)


def _rows(columns: Iterable[Hashes], base: Hashes) -> Hashes:
    """Put the hashes of columns together, row by row; their order matters."""
    for column in columns:
        base = _mix(base * np.uint64(3) + column)
    return base


def _mix(values: Hashes) -> Hashes:
    """Spread every bit over all 64: the finaliser of splitmix64, one to one."""
    values = values + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _coded(column: Coded) -> Hashes:
    table = np.append(_strings(column.labels), np.uint64(0))
    assert NULL == -1
    return table[column.codes]  # a value that is not given is the last


def _strings(texts: Iterable[str | None]) -> Hashes:
    return np.array([0 if text is None else _number(text) for text in texts], np.uint64)


def _string(text: str) -> np.uint64:
    return np.uint64(_number(text))


def _number(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")
