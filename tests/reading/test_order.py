"""Spans come out in one order, and a repeated number is found, however many there are and wherever they are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.annotations import Coded, Spans
from dragoman.reading.canonical_order import _sorted, spans_in_order
from dragoman.reading.columns import _repeats

small = st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(1, 3), st.sampled_from("ba"))
large = st.tuples(st.integers(0, 2), st.integers(0, 2**31 - 2), st.integers(1, 2**31 - 1), st.sampled_from("ba"))


@given(st.lists(small, max_size=12) | st.lists(small, max_size=12, unique_by=lambda row: row[:3]) | st.lists(large))
def test_spans_are_ordered_by_document_bounds_and_type(rows):
    doc, start, length = (np.array([row[i] for row in rows], np.int64) for i in range(3))
    types = Coded.of([row[3] for row in rows])
    ordered = spans_in_order(Spans(doc, start, start + length, types, Coded.null(len(rows)), np.arange(len(rows))))
    found = list(zip(ordered.doc, ordered.start, ordered.end - ordered.start, strict=True))
    assert [(*row, ordered.type.value(i)) for i, row in enumerate(found)] == sorted(rows)
    assert [rows[i] for i in ordered.item.tolist()] == sorted(rows)


@given(st.integers(0, 2**32 - 1), st.integers(0, 40), st.lists(st.sampled_from([1, 2, 2**16, 2**31]), min_size=1))
def test_columns_that_do_not_fit_one_number_are_sorted_like_any_others(seed, rows, ranges):
    random = np.random.default_rng(seed)
    columns = [random.integers(0, bound, rows) for bound in ranges]
    assert _sorted(columns).tolist() == np.lexsort(columns[::-1]).tolist()


@given(st.lists(st.integers(0, 20), max_size=8), st.sampled_from([1, 10**6]))
def test_a_repeated_number_is_found_where_numbers_are_dense_and_where_not(numbers, scale):
    assert _repeats(np.array(numbers, np.int64) * scale) == (len(set(numbers)) < len(numbers))


@pytest.mark.parametrize("index", [np.array([2, 0]), np.array([True, False, True])])
def test_taking_of_what_is_nowhere_given_takes_no_memory(index):
    taken = Coded.null(3).take(index)
    assert taken.codes.tolist() == [-1, -1]
    assert taken.codes.strides == (0,)
