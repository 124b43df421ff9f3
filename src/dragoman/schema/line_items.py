"""Single traversal of the items of a line, for readers and writers: checks spans and references, builds the plain form.

In plain form a claim's fragments are pairs of offsets, and a claimant has offsets of its own or the id of an entity.
Handling of quotes, and checks of labels and values, are left to subclasses: see :class:`LineItems`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dragoman.problems import Diagnostics, shown
from dragoman.schema.layers import CONTIGUOUS
from dragoman.schema.submission import PredictedClaim, PredictedClaimant, PredictedEntity, SpanObject
from dragoman.text import check_span

SPANS = (*CONTIGUOUS, "segments")
"""Keys of a line whose items are one span each."""
Numbered = Mapping[str, list[tuple[int, Any]]]
"""Items by key of the line, each with its index in the list."""


class LineItems:
    """Traverses the items of a line in the order of the layers, and modifies them in place.

    Args:
        items: the items, with their indices.
        text: the document's text, or None if unknown.
        diagnostics: collects E303 for duplicate ids; E401 to E403 and E406 for spans; E204 and E503 for claimants; E601
            for dangling references; E602 for cycles of parents.
        entities: ids that a mention may refer to, with the entity if its offsets are known.
        claims: ids that a parent may refer to.

    """

    def __init__(
        self,
        items: Numbered,
        text: str | None,
        diagnostics: Diagnostics,
        entities: Mapping[str, PredictedEntity | None],
        claims: Iterable[str],
    ) -> None:
        self.items, self.text, self.diagnostics = items, text, diagnostics
        self.entities, self.claim_ids = entities, list(claims)
        self._entity_ids, self._claims = list(entities), set(self.claim_ids)
        self._by_quote: set[str | None] = set()

    def quote(self, span: SpanObject, quote: str, path: str) -> None:
        """Handle a span that is given by a quote."""
        raise NotImplementedError

    def labels_and_values(self, item: Any, layer: str, path: str) -> None:
        """Check labels and values of an item; ``layer`` may be ``claims.claimants``."""

    def walk(self) -> None:
        """Report all problems of the items, and bring them into plain form."""
        for layer in SPANS:
            for index, span in self.items[layer]:
                path = f"{layer}[{index}]"
                if span.quote is not None:
                    self._by_quote.add(span.id)
                self.span(span, path)
                self.labels_and_values(span, layer, path)
            self._unique(layer)
        for index, claim in self.items["claims"]:
            self._claim(claim, f"claims[{index}]")
        self._unique("claims")
        self._cycles()

    def span(self, span: SpanObject, path: str) -> None:
        """Check a span."""
        if span.quote is not None:
            self.quote(span, span.quote, path)
        elif span.occurrence is not None:
            what = "there is an occurrence and no quote."
            self.diagnostics.add("E406", what, "Give a quote with it.", path=f"{path}.occurrence")
        elif span.start is None or span.end is None:
            given = "start" if span.end is None else "end"
            neither = span.start is None and span.end is None
            what = "there are neither offsets nor a quote." if neither else f"there is only {given}."
            self.diagnostics.add("E406", what, "Give start and end, or a quote.", path=path)
        else:
            fault = check_span(self.text, span.start, span.end, span.text, affords=self.diagnostics.affords)
            if fault is not None:
                self.diagnostics.add(*fault, path=path)

    def _unique(self, layer: str) -> None:
        """Check that ids are unique in a layer."""
        first: dict[str, int] = {}
        for index, item in self.items[layer]:
            if item.id is not None and first.setdefault(item.id, index) != index:
                what = f"the id {shown(item.id)} was given in {layer}[{first[item.id]}] already."
                self.diagnostics.add("E303", what, "Ids are unique in a document.", path=f"{layer}[{index}].id")

    def _claim(self, claim: PredictedClaim, path: str) -> None:
        """Check a claim, and bring its fragments into plain form."""
        self.labels_and_values(claim, "claims", path)
        claim.content = self._fragments(claim.content, f"{path}.content")
        if claim.cue is not None:
            claim.cue = self._fragments(claim.cue, f"{path}.cue")
        for index, claimant in enumerate(claim.claimants or []):
            self._claimant(claimant, f"{path}.claimants[{index}]")
        if claim.parent is not None and claim.parent not in self._claims:
            hint = self.diagnostics.suggest(claim.parent, self.claim_ids, "A parent is a claim of the same document.")
            self.diagnostics.add("E601", f"there is no claim {shown(claim.parent)} here.", hint, path=f"{path}.parent")

    def _fragments(self, spans: Iterable[Any], path: str) -> list[Any]:
        """Check fragments, and return each as a pair."""
        pairs = []
        for index, span in enumerate(spans):
            plain = span if isinstance(span, SpanObject) else SpanObject(start=span[0], end=span[1])
            self.span(plain, f"{path}[{index}]")
            pairs.append((plain.start or 0, plain.end or 0))
        return pairs

    def _claimant(self, claimant: PredictedClaimant, path: str) -> None:
        """Check a claimant, and bring its span into plain form."""
        self.labels_and_values(claimant, "claims.claimants", path)
        ways = (claimant.quote is not None) + (claimant.start is not None or claimant.end is not None)
        if ways + (claimant.mention is not None) > 1:
            what = "it is said more than once who the claimant is."
            self.diagnostics.add("E406", what, "Give a mention, or start and end, or a quote.", path=path)
        elif isinstance(claimant.mention, str):
            self._mention(claimant, claimant.mention, path)
        elif claimant.mention is not None:
            (claimant.start, claimant.end), claimant.mention = claimant.mention, None
            self.span(claimant, path)
        elif ways:
            self.span(claimant, path)
        named = bool(ways) or claimant.mention is not None or claimant.start is not None
        for name in () if named else ("text", "occurrence"):
            if getattr(claimant, name) is not None:
                what = f"there is {name} without a span."
                self.diagnostics.add("E406", what, "Give a span with it.", path=f"{path}.{name}")
        if claimant.role is None and not named:
            what = "there is neither a role nor a mention."
            self.diagnostics.add("E204", what, "Give one of them.", path=f"{path}.role")
        elif claimant.role is not None and (
            claimant.role not in {"MENTION", "IMPLICIT"} if named else claimant.role == "MENTION"
        ):
            hint = "A MENTION has a mention, an IMPLICIT claimant may refer back to one, and no other has one."
            self.diagnostics.add("E503", f"the role {shown(claimant.role)} does not fit.", hint, path=path)

    def _mention(self, claimant: PredictedClaimant, mention: str, path: str) -> None:
        """Check a claimant that is given by the id of an entity."""
        if mention not in self.entities:
            otherwise = "A mention is an entity of the same document, or [start, end]."
            hint = self.diagnostics.suggest(mention, self._entity_ids, otherwise)
            self.diagnostics.add("E601", f"there is no entity {shown(mention)} here.", hint, path=f"{path}.mention")
            return
        if claimant.occurrence is not None:
            what = "there is an occurrence and no quote."
            self.diagnostics.add("E406", what, "Leave it out.", path=f"{path}.occurrence")
        entity = None if mention in self._by_quote else self.entities[mention]
        words, claimant.text = claimant.text, None
        if entity is None or entity.start is None or entity.end is None or words is None or self.text is None:
            return
        there = self.text[max(0, entity.start) : max(0, entity.end)]
        if there != words:
            what = f"the mention {shown(mention)} is {shown(there)}, not {shown(words)}."
            self.diagnostics.add("E403", what, "Leave the text out, or name another mention.", path=f"{path}.text")

    def _cycles(self) -> None:
        """Report each cycle of parents once."""
        place = {claim.id: index for index, claim in self.items["claims"] if claim.id is not None}
        parent = {claim.id: claim.parent for _, claim in self.items["claims"] if claim.id is not None}
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
                self.diagnostics.add("E602", what, "Break it at one link.", path=f"claims[{place[at]}].parent")
