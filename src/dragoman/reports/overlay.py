"""The documents of a report as plain values for the page's script: texts, gold and pred labels, and their outcomes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dragoman import languages
from dragoman.annotations import JOINER, NULL
from dragoman.measures.date_values import ordinals
from dragoman.reports.rendering import short
from dragoman.schema.layers import LAYER_NAMES
from dragoman.scoring.outcomes import NO_PARTNER, RIGHT, Outcomes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dragoman.annotations import Annotations, Claims, Dates, Entities, Spans
    from dragoman.reports.sources import Source, SourceDocument

    Ints = NDArray[np.int64]

Item = dict[str, Any]

_LARGE = "1.35rem"


def documents(source: Source, pred: Annotations, outcomes: Mapping[str, Outcomes]) -> list[dict[str, Any]]:
    """Put each document with its labels into plain values.

    Args:
        source: the documents and their gold labels.
        pred: labels of a system, on the same documents in the same order.
        outcomes: the outcomes of the labels, by layer.

    Returns:
        One a document: ``id``, ``language``, ``kind``, ``title``, ``published``, ``text``, ``missing`` (the system
        left it out), ``direction`` and ``style`` (CSS properties of its text, by its language) and ``items``. An item
        has ``side`` (gold or predicted), ``layer``, ``kind`` (its outcome),
        ``spans``, ``label``, ``notes`` (lines of English), ``days`` (first and last ordinal, for dates), ``chain``
        (the claimants, the outermost first, for claims), ``gloss`` (what it says in English, where known) and
        ``partner`` (index of the item that it is paired with, or null). Every string but the text is cut at a length,
        and characters that show nothing or change the direction of writing are escaped.

    """
    rows: list[dict[str, Any]] = [
        {
            **{name: _short(getattr(document, name), 120) for name in ("id", "language", "kind", "published")},
            "title": _short(document.title, 200),
            "text": document.text,
            "missing": not bool(pred.given[at]),
            **_appearance(document),
            "items": [],
        }
        for at, document in enumerate(source.documents)
    ]
    names = _Names(source.names, source.documents)
    for layer in LAYER_NAMES:
        if layer in outcomes:
            _add_items(rows, layer, source.gold.annotations, pred, outcomes[layer], names)
    return rows


def _appearance(document: SourceDocument) -> dict[str, Any]:
    """Say how a text is drawn; all of it comes from descriptors, nothing from the document."""
    shown = languages.appearance(document.text or "", document.language)
    style = {"fontFamily": shown.fonts, "wordBreak": shown.word_break, **({"fontSize": _LARGE} if shown.large else {})}
    return {"direction": shown.direction, "style": style}


@dataclass(frozen=True)
class _Names:
    """How labels are named: English names by id, and the words and glosses of documents."""

    english: Mapping[str, str]
    documents: list[SourceDocument]

    def ids(self, joined: str | None) -> str:
        """Name a set of ids, in English where the registry has it."""
        return " + ".join(self.english.get(name, name) for name in joined.split(JOINER)) if joined else ""

    def words(self, document: int, start: int, end: int) -> str:
        """Quote a span, or give its offsets where there is no text."""
        text = self.documents[document].text
        return f"{start} to {end}" if text is None else text[start:end].strip()

    def gloss(self, document: int, item: int) -> str | None:
        """Give what a gold claim says in English, if somebody wrote it."""
        glosses = self.documents[document].glosses
        return glosses[item] if item < len(glosses) else None


def _add_items(
    rows: list[dict[str, Any]],
    layer: str,
    gold: Annotations,
    pred: Annotations,
    outcomes: Outcomes,
    names: _Names,
) -> None:
    """Add the items of a layer to their documents, gold before pred."""
    index: dict[tuple[str, int], int] = {}
    gold_labels, pred_labels = getattr(gold, layer), getattr(pred, layer)
    for side, labels, kinds in (("gold", gold_labels, outcomes.gold), ("predicted", pred_labels, outcomes.pred)):
        for at, item in enumerate(_described(layer, labels, names, glossed=side == "gold")):
            document = int(labels.doc[at])
            if outcomes.scored[document]:
                index[side, at] = len(rows[document]["items"])
                rows[document]["items"].append({"side": side, "layer": layer, "kind": kinds[at], **_safe(item)})
    for g, p in enumerate(outcomes.gold_partner.tolist()):
        if p != NO_PARTNER and ("gold", g) in index:
            items = rows[int(gold_labels.doc[g])]["items"]
            items[index["gold", g]]["partner"] = index["predicted", p]
            items[index["predicted", p]]["partner"] = index["gold", g]


def _safe(item: Item) -> Item:
    """Cut the strings of an item and escape characters that hide something."""
    lists: Item = {name: [short(line) for line in item[name]] for name in ("notes", "chain") if name in item}
    lists |= {"gloss": short(item["gloss"])} if item.get("gloss") else {}
    return {**item, "label": short(item["label"], 80), **lists}


def _short(text: str | None, length: int) -> str | None:
    return None if text is None else short(text, length)


def _described(layer: str, labels: Any, names: _Names, *, glossed: bool) -> Iterator[Item]:
    """Describe the labels of a layer, in their order."""
    if layer == "entities":
        return _entities(labels, names)
    return _dates(labels) if layer == "dates" else _claims(labels, names, glossed=glossed)


def _entities(labels: Entities, names: _Names) -> Iterator[Item]:
    for at in range(len(labels)):
        who = names.ids(labels.ids.value(at))
        yield {**_span(labels, at), "notes": [who] if who else []}


def _dates(labels: Dates) -> Iterator[Item]:
    for at in range(len(labels)):
        value, mod, external = labels.value.value(at), labels.mod.value(at), labels.external.value(at)
        days = ordinals(value, mod, labels.type.value(at))
        notes = [
            f"{value or 'no value'}{f' {mod}' if mod else ''}",
            *([f"from outside: {external}"] if external else []),
        ]
        yield {**_span(labels, at), "notes": notes, "days": list(days) if days[0] >= 0 else None}


def _span(labels: Spans, at: int) -> Item:
    where = [[int(labels.start[at]), int(labels.end[at])]]
    return {"spans": where, "label": labels.type.value(at) or "?", "partner": None}


def _claims(labels: Claims, names: _Names, *, glossed: bool) -> Iterator[Item]:
    """Describe claims: their attribution chain, and what they say in English where gold has it."""
    claimants = _claimants(labels, names)
    fragments: dict[int, list[list[int]]] = {}
    for row, claim in enumerate(labels.fragment_claim.tolist()):
        fragments.setdefault(claim, []).append([int(labels.fragment_start[row]), int(labels.fragment_end[row])])
    for at in range(len(labels)):
        chain, seen, current = [], {at}, at
        while current != NULL:
            chain.append(" and ".join(claimants.get(current, ["nobody"])))
            current = int(labels.parent[current])
            if current in seen:
                break
            seen.add(current)
        facets = [each for field in ("act", "modality", "polarity") if (each := getattr(labels, field).value(at))]
        gloss = names.gloss(int(labels.doc[at]), int(labels.item[at])) if glossed else None
        yield {
            "spans": fragments.get(at, []),
            "label": "CLAIM",
            "notes": [" ".join(facets)] if facets else [],
            **({"gloss": gloss} if gloss else {}),
            "chain": chain[::-1],
            "partner": None,
        }


def _claimants(labels: Claims, names: _Names) -> dict[int, list[str]]:
    """Name the claimants of each claim: by their ids, else by the words of the text, else by their role."""
    claimants: dict[int, list[str]] = {}
    for row, claim in enumerate(labels.claimant_claim.tolist()):
        who = names.ids(labels.claimant_ids.value(row))
        start, end = int(labels.claimant_start[row]), int(labels.claimant_end[row])
        if not who and start != NULL:
            who = names.words(int(labels.doc[claim]), start, end)
        role = (labels.claimant_role.value(row) or "?").lower()
        claimants.setdefault(claim, []).append(who or role if role == "mention" else f"{role} {who}".strip())
    return claimants


def errors(document: dict[str, Any]) -> int:
    """Count the errors of a document; a pair that is wrong counts once."""
    return sum(
        item["kind"] != RIGHT and not (item["side"] == "predicted" and item["partner"] is not None)
        for item in document["items"]
    )
