"""The simulated attacks on withheld gold, on cases worked by hand, and their table in the docs."""

import itertools
from pathlib import Path

import attack_closed_board
import withheld_labels as attacks

from dragoman.authoring import release_folder
from dragoman.leaderboard import closed
from dragoman.leaderboard.submission_log import Limits
from dragoman.release import source_root

PAGE = Path(__file__).resolve().parents[1] / "docs" / "shared-task.md"


def test_the_table_of_the_docs_is_that_of_the_simulation():
    assert attacks.table() in PAGE.read_text("utf-8")


def test_it_is_about_the_test_split_that_there_is(benchmark):
    documents = benchmark.split("test")
    assert (sum(len(d.entities) for d in documents), len(documents)) == (attacks.GOLD, attacks.DOCUMENTS)


def test_three_candidates_are_told_by_three_weighings_and_nine_by_seven():
    """A = {0}, B = {1} and c = {2}: A + B + c, A with what is not in B, and B."""
    assert attacks.groups(1) == [{0, 1, 2}, {0}, {1}]
    for truth in itertools.product((False, True), repeat=3):
        assert attacks.weighed(1, [sum(truth), int(truth[0]), int(truth[1])]) == [*truth]
    sizes = [(len(made := attacks.groups(level)), 1 + max(map(max, made))) for level in range(6)]
    assert sizes == [(1, 1), (3, 3), (7, 9), (15, 25), (31, 65), (63, 161)]


def test_exact_scores_tell_more_labels_than_there_are_submissions():
    """Fifty submissions are 31, 15, 3 and 1 weighings, for 65, 25, 3 and 1 labels."""
    assert attacks.exact([True, False] * 179, 50) == 94


def test_no_series_of_answers_that_only_rise_tells_more_than_there_are_such_series(monkeypatch):
    """Two answers with steps 0, ½ and 1 are six series: 00, 01, 02, 11, 12, 22, or 2.58 bits."""
    monkeypatch.setattr(attacks, "STEP", 0.5)
    assert attacks.bound([True] * 9, 2) == 2
    assert attacks.bound([True], 2) == 1


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


def test_an_attacker_on_the_board_as_it_is_reads_a_label_a_submission_until_the_limit(tmp_path):
    """The first submission makes a best, each further one tells a label; the ninth is over the limit of eight."""
    root = Path(__file__).resolve().parents[1]
    paths = tmp_path / "public", tmp_path / "private"
    release_folder.write_withheld(source_root.assemble(root), root, "test", *paths, "")
    made = attack_closed_board.attack(closed.opened(paths[1], limits=Limits(8, 8)), 20)
    assert made == attack_closed_board.Read(submissions=8, labels=7, mistaken=0)
