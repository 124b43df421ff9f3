"""Selection and order of the cards of a kit: a random sample first, then a search for mistakes, within a time budget.

Part one is a simple random sample of cards without replacement within each stratum (layer, and whether the passes
agree; Cochran 1977, *Sampling Techniques*, chapter 5), of equal size in all strata as far as they allow, since each
stratum has an estimate of its own. The cards are asked in the order drawn, so that the answers of a reader who stops
early are a random sample of each stratum too.
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
"""Layers in the order in which they are asked about: claims, the most informative, first."""
SECONDS = {"claims": 30.0, "dates": 14.0, "entities": 9.0}
"""Estimated seconds per card, by layer: an assumption, used to fill the time budget; the page does not measure time."""
READING = 12.0
"""Assumed reading speed in characters per second when a whole text is searched for missed labels, plus 5 seconds to
answer.
"""
SAMPLE = 0.5
"""Fraction of the time for part one."""
PLANTED = 0.08
"""Planted cards per real card."""
SHARED = 0.25
"""Fraction of the cards of part one that all readers share, if there are several."""
Item = Group | Document
"""A card to be made: about equal labels, or about missed labels of a document."""


@dataclass(frozen=True)
class Plan:
    """Cards of one reader, in the order in which they are asked."""

    sample: list[Group]
    rest: list[Item]
    shared: bool


def seconds(item: Item) -> float:
    """Return the estimated time for a card, in seconds."""
    return 5 + len(item.text) / READING if isinstance(item, Document) else SECONDS[item.layer]


def draw(groups: Sequence[Group], generator: np.random.Generator) -> dict[tuple[str, str], list[Group]]:
    """Shuffle the cards of each stratum; the input is in the order of their keys.

    The cards that are asked are a prefix of this order.
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
        groups: all available cards.
        minutes: time per reader, in minutes.
        readers: number of readers; if there are several, part of the sample is shared by all, and the rest is divided.
        seed: random seed.
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
        spent = math.fsum(map(seconds, sample))  # deterministic across Python versions
        rest = _rest(left[number::readers] if readers > 1 else left, groups, budget - spent, generator)
        made.append((sample, rest))
    types = sorted({group.labels[0].type for group in groups if group.layer == "entities"})
    wrong = partial(plant, types=types, generator=generator, own=own)
    return [Plan(*_with_planted(sample, rest, drawn, wrong, generator), shared=readers > 1) for sample, rest in made]


def _kept_for_planting(passes: str, cards: int) -> int:
    """Return how many cards at the end of a stratum's order are reserved for planting: no reader sees a label twice."""
    return 0 if passes == "differ" or cards < 4 else math.ceil(PLANTED * cards)


def _samples(drawn: dict[tuple[str, str], list[Group]], budget: float, readers: int) -> list[list[Group]]:
    """Take the next card of each stratum in turn while the time budget allows, and distribute them."""
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
            # The reader depends on the position in the order only, so that each reader's cards are a random sample.
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
    """Choose cards document by document, those with the most disagreements first; each document ends with missed
    labels.
    """
    documents = {group.document.id: group.document for group in groups}
    differing = dict.fromkeys(documents, 0)
    for group in groups:
        differing[group.document.id] += group.passes == "differ"
    order = sorted(documents, key=lambda name: (-differing[name], -len(documents[name].text), name))
    chosen: set[tuple[str, str, str]] = set()
    # Priority: labels on which the passes differ, then missed labels, then the layers in order.
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
    """Insert wrong labels among the others: preferably made from labels that are not asked, else replacing cards of
    part two.
    """
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
