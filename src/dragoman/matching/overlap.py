"""Overlap: all pairs of spans of the same document that share characters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dragoman.problems import error

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

MAX_PAIRS = 50_000_000
"""Maximum number of candidate pairs: deeply nested or repeated spans would otherwise need memory quadratic in their
number.
"""


def overlapping_pairs(
    g_doc: Ints, g_start: Ints, g_end: Ints, p_doc: Ints, p_start: Ints, p_end: Ints
) -> tuple[Ints, Ints, Ints]:
    """Find all pairs of spans of the same document that share a character.

    Args:
        g_doc: document of each gold span, shape (g,).
        g_start: start of each gold span in code points, shape (g,).
        g_end: end of each gold span, exclusive, shape (g,).
        p_doc: document of each predicted span, shape (p,).
        p_start: start of each predicted span, shape (p,).
        p_end: end of each predicted span, exclusive, shape (p,).

    Returns:
        Index of the gold span, index of the predicted span, and number of shared characters of each pair, shape
        (k,) each, ordered by gold, then predicted. Adjacent spans share nothing.

    Raises:
        DragomanError: E106 when there are more than :data:`MAX_PAIRS` candidates.

    """
    # Shift the documents onto one number line, without overlap between documents.
    stride = max(int(g_end.max(initial=0)), int(p_end.max(initial=0))) + 1
    start, end = _placed(g_doc, g_start, g_end, stride)
    # Spans are mostly sorted already; sorting them again would cost as much as everything below.
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
    # The candidates of a predicted span are consecutive, starting at `low`.
    low += count
    low -= np.cumsum(count)
    gold = np.repeat(low, count)
    del low, count
    gold += np.arange(total)
    shared = np.minimum(end[gold], p_end[predicted])
    shared -= np.maximum(start[gold], p_start[predicted])
    if order is not None:
        gold = order[gold]
    keep = np.flatnonzero(shared > 0)
    if len(keep) < len(shared):
        gold, predicted, shared = gold[keep], predicted[keep], shared[keep]
    # The pairs are ordered by predicted span; if the spans are sorted, usually by gold span too.
    if (gold[1:] >= gold[:-1]).all():
        return gold, predicted, shared
    sort = np.argsort(gold, kind="stable")
    return gold[sort], predicted[sort], shared[sort]


def _placed(doc: Ints, start: Ints, end: Ints, stride: int) -> tuple[Ints, Ints]:
    """Return starts and ends on the number line of all documents."""
    place = doc * stride
    end = place + end
    place += start
    return place, end
