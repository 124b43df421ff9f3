import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.matching import overlap
from dragoman.matching.overlap import overlapping_pairs
from dragoman.problems import DragomanError

spans = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 12), st.integers(1, 6)), max_size=30)


def columns(items):
    doc, start, length = (np.array([item[i] for item in items], np.int64) for i in range(3))
    return doc, start, start + length


@given(spans, spans)
def test_all_pairs_that_share_a_character_and_no_others(gold, predicted):
    g, p, shared = overlapping_pairs(*columns(gold), *columns(predicted))
    expected = [
        (i, j, min(gs + gl, ps + pl) - max(gs, ps))
        for i, (gd, gs, gl) in enumerate(gold)
        for j, (pd, ps, pl) in enumerate(predicted)
        if gd == pd and min(gs + gl, ps + pl) > max(gs, ps)
    ]
    assert list(zip(g.tolist(), p.tolist(), shared.tolist(), strict=True)) == expected


def test_spans_that_touch_share_nothing():
    one = (np.array([0]), np.array([0]), np.array([3]))
    two = (np.array([0]), np.array([3]), np.array([5]))
    assert not len(overlapping_pairs(*one, *two)[0])


def test_more_candidates_than_the_bound_are_refused(monkeypatch):
    monkeypatch.setattr(overlap, "MAX_PAIRS", 99)
    many = columns([(0, 0, 5)] * 10)
    with pytest.raises(DragomanError, match="E106"):
        overlapping_pairs(*many, *many)
