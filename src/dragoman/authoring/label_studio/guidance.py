"""Short guidance for each label, following ``annotations/GUIDELINES.md``."""

from __future__ import annotations

GUIDANCE: dict[str, str] = {
    "PER": "a person, by name; not: titles (ROLE)",
    "ORG": (
        "a body: union, government, ministry, party, parliament, army, embassy, association, delegation, "
        "company, medium, fund; not: states and cities (GPE)"
    ),
    "GPE": "a state, province or city with people and a government; not: continents and regions (LOC)",
    "LOC": (
        'a place without a government of its own: continent, region, sea, river, peninsula, mountain; also "the West"'
    ),
    "FAC": "something built: building, hall, palace, airport, bridge, monument, square; not: embassies (ORG)",
    "EVENT": (
        "something held or fought that has a name: conference, summit, dialogue, exhibition, exercise, "
        "parade, war, anniversary, named holiday; not: diseases, disasters, processes; visits and talks told "
        "in ordinary words"
    ),
    "DOC": (
        "a text, plan or programme that has a name: treaty, declaration, law, resolution, plan, framework, "
        "initiative, titled speech or article; not: an unnamed statement, telegram or letter"
    ),
    "ROLE": "an office or title, with what it governs; not: professions (journalist, expert)",
    "DATE": "a point or stretch of the calendar, of any size",
    "TIME": "anything finer than a day",
    "DURATION": "an amount of time",
    "SET": "something that recurs",
    "CLAIM": "the minimal clause or noun phrase that says what is claimed",
    "CUE": "the word or words of saying: the verb with its endings or auxiliary, or the noun",
    "CLAIMANT": "the words that stand as speaker; as a system gave them, to be made an entity",
}
"""What a region label is for; after the semicolon, what it is not for."""
