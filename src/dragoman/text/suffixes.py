"""Substring search for many words in one text, with a suffix array where searching for each would take too long."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection

from dragoman.text.offsets import Span

SORTED = 10_000_000
"""Product of the number of words and the length of the text (in code points) above which a suffix array is built."""
MAX_TEXT = 2_000_000
"""Maximum length of a text, in code points, for which a suffix array is built."""


class Finder:
    """Finds words in a text verbatim, overlapping places included.

    Args:
        text: the text.
        words: the words that will be searched for.

    Example:
        >>> Finder("Kim met Kim.", ["Kim"]).places("Kim", most=10)
        [(0, 3), (8, 11)]

    """

    def __init__(self, text: str, words: Collection[str]) -> None:
        self._text = text
        self._order: list[int] | None = None
        if len(words) * len(text) > SORTED and len(text) <= MAX_TEXT:
            self._order = _sorted_suffixes(text)

    def places(self, word: str, *, most: int) -> list[Span] | None:
        """Return all places of a word, in order; none for an empty word.

        Args:
            word: one of ``words``.
            most: maximum number of places.

        Returns:
            Spans in code points; None if there are more than ``most``.

        """
        if not word:
            return []
        if self._order is not None:
            return self._looked_up(word, self._order, most)
        found: list[Span] = []
        at = self._text.find(word)
        while at >= 0:
            found.append((at, at + len(word)))
            if len(found) > most:
                return None
            at = self._text.find(word, at + 1)
        return found

    def _looked_up(self, word: str, order: list[int], most: int) -> list[Span] | None:
        length, text = len(word), self._text

        def beginning(at: int) -> str:
            return text[at : at + length]

        first = bisect_left(order, word, key=beginning)
        if first == len(order) or beginning(order[first]) != word:
            return []
        last = bisect_right(order, word, first, key=beginning)
        return None if last - first > most else [(at, at + length) for at in sorted(order[first:last])]


def _sorted_suffixes(text: str) -> list[int]:
    """Build the suffix array of a text, by prefix doubling.

    Source: U. Manber and G. Myers, Suffix arrays: a new method for on-line string searches, SIAM Journal on Computing
    22 (1993), doi:10.1137/0222058.
    """
    import numpy as np  # noqa: PLC0415 - only for texts with very many quotes

    rank = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.int64)
    order, known = np.argsort(rank, kind="stable"), 1
    while True:
        ranked = rank[order]
        classes = np.concatenate([[0], np.cumsum(ranked[1:] != ranked[:-1])])
        if classes[-1] == len(text) - 1:
            return [*order.tolist()]
        place = np.empty(len(text), np.int64)
        place[order] = classes
        after = np.zeros(len(text), np.int64)
        after[:-known] = place[known:] + 1
        rank = place * (len(text) + 1) + after
        order, known = np.argsort(rank, kind="stable"), 2 * known
