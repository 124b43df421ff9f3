"""Fingerprint of labels that is independent of their file format: a multiset hash of columns.

Two gold files are the same data if their documents have the same content, regardless of the order of documents, labels
and keys, line ends, file format and number of files, which a hash of bytes cannot express. Here every document, span
and claim is hashed with all of its content, and the hashes are added (Clarke et al. 2003, MSet-Add-Hash). The sums of
parts add up to that of the whole, so that blocks of a stream and shards on a cluster can be hashed separately.

Hashes have 64 bits, from the finaliser of splitmix64 (Steele et al. 2014), for texts from BLAKE2b. They distinguish
data that differ by accident or by an edit; they are not collision-resistant against an attacker.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
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
"""Columns with positions in the table, which are not content."""
_TABLES = ("fragment", "cue", "claimant")
"""Tables that refer to claims: prefixes of their columns in :class:`Claims`."""
_MASK = 2**64 - 1
_AT_ONCE = 2**14
"""Rows that are hashed at once: they fit into the CPU cache."""


def content(labels: Annotations) -> int:
    """Hash the content of documents: a number below 2**64.

    The hashes of parts with different documents add up, modulo 2**64, to that of the whole.
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
        if not len(layer):
            continue
        base = _mix(document[layer.doc] ^ _string(f"{name} item"))
        hashes = _claims(layer, base) if name == "claims" else _rows(_columns(layer), base)
        total += int(hashes.sum(dtype=np.uint64))
    return total & _MASK


def fingerprint(contents: Iterable[int], documents: int) -> str:
    """Return the fingerprint of data from the hashes of its parts, as 64 hexadecimal digits."""
    return hashlib.sha256(f"{documents} {sum(contents) & _MASK}".encode()).hexdigest()


def _columns(table: Any, prefix: str = "") -> list[Hashes]:
    """Hash the columns of a table, without those of tables that refer to it."""
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
    """Hash claims with their fragments, cues, claimants and parents."""
    own = _rows(_columns(claims), base)
    for name in _TABLES:
        at = getattr(claims, f"{name}_claim")
        np.add.at(own, at, _rows(_columns(claims, name), np.full(len(at), _string(name), np.uint64)))
    own = _mix(own)
    parent = np.append(own, np.uint64(1))[claims.parent]  # NULL is -1, the last
    return _rows([parent], own)


def _rows(columns: Sequence[Hashes], base: Hashes) -> Hashes:
    """Combine the hashes of columns, row by row; the order of columns matters."""
    combined = base.copy()
    for at in range(0, len(base), _AT_ONCE):
        some = slice(at, at + _AT_ONCE)
        part = combined[some]
        for column in columns:
            part *= np.uint64(3)
            part += column[some]
            part[:] = _mix(part)
    return combined


def _mix(values: Hashes) -> Hashes:
    """Mix bits with the finaliser of splitmix64, a bijection on 64 bits."""
    mixed = np.asarray(values + np.uint64(0x9E3779B97F4A7C15))
    shifted = np.empty_like(mixed)
    for bits, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 1)):
        # In place: allocating costs more than the arithmetic.
        np.right_shift(mixed, np.uint64(bits), out=shifted)
        np.bitwise_xor(mixed, shifted, out=mixed)
        if factor != 1:
            np.multiply(mixed, np.uint64(factor), out=mixed)
    return mixed


def _coded(column: Coded) -> Hashes:
    if not column.labels:  # all values are NULL
        return np.zeros(len(column.codes), np.uint64)
    table = np.append(_strings(column.labels), np.uint64(0))
    assert NULL == -1
    return table[column.codes]  # NULL indexes the last entry


def _strings(texts: Iterable[str | None]) -> Hashes:
    return np.array([0 if text is None else _number(text) for text in texts], np.uint64)


def _string(text: str) -> np.uint64:
    return np.uint64(_number(text))


def _number(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")
