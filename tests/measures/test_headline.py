"""The headline of a measure: alone it is what it is among the others."""

import numpy as np
import pytest

from dragoman.measures.naming import BY_NAME


@pytest.mark.parametrize("measure", BY_NAME.values(), ids=lambda measure: measure.name)
def test_the_headline_alone_is_that_of_the_full_score(measure):
    totals = np.random.default_rng(1).integers(0, 5, size=(200, len(measure.score.columns)))
    totals[0] = 0  # 0/0
    alone, among = measure.score.main(totals), measure.score.finish(totals)[measure.score.headline]
    assert np.array_equal(alone, among, equal_nan=True)
    assert np.isnan(alone[0])


@pytest.mark.parametrize("measure", BY_NAME.values(), ids=lambda measure: measure.name)
def test_condensed_rows_have_the_same_headline(measure):
    rows = np.random.default_rng(1).integers(0, 5, size=(200, len(measure.score.columns)))
    condensed = measure.score.condensed(rows)
    assert len(np.unique(condensed, axis=0)) <= len(np.unique(rows, axis=0))
    for part in (slice(0, 1), slice(0, 7), slice(None)):
        before, after = (measure.score.main(table[part].sum(axis=0)) for table in (rows, condensed))
        assert np.array_equal(before, after, equal_nan=True)
