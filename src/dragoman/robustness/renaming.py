"""Names exchanged for others, entity by entity: one plan for all documents, so that an entity keeps one name.

Of an entity all mentions are renamed or none: where one of them cannot be, it is left as it is and counted. A person's
name is exchanged word by word, so that ``سيرغي لافروف``, ``سيرجي لافروف`` and ``لافروف`` stay one person; initials go
with any name and stay. A place is one name, in Arabic with its adjective. A name and its donor have the same type,
origin (a Slavic family name shows gender; a Korean name shows none), number of words and, in Korean, final sounds:
nothing around a name has to be mended.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from dragoman import languages
from dragoman.robustness.donors import CITIES, STATES, is_initial, persons, shape, words_of
from dragoman.robustness.letters import final_sound

if TYPE_CHECKING:
    from dragoman.languages import Language
    from dragoman.robustness.donors import Shape
    from dragoman.robustness.draft import Draft
    from dragoman.robustness.edit import Applied, Row

Key = tuple[str, str]
"""Tag of a language, and an entity: its registry id, or where there is none a name."""
Plan = dict[Key, dict[str, str]]
"""For each entity that is renamed the new form of each of its mentions."""
_SIMILAR = 55.0
"""Least similarity, in percent, of two spellings of a word of one name."""


def key_of(entity: dict[str, Any], words: str, language: Language) -> Key | None:
    """Say which entity a mention names; None for one that names none, or several at once."""
    ids = entity.get("entity_ids") or []
    if len(ids) > 1 or entity.get("form") not in (None, "NAM", "ABR", "ADJ"):
        return None
    return language.tag, ids[0] if ids else words


def plan_of(rows: Sequence[Row], applied: Applied, *, within: bool) -> Plan:
    """Choose a donor for each entity that can have one.

    Args:
        rows: all documents.
        applied: seed and rate.
        within: donors are names of the documents themselves, each of another entity; else names of none of them.

    """
    chooser = random.Random(f"{applied.seed}|{applied.edit.name}")  # noqa: S311 - no secret
    surfaces: dict[Key, set[str]] = defaultdict(set)
    types: dict[Key, set[str]] = defaultdict(set)
    multiple: set[Key] = set()
    for row in rows:
        language = languages.get(row.get("language"))
        for entity in row.get("entities") or ():
            words = row["text"][entity["start"] : entity["end"]]
            key = key_of(entity, words, language)
            if key is not None:
                surfaces[key].add(words)
                types[key].add(entity.get("type") or "")
            elif entity.get("form") in ("NAM", "ABR", "ADJ", None):
                multiple.update((language.tag, each) for each in entity.get("entity_ids") or ())
    used = {word for names in surfaces.values() for name in names for word in (name, *words_of(name))}
    singles = {key: names for key, names in sorted(surfaces.items()) if key not in multiple and len(types[key]) == 1}
    plan: Plan = {}
    people = {key: names for key, names in singles.items() if types[key] == {"PER"}}
    plan |= _people(people, used, chooser, within=within)
    plan |= _places({key: names for key, names in singles.items() if types[key] == {"GPE"}}, used, chooser, within)
    return {key: names for key, names in plan.items() if applied.rate >= 1 or chooser.random() < applied.rate}


def _people(people: dict[Key, set[str]], used: set[str], chooser: random.Random, *, within: bool) -> Plan:
    full = {key: full_name(names) for key, names in people.items()}
    groups: dict[tuple[str, Shape], list[Key]] = defaultdict(list)
    for key, words in full.items():
        if words:
            groups[key[0], shape(words, languages.get(key[0]))].append(key)
    plan: Plan = {}
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
    """Take donors of which no two have a word in common, as far as there are such."""
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
    """Write a mention of a name in the words of its donor; None where a word of it is none of the name's."""
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


def _places(places: dict[Key, set[str]], used: set[str], chooser: random.Random, within: bool) -> Plan:
    plan: Plan = {}
    for tables in (_cities, _states):
        groups: dict[tuple[str, Any], list[Key]] = defaultdict(list)
        for key, names in places.items():
            found = tables(key[0], names)
            if found is not None:
                groups[key[0], found[1]].append(key)
        for (tag, like), members in groups.items():
            if within:
                own = [name for key in members if (found := tables(key[0], places[key])) for name in [found[0]]]
                donors = own[1:] + own[:1] if len(own) > 1 else []
            else:
                donors = [name for name, shaped in _pool(tag, tables) if shaped == like and name not in used]
                chooser.shuffle(donors)
            for key, donor in zip(members, donors, strict=False):
                base = tables(key[0], places[key])
                assert base is not None
                plan[key] = {name: _place(name, base[0], donor, tag) for name in places[key]}
    return plan


def _pool(tag: str, tables: Any) -> Iterator[tuple[str, Any]]:
    for name in (*CITIES.get(tag, ()), *STATES.get(tag, {})):
        found = tables(tag, {name})
        if found is not None:
            yield name, found[1]


def _cities(tag: str, names: set[str]) -> tuple[str, Any] | None:
    """Name and shape of a city that goes by one name."""
    (name, *others) = sorted(names)
    return (name, (len(name.split()), _final(tag, name))) if name in CITIES.get(tag, ()) and not others else None


def _states(tag: str, names: set[str]) -> tuple[str, Any] | None:
    """Name and shape of a state that goes by one name and its adjective."""
    known = STATES.get(tag, {})
    for name in sorted(names):
        if name in known and all(each == name or _adjective(each, known[name]) for each in names):
            return name, _final(tag, name)
    return None


def _final(tag: str, name: str) -> str:
    return final_sound(name) if tag == "ko" else ""


def _adjective(word: str, masculine: str) -> bool:
    return bool(masculine) and word.removeprefix("ال").removesuffix("ة") == masculine


def _place(name: str, base: str, donor: str, tag: str) -> str:
    known = STATES.get(tag, {})
    return donor if name == base else name.replace(known[base], known[donor])


def rename(draft: Draft) -> None:
    """Write each mention of an entity by its new name, at any depth of nesting."""
    renamed: set[str] = set()
    for entity in draft.labels("entities"):
        words = draft.text[entity["start"] : entity["end"]]
        key = key_of(entity, words, draft.language)
        if key is None or entity.get("type") not in ("PER", "GPE", "ORG", "LOC", "FAC"):
            continue
        new = draft.plan.get(key, {}).get(words)
        if new is None:
            draft.unable["no donor"] += 1
        elif draft.replace(entity["start"], entity["end"], new):
            renamed.add(words)
    edited = [(start, end) for start, end, _ in draft.replacements]
    for words in renamed:
        at = draft.text.find(words)
        while at >= 0:
            if not any(start <= at < end for start, end in edited):
                draft.unable["the name stands where no label is"] += 1
            at = draft.text.find(words, at + 1)
