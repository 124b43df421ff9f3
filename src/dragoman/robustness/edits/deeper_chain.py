"""A chain of attribution extended by one link: the content of a line is attributed to an unknown agency.

Nested attribution as in PARC 3.0 (Pareti 2016): each link is a claim, whose content is everything that it attributes.
The agencies are made up. Only lines without deictic mentions, and whose outermost claims are not the author's, are
attributed.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from dragoman.robustness.carrying import INSERTED
from dragoman.robustness.draft import Draft
from dragoman.robustness.edit import Edit


class Frame(NamedTuple):
    """Words before a line that attribute it: ``prefix`` contains ``agency`` and ``cue``."""

    prefix: str
    agency: str
    cue: str
    entity: str
    english: str


FRAMES = {
    "ko": Frame("지평선통신에 의하면 ", "지평선통신", "의하면", "jipyongson-news-agency", "Jipyongson News Agency"),
    "ar": Frame(
        "بحسب وكالة الأفق للأنباء، ", "وكالة الأفق للأنباء", "بحسب", "al-ufuq-news-agency", "Al-Ufuq News Agency"
    ),
}
"""Frame by language."""
_OPENINGS = ("و", "ف", "كما ")
"""Connectives at the start of a line, which cannot follow a frame."""


def change(draft: Draft) -> None:
    """Attribute one line of the document to an agency."""
    frame = FRAMES.get(draft.language.tag)
    if frame is None or draft.row.get("claims") is None or draft.row.get("entities") is None:
        draft.unable["no frame in this language"] += 1
        return
    fit = [(low, high, roots) for low, high in draft.line_bounds()[1:] if (roots := _roots(draft, low, high))]
    if not fit:
        draft.unable["no line whose claims all have a claimant"] += 1
        return
    low, high, roots = draft.random.choice(fit)
    entity, claim = draft.new_id("entities", "e"), draft.new_id("claims", "c")
    draft.replace(low, low, frame.prefix)
    at, cue = frame.prefix.index(frame.agency), frame.prefix.index(frame.cue)
    end = low + len(draft.text[low:high].rstrip(". "))
    draft.row["entities"].append(
        {
            "id": entity,
            **_words(frame, at, frame.agency, low),
            "type": "ORG",
            "form": "NAM",
            "entity_ids": [frame.entity],
        }
    )
    draft.row["claims"].append(
        {
            "id": claim,
            "content": [{"start": low, "end": end, "text": draft.text[low:end]}],
            "cue": [_words(frame, cue, frame.cue, low)],
            "claimants": [{"role": "MENTION", "mention": entity, "entity_ids": [frame.entity]}],
            "parent": None,
            "polarity": "positive",
            "modality": "fact",
            "act": "assert",
        }
    )
    for root in roots:
        root["parent"] = claim
    _levels(draft.row["claims"])
    draft.added["entities"] += 1
    draft.added["claims"] += 1
    draft.changed["claims"] += len(roots)
    names = {draft.language.tag: [frame.agency], "en": [frame.english]}
    draft.entities.append({"id": frame.entity, "type": "ORG", "names": names})


def _words(frame: Frame, at: int, words: str, low: int) -> dict[str, Any]:
    assert frame.prefix[at : at + len(words)] == words
    return {INSERTED: low, "start": at, "end": at + len(words), "text": words}


def _roots(draft: Draft, low: int, high: int) -> list[dict[str, Any]]:
    """Return the outermost claims of a line, or an empty list if the line cannot be attributed."""
    line = draft.text[low:high]
    if line.startswith(_OPENINGS) or any(
        entity.get("form") == "DEI" and low <= entity["start"] < high for entity in draft.labels("entities")
    ):
        return []
    end = low + len(line.rstrip(". "))
    roots = []
    for claim in draft.labels("claims"):
        parts = [_ends(part) for part in (*claim["content"], *(claim.get("cue") or ()))]
        inside = [low <= start and stop <= end for start, stop in parts]
        if not any(low <= start < high for start, _ in parts):
            continue
        if not all(inside):
            return []
        if claim.get("parent") is None:
            if any(claimant.get("role") == "AUTHOR" for claimant in claim.get("claimants") or ()):
                return []
            roots.append(claim)
    return roots


def _ends(part: Any) -> tuple[int, int]:
    return (part[0], part[1]) if isinstance(part, list) else (part["start"], part["end"])


def _levels(claims: list[dict[str, Any]]) -> None:
    """Recompute the level (number of ancestors) of each claim."""
    parents = {claim.get("id"): claim.get("parent") for claim in claims}
    for claim in claims:
        level, at = 0, claim.get("parent")
        while at is not None and level < len(claims):
            level, at = level + 1, parents.get(at)
        claim["level"] = level


EDIT = Edit(
    name="deeper-chain",
    kind="claims",
    languages=tuple(FRAMES),
    summary="Lets an agency report what a line reports: one more link in the chain.",
    source="Pareti 2016 (PARC 3.0)",
    expect="direction",
    change=change,
)
