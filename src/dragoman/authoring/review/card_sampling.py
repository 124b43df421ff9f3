"""Which cards a kit has, in which order: a random sample first, then a search for mistakes, within a time.

Part one is a simple random sample of cards without replacement within each stratum (layer, and whether the passes
agree; Cochran 1977, *Sampling Techniques*, chapter 5), with equal numbers in the strata as far as they reach, since
each stratum gets an estimate of its own. It is drawn before anything is put in order, and asked in the order drawn, so
that the answers of a reader who stops early are a random sample of each stratum too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from dragoman.authoring.review.label_cards import Group
from dragoman.authoring.review.planted import plant
from dragoman.schema.layers import LAYER_NAMES
from dragoman.schema.records import Document

ORDER = LAYER_NAMES[::-1]
"""Layers in the order in which they are asked about: claims, which say most, first."""
SECONDS = {"claims": 30.0, "dates": 14.0, "entities": 9.0}
"""Seconds that a card takes, by layer: a guess, to fill the time; the page itself measures nothing."""
READING = 12.0
"""Characters a second when a whole text is searched for what was missed, and 5 seconds to answer."""
SAMPLE = 0.5
"""Share of the time that is for part one."""
PLANTED = 0.08
"""Planted cards for each real one."""
SHARED = 0.25
"""Share of the cards of part one that all readers get where there are several."""
Item = Group | Document
"""A card to be: about equal labels, or about what a document misses."""


@dataclass(frozen=True)
class Plan:
    """Cards of one reader, in the order asked."""

    sample: list[Group]
    rest: list[Item]
    shared: bool


def seconds(item: Item) -> float:
    """How long a card takes, in seconds."""
    return 5 + len(item.text) / READING if isinstance(item, Document) else SECONDS[item.layer]


def draw(groups: Sequence[Group], generator: np.random.Generator) -> dict[tuple[str, str], list[Group]]:
    """Put the cards of each stratum, which come in the order of their keys, in a random order.

    What is asked of a stratum is the beginning of that.
    """
    strata: dict[tuple[str, str], list[Group]] = {}
    for group in groups:
        strata.setdefault(group.stratum, []).append(group)
    return {
        name: [strata[name][i] for i in generator.permutation(len(strata[name]))]
        for name in sorted(strata, key=lambda s: (ORDER.index(s[0]), s[1] == "agree"))
    }


def plans(groups: Sequence[Group], *, minutes: float, readers: int, seed: int, own: bool = False) -> list[Plan]:
    """Choose the cards of each reader.

    Args:
        groups: all cards that there are.
        minutes: that a reader has.
        readers: how many; of several, all get a part of the sample alike, and each a part of their own.
        seed: of all that is drawn.
        own: whether types or forms of entities are the benchmark's own.

    Returns:
        A plan for each reader.

    """
    groups = sorted(groups, key=lambda group: group.key)
    generator = np.random.Generator(np.random.PCG64(seed))
    drawn = draw(groups, generator)
    budget = minutes * 60 * (1 - PLANTED)
    samples = _samples(drawn, budget * SAMPLE, readers)
    asked = {group.key for sample in samples for group in sample}
    left = [group for group in groups if group.key not in asked]
    made = []
    for number, sample in enumerate(samples):
        spent = math.fsum(map(seconds, sample))  # the same kit on every interpreter
        rest = _rest(left[number::readers] if readers > 1 else left, groups, budget - spent, generator)
        made.append((sample, rest))
    types = sorted({group.labels[0].type for group in groups if group.layer == "entities"})
    wrong = partial(plant, types=types, generator=generator, own=own)
    return [Plan(*_with_planted(sample, rest, drawn, wrong, generator), shared=readers > 1) for sample, rest in made]


def _kept_for_planting(passes: str, cards: int) -> int:
    """Cards at the end of a stratum's draw of which wrong labels may be made, so that nobody sees both."""
    return 0 if passes == "differ" or cards < 4 else math.ceil(PLANTED * cards)


def _samples(drawn: dict[tuple[str, str], list[Group]], budget: float, readers: int) -> list[list[Group]]:
    """Take the next card of each stratum in turn while there is time, and deal them out."""
    made: list[dict[tuple[str, str], list[Group]]] = [{name: [] for name in drawn} for _ in range(readers)]
    spent = [0.0] * readers
    open_ = dict.fromkeys(drawn, 0)
    every = 1 if readers == 1 else round(1 / SHARED)
    while open_:
        for name in list(open_):
            at = open_[name]
            if at >= len(drawn[name]) - _kept_for_planting(name[1], len(drawn[name])):
                del open_[name]
                continue
            group = drawn[name][at]
            # Whose it is depends on its place in the draw alone, so that each reader's cards are a random sample.
            own = at - at // every - 1
            whose = range(readers) if at % every == 0 else [own % readers]
            if any(spent[reader] + seconds(group) > budget for reader in whose):
                del open_[name]
                continue
            for reader in whose:
                made[reader][name].append(group)
                spent[reader] += seconds(group)
            open_[name] = at + 1
    return [[group for of in sample.values() for group in of] for sample in made]


def _rest(left: Sequence[Group], groups: Sequence[Group], budget: float, generator: np.random.Generator) -> list[Item]:
    """Document by document, those with the most disagreements first; a document's cards end with what was missed."""
    documents = {group.document.id: group.document for group in groups}
    differing = dict.fromkeys(documents, 0)
    for group in groups:
        differing[group.document.id] += group.passes == "differ"
    order = sorted(documents, key=lambda name: (-differing[name], -len(documents[name].text), name))
    chosen: set[tuple[str, str, str]] = set()
    # Time goes to labels on which the passes differ, then to what was missed, then to the layers in order.
    for group in left:
        if group.passes == "differ" and seconds(group) <= budget:
            chosen.add(group.key)
            budget -= seconds(group)
    searched = []
    for name in order:
        if seconds(documents[name]) <= budget / 2:
            searched.append(name)
            budget -= seconds(documents[name])
    for layer in ORDER:
        for i in generator.permutation(len(left)):
            group = left[i]
            if group.layer == layer and group.key not in chosen and seconds(group) <= budget:
                chosen.add(group.key)
                budget -= seconds(group)
    items: list[Item] = []
    for name in order:
        own = [group for group in left if group.key in chosen and group.document.id == name]
        own.sort(key=lambda g: (ORDER.index(g.layer), g.passes == "agree"))
        items += own
        items += [documents[name]] if name in searched else []
    return items


def _with_planted(
    sample: list[Group],
    rest: list[Item],
    drawn: Mapping[tuple[str, str], Sequence[Group]],
    made_wrong: Callable[[Group], Group | None],
    generator: np.random.Generator,
) -> tuple[list[Group], list[Item]]:
    """Put wrong labels among the others: of labels not asked about, else in place of those of part two."""
    real = {item.key for item in rest if isinstance(item, Group)}
    taken = {group.key for group in sample}
    wanted = max(1, round(PLANTED * (len(real) + len(taken))))
    pools = {}
    for layer in ORDER:
        mine = [g for name, of in drawn.items() if name[0] == layer and name[1] != "differ" for g in reversed(of)]
        order = sorted((g for g in mine if g.key not in taken), key=lambda g: g.key in real)
        pools[layer] = [wrong for group in order if (wrong := made_wrong(group)) is not None]
    made: list[Group] = []
    while len(made) < wanted and any(pools.values()):
        made += [pool.pop(0) for pool in pools.values() if pool and len(made) < wanted]
    for count, wrong in enumerate(made):
        rest = [item for item in rest if isinstance(item, Document) or item.key != wrong.key]
        beside = [i for i, item in enumerate(rest) if isinstance(item, Group) and item.document.id == wrong.document.id]
        if count % 2 and beside:
            rest.insert(beside[int(generator.integers(len(beside)))], wrong)
        else:
            places = [i for i, group in enumerate(sample) if group.layer == wrong.layer]
            sample.insert(places[int(generator.integers(len(places)))] if places else len(sample), wrong)
    return sample, rest
