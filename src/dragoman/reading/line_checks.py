"""All that can be wrong with one line besides its shape, and its spans in plain form.

The items of a line are checked one by one, so that what is wrong with one does not hide what is wrong with another:
an item of the wrong shape is left out, and yet others may refer to its id.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from dragoman import timex
from dragoman.reading import quotes
from dragoman.reading.text_checks import MAX_OFFSET
from dragoman.schema.shape import shown
from dragoman.schema.submission import PredictedClaim, PredictedClaimant, PredictedEntity, SpanObject, Submission
from dragoman.text import explain_mismatch

if TYPE_CHECKING:
    from dragoman.reading.diagnostics import Diagnostics
    from dragoman.reading.target import Target
    from dragoman.text import Span

MAX_EXPLAINED = 1_000_000
"""Code points of text that are looked through in a file to explain spans that do not fit; then no more is explained."""


class Context:
    """What the checks of one file share: what it is read against, what is complained of, and what became of quotes.

    Attributes:
        tally: number of quotes by what became of them, keys as in :data:`dragoman.reading.quotes.WAYS`.

    """

    def __init__(self, target: Target, complain: Diagnostics) -> None:
        self.target = target
        self.complain = complain
        self.tally = dict.fromkeys(quotes.WAYS, 0)
        self._explained = 0

    def explain(self, text: str, start: int, end: int, surface: str | None) -> str | None:
        """Guess why a span does not fit, as long as that has not been asked too often."""
        self._explained += len(text)
        if not surface or self._explained > MAX_EXPLAINED:
            return None
        return explain_mismatch(text, start, end, surface)

    def nearest(self, text: str, quote: str) -> str:
        """Show the words that a quote may have come from; as a mend."""
        self._explained += len(text)
        near = quotes.nearest(text, quote) if self._explained <= MAX_EXPLAINED else None
        return "Quote the text letter by letter." if near is None else f"The nearest words are {shown(near)}."


class Names(NamedTuple):
    """Ids in a line, of items of the right shape and of all others, for references to be checked against."""

    entities: dict[str, PredictedEntity | None]
    claims: list[str]

    @classmethod
    def of(cls, value: dict[str, Any], line: Submission) -> Names:
        """Collect them from a line as it was written, and from what of it has the right shape."""
        entities: dict[str, PredictedEntity | None] = dict.fromkeys(_ids(value.get("entities")))
        entities |= {entity.id: entity for entity in line.entities or [] if entity.id is not None}
        return cls(entities, _ids(value.get("claims")))


def _ids(items: Any) -> list[str]:
    names = [item.get("id") for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return [name for name in names if isinstance(name, str)]


def quoted(value: Any) -> Iterator[str]:
    """All quotes in a piece of JSON."""
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


class LineChecker:
    """Checks the items of one line and brings their spans into plain form: every quote becomes offsets.

    Args:
        context: what the lines of the file share.
        text: the document's text, or None where it is not known.
        resolvable: whether a quote without text is worth a complaint (not if the document itself is unknown).
        names: ids that may be referred to.
        layers: the items with the right shape, each with its position in the list that was written.

    """

    def __init__(
        self,
        context: Context,
        text: str | None,
        names: Names,
        layers: dict[str, list[tuple[int, Any]]],
        found: dict[str, quotes.Found],
        *,
        resolvable: bool,
    ) -> None:
        self.context = context
        self.complain = context.complain
        self.target = context.target
        self.text = text
        self.names = names
        self.layers = layers
        self.found = found
        self.resolvable = resolvable
        self.nowhere = {} if text is None else quotes.nowhere(text, found)
        self._by_quote: set[str | None] = set()
        self._claim_ids = set(names.claims)
        self._entity_names: list[str] | None = None

    def check(self) -> None:
        """Complain of everything; in the order of the layers, and in each of the items."""
        for layer in ("entities", "dates", "segments"):
            for index, span in self.layers[layer]:
                path = f"{layer}[{index}]"
                if span.quote is not None:
                    self._by_quote.add(span.id)
                self.span(span, path)
                self.words(span, layer, path)
            self.unique(layer)
        for index, claim in self.layers["claims"]:
            self.claim(claim, f"claims[{index}]")
        self.unique("claims")
        self.circles()

    def words(self, item: Any, layer: str, path: str) -> None:
        """Check the labels and values of an item, whatever its spans are like."""
        self.labels(item, layer, path)
        for name in ("value", "value_external"):
            self.value(getattr(item, name, None), f"{path}.{name}")

    def unique(self, layer: str) -> None:
        """Check that no id is given twice in a layer."""
        counts = Counter(item.id for _, item in self.layers[layer] if item.id is not None)
        first: dict[str, int] = {}
        for index, item in self.layers[layer]:
            if item.id is not None and counts[item.id] > 1 and first.setdefault(item.id, index) != index:
                what = f"the id {shown(item.id)} was given in {layer}[{first[item.id]}] already."
                self.complain("E303", f"{layer}[{index}].id", what, "Ids are unique in a document.")

    def labels(self, item: Any, layer: str, path: str) -> None:
        """Check the labels of an item against their closed sets."""
        for field, allowed in self.target.label_sets.items():
            prefix, _, name = field.rpartition(".")
            label = getattr(item, name, None) if prefix == layer else None
            if label is not None and label not in allowed:
                # The case is mended before the search, or "per" would be nearer to nothing than to PER.
                like = label[:200].upper() if allowed[0].isupper() else label[:200].lower()
                near = self.complain.nearest(like, list(allowed))
                hint = f"Did you mean {near!r}?" if near else f"Labels: {', '.join(allowed)}."
                self.complain("E501", f"{path}.{name}", f"there is no label {shown(label)}.", hint)

    def value(self, value: str | None, path: str) -> None:
        """Check a date value against the grammar."""
        if value is None or not self.target.strict_values:
            return
        try:
            timex.canonical(value)
        except timex.TimexError as cause:
            self.complain("E502", path, f"{shown(value)} is not a date value.", f"Expected {cause.expected}.")

    def span(self, span: SpanObject, path: str) -> None:
        """Check a span, and replace a quote by its offsets."""
        if span.quote is not None:
            self.quote(span, span.quote, path)
        elif span.occurrence is not None:
            self.complain("E406", f"{path}.occurrence", "there is an occurrence and no quote.", "Give a quote with it.")
        elif span.start is None or span.end is None:
            given = "start" if span.end is None else "end"
            neither = span.start is None and span.end is None
            what = "there are neither offsets nor a quote." if neither else f"there is only {given}."
            self.complain("E406", path, what, "Give start and end, or a quote.")
        else:
            self.offsets(span.start, span.end, span.text, path)

    def offsets(self, start: int, end: int, surface: str | None, path: str) -> None:
        """Check offsets, and the surface beside them."""
        text, length = self.text, MAX_OFFSET if self.text is None else len(self.text)
        if start >= end:
            kind = "empty" if start == end else "reversed"
            hint = "Spans are half-open, the end is after the last character: start < end."
            self.complain("E402", path, f"the span {start} to {end} is {kind}.", hint)
        elif start < 0 or end > length:
            reach = "offsets are at most" if text is None else "the code points of the text are"
            cause = None if text is None else self.context.explain(text, start, end, surface)
            what = f"the span {start} to {end} is out of range; {reach} {length}."
            self.complain("E401", path, what, cause or "Offsets are code points, from 0, half-open.")
        elif text is not None and surface is not None and text[start:end] != surface:
            cause = self.context.explain(text, start, end, surface)
            what = f"the text from {start} to {end} is {shown(text[start:end])}, not {shown(surface)}."
            self.complain("E403", path, what, cause or "Offsets are code points, from 0, half-open.")

    def quote(self, span: SpanObject, quote: str, path: str) -> None:
        """Replace a quote by its offsets; by such beyond the text where it leads to no place."""
        if span.start is not None or span.end is not None:
            self.complain("E406", path, "there are both offsets and a quote.", "Give one of them.")
            return
        if self.text is None:
            if self.resolvable:
                self.complain("E404", path, "a quote needs a text, and this document has none.", "Give offsets.")
            return
        found = self.found[quote]
        place = found.place(span.occurrence)
        self.tally(found, place)
        if place is None:
            self.lost(quote, span.occurrence, found, path)
        elif found.way != quotes.EXACT:
            words = shown(self.text[slice(*place)])
            what = f"{shown(quote)} was found {quotes.describe(found.way)}, as {words} at {place[0]} to {place[1]}."
            self.complain("W903", path, what, "Quote the text letter by letter.")
        if span.text is not None and span.text not in {quote, None if place is None else self.text[slice(*place)]}:
            what = f"the quote is {shown(quote)}, and the text beside it {shown(span.text)}."
            self.complain("E403", f"{path}.text", what, "Leave one of them out.")
        span.start, span.end = place or self.nowhere[quote]
        span.quote = span.occurrence = span.text = None

    def tally(self, found: quotes.Found, place: Span | None) -> None:
        """Count what became of a quote."""
        missing = place is None and found.way != quotes.MISSING
        self.context.tally[quotes.AMBIGUOUS if missing else found.way] += 1

    def lost(self, quote: str, occurrence: int | None, found: quotes.Found, path: str) -> None:
        """Complain of a quote that leads to no place: an error in a reference, a spurious prediction elsewhere."""
        reference = self.target.documents is None
        count = len(found.places)
        if found.way == quotes.MISSING:
            code, hint = "E404", self.context.nearest(self.text or "", quote)
            what = f"{shown(quote)} is not in the text." if quote else "the quote is empty."
        elif not count:
            code, what, hint = "E405", f"{shown(quote)} is in too many places.", "Quote more words."
        else:
            code, hint = (
                "E405",
                f"Say which with occurrence, from 1 to {count}." if count > 1 else "Leave occurrence out.",
            )
            many = "once" if count == 1 else f"{count} times"
            asked = "" if occurrence is None else f", and there is no occurrence {occurrence}"
            what = f"{shown(quote)} is there {many}{asked}."
        if reference:
            self.complain(code, path, what, hint)
        else:
            self.complain("W904", path, f"{what.removesuffix('.')}; it counts as spurious.", hint)

    def claim(self, claim: PredictedClaim, path: str) -> None:
        """Check a claim, and bring its fragments into plain form."""
        self.words(claim, "claims", path)
        claim.content = list(self.fragments(claim.content, f"{path}.content"))
        if claim.cue is not None:
            claim.cue = list(self.fragments(claim.cue, f"{path}.cue"))
        for index, claimant in enumerate(claim.claimants or []):
            self.claimant(claimant, f"{path}.claimants[{index}]")
        if claim.parent is not None and claim.parent not in self._claim_ids:
            hint = self.complain.meant(claim.parent, self.names.claims, "A parent is a claim of the same document.")
            self.complain("E601", f"{path}.parent", f"there is no claim {shown(claim.parent)} here.", hint)

    def fragments(self, spans: Iterable[Any], path: str) -> Iterator[tuple[int, int]]:
        """Check fragments; give each as a pair."""
        for index, span in enumerate(spans):
            plain = span if isinstance(span, SpanObject) else SpanObject(start=span[0], end=span[1])
            self.span(plain, f"{path}[{index}]")
            yield plain.start or 0, plain.end or 0

    def claimant(self, claimant: PredictedClaimant, path: str) -> None:
        """Check a claimant, and bring its span into plain form."""
        self.labels(claimant, "claims.claimants", path)
        ways = (claimant.quote is not None) + (claimant.start is not None or claimant.end is not None)
        if ways + (claimant.mention is not None) > 1:
            hint = "Give a mention, or start and end, or a quote."
            self.complain("E406", path, "it is said more than once who the claimant is.", hint)
        elif isinstance(claimant.mention, str):
            self.mention(claimant, claimant.mention, path)
        elif claimant.mention is not None:
            (claimant.start, claimant.end), claimant.mention = claimant.mention, None
            self.span(claimant, path)
        elif ways:
            self.span(claimant, path)
        named = bool(ways) or claimant.mention is not None or claimant.start is not None
        if not named:
            for name in ("text", "occurrence"):
                if getattr(claimant, name) is not None:
                    self.complain("E406", f"{path}.{name}", f"there is {name} without a span.", "Give a span with it.")
        self.role(claimant, path, named=named)

    def mention(self, claimant: PredictedClaimant, mention: str, path: str) -> None:
        """Check a claimant that is given by the id of an entity."""
        if mention not in self.names.entities:
            otherwise = "A mention is an entity of the same document, or [start, end]."
            self._entity_names = self._entity_names or list(self.names.entities)
            hint = self.complain.meant(mention, self._entity_names, otherwise)
            self.complain("E601", f"{path}.mention", f"there is no entity {shown(mention)} here.", hint)
            return
        if claimant.occurrence is not None:
            self.complain("E406", f"{path}.occurrence", "there is an occurrence and no quote.", "Leave it out.")
        entity = None if mention in self._by_quote else self.names.entities[mention]
        words, claimant.text = claimant.text, None
        if entity is None or entity.start is None or entity.end is None or words is None or self.text is None:
            return
        there = self.text[max(0, entity.start) : max(0, entity.end)]
        if there != words:
            what = f"the mention {shown(mention)} is {shown(there)}, not {shown(words)}."
            self.complain("E403", f"{path}.text", what, "Leave the text out, or name another mention.")

    def role(self, claimant: PredictedClaimant, path: str, *, named: bool) -> None:
        """Check that a role and a mention go together."""
        if claimant.role is None and not named:
            self.complain("E204", f"{path}.role", "there is neither a role nor a mention.", "Give one of them.")
        elif claimant.role is not None and (claimant.role == "MENTION") != named:
            hint = "A claimant with a mention has the role MENTION, and no other has one."
            self.complain("E503", path, f"the role {shown(claimant.role)} does not fit.", hint)

    def circles(self) -> None:
        """Spell out each circle of parents once."""
        place = {claim.id: index for index, claim in self.layers["claims"] if claim.id is not None}
        parent = {claim.id: claim.parent for _, claim in self.layers["claims"] if claim.id is not None}
        done: set[str] = set()
        for first in parent:
            chain: dict[str, None] = {}
            at: str | None = first
            while at is not None and at in parent and at not in done:
                done.add(at)
                chain[at] = None
                at = parent[at]
            if at is not None and at in chain:
                names = list(chain)
                circle = [*names[names.index(at) :], at]
                spelled = " → ".join(shown(name).strip("'") for name in circle[:10])
                more = f" … ({len(circle) - 1:,} claims)" if len(circle) > 10 else ""
                what = f"the parents go in a circle: {spelled}{more}."
                self.complain("E602", f"claims[{place[at]}].parent", what, "Break it at one link.")
