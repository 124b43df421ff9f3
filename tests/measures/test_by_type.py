"""Scores by type: taken on the items of a type alone, however they are worked out."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from sides import both, pair, seeds, tally

from dragoman.annotations import Coded
from dragoman.measures.catalogue import MEASURES
from dragoman.measures.pair import Pair
from dragoman.scoring.slices import rows_by_type

BY_TYPE = [m for m in MEASURES if m.layer in {"entities", "dates"} and m.by_type]


def only(lines, layer, type_):
    # Without the claims, which may refer to what is left out.
    return [{**line, "claims": [], layer: [i for i in line[layer] if i.get("type") == type_]} for line in lines]


@settings(max_examples=25)
@given(seeds)
def test_every_measure_by_type_is_the_measure_on_that_type_alone(seed):
    gold, predicted = pair(seed)
    ours, theirs = both(gold, predicted)
    sides = {}  # by layer and type: to read them takes longer than to count
    for measure in BY_TYPE:
        counted = tally(measure, ours, theirs)
        if counted is None:
            continue
        for type_, rows in counted.types.items():
            score = measure.score.finish(rows.sum(axis=0))
            part = measure.layer, type_
            if part not in sides:
                sides[part] = both(only(gold, *part), only(predicted, *part))
            alone = tally(measure, *sides[part])
            if alone is None:  # by itself the type has nothing that makes the measure defined
                continue
            expected = measure.score.finish(alone.rows.sum(axis=0))
            for leaf, value in expected.items():
                assert float(score[leaf]) == pytest.approx(float(value), nan_ok=True), (measure.name, type_)


@settings(max_examples=25)
@given(seeds)
def test_what_follows_from_one_match_is_what_matching_type_by_type_gives(seed):
    gold, pred = both(*pair(seed))
    gold = replace(gold, languages=Coded.of([["ko", "ar", None][i % 3] for i in range(len(gold.documents))]))
    sides = Pair(gold, pred)
    for measure in (m for m in BY_TYPE if m.match_by_type is not None):
        part = sides.of(measure.scored(sides))
        match = measure.match(part)
        labels, short = rows_by_type(measure, match, part)
        assert labels
        assert rows_by_type(replace(measure, match_by_type=None), match, part)[0] == labels
        assert (rows_by_type(replace(measure, match_by_type=None), match, part)[1] == short).all(), measure.name
