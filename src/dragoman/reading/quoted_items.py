"""The quotes in the items of a line: collected in order, and located together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from dragoman.schema.layers import CONTIGUOUS
from dragoman.schema.submission import SpanObject
from dragoman.text import Located
from dragoman.text.quote_places import Ask, Placed, places

if TYPE_CHECKING:
    from dragoman.schema.submission import Submission

_SPREADING = (*CONTIGUOUS, "segments")


class Quoted(NamedTuple):
    """Where the words of a quote occur, and which of these places it refers to."""

    located: Located
    placed: Placed


def quotes_in(value: Any) -> Iterator[str]:
    """Yield all quotes in a JSON value."""
    waiting = [value]
    while waiting:
        at = waiting.pop()
        if isinstance(at, dict):
            quote = at.get("quote")
            if isinstance(quote, str):
                yield quote
            waiting += at.values()
        elif isinstance(at, list):
            waiting += at


def placed(
    items: Mapping[str, list[tuple[int, Any]]], located: Mapping[str, Located], policy: str
) -> dict[int, Quoted]:
    """Locate all quotes.

    Args:
        items: the items of a line by layer, each with its position.
        located: the occurrences of each quote.
        policy: one of :data:`dragoman.text.quote_places.POLICIES`.

    Returns:
        The place of each quote, by the ``id()`` of its span.

    """
    spans, asks = [], []
    for span, group, spreads, shared in _spans(items):
        if span.quote is not None and span.quote in located:
            spans.append(span)
            asks.append(Ask(group, located[span.quote], span.occurrence, spreads, shared))
    found = zip(spans, asks, places(policy, asks), strict=True)
    return {id(span): Quoted(ask.located, place) for span, ask, place in found}


def _spans(items: Mapping[str, list[tuple[int, Any]]]) -> Iterator[tuple[SpanObject, Any, bool, bool]]:
    """Yield every span that may have a quote, the group that it is counted in, and whether it spreads and is shared."""
    for layer in _SPREADING:
        for _, item in items[layer]:
            yield item, (layer, item.kind if layer == "segments" else item.type), True, False
    for _, claim in items["claims"]:
        for part, shared in (("content", False), ("cue", True), ("claimants", True)):
            for span in getattr(claim, part) or ():
                if isinstance(span, SpanObject):
                    yield span, ("claims", part), False, shared


def spread(line: Submission, found: Mapping[int, Quoted]) -> None:
    """Add copies of items at the further places that the policy assigns; a copy has no id."""
    for layer in _SPREADING:
        items = getattr(line, layer) or []
        copies = [
            msgspec.structs.replace(item, id=None, start=start, end=end)
            for item in items
            if id(item) in found
            for start, end in found[id(item)].placed.further
        ]
        if copies:
            setattr(line, layer, [*items, *copies])
