"""A teaser truncated elsewhere: sites truncate the first lines of an article after a number of characters.

The last line of a teaser ends earlier, after a word and not inside of a name or date. Labels after the cut are dropped,
claims across it are truncated, and claims are dropped together with the claimant mention or the parent they depend on.
"""

from __future__ import annotations

import re
from typing import Any

from dragoman.robustness.draft import Draft
from dragoman.robustness.edit import Edit
from dragoman.schema.layers import CONTIGUOUS

_SHORTEST = 0.4
_LEAST = 2
"""Minimum number of characters of a claim before the cut."""


def change(draft: Draft) -> None:
    """Truncate the last line of a teaser after a word, at a random place after two fifths of its length."""
    if draft.row.get("kind") not in (None, "related_item"):
        draft.unable["no teaser"] += 1
        return
    low, high = draft.line_bounds()[-1]
    if low == 0:
        draft.unable["no teaser"] += 1
        return
    closed = [(each["start"], each["end"]) for layer in CONTIGUOUS for each in draft.labels(layer)]
    ends = [low + match.start() for match in re.finditer(r"\s", draft.text[low:high])]
    ends = [
        end
        for end in ends
        if low + (high - low) * _SHORTEST <= end
        and draft.text[end - 1].isalnum()
        and not any(start < end < last for start, last in closed)
    ]
    if not ends:
        draft.unable["no place to cut"] += 1
        return
    cut = draft.random.choice(ends)
    if not _drop(draft, cut):
        draft.unable["a date before the cut is reckoned from one behind it"] += 1
        return
    draft.look_again()
    draft.replace(cut, high, "")


def _drop(draft: Draft, cut: int) -> bool:
    """Drop or truncate the labels that extend beyond the cut; False if a date would lose its anchor."""
    row, text = draft.row, draft.text
    gone = {each.get("id") for each in draft.labels("dates") if each["start"] >= cut}
    if any(date.get("ref") in gone and date["start"] < cut for date in draft.labels("dates")):
        return False
    claims = _remaining(draft, cut)
    for layer, left in (
        *((name, [e for e in draft.labels(name) if e["start"] < cut]) for name in CONTIGUOUS),
        ("claims", claims),
    ):
        if row.get(layer):
            draft.dropped[layer] += len(row[layer]) - len(left)
            row[layer] = left
    for claim in claims:
        if claim.get("dates"):
            claim["dates"] = [name for name in claim["dates"] if name not in gone]
        for name in ("content", "cue"):
            parts = [_clipped(part, cut, text) for part in claim.get(name) or () if _ends(part)[0] < cut]
            draft.changed["claims"] += parts != (claim.get(name) or [])
            if name in claim:
                claim[name] = parts
    for segment in draft.labels("segments"):
        segment["end"] = min(segment["end"], cut)
        if segment.get("text") is not None:
            segment["text"] = text[segment["start"] : segment["end"]]
    return True


def _remaining(draft: Draft, cut: int) -> list[dict[str, Any]]:
    """Return the claims that begin before the cut, and do not depend on a mention or claim after it."""
    mentions = {each.get("id") for each in draft.labels("entities") if each["start"] >= cut}
    claims = [
        claim for claim in draft.labels("claims") if _starts(claim, cut) and not _depends_on_cut(claim, mentions, cut)
    ]
    kept = {claim.get("id") for claim in claims}
    while any(claim.get("parent") and claim["parent"] not in kept for claim in claims):
        claims = [claim for claim in claims if not claim.get("parent") or claim["parent"] in kept]
        kept = {claim.get("id") for claim in claims}
    return claims


def _starts(claim: dict[str, Any], cut: int) -> bool:
    return any(_ends(part)[0] + _LEAST <= cut for part in claim["content"])


def _depends_on_cut(claim: dict[str, Any], mentions: set[Any], cut: int) -> bool:
    """Whether a claimant of a claim is mentioned only after the cut."""
    for claimant in claim.get("claimants") or ():
        mention = claimant.get("mention")
        if mention in mentions if not isinstance(mention, list) else mention[1] > cut:
            return True
    return False


def _ends(part: Any) -> tuple[int, int]:
    return (part[0], part[1]) if isinstance(part, list) else (part["start"], part["end"])


def _clipped(part: Any, cut: int, text: str) -> Any:
    start, end = _ends(part)
    if end <= cut:
        return part
    return [start, cut] if isinstance(part, list) else {**part, "end": cut, "text": text[start:cut]}


EDIT = Edit(
    name="cut-teaser",
    kind="page",
    summary="Cuts the last line of a teaser elsewhere, after a word.",
    source="practice of news sites, as in the pages of the benchmark",
    expect="direction",
    change=change,
)
