"""Items that share characters: all pairs of overlapping spans of the same document."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dragoman.problems import error

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

MAX_PAIRS = 50_000_000
"""Bound on candidate pairs: deeply nested or repeated spans would otherwise need memory quadratic in their number."""


def overlapping_pairs(
    g_doc: Ints, g_start: Ints, g_end: Ints, p_doc: Ints, p_start: Ints, p_end: Ints
) -> tuple[Ints, Ints, Ints]:
    """Find all pairs of spans of the same document that share a character.

    Args:
        g_doc: document of each gold span, shape (g,); ``g_start`` and ``g_end`` likewise, code points, half-open.
        g_start: see above.
        g_end: see above.
        p_doc: document of each predicted span, shape (p,); ``p_start`` and ``p_end`` likewise.
        p_start: see above.
        p_end: see above.

    Returns:
        Index of the gold span, index of the predicted span, and number of shared characters of each pair, shape
        (k,) each, ordered by gold, then predicted. Spans that merely touch share nothing.

    Raises:
        DragomanError: E106 when there are more than :data:`MAX_PAIRS` candidates.

    """
    # All documents on one number line, each beginning after the end of the one before.
    stride = max(int(g_end.max(initial=0)), int(p_end.max(initial=0))) + 1
    start, end = _placed(g_doc, g_start, g_end, stride)
    # Items mostly come in order; sorting what is sorted costs as much as all that follows.
    order = None if (start[1:] >= start[:-1]).all() else np.lexsort((end, start))
    if order is not None:
        start, end = start[order], end[order]
    reach = np.maximum.accumulate(end) if len(end) else end
    p_start, p_end = _placed(p_doc, p_start, p_end, stride)
    low = np.searchsorted(reach, p_start, side="right")
    del reach
    count = np.searchsorted(start, p_end, side="left") - low
    np.maximum(count, 0, out=count)
    total = int(count.sum())
    if total > MAX_PAIRS:
        what = f"there are {total:,} pairs of spans that may overlap; at most {MAX_PAIRS:,} are compared."
        raise error("E106", what, "Spans are nested or repeated too deeply; split or clean the documents.")
    predicted = np.repeat(np.arange(len(count)), count)
    # Candidates of a predicted span stand one after the other from the lowest on.
    low += count
    low -= np.cumsum(count)
    gold = np.repeat(low, count)
    del low, count
    gold += np.arange(total)
    shared = np.minimum(end[gold], p_end[predicted])
    shared -= np.maximum(start[gold], p_start[predicted])
    if order is not None:
        gold = order[gold]
    keep = shared > 0
    if not keep.all():
        gold, predicted, shared = gold[keep], predicted[keep], shared[keep]
    # They come by predicted item; where items are in order, they come by gold too.
    if (gold[1:] >= gold[:-1]).all():
        return gold, predicted, shared
    sort = np.argsort(gold, kind="stable")
    return gold[sort], predicted[sort], shared[sort]


def _placed(doc: Ints, start: Ints, end: Ints, stride: int) -> tuple[Ints, Ints]:
    """Bounds on the number line of all documents."""
    place = doc * stride
    end = place + end
    place += start
    return place, end
