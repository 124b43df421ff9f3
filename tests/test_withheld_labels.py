"""The simulated attacks on withheld gold, on cases worked by hand, and their table in the docs."""

from pathlib import Path

import withheld_labels as attacks

PAGE = Path(__file__).resolve().parents[1] / "docs" / "shared-task.md"


def test_the_table_of_the_docs_is_that_of_the_simulation():
    assert attacks.table() in PAGE.read_text("utf-8")


def test_pairs_take_one_submission_where_they_agree_and_two_where_they_do_not():
    assert attacks.exact([True, True, True, False, False, False], 4) == 6
    assert attacks.exact([True, True, True, False, False, False], 2) == 2


def test_counts_by_document_read_a_label_in_each():
    assert attacks.by_document([True] * 100, 2) == 62


def test_a_right_label_costs_a_step_where_the_best_alone_is_shown(monkeypatch):
    """Of 8 gold labels one is held. With one more right label it can reach 2·2/(8 + 2) = .4, then 6/11, 8/12 and 10/13,
    which are over the edges .1, .3, .5 and .7; the next, 12/14, is below .9. Wrong labels cost nothing."""
    monkeypatch.setattr(attacks, "HELD", 1)
    monkeypatch.setattr(attacks, "STEP", 0.2)
    monkeypatch.setattr(attacks, "f1", lambda right, predicted: 2 * right / (8 + predicted))
    assert attacks.best_only([True] * 7, 100) == 4
    assert attacks.best_only([False, True, False, True, True, False, True, True], 100) == 7
    assert attacks.best_only([False] * 7, 3) == 3
