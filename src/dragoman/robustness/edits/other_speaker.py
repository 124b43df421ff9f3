"""The speaker of a document's claims replaced by another person of the corpus, in all of that document's mentions.

The claims are then the other person's: a system that reads the text attributes them to that person, one that has
memorised the original does not. After the counterfactual data of Kaushik et al. (2020).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from dragoman import languages
from dragoman.robustness.donors import shape
from dragoman.robustness.draft import Draft
from dragoman.robustness.edit import Applied, Edit, Row
from dragoman.robustness.renaming import exchanged, full_name, key_of

People = dict[tuple[str, str], tuple[str, ...]]


def prepare(rows: Iterable[Row], _: Applied) -> People:
    """Return the words of the full name of every person with a registry id, by language and id."""
    names: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows:
        language = languages.get(row.get("language"))
        for entity in row.get("entities") or ():
            if entity.get("type") == "PER" and entity.get("form") in ("NAM", None) and entity.get("entity_ids"):
                words = row["text"][entity["start"] : entity["end"]]
                key = key_of(entity, words, language)
                if key is not None:
                    names[key].add(words)
    return {key: full_name(each) for key, each in sorted(names.items())}


def change(draft: Draft) -> None:
    """Replace the first claimant of the document that has a donor."""
    mentions = {each.get("id"): each for each in draft.labels("entities")}
    present = {name for each in mentions.values() for name in each.get("entity_ids") or ()}
    tried: list[str] = []
    for claim in draft.labels("claims"):
        for claimant in claim.get("claimants") or ():
            mention = claimant.get("mention")
            entity = mentions.get(mention) if isinstance(mention, str) else None
            ids = entity.get("entity_ids") if entity else None
            if entity and entity.get("type") == "PER" and ids and len(ids) == 1 and ids[0] not in tried:
                tried.append(ids[0])
    for name in tried:
        key = (draft.language.tag, name)
        words = draft.plan.get(key)
        if not words:
            continue
        wanted = shape(words, draft.language)
        donors = [
            (other, full)
            for (tag, other), full in draft.plan.items()
            if tag == key[0] and other not in present and shape(full, draft.language) == wanted
        ]
        if donors and _replaced(draft, name, words, *draft.random.choice(donors)):
            return
    draft.unable["no donor" if tried else "no person is a claimant"] += 1


def _replaced(draft: Draft, old: str, words: tuple[str, ...], new: str, donor: tuple[str, ...]) -> bool:
    own = [each for each in draft.labels("entities") if old in (each.get("entity_ids") or ())]
    named = [each for each in own if each.get("form") in ("NAM", None)]
    surfaces = {each["id"]: draft.text[each["start"] : each["end"]] for each in named}
    made = {name: exchanged(surface, words, donor) for name, surface in surfaces.items()}
    if any(len(each["entity_ids"]) > 1 for each in own) or not all(made.values()):
        return False
    for each in named:
        draft.replace(each["start"], each["end"], made[each["id"]] or "")
    for each in own:
        each["entity_ids"] = [new]
        draft.changed["entities"] += 1
    for claim in draft.labels("claims"):
        _other_claimant(claim, old, new, draft)
    draft.stands_for[old] = new
    return True


def _other_claimant(claim: dict[str, Any], old: str, new: str, draft: Draft) -> None:
    """Attribute claims of one person to the other; they leave their cluster, since claims elsewhere differ now."""
    own = [each for each in claim.get("claimants") or () if old in (each.get("entity_ids") or ())]
    for claimant in own:
        claimant["entity_ids"] = sorted({new if name == old else name for name in claimant["entity_ids"]})
    if old in (claim.get("about") or ()):
        claim["about"] = sorted({new if name == old else name for name in claim["about"]})
    if own:
        draft.changed["claims"] += 1
        if claim.get("cluster") is not None:
            # Only claims of this document remain in a common cluster.
            claim["cluster"] = f"{claim['cluster']}-{new}"


EDIT = Edit(
    name="other-speaker",
    kind="claims",
    languages=("ko", "ar"),
    summary="Replaces the speaker of a document's claims by another person of the corpus.",
    source="Kaushik et al. 2020 (counterfactually augmented data)",
    expect="direction",
    change=change,
    prepare=prepare,
)
