"""Spans that differ by nothing but a particle or a proclitic: how much of the strict error is segmentation.

Korean writes particles at the end of a noun and Arabic writes conjunctions, prepositions and the article at its
beginning; a system that cuts there differently from the guidelines has found the name all the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import regex

from dragoman.matching.assignment import assign
from dragoman.measures.scores import Match
from dragoman.measures.spans import equal_types, overlaps

if TYPE_CHECKING:
    from dragoman.measures.pair import Pair

_LONGEST = 8
_KOREAN_AFTER = regex.compile(
    # plural, then case and topic particles, then auxiliary ones; or the copula
    r"들?(?:은|는|이|가|을|를|의|에|에서|에게|에게서|께|께서|한테|와|과|하고|랑|이랑|로|으로|로서|으로서|로써|으로써|로부터|으로부터"
    r"|부터|까지|마다|보다|처럼|만큼|사이)?(?:은|는|도|만|의|까지|부터)?|들?(?:이|인|이며|이고|이다|이였다|였다)"
)
_ARABIC_BEFORE = regex.compile(r"[وف]?[بكل]?(?:ال)?|[وف]?لل")


def clitic(pair: Pair) -> Match:
    """Pair items of the same type whose spans differ by nothing but listed particles (ko), proclitics or ال (ar)."""
    gold, pred = pair.gold.entities, pair.pred.entities
    g, p, shared = overlaps(pair, "entities")
    starts = gold.start[g] - pred.start[p]
    ends = gold.end[g] - pred.end[p]
    near = equal_types(pair, "entities") & (np.abs(starts) <= _LONGEST) & (np.abs(ends) <= _LONGEST)
    same_span = (starts == 0) & (ends == 0)
    allowed = near & same_span
    for index in np.flatnonzero(near & ~same_span).tolist():
        text = pair.gold.texts[int(gold.doc[g[index]])] or ""
        first = sorted((int(gold.start[g[index]]), int(pred.start[p[index]])))
        last = sorted((int(gold.end[g[index]]), int(pred.end[p[index]])))
        allowed[index] = _is_clitic(text[first[0] : first[1]], text[last[0] : last[1]])
    g, p, shared, same_span = g[allowed], p[allowed], shared[allowed], same_span[allowed]
    chosen = assign(g, p, (np.ones_like(g), same_span.astype(np.int64), shared))
    return Match(g[chosen], p[chosen], np.ones(len(chosen), np.int64), 1, gold.doc, pred.doc)


def _is_clitic(before: str, after: str) -> bool:
    """Whether what stands before and after the shorter span is nothing but clitics; either may be empty."""
    before_fits = not before or _ARABIC_BEFORE.fullmatch(before) is not None
    after_fits = not after or _KOREAN_AFTER.fullmatch(after) is not None
    return before_fits and after_fits
