from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dragoman.matching.exact import equal_pairs

rows = st.lists(
    st.tuples(st.integers(-3, 3), st.integers(0, 4), st.integers(0, 2**40)).map(lambda r: (r[0], r[1], r[2] % 3))
)


def columns(items, width=3):
    return [np.array([item[i] for item in items], np.int64) for i in range(width)]


@given(rows, rows)
def test_pairs_are_equal_one_to_one_and_as_many_as_the_multisets_share(gold, predicted):
    g, p = equal_pairs(columns(gold), columns(predicted))
    assert len(set(g.tolist())) == len(g)
    assert len(set(p.tolist())) == len(p)
    assert all(gold[a] == predicted[b] for a, b in zip(g, p, strict=True))
    assert len(g) == sum((Counter(gold) & Counter(predicted)).values())
    assert (np.diff(g) > 0).all()


def test_keys_wider_than_an_integer_are_ranked_and_not_mixed_up():
    big = 2**61
    gold = [(big, big, 1), (big, 1, big), (1, big, big)]
    predicted = [(1, big, big), (big, big, 2), (big, 1, big)]
    g, p = equal_pairs(columns(gold), columns(predicted))
    assert list(zip(g.tolist(), p.tolist(), strict=True)) == [(1, 2), (2, 0)]
