"""Resolution of quotes that occur several times in a text and do not say which occurrence is meant.

Models that list extracted items rarely give the occurrence, so that it has to be inferred from the list. A *policy*
determines how:

``in-order`` (the default)
    The n-th item with the same quote is at its n-th occurrence in the text. Items of different types, and of different
    layers, are counted separately. Items with an explicit ``occurrence`` take that one, and the others share the rest.

``first``
    Every item is at the first occurrence.

``all``
    Like ``in-order``; in addition, remaining occurrences get copies of the last item with that quote. Parts of claims
    are not copied: for them it is the same as ``in-order``.

``strict``
    An item without ``occurrence`` has a place only if its quote occurs once.

Quotes are the same if they were found in the same places, so that ``Kim`` and ``KIM`` are the same in a text with
``Kim``. Items beyond the number of occurrences are at the last one: they count as duplicate predictions, and are
reported (:data:`OVER`). Cues and claimants are exempt, since several claims may share them.
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
"""Key in a tally of quotes for those beyond the number of occurrences, in addition to the ways in which quotes were
found.
"""


class Ask(NamedTuple):
    """A quote to resolve.

    Attributes:
        group: items that are counted together: the layer and the type.
        located: where the quote occurs.
        occurrence: which occurrence is meant, from 1; None if not stated.
        spreads: whether the item may be copied to further occurrences.
        shared: whether several items may have the same place.

    """

    group: Hashable
    located: Located
    occurrence: int | None
    spreads: bool = False
    shared: bool = False


class Placed(NamedTuple):
    """The resolved place of a quote.

    Attributes:
        place: the span; None if there is none.
        over: whether there were more items than occurrences.
        further: spans for copies of the item.

    """

    place: Span | None
    over: bool = False
    further: tuple[Span, ...] = ()


def check_policy(policy: str) -> None:
    """Reject an unknown policy.

    Raises:
        DragomanError: E209 for an unknown policy.

    """
    if policy not in POLICIES:
        raise error("E209", f"there is no policy {str(policy)[:80]!r} for quotes.", f"Policies: {', '.join(POLICIES)}.")


def places(policy: str, asks: Sequence[Ask]) -> list[Placed]:
    """Resolve the quotes of a document.

    Args:
        policy: one of :data:`POLICIES`.
        asks: the quotes, in the order of their items.

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
