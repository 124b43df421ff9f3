"""The report on paper: the lines of the labels are seen in the pixels, and what is folded is there."""

import pytest
from paper import SCALE, Paper
from test_filters import GOLD, PRED
from test_reading import of_lines

from dragoman.reports.html import page as render
from dragoman.reports.sources import from_reference

PEOPLE, BODIES, PLACES, TIMES = (0x27, 0x65, 0xBD), (0xB7, 0x4A, 0x03), (0x00, 0x73, 0x5C), (0x4A, 0x39, 0x00)
WHOLE, BROKEN = pytest.approx(1, abs=0.12), pytest.approx(5 / 8, abs=0.15)
"""Share of a word that a line covers; a broken one is five pixels of eight."""


def lines(paper, word, colour):
    """The shares of a word that are covered over and under it."""
    sheet, (left, top, right, bottom) = paper.find(word)[0]
    over, under = (left, top - 12 * SCALE, right, top), (left, bottom, right, bottom + 10 * SCALE)
    return paper.covered(sheet, over, colour), paper.covered(sheet, under, colour)


@pytest.fixture
def three(opened, tmp_path):
    return opened(of_lines(tmp_path, GOLD, PRED))


def test_lines_of_gold_and_of_predictions_are_seen_over_and_under_the_words(three):
    paper = Paper(three)
    assert lines(paper, "Monday", TIMES) == (BROKEN, 0)  # missed
    assert lines(paper, "기자", PEOPLE) == (BROKEN, 0)
    assert lines(paper, "가", PLACES) == (0, BROKEN)  # spurious
    assert lines(paper, "Bern", BODIES) == (BROKEN, BROKEN)  # another type of the same family
    assert lines(paper, "Ada", PEOPLE) == (0, 0)  # right, and not shown
    three.get_by_label("errors only").uncheck()
    assert lines(Paper(three), "Ada", PEOPLE) == (WHOLE, WHOLE)


def test_folded_tables_are_on_paper_and_what_acts_is_not(three):
    words = " ".join(Paper(three).text().split())
    assert "entities.partial" in words  # of all measures
    assert "Rows are gold, columns predicted" in words
    for absent in ("Clear filters", "Search", "Save marks", "Colours"):
        assert absent not in words
    assert "First of all" in words
    three.get_by_label("errors only").uncheck()
    assert three.locator("article:visible").count() == 3
    words = Paper(three).text().split()
    assert "two" in words
    assert "three" not in words  # it has no mistake and is left out


def test_two_runs_have_their_lines_one_below_the_other(opened, tmp_path):
    gold, pred = tmp_path / "gold", tmp_path / "pred"
    of_lines(tmp_path, GOLD, PRED)
    paper = Paper(opened(render(pred, from_reference(gold), pred)))
    sheet, (left, _, right, bottom) = paper.find("가")[0]
    rows = [paper.covered(sheet, (left, y, right, y + 1), PLACES) > 0.3 for y in range(bottom, bottom + 14 * SCALE)]
    assert sum(now and not before for before, now in zip([False, *rows], rows, strict=False)) == 2
