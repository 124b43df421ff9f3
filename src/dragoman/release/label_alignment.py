"""Alignment of the labels of a document between two releases."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

import msgspec

from dragoman.matching.assignment import assign
from dragoman.problems import error
from dragoman.schema.layers import CONTIGUOUS
from dragoman.text import Block, TextMap

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dragoman.schema.records import Document

_MAX_COMPARED = 20_000
"""Maximum length in characters of the changed part of a text that is aligned, which takes quadratic time."""
_MAX_PAIRS = 2**24
"""Maximum number of pairs of labels of a document that are compared."""
Pair = tuple[int | None, int | None]


def pairs(layer: str, old: Sequence[Any], new: Sequence[Any]) -> list[Pair]:
    """Align the labels of a layer that share a character, one to one, preferring the most similar.

    Args:
        layer: ``entities``, ``dates`` or ``claims``.
        old: labels of a document in the older release.
        new: labels of the same document in the newer one.

    Returns:
        Indices on both sides, None for a label without counterpart, in the order of the newer labels; removed labels
        are inserted by their old position.

    Raises:
        DragomanError: E106 for more labels than can be compared.

    """
    import numpy as np  # noqa: PLC0415 - kept out of the import of the package

    if len(old) * len(new) > _MAX_PAIRS:
        what = f"a document has {len(old):,} {layer} and then {len(new):,}; up to {_MAX_PAIRS:,} pairs are compared."
        raise error("E106", what, "Make several documents of it.")
    old_spans, new_spans = ([spans(layer, label) for label in side] for side in (old, new))
    plain = [[_without_id(label) for label in side] for side in (old, new)]
    overlapping = [
        (i, j, int(plain[0][i] == plain[1][j]), int(old_span == new_span), shared)
        for i, old_span in enumerate(old_spans)
        for j, new_span in enumerate(new_spans)
        if (shared := _shared(old_span, new_span))
    ]
    table = np.array(overlapping, np.int64).reshape(-1, 5)
    g, p, equal, same, common = table.T
    # Equality takes precedence over the number of pairs: an unchanged label is not aligned to another one.
    chosen = assign(g, p, (1 + equal * (len(old) + len(new)), same, common))
    partner = dict(table[chosen][:, [1, 0]].tolist())
    gone = sorted(set(range(len(old))) - set(partner.values()))
    made: list[Pair] = []
    for j in range(len(new)):
        while gone and old_spans[gone[0]] < new_spans[j]:
            made.append((gone.pop(0), None))
        made.append((partner.get(j), j))
    return [*made, *((i, None) for i in gone)]


def spans(layer: str, label: Any) -> list[tuple[int, int]]:
    """Return the spans of a label, as (start, end), sorted."""
    return sorted((each.start, each.end) for each in (label.content if layer == "claims" else [label]))


def carried(labels: Mapping[str, Sequence[Any]], before: str, after: str) -> dict[str, list[Any]]:
    """Transfer labels to a changed text, by aligning the two texts.

    Args:
        labels: labels by layer, on the older text.
        before: the older text.
        after: the newer one.

    Returns:
        The same labels in the same order with offsets in the newer text and unchanged surfaces; a label whose words
        were deleted has an empty span.

    """
    least = min(len(before), len(after))
    head = next((i for i in range(least) if before[i] != after[i]), least)
    tail = next((i for i in range(least - head) if before[-1 - i] != after[-1 - i]), least - head)
    parts = before[head : len(before) - tail], after[head : len(after) - tail]
    if max(map(len, parts)) > _MAX_COMPARED:
        parts = "", ""
    middle = SequenceMatcher(None, *parts, autojunk=False)
    blocks = [Block(0, head, 0, head), Block(len(before) - tail, tail, len(after) - tail, tail)]
    blocks[1:1] = [Block(a + head, size, b + head, size) for a, b, size in middle.get_matching_blocks()]
    changed = TextMap(block for block in blocks if block.source_length)

    def moved(span: Any) -> Any:
        pieces = changed.pieces(span.start, span.end)
        if not pieces:
            pieces = [(at[-1][1],) * 2 if (at := changed.pieces(0, span.start)) else (0, 0)]
        return msgspec.structs.replace(span, start=pieces[0][0], end=pieces[-1][1])

    made: dict[str, list[Any]] = {layer: [moved(label) for label in labels[layer]] for layer in CONTIGUOUS}
    made["claims"] = [
        msgspec.structs.replace(claim, content=[*map(moved, claim.content)], cue=[*map(moved, claim.cue)])
        for claim in labels["claims"]
    ]
    return made


def _without_id(label: Any) -> bytes:
    return msgspec.json.encode(msgspec.structs.replace(label, id=""), order="sorted")


def _shared(old: list[tuple[int, int]], new: list[tuple[int, int]]) -> int:
    """Count the characters that two lists of disjoint spans have in common."""
    return sum(max(0, min(a[1], b[1]) - max(a[0], b[0])) for a in old for b in new)


def in_new_ids(label: dict[str, Any], renamed: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """Replace the references of an older label by the ids of the newer release, so that renumbering is no change.

    Args:
        label: the label as plain values.
        renamed: newer id by older id, by layer, for labels with a counterpart.

    """
    made = dict(label)
    for field, layer in (("ref", "dates"), ("parent", "claims")):
        if field in made:
            made[field] = renamed[layer].get(made[field], made[field])
    if "claimants" in made:
        made["claimants"] = [
            each | {"mention": renamed["entities"].get(each["mention"], each["mention"])} for each in made["claimants"]
        ]
        made["dates"] = [renamed["dates"].get(each, each) for each in made["dates"]]
    return made


def words(label: Any, document: Document) -> str:
    """Return the surface of a label in its document."""
    fragments = getattr(label, "content", None) or [label]
    return " … ".join(document.text[each.start : each.end] for each in fragments)
