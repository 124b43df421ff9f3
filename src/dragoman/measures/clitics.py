"""Spans that differ only by clitics: how much of the strict error is due to segmentation.

Korean writes particles at the end of a noun and Arabic writes conjunctions, prepositions and the article at its
beginning; a system that segments there differently from the guidelines has still found the name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dragoman import languages
from dragoman.annotations import NULL
from dragoman.matching.assignment import assign
from dragoman.measures.scores import Match
from dragoman.measures.spans import equal_types, overlaps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dragoman.annotations import Annotations
    from dragoman.measures.pair import Pair

_LONGEST = 8


class Rules(NamedTuple):
    """Clitics that may precede and follow the shorter of two spans in a language."""

    before: re.Pattern[str]
    after: re.Pattern[str]

    @classmethod
    def of(cls, chosen: Sequence[languages.Language]) -> Rules:
        """Combine the clitics of several languages."""
        return cls(
            re.compile("|".join(f"(?:{language.before_name.pattern})" for language in chosen)),
            re.compile("|".join(f"(?:{language.after_name.pattern})" for language in chosen)),
        )

    def allow(self, before: str, after: str) -> bool:
        """Whether the text before and after the shorter span consists of clitics only; either may be empty."""
        before_fits = not before or self.before.fullmatch(before) is not None
        after_fits = not after or self.after.fullmatch(after) is not None
        return before_fits and after_fits


def _rules(gold: Annotations) -> tuple[list[Rules], NDArray[np.int32]]:
    """Return the rules of each language, with those of all languages last, and the index of each document's rules."""
    if gold.languages is None:
        return [Rules.of(languages.all())], np.full(len(gold.texts), NULL, np.int32)
    known = [Rules.of([languages.get(tag)]) for tag in gold.languages.labels]
    return [*known, Rules.of(languages.all())], gold.languages.codes


def clitic(pair: Pair) -> Match:
    """Pair items of the same type whose spans differ only by clitics of the document's language.

    Clitics are those of the language's descriptor (:mod:`dragoman.languages`); of any language where it is unknown.
    """
    gold, pred = pair.gold.entities, pair.pred.entities
    g, p, shared = overlaps(pair, "entities")
    starts = gold.start[g] - pred.start[p]
    ends = gold.end[g] - pred.end[p]
    near = equal_types(pair, "entities") & (np.abs(starts) <= _LONGEST) & (np.abs(ends) <= _LONGEST)
    same_span = (starts == 0) & (ends == 0)
    allowed = near & same_span
    undecided = np.flatnonzero(near & ~same_span).tolist()
    rules, codes = _rules(pair.gold) if undecided else ([], np.empty(0, np.int32))
    for index in undecided:
        document = int(gold.doc[g[index]])
        text = pair.gold.texts[document] or ""
        first = sorted((int(gold.start[g[index]]), int(pred.start[p[index]])))
        last = sorted((int(gold.end[g[index]]), int(pred.end[p[index]])))
        allowed[index] = rules[codes[document]].allow(text[first[0] : first[1]], text[last[0] : last[1]])
    g, p, shared, same_span = g[allowed], p[allowed], shared[allowed], same_span[allowed]
    chosen = assign(g, p, (np.ones_like(g), same_span.astype(np.int64), shared))
    return Match(g[chosen], p[chosen], np.ones(len(chosen), np.int64), 1, gold.doc, pred.doc)
