"""The documents of a report: text with gold and predicted labels, and what became of each, ready to be drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dragoman import languages
from dragoman.annotations import JOINER, LAYERS, NULL
from dragoman.measures.date_values import ordinals
from dragoman.report.mistakes import NO_PARTNER, RIGHT, Judged
from dragoman.report.rendering import short

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dragoman.annotations import Annotations, Claims, Dates, Entities, Spans
    from dragoman.report.inputs import Shown, Subject

    Ints = NDArray[np.int64]

Item = dict[str, Any]

_LARGE = "1.35rem"


def documents(
    subject: Subject,
    predicted: Annotations,
    judged: Mapping[str, Judged],
) -> list[dict[str, Any]]:
    """Put each document with its labels into plain values.

    Args:
        subject: the documents and their gold labels.
        predicted: labels of a system, on the same documents in the same order.
        judged: what became of the labels, by layer.

    Returns:
        One a document: ``id``, ``language``, ``kind``, ``title``, ``published``, ``text``, ``missing`` (the system
        left it out), ``direction`` and ``style`` (CSS properties of its text, by its language) and ``items``. An item
        has ``side`` (gold or predicted), ``layer``, ``kind``, ``spans``, ``label``, ``notes`` (lines of English),
        ``days`` (first and last ordinal, for dates), ``chain`` (who says it, the outermost first, for claims),
        ``gloss`` (what it says in English, where known) and ``partner`` (place among the items, or null). All but the
        text is cut at a length, and what would show nothing or turn the direction of writing is written out.

    """
    made: list[dict[str, Any]] = [
        {
            **{name: _short(getattr(document, name), 120) for name in ("id", "language", "kind", "published")},
            "title": _short(document.title, 200),
            "text": document.text,
            "missing": not bool(predicted.given[at]),
            **_appearance(document),
            "items": [],
        }
        for at, document in enumerate(subject.documents)
    ]
    for layer in LAYERS:
        if layer in judged:
            _lay(
                made,
                layer,
                subject.gold.annotations,
                predicted,
                judged[layer],
                _Names(subject.names, subject.documents),
            )
    return made


def _appearance(document: Shown) -> dict[str, Any]:
    """Say how a text is drawn; all of it comes from descriptors, nothing from the document."""
    shown = languages.appearance(document.text or "", document.language)
    style = {"fontFamily": shown.fonts, "wordBreak": shown.word_break, **({"fontSize": _LARGE} if shown.large else {})}
    return {"direction": shown.direction, "style": style}


@dataclass(frozen=True)
class _Names:
    """What labels are called for a reader: English names by id, and the words and glosses of documents."""

    english: Mapping[str, str]
    documents: list[Shown]

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


def _lay(
    made: list[dict[str, Any]],
    layer: str,
    gold: Annotations,
    predicted: Annotations,
    judged: Judged,
    names: _Names,
) -> None:
    """Add the items of a layer to their documents, gold before predicted."""
    place: dict[tuple[str, int], int] = {}
    ours, theirs = getattr(gold, layer), getattr(predicted, layer)
    for side, labels, kinds in (("gold", ours, judged.gold), ("predicted", theirs, judged.predicted)):
        for at, item in enumerate(_described(layer, labels, names, glossed=side == "gold")):
            document = int(labels.doc[at])
            if judged.scored[document]:
                place[side, at] = len(made[document]["items"])
                made[document]["items"].append({"side": side, "layer": layer, "kind": kinds[at], **_safe(item)})
    for g, p in enumerate(judged.gold_partner.tolist()):
        if p != NO_PARTNER and ("gold", g) in place:
            items = made[int(ours.doc[g])]["items"]
            items[place["gold", g]]["partner"] = place["predicted", p]
            items[place["predicted", p]]["partner"] = place["gold", g]


def _safe(item: Item) -> Item:
    """Cut the strings of an item and show what they hide."""
    lists: Item = {name: [short(line) for line in item[name]] for name in ("notes", "chain") if name in item}
    lists |= {"gloss": short(item["gloss"])} if item.get("gloss") else {}
    return {**item, "label": short(item["label"], 80), **lists}


def _short(text: str | None, most: int) -> str | None:
    return None if text is None else short(text, most)


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
    """Describe claims: who is said to say it, through whom, and what it says in English where gold has it."""
    claimants = _claimants(labels, names)
    fragments: dict[int, list[list[int]]] = {}
    for row, claim in enumerate(labels.fragment_claim.tolist()):
        fragments.setdefault(claim, []).append([int(labels.fragment_start[row]), int(labels.fragment_end[row])])
    for at in range(len(labels)):
        line, seen, current = [], {at}, at
        while current != NULL:
            line.append(" and ".join(claimants.get(current, ["nobody"])))
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
            "chain": line[::-1],
            "partner": None,
        }


def _claimants(labels: Claims, names: _Names) -> dict[int, list[str]]:
    """Name the claimants of each claim: by their ids, else by the words of the text, else by their role."""
    found: dict[int, list[str]] = {}
    for row, claim in enumerate(labels.claimant_claim.tolist()):
        who = names.ids(labels.claimant_ids.value(row))
        start, end = int(labels.claimant_start[row]), int(labels.claimant_end[row])
        if not who and start != NULL:
            who = names.words(int(labels.doc[claim]), start, end)
        role = (labels.claimant_role.value(row) or "?").lower()
        found.setdefault(claim, []).append(who or role if role == "mention" else f"{role} {who}".strip())
    return found


def wrong(document: dict[str, Any]) -> int:
    """Count the mistakes of a document: a pair that is wrong counts once."""
    return sum(
        item["kind"] != RIGHT and not (item["side"] == "predicted" and item["partner"] is not None)
        for item in document["items"]
    )
