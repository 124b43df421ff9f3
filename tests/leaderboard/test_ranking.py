"""Ranks follow from tests that were corrected, not from small differences."""

import csv
import io
import json
from itertools import combinations

import jsonschema
import numpy as np
import pytest
from msgspec import structs
from submitted import submit

from dragoman import files
from dragoman.leaderboard.board_data import as_csv, evaluate
from dragoman.leaderboard.ranking import columns
from dragoman.schema.json_schema import json_schema
from dragoman.schema.leaderboard_json import Board
from dragoman.scoring.comparison import compare
from dragoman.tables import plain


def through(items, _what):
    return items


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory, benchmark, gold):
    runs = tmp_path_factory.mktemp("runs")
    submit(runs, "whole", benchmark, gold, name="Whole")
    submit(runs, "twin", benchmark, gold, name="=HYPERLINK(1)")
    submit(runs, "half", benchmark, gold, keep=2, name="Half")
    submit(runs, "some", benchmark, gold, keep=3, layers=("entities", "dates"), name="Some")
    submit(runs, "pass", benchmark, gold, name="Pass", independent=False)
    submit(runs, "old", benchmark, gold, version="0.1.0", name="Old")
    return evaluate(runs, gold, through)


def at(board, folder):
    return next(entry for entry in board.entries if entry.folder.startswith(folder))


def test_equal_systems_share_a_rank_and_worse_ones_come_after(evaluated):
    board = evaluated[0]
    places = {name: at(board, name).cells["entities.strict"].place for name in ("whole", "twin", "half", "some")}
    assert [places[name].rank for name in ("whole", "twin", "half", "some")] == [1, 1, 3, 4]
    assert [places[name].last for name in ("whole", "twin", "half", "some")] == [2, 2, 3, 4]
    assert (places["whole"].tied, places["half"].tied) == (1, 0)
    assert places["half"].rank_interval == [3, 3]


def test_a_system_without_all_layers_is_ranked_in_those_it_has(evaluated):
    some = at(evaluated[0], "some")
    assert some.state == "ranked"
    assert some.cells["headline"].score is None
    assert some.cells["headline"].place is None
    assert some.cells["claims.attributed"].place is None
    assert some.cells["dates.value"].place is not None


def test_other_data_is_listed_last_and_has_no_place(evaluated):
    assert evaluated[0].entries[-1].folder == "old/0.1.0"
    assert evaluated[0].entries[-1].cells == {}


def test_what_is_not_independent_of_gold_is_scored_apart_and_takes_no_place_from_others(evaluated):
    board = evaluated[0]
    entry = at(board, "pass")
    assert (entry.state, entry.problems) == ("not independent", [])
    assert entry.cells["headline"].score == 1
    assert all(cell.place is None for cell in entry.cells.values())
    assert not any(entry.id in (c.first, c.second) for pairs in board.contrasts.values() for c in pairs)
    assert [each.state for each in board.entries] == ["ranked"] * 4 + ["not independent", "other data"]


def test_the_board_is_of_its_published_schema(evaluated):
    jsonschema.validate(json.loads(files.pretty_json(evaluated[0])), json_schema("leaderboard"))


def test_contrasts_of_a_measure_are_those_of_a_comparison(evaluated):
    board, entries = evaluated
    ranked = [entry.id for entry in board.entries if entry.state == "ranked"]
    compared = compare(*(entries[name].result for name in sorted(ranked)), measures=["dates.value"])
    compared_p = sorted(c.p_permutation for c in compared.contrasts["dates.value"])
    assert sorted(c.p for c in board.contrasts["dates.value"]) == compared_p
    assert len(board.contrasts["dates.value"]) == len(list(combinations(ranked, 2)))


def test_the_headline_column_is_the_headline_of_the_scorer(evaluated):
    board, entries = evaluated
    for entry in board.entries:
        if entry.cells:
            scored = entries[entry.id].result.scores["headline"]
            assert entry.cells["headline"].score == (None if scored is None else pytest.approx(scored, abs=1e-12))


def test_language_columns_are_the_slices_of_the_scorer(evaluated):
    board, entries = evaluated
    half = at(board, "half")
    for language in ("ar", "ko-KP"):
        name = f"dates.value[language={language}]"
        assert half.cells[name].score == pytest.approx(entries[half.id].result.slices[name]["f1"], abs=1e-12)


def test_the_mean_of_measures_is_undefined_where_one_is(gold):
    headline = columns(gold)[0]
    totals = np.array([1, 1, 1, 1, 1, 1, 0, 0, 0])
    assert np.isnan(headline.finish(totals)["score"])
    assert headline.finish(np.ones(9, np.int64))["score"] > 0


def test_the_board_is_the_same_bytes_and_reads_back(evaluated, gold, tmp_path):
    board = evaluated[0]
    data = files.pretty_json(board)
    assert files.decode(data, Board) == board
    assert files.pretty_json(files.decode(data, Board)) == data


def test_csv_has_a_row_an_entry_and_no_formula(evaluated, gold):
    board = evaluated[0]
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


SEPARATORS = [",", ";", "\t"]


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize(
    "text",
    [
        "a;=1+1", "a; +1", "a,-1", "a,@SUM(A1)", "a\t=1", 'a;"=1+1"', "a;'=1", 'a;"" =1', "a;;=1", ";=1", "a;\uff1d1",
        "a,b;=1", '=1;"=2', 'x";=1', "a;\u00a0=1", "a;\u200b=1",
    ],
)  # fmt: skip
def test_no_cell_is_a_formula_whichever_sign_separates_cells(evaluated, gold, text, separator):
    board = structs.replace(
        evaluated[0], entries=[structs.replace(each, card=carded(each, text)) for each in evaluated[0].entries]
    )
    data = as_csv(board, columns(gold)).decode()
    for cells in (csv.reader(io.StringIO(data, newline=""), delimiter=separator), naive(data, separator)):
        for cell in (cell for row in cells for cell in row):
            assert cell.strip("\"' \u00a0")[:1] not in set("=+-@\uff1d") or cell.lstrip('"\u00a0 ')[:1] == "'", cell


def carded(entry, text):
    return entry.card and structs.replace(entry.card, name=text, version=text)


def naive(data, separator):
    """Cells as a reader sees them that knows no quotes."""
    return [line.split(separator) for line in data.split("\r\n")]


def test_text_that_is_no_formula_stays_as_it_is():
    for text in ("A system", "a - b", "a=b", "v1.0-rc1", "a;b", "Kim, et al.", "1+1"):
        assert plain(text) == text
    assert plain("a;=1+1") == "a;'=1+1"
