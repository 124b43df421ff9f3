"""Ranks follow from tests that were corrected, not from small differences."""

import csv
import io
import json
from itertools import combinations

import jsonschema
import numpy as np
import pytest
from submitted import submit

from dragoman import files
from dragoman.leaderboard.board_data import as_csv, judge, plain
from dragoman.leaderboard.ranking import columns
from dragoman.schema.json_schema import json_schema
from dragoman.schema.leaderboard_json import Board
from dragoman.scoring.comparison import compare


def through(items, _what):
    return items


@pytest.fixture(scope="module")
def judged(tmp_path_factory, benchmark, gold):
    runs = tmp_path_factory.mktemp("runs")
    submit(runs, "whole", benchmark, gold, name="Whole")
    submit(runs, "twin", benchmark, gold, name="=HYPERLINK(1)")
    submit(runs, "half", benchmark, gold, keep=2, name="Half")
    submit(runs, "some", benchmark, gold, keep=3, layers=("entities", "dates"), name="Some")
    submit(runs, "pass", benchmark, gold, name="Pass", independent=False)
    submit(runs, "old", benchmark, gold, version="0.1.0", name="Old")
    return judge(runs, gold, through)


def at(board, folder):
    return next(entry for entry in board.entries if entry.folder.startswith(folder))


def test_equal_systems_share_a_rank_and_worse_ones_come_after(judged):
    board = judged[0]
    places = {name: at(board, name).cells["entities.strict"].place for name in ("whole", "twin", "half", "some")}
    assert [places[name].rank for name in ("whole", "twin", "half", "some")] == [1, 1, 3, 4]
    assert [places[name].last for name in ("whole", "twin", "half", "some")] == [2, 2, 3, 4]
    assert (places["whole"].tied, places["half"].tied) == (1, 0)
    assert places["half"].rank_interval == [3, 3]


def test_a_system_without_all_layers_is_ranked_in_those_it_has(judged):
    some = at(judged[0], "some")
    assert some.state == "ranked"
    assert some.cells["headline"].score is None
    assert some.cells["headline"].place is None
    assert some.cells["claims.attributed"].place is None
    assert some.cells["dates.value"].place is not None


def test_other_data_is_listed_last_and_has_no_place(judged):
    assert judged[0].entries[-1].folder == "old/0.1.0"
    assert judged[0].entries[-1].cells == {}


def test_what_is_not_independent_of_gold_is_scored_apart_and_takes_no_place_from_others(judged):
    board = judged[0]
    entry = at(board, "pass")
    assert (entry.state, entry.problems) == ("not independent", [])
    assert entry.cells["headline"].score == 1
    assert all(cell.place is None for cell in entry.cells.values())
    assert not any(entry.id in (c.first, c.second) for pairs in board.contrasts.values() for c in pairs)
    assert [each.state for each in board.entries] == ["ranked"] * 4 + ["not independent", "other data"]


def test_the_board_is_of_its_published_schema(judged):
    jsonschema.validate(json.loads(files.pretty_json(judged[0])), json_schema("leaderboard"))


def test_contrasts_of_a_measure_are_those_of_a_comparison(judged):
    board, entries = judged
    ranked = [entry.id for entry in board.entries if entry.state == "ranked"]
    compared = compare(*(entries[name].result for name in sorted(ranked)), measures=["dates.value"])
    theirs = sorted(c.p_permutation for c in compared.contrasts["dates.value"])
    assert sorted(c.p for c in board.contrasts["dates.value"]) == theirs
    assert len(board.contrasts["dates.value"]) == len(list(combinations(ranked, 2)))


def test_the_headline_column_is_the_headline_of_the_scorer(judged):
    board, entries = judged
    for entry in board.entries:
        if entry.cells:
            scored = entries[entry.id].result.scores["headline"]
            assert entry.cells["headline"].score == (None if scored is None else pytest.approx(scored, abs=1e-12))


def test_language_columns_are_the_slices_of_the_scorer(judged):
    board, entries = judged
    half = at(board, "half")
    for language in ("ar", "ko-KP"):
        name = f"dates.value[language={language}]"
        assert half.cells[name].score == pytest.approx(entries[half.id].result.slices[name]["f1"], abs=1e-12)


def test_the_mean_of_measures_is_undefined_where_one_is(gold):
    headline = columns(gold)[0]
    totals = np.array([1, 1, 1, 1, 1, 1, 0, 0, 0])
    assert np.isnan(headline.finish(totals)["score"])
    assert headline.finish(np.ones(9, np.int64))["score"] > 0


def test_the_board_is_the_same_bytes_and_reads_back(judged, gold, tmp_path):
    board = judged[0]
    data = files.pretty_json(board)
    assert files.decode(data, Board) == board
    assert files.pretty_json(files.decode(data, Board)) == data


def test_csv_has_a_row_an_entry_and_no_formula(judged, gold):
    board = judged[0]
    table = list(csv.reader(io.StringIO(as_csv(board, columns(gold)).decode(), newline="")))
    assert len(table) == 1 + len(board.entries)
    assert len({len(row) for row in table}) == 1
    assert "'=HYPERLINK(1)" in {row[0] for row in table}


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r\n=1", "  =1", "\uff1d1", "\u202e=1", "a\nb"]
)
def test_a_cell_of_text_is_never_a_formula(text):
    safe = plain(text)
    assert safe[:1] not in set("=+-@\t\r\n\uff1d")
    assert safe.lstrip()[:1] not in set("=+-@")
    assert safe.isprintable()
