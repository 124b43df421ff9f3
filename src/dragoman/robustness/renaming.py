"""Replacement of names, entity by entity, with one plan for all documents, so that each entity has one new name.

Either all mentions of an entity are renamed or none; entities that cannot be renamed are counted. A person's name is
replaced word by word, so that ``سيرغي لافروف``, ``سيرجي لافروف`` and ``لافروف`` remain one person; initials are not
changed. A person and the donor have the same origin (a Slavic family name shows gender; a Korean name does not), number
of words and, in Korean, final sounds. Places, organisations and offices are renamed by the words in their names
(:mod:`dragoman.robustness.name_parts`). The context of a name need not be changed. Renamed entities get a new id, since
the old one identifies the original.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dragoman import languages
from dragoman.robustness.donors import is_initial, persons, shape, words_of
from dragoman.robustness.name_parts import Finder, forms, mapping, written

if TYPE_CHECKING:
    from dragoman.languages import Language
    from dragoman.robustness.donors import Shape
    from dragoman.robustness.draft import Draft
    from dragoman.robustness.edit import Applied, Row

Key = tuple[str, str]
"""Language tag, and registry id of an entity, or its name if it has none."""
_SIMILAR = 55.0
"""Minimum similarity, in percent (``rapidfuzz.fuzz.ratio``), of two spellings of the same word."""
_NAMING = (None, "NAM", "ABR", "ADJ")
"""Forms of naming mentions; a mention without a form counts as a name."""


@dataclass(frozen=True)
class Words:
    """Words of names that are replaced in a language.

    Attributes:
        to: new form by form; ``finder`` finds them.

    """

    to: Mapping[str, str]
    finder: Finder

    def of(self, name: str) -> list[tuple[int, int, str]]:
        """Return the replacements in a name."""
        return written(self.finder.pieces(name), self.to)


@dataclass(frozen=True)
class Plan:
    """Plan of all renamings.

    Attributes:
        people: by person, new form by surface of a mention.
        words: by language tag, the words of other names.
        ids: new id by id, of entities whose name changes.

    """

    people: Mapping[Key, Mapping[str, str]]
    words: Mapping[str, Words]
    ids: Mapping[str, str]


def key_of(entity: dict[str, Any], words: str, language: Language) -> Key | None:
    """Return the entity that a mention names; None if it names none or several."""
    ids = entity.get("entity_ids") or []
    if len(ids) > 1 or entity.get("form") not in (None, "NAM", "ABR", "ADJ"):
        return None
    return language.tag, ids[0] if ids else words


def plan_of(rows: Iterable[Row], applied: Applied, *, within: bool) -> Plan:
    """Choose a donor for each entity that can have one.

    Args:
        rows: all documents; iterated twice, and not retained.
        applied: seed and rate.
        within: whether donors are names of other entities in the documents, or names that do not occur in them.

    """
    chooser = random.Random(f"{applied.seed}|{applied.edit.name}")  # noqa: S311 - no secret
    surfaces: dict[Key, set[str]] = defaultdict(set)
    types: dict[Key, set[str]] = defaultdict(set)
    multiple: set[Key] = set()
    named: dict[str, set[str]] = {}
    stands: dict[str, set[str]] = {}
    for row in rows:
        language = languages.get(row.get("language"))
        names = named.setdefault(language.tag, set())
        if not within:
            found = stands.setdefault(language.tag, set())
            found.update(form for form in forms(language.tag) - found if form in row["text"])
        for entity in row.get("entities") or ():
            words = row["text"][entity["start"] : entity["end"]]
            if entity.get("form") in _NAMING and entity.get("type") != "PER":
                names.add(words)
            key = key_of(entity, words, language)
            if key is not None:
                surfaces[key].add(words)
                types[key].add(entity.get("type") or "")
            elif entity.get("form") in ("NAM", "ABR", "ADJ", None):
                multiple.update((language.tag, each) for each in entity.get("entity_ids") or ())
    used = {word for each in surfaces.values() for name in each for word in (name, *words_of(name))}

    def chosen(_: Any) -> bool:
        return applied.rate >= 1 or chooser.random() < applied.rate

    people = {
        key: each
        for key, each in sorted(surfaces.items())
        if key not in multiple and types[key] == {"PER"} and chosen(key)
    }
    exchanged_words: dict[str, Words] = {}
    for tag, names in sorted(named.items()):
        to = mapping(tag, names, stands.get(tag, set()), chooser, chosen, within=within)
        exchanged_words[tag] = Words(to, Finder(tag, to))
    plan = Plan(
        _people(people, used, chooser, within=within),
        {tag: words for tag, words in exchanged_words.items() if words.to},
        {},
    )
    return replace(plan, ids=_renamed_ids(rows, plan))


def _people(
    people: dict[Key, set[str]], used: set[str], chooser: random.Random, *, within: bool
) -> dict[Key, dict[str, str]]:
    full = {key: full_name(names) for key, names in people.items()}
    groups: dict[tuple[str, Shape], list[Key]] = defaultdict(list)
    for key, words in full.items():
        if words:
            groups[key[0], shape(words, languages.get(key[0]))].append(key)
    plan: dict[Key, dict[str, str]] = {}
    for (tag, wanted), members in groups.items():
        if wanted.origin.startswith("other") and not within:
            continue
        if within:
            donors = [full[key] for key in members[1:] + members[:1]] if len(members) > 1 else []
        else:
            language = languages.get(tag)
            pool = [each for each in persons(language) if shape(each, language) == wanted and not used & {*each}]
            chooser.shuffle(pool)
            donors = _apart(pool, len(members))
        for key, donor in zip(members, donors, strict=False):
            made = {name: exchanged(name, full[key], donor) for name in people[key]}
            if all(made.values()):
                plan[key] = {name: new for name, new in made.items() if new is not None}
    return plan


def _apart(pool: list[tuple[str, ...]], number: int) -> list[tuple[str, ...]]:
    """Select up to ``number`` donors of which no two have a word in common."""
    taken: list[tuple[str, ...]] = []
    seen: set[str] = set()
    for donor in pool:
        if len(taken) < number and not seen & {*donor}:
            taken.append(donor)
            seen.update(donor)
    return taken


def full_name(names: set[str]) -> tuple[str, ...]:
    """Words of the longest name, without initials."""
    return max(((*(w for w in words_of(name) if not is_initial(w)),) for name in sorted(names)), key=len, default=())


def exchanged(name: str, full: tuple[str, ...], donor: tuple[str, ...]) -> str | None:
    """Rewrite a mention of a name with the words of its donor; None if one of its words is not part of the name."""
    made, at = "", 0
    for word in words_of(name):
        start = name.index(word, at)
        made += name[at:start]
        new = word if is_initial(word) else _word(word, full, donor)
        if new is None:
            return None
        made, at = made + new, start + len(word)
    return made + name[at:]


def _word(word: str, full: tuple[str, ...], donor: tuple[str, ...]) -> str | None:
    from rapidfuzz import fuzz  # noqa: PLC0415 - only names need it

    for first in range(len(full)):
        for last in range(first + 1, len(full) + 1):
            if word == "".join(full[first:last]):
                return "".join(donor[first:last])
    near = max(range(len(full)), key=lambda at: fuzz.ratio(word, full[at]))
    return donor[near] if fuzz.ratio(word, full[near]) >= _SIMILAR else None


def _renamed_ids(rows: Iterable[Row], plan: Plan) -> dict[str, str]:
    """Assign new ids to entities of which any mention is renamed."""
    known: set[str] = set()
    for row in rows:
        language = languages.get(row.get("language"))
        edited = [(start, end) for start, end, _ in _replacements(row, row["text"], plan, language)]
        for entity in row.get("entities") or ():
            if entity.get("form") in _NAMING and any(s < entity["end"] and entity["start"] < e for s, e in edited):
                known.update(entity.get("entity_ids") or ())
    return {name: f"renamed-{number:03}" for number, name in enumerate(sorted(known), 1)}


def _replacements(row: Row, text: str, plan: Plan, language: Language) -> list[tuple[int, int, str]]:
    """Return the replacements in all mentions, including nested ones, and in names within descriptive mentions."""
    made: list[tuple[int, int, str]] = []
    for entity in row.get("entities") or ():
        words = text[entity["start"] : entity["end"]]
        if entity.get("type") == "PER":
            key = key_of(entity, words, language)
            new = None if key is None else plan.people.get(key, {}).get(words)
            made += [] if new is None else [(entity["start"], entity["end"], new)]
        elif language.tag in plan.words:
            at = entity["start"]
            made += [(at + start, at + end, new) for start, end, new in plan.words[language.tag].of(words)]
    return sorted(set(made))


def rename(draft: Draft) -> None:
    """Replace the name in each mention of an entity, including nested ones, and the id of the entity."""
    edited = [
        (start, end)
        for start, end, new in _replacements(draft.row, draft.text, draft.plan, draft.language)
        if draft.replace(start, end, new)
    ]
    for entity in draft.labels("entities"):
        touched = any(start < entity["end"] and entity["start"] < end for start, end in edited)
        if entity.get("form") in _NAMING and not touched:
            draft.unable["no donor"] += 1
    for words in {draft.text[start:end] for start, end in edited}:
        at = draft.text.find(words)
        while at >= 0:
            if not any(start <= at < end for start, end in edited):
                draft.unable["the name stands where no label is"] += 1
            at = draft.text.find(words, at + 1)
    draft.changed.update(relabel(draft.row, draft.plan.ids))
    draft.stands_for.update(draft.plan.ids)


def relabel(row: Row, ids: Mapping[str, str]) -> Counter[str]:
    """Replace the ids of entities wherever labels refer to them; return the number of changed labels by layer."""
    changed: Counter[str] = Counter()
    for layer in ("entities", "claims"):
        for label in row.get(layer) or ():
            names = [(label, "entity_ids"), (label, "about")]
            names += [(claimant, "entity_ids") for claimant in label.get("claimants") or ()]
            before = [holder.get(name) for holder, name in names]
            for holder, name in names:
                if holder.get(name):
                    holder[name] = sorted({ids.get(each, each) for each in holder[name]})
            changed[layer] += before != [holder.get(name) for holder, name in names]
    return +changed
