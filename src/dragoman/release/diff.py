"""Changes between two releases, label by label, and the version increment that they require."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from dragoman.release import label_alignment
from dragoman.release.semver import Level, given, suffices
from dragoman.schema.layers import LAYER_NAMES, by_name
from dragoman.schema.release_rows import READING
from dragoman.text import counted

if TYPE_CHECKING:
    from dragoman.release.content import Release
    from dragoman.schema.records import Document, Record

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
RENUMBERED, MOVED = "renumbered", "moved"
"""Kinds of change that are a consequence of another one."""
_KEYS = {
    "segments": ("page", "index"),
    "registry": ("id",),
    "claim_links": ("claim", "other", "relation"),
    READING: ("document", "line"),
}


class Change(msgspec.Struct, forbid_unknown_fields=True):
    """A row or label that differs.

    Attributes:
        config: configuration of the row, or layer of the label.
        kind: ``added``, ``removed``, ``changed``; ``renumbered`` if only ids changed, ``moved`` if only offsets
            changed, because the text of the document changed elsewhere.
        where: the document, or the page of a segment, or empty.
        id: id in the newer release, or in the older if it was removed.
        what: the label or row in a few words; not escaped for a terminal.
        fields: older and newer value by name of the field; null for an empty field.

    """

    config: str
    kind: str
    where: str
    id: str
    what: str
    fields: dict[str, list[Any]] = {}


class Identity(msgspec.Struct, forbid_unknown_fields=True):
    """Identity of a release."""

    name: str
    version: str
    fingerprint: str


class Difference(msgspec.Struct, forbid_unknown_fields=True):
    """Changes between two releases.

    Attributes:
        old: the older release.
        new: the newer release.
        changes: every change, by configuration, document and id.
        needs: the required version increment: ``major``, ``minor``, ``patch`` or ``none``.
        given: the actual increment, ``none``, or ``less`` if the newer version is lower.
        allowed: whether the actual increment suffices.

    """

    old: Identity
    new: Identity
    changes: list[Change]
    needs: Level
    given: str
    allowed: bool


def difference(old: Release, new: Release) -> Difference:
    """Compare two releases.

    A change to existing content, or a label added to an existing document, needs a major version (or a minor one below
    1.0.0), since scores change. New documents, entities and links need a minor version; changes to ``reading`` alone, a
    patch.

    Raises:
        DragomanError: E714 for an invalid version.

    """
    changes = [*_documents(old, new), *(change for config in _KEYS for change in _rows(config, old, new))]
    same = old.fingerprint == new.fingerprint
    scored = [change for change in changes if change.config != READING]
    needs: Level = _needs(scored) if not same else "patch" if changes else "none"
    before, after = (Identity(each.name, each.version, each.fingerprint) for each in (old, new))
    return Difference(
        before, after, changes, needs, given(old.version, new.version), suffices(old.version, new.version, needs)
    )


def _needs(changes: list[Change]) -> Level:
    """Version increment that changes require; reordered rows are no change, but a different fingerprint."""
    fresh = {change.id for change in changes if change.config == "documents" and change.kind == ADDED}
    pages = {name.partition(".")[0] for name in fresh}
    for change in changes:
        edited = change.kind != ADDED
        grown = change.config in LAYER_NAMES or (change.config == "segments" and change.where not in pages)
        if edited or grown:
            return "major"
    return "minor"


def _documents(old: Release, new: Release) -> Iterator[Change]:
    """Yield documents that were added, removed or changed, and the changed labels of documents in both releases."""
    old_by_id, new_by_id = _by_document(old), _by_document(new)
    for name in sorted({*old_by_id, *new_by_id}):
        if name not in old_by_id or name not in new_by_id:
            kind, (split, document) = (ADDED, new_by_id[name]) if name in new_by_id else (REMOVED, old_by_id[name])
            counts = ", ".join(_count(layer, len(getattr(document, layer))) for layer in LAYER_NAMES)
            yield Change("documents", kind, "", name, f"{split}: {counts}")
            continue
        (split, before), (other_split, after) = old_by_id[name], new_by_id[name]
        fields = _fields({"split": split, **_plain(before)}, {"split": other_split, **_plain(after)}, LAYER_NAMES)
        if fields:
            yield Change("documents", CHANGED, "", name, before.title or "", fields)
        if before != after:
            yield from _labels(before, after)


def _count(layer: str, number: int) -> str:
    return f"{number or 'no'} {by_name(layer).singular if number == 1 else layer}"


def _by_document(release: Release) -> dict[str, tuple[str, Document]]:
    splits: Mapping[str, Any] = release.current.get("documents", {})
    return {document.id: (split, document) for split, documents in splits.items() for document in documents}


def _labels(before: Document, after: Document) -> Iterator[Change]:
    """Yield changes of labels of a document, aligned by position, not by id: an added label may renumber the rest."""
    labels = {layer: getattr(before, layer) for layer in LAYER_NAMES}
    if before.text != after.text:
        labels = label_alignment.carried(labels, before.text, after.text)
    pairs = {layer: label_alignment.pairs(layer, labels[layer], getattr(after, layer)) for layer in LAYER_NAMES}
    renamed = {
        layer: {
            getattr(before, layer)[i].id: getattr(after, layer)[j].id
            for i, j in pairs[layer]
            if i is not None and j is not None
        }
        for layer in LAYER_NAMES
    }
    for layer in LAYER_NAMES:
        old_labels, new_labels = getattr(before, layer), getattr(after, layer)
        for i, j in pairs[layer]:
            label, document = (old_labels[i], before) if j is None else (new_labels[j], after)
            shown = label_alignment.words(label, document)
            if i is None or j is None:
                fields = {} if layer == "claims" else {"type": [None, label.type] if i is None else [label.type, None]}
                yield Change(layer, ADDED if i is None else REMOVED, after.id, label.id, shown, fields)
                continue
            new = _plain(new_labels[j])
            fields = _fields(label_alignment.in_new_ids(_plain(labels[layer][i]), renamed), new, ("id",))
            if fields:  # with the original offsets, not the transferred ones
                fields = _fields(label_alignment.in_new_ids(_plain(old_labels[i]), renamed), new, ("id",))
                yield Change(layer, CHANGED, after.id, new_labels[j].id, shown, fields)
            elif labels[layer][i] != old_labels[i]:
                places = [(label_alignment.spans(layer, each)[0][0]) for each in (old_labels[i], new_labels[j])]
                yield Change(layer, MOVED, after.id, new_labels[j].id, shown, {"start": places})
            elif old_labels[i].id != new_labels[j].id:
                yield Change(
                    layer, RENUMBERED, after.id, new_labels[j].id, shown, {"id": [old_labels[i].id, new_labels[j].id]}
                )


def _rows(config: str, old: Release, new: Release) -> Iterator[Change]:
    """Yield changes of rows of other configurations, aligned by their keys."""
    old_rows, new_rows = ({_key(config, row): row for row in _all(config, each)} for each in (old, new))
    if config == READING and not (old_rows and new_rows):
        if old_rows or new_rows:
            yield Change(config, ADDED if new_rows else REMOVED, "", "", counted(len({*old_rows, *new_rows}), "line"))
        return
    # A column that exists in only one row schema is no change of its rows.
    apart = tuple(set(_columns(config, old)) ^ set(_columns(config, new)))
    for key in sorted({*old_rows, *new_rows}, key=str):
        before, after = old_rows.get(key), new_rows.get(key)
        fields = {} if before is None or after is None else _fields(_flat(before), _flat(after), apart)
        kind = ADDED if before is None else REMOVED if after is None else CHANGED
        if kind == CHANGED and not fields:
            continue
        row: Any = after if after is not None else before
        where = row.page if config == "segments" else ""
        yield Change(config, kind, where, " ".join(map(str, key[bool(where) :])), _row_words(config, row), fields)


def _row_words(config: str, row: Any) -> str:
    if config == "segments":
        return str(row.text)
    return str(row.label) if config == "registry" else str(row.en) if config == READING else ""


def _columns(config: str, release: Release) -> tuple[str, ...]:
    return release.configs[config].__struct_fields__ if config in release.configs else ()


def _key(config: str, row: Record) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in _KEYS[config])


def _all(config: str, release: Release) -> Iterator[Record]:
    for rows in release.current.get(config, {}).values():
        yield from rows


def _plain(record: Record) -> dict[str, Any]:
    made: dict[str, Any] = msgspec.to_builtins(record)
    return made


def _flat(row: Record) -> dict[str, Any]:
    """Return a row with its lists of objects as lists of strings, whose additions and removals are shown."""
    return {
        name: [" ".join(map(str, each.values())) for each in value]
        if isinstance(value, list) and all(isinstance(each, dict) for each in value)
        else value
        for name, value in _plain(row).items()
    }


def _fields(before: dict[str, Any], after: dict[str, Any], leave: tuple[str, ...]) -> dict[str, list[Any]]:
    """Fields whose values differ, with both values."""
    return {
        name: [before.get(name), after.get(name)]
        for name in sorted({*before, *after} - set(leave))
        if before.get(name) != after.get(name)
    }
