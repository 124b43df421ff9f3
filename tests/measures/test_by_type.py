"""Scores by type: taken on the items of a type alone, however they are worked out."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from sides import both, pair, seeds

from dragoman.annotations import Coded
from dragoman.measures.catalogue import MEASURES
from dragoman.scoring import count
from dragoman.scoring.slices import Types

BY_TYPE = [m for m in MEASURES if m.layer in {"entities", "dates"} and m.by_type]


def only(lines, layer, type_):
    # Without the claims, which may refer to what is left out.
    return [{**line, "claims": [], layer: [i for i in line[layer] if i.get("type") == type_]} for line in lines]


@settings(max_examples=25)
@given(seeds)
def test_every_measure_by_type_is_the_measure_on_that_type_alone(seed):
    gold, predicted = pair(seed)
    ours, theirs = both(gold, predicted)
    types = Types()
    for measure in BY_TYPE:
        counted = count(measure, theirs, ours)
        if counted is None:
            continue
        for type_, rows in types.rows(measure, counted):
            score = measure.score.finish(rows.sum(axis=0))
            alone = count(
                measure, *reversed(both(only(gold, measure.layer, type_), only(predicted, measure.layer, type_)))
            )
            if alone is None:  # by itself the type has nothing that makes the measure defined
                continue
            expected = measure.score.finish(alone.rows.sum(axis=0))
            for leaf, value in expected.items():
                assert float(score[leaf]) == pytest.approx(float(value), nan_ok=True), (measure.name, type_)


@settings(max_examples=25)
@given(seeds)
def test_what_follows_from_one_match_is_what_matching_type_by_type_gives(seed):
    ours, theirs = both(*pair(seed))
    ours = replace(ours, languages=Coded.of([["ko", "ar", None][i % 3] for i in range(len(ours.documents))]))
    for measure in (m for m in BY_TYPE if m.alone is not None):
        counted = count(measure, theirs, ours)
        if counted is not None:
            short = dict(Types().rows(measure, counted))
            long = dict(Types().rows(replace(measure, alone=None), counted))
            assert list(short) == list(long)
            for type_, rows in short.items():
                assert (rows == long[type_]).all(), (measure.name, type_)
