"""Control: labels at random places, as many and as long as `dev` has them, with values and types drawn from there.

Whoever does not beat this has measured nothing. It looks at white space and at nothing else in a text.
"""

from __future__ import annotations

import random
from functools import cache
from typing import Any

import regex

import dragoman
from dragoman.schema.records import Document

SEED = 20240620


@cache
def _dev() -> list[Document]:
    return dragoman.load().split("dev")


def predict(document: Document) -> dict[str, Any]:
    """Label a document; the same document always alike. Of a document of dev its own labels are not used."""
    return draw(document, [d for d in _dev() if d.language == document.language and d.id != document.id])


def draw(document: Document, dev: list[Document]) -> dict[str, Any]:
    """Label a document with what the documents given have, at random places."""
    # Seeded by the document, so that neither order nor company changes what is drawn.
    chance = random.Random(f"{SEED} {document.id}")  # noqa: S311 - nothing here is a secret
    words = [match.span() for match in regex.finditer(r"[\w-]+", document.text)]
    size = sum(len(regex.findall(r"[\w-]+", d.text)) for d in dev)

    def some(pool: list[Any]) -> list[Any]:
        number = len(pool) * len(words) / max(size, 1)
        return [chance.choice(pool) for _ in range(int(number) + (chance.random() < number % 1))]

    def place(text: str) -> dict[str, int]:
        first = chance.randrange(len(words))
        last = min(first + max(len(text.split()), 1), len(words)) - 1
        return {"start": words[first][0], "end": words[last][1]}

    entities = {}
    for entity in some([e for d in dev for e in d.entities]):
        span = place(entity.text)
        label = {"type": entity.type, "form": entity.form, "entity_ids": entity.entity_ids}
        name = f"e{len(entities) + 1}"
        entities.setdefault((span["start"], span["end"], entity.type), {"id": name, **span, **label})
    dates: dict[int, dict[str, Any]] = {}
    for date in some([t for d in dev for t in d.dates]):
        span = place(date.text)
        dates[span["start"]] = {**span, "type": date.type, "value": date.value, "mod": date.mod}
    claims = []
    for number, claim in enumerate(some([c for d in dev for c in d.claims]), 1):
        roles = {who.role for who in claim.claimants}
        mention = chance.choice(sorted(entities.values(), key=lambda e: e["start"]))["id"] if entities else None
        who = {"role": "MENTION", "mention": mention} if roles == {"MENTION"} and mention else {"role": "AUTHOR"}
        cue = [place(" ".join(fragment.text for fragment in claim.cue))] if claim.cue else []
        claims.append({
            "id": f"c{number}",
            "content": [place(" ".join(fragment.text for fragment in claim.content))],
            "claimants": [who],
            "cue": cue,
            "act": claim.act,
            "modality": claim.modality,
            "polarity": claim.polarity,
        })  # fmt: skip
    return {"entities": list(entities.values()), "dates": list(dates.values()), "claims": claims}
