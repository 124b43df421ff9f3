"""Which of its places each of several quotes means, where the words stand more than once and nobody said which.

A model that lists what it found seldom says which occurrence it means, so that the list itself has to tell. A *policy*
says how:

``in-order`` (the default)
    The n-th item with the same words is their n-th place in the text. Items of different types, and of different
    layers, are counted apart. Items that say their ``occurrence`` have that place, and the others share what is left.
``first``
    Every item is at the first place.
``all``
    As in order; and the places that are left over are taken too, with the labels of the last item with these words. In
    claims, each part of which is one stretch of text, it means in order.
``strict``
    An item without ``occurrence`` has a place only where its words stand once; else it has none.

Same words are words that stand in the same places, so that ``Kim`` and ``KIM`` for a text with ``Kim`` are the same.
What is quoted more often than it stands is at the last place again: it counts as a repeated prediction, and is counted
(:data:`OVER`). A claim's cue and claimants may well be those of another claim, and are not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Literal, NamedTuple, get_args

from dragoman.problems import error
from dragoman.text.offsets import Span
from dragoman.text.quotes import Located

Policy = Literal["in-order", "first", "all", "strict"]
POLICIES: tuple[Policy, ...] = get_args(Policy)
IN_ORDER: Policy = "in-order"
OVER = "too often"
"""In a tally of what became of quotes, beside the ways in which all of them were found: those that are over."""


class Ask(NamedTuple):
    """A quote in an item.

    Attributes:
        group: what is counted by itself: the layer and the type.
        located: where the words stand.
        occurrence: which place is meant, from 1; None where nobody said.
        spreads: whether the item may be copied to further places.
        shared: whether several items may well be at one place.

    """

    group: Hashable
    located: Located
    occurrence: int | None
    spreads: bool = False
    shared: bool = False


class Placed(NamedTuple):
    """Where a quote is.

    Attributes:
        place: the span; None where it leads to none.
        over: whether the words were quoted more often than they stand.
        further: places for copies of the item.

    """

    place: Span | None
    over: bool = False
    further: tuple[Span, ...] = ()


def check_policy(policy: str) -> None:
    """Refuse a policy that is none.

    Raises:
        DragomanError: E209.

    """
    if policy not in POLICIES:
        raise error("E209", f"there is no policy {str(policy)[:80]!r} for quotes.", f"Policies: {', '.join(POLICIES)}.")


def places(policy: str, asks: Sequence[Ask]) -> list[Placed]:
    """Give each quote of a document its place.

    Args:
        policy: one of :data:`POLICIES`.
        asks: the quotes in the order of the items.

    Example:
        >>> from dragoman.text import locate_quote
        >>> kim = Ask("PER", locate_quote("Kim met Kim.", "Kim"), None)
        >>> [placed.place for placed in places("in-order", [kim, kim])]
        [(0, 3), (8, 11)]
        >>> [placed.place for placed in places("strict", [kim, kim])]
        [None, None]

    """
    taken: dict[Hashable, set[Span]] = {}
    for ask in asks:
        if ask.occurrence is not None and (place := ask.located.place(ask.occurrence)) is not None:
            taken.setdefault(_words(ask), set()).add(place)
    turn, last = Counter[Hashable](), dict[Hashable, int]()
    placed: list[Placed] = []
    for at, ask in enumerate(asks):
        words, given = _words(ask), ask.located.places
        if ask.occurrence is not None or not given or (policy == "strict" and len(given) > 1):
            placed.append(Placed(ask.located.place(ask.occurrence)))
            continue
        free = [place for place in given if place not in taken.get(words, ())]
        over = turn[words] >= len(free) and not ask.shared
        if policy == "first":
            placed.append(Placed(given[0], over=turn[words] > 0 and not ask.shared))
        else:
            placed.append(Placed(free[turn[words]] if turn[words] < len(free) else given[-1], over=over))
        turn[words] += 1
        last[words] = at
    if policy == "all":
        for words, at in last.items():
            ask = asks[at]
            free = [place for place in ask.located.places if place not in taken.get(words, ())]
            if ask.spreads:
                placed[at] = placed[at]._replace(further=tuple(free[turn[words] :]))
    return placed


def _words(ask: Ask) -> Hashable:
    return ask.group, ask.located.places
