"""Places follow scores, and ranges follow tests, in each column and track of the board."""

import csv
import io
import json
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from msgspec import structs
from submitted import submit

from dragoman import json_text, scoring
from dragoman.leaderboard.board_data import as_csv, evaluate
from dragoman.leaderboard.entries import Entry
from dragoman.leaderboard.ranking import columns, score_column
from dragoman.measures.naming import BY_NAME
from dragoman.schema.json_schema import json_schema
from dragoman.schema.layers import LAYER_NAMES
from dragoman.schema.leaderboard_json import Board
from dragoman.schema.result_file import Counts
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


def test_places_follow_scores_and_copies_share_one(evaluated):
    board = evaluated[0]
    cells = {name: at(board, name).cells["entities.strict"] for name in ("whole", "twin", "half", "some")}
    assert [cells[name].place.rank for name in cells] == [1, 1, 3, 4]
    assert [cells[name].place.range for name in cells] == [[1, 2], [1, 2], [3, 3], [4, 4]]
    assert (cells["whole"].place.tied, cells["half"].place.tied) == (1, 0)
    assert [cells[name].place.best for name in cells] == [True, True, False, False]
    assert cells["whole"].score == cells["twin"].score > cells["half"].score > cells["some"].score


def test_nothing_right_is_shown_without_a_place(tmp_path, benchmark, gold):
    submit(tmp_path, "some", benchmark, gold, keep=2)
    empty = submit(tmp_path, "empty", benchmark, gold, keep=10**6)  # the first of each document, and no claim
    clear(empty, gold)
    board = evaluate(tmp_path, gold, through)[0]
    entry = at(board, "empty")
    assert entry.state == "ranked"
    for column in ("headline", "entities.strict", "dates.value", "claims.attributed"):
        assert (entry.cells[column].score, entry.cells[column].place) == (0.0, None)
        assert not any(entry.id in (c.first, c.second) for c in board.contrasts[column])
    assert at(board, "some").cells["entities.strict"].place.range == [1, 1]
    assert any("W821" in problem for problem in entry.problems)


def clear(folder, gold):
    """Take all labels out of a run."""
    names = [json.loads(line)["id"] for line in (folder / "predictions.jsonl").read_bytes().splitlines()]
    lines = [{"id": name, "entities": [], "dates": [], "claims": []} for name in names]
    (folder / "predictions.jsonl").write_bytes(json_text.lines(lines))
    result = scoring.score(folder / "predictions.jsonl", gold, intervals=False)
    (folder / "result.json").write_bytes(json_text.pretty(result))


def test_closed_and_open_are_placed_apart(tmp_path, benchmark, gold):
    submit(tmp_path, "closed", benchmark, gold, keep=2, resources=["text", "dev"])
    submit(tmp_path, "open", benchmark, gold, resources=["text", "web"])
    submit(tmp_path, "silent", benchmark, gold, keep=3, resources=None)
    board = evaluate(tmp_path, gold, through)[0]
    assert {entry.folder.split("/")[0]: entry.track for entry in board.entries} == {
        "closed": "closed",
        "open": "open",
        "silent": "open",
    }
    ranks = {entry.folder.split("/")[0]: entry.cells["dates.value"].place.rank for entry in board.entries}
    assert ranks == {"closed": 1, "open": 1, "silent": 2}
    assert [{c.first, c.second} for c in board.contrasts["dates.value"]] == [
        {at(board, "open").id, at(board, "silent").id}
    ]
    assert [problem for problem in at(board, "silent").problems if "W820" in problem]


def entry_of(gold, name, shares, answered=1):
    """An entry that finds a share of the entities of each document that it answers: its counts alone."""
    rows = np.bincount(gold.annotations.entities.doc, minlength=len(gold.data.documents))
    rng = np.random.Generator(np.random.PCG64(int.from_bytes(name.encode()[-2:])))
    right = rng.binomial(rows, shares)
    column = BY_NAME["entities.strict"]
    counts = Counts(
        list(column.score.columns), 1, list(range(len(rows))), np.stack([right, rows, rows * answered], axis=1).tolist()
    )
    result = scoring.score(gold.annotations, gold, measures=["entities.strict"], intervals=False)
    result.counts = {"entities.strict": counts}
    return Entry(f"{name}/1.0.0", Path(name), attempted=("entities",), result=result)


def test_a_clear_winner_copies_and_an_empty_one_among_31(gold):
    many = [entry_of(gold, f"system{number:02}", 0.3) for number in range(27)]
    first, empty = entry_of(gold, "first", 0.9), entry_of(gold, "empty", 0.0)
    copies = [replace(first, folder=f"copy-{number}/1.0.0") for number in range(2)]
    column = next(each for each in columns(gold) if each.name == "entities.strict")
    found = score_column(column, [*many, first, *copies, empty], gold)
    places = {name: cell.place for name, cell in found.cells.items()}
    for entry in (first, *copies):
        place = places[entry.id]
        assert (place.rank, place.range, place.tied, place.best) == (1, [1, 3], 2, True)
    assert (found.cells[empty.id].score, places[empty.id]) == (0.0, None)
    assert all(places[entry.id].range[0] == 4 and not places[entry.id].best for entry in many)
    assert len(found.contrasts) == 30 * 29 // 2
    assert sorted(place.rank for place in places.values() if place)[:4] == [1, 1, 1, 4]


def test_of_a_pair_that_is_not_told_apart_it_is_said_why(gold):
    rows = np.bincount(gold.annotations.entities.doc, minlength=len(gold.data.documents))
    largest = int(rows.argmax())
    # The one answers one document, all of it right; the other answers all, nearly all of it wrong: who answered what
    # cannot be exchanged, and without that document nothing is left of the difference.
    only = (np.arange(len(rows)) == largest).astype(int)
    one, other = entry_of(gold, "one", only, only), entry_of(gold, "other", 0.02)
    column = next(each for each in columns(gold) if each.name == "entities.strict")
    (contrast,) = score_column(column, [one, other], gold).contrasts
    assert (contrast.better, contrast.failed) == (None, ["bootstrap"])
    assert contrast.document == gold.data.documents[largest]


def few(gold, layer, documents):
    """The same gold with a layer annotated in some documents only."""
    present = gold.annotations.present.copy()
    present[LAYER_NAMES.index(layer), documents:] = False
    return replace(gold, annotations=replace(gold.annotations, present=present))


def test_fewer_than_six_documents_have_scores_and_no_places(tmp_path, benchmark, gold):
    part = few(gold, "dates", 5)
    submit(tmp_path, "one", benchmark, part)
    submit(tmp_path, "two", benchmark, part, keep=2)
    board = evaluate(tmp_path, part, through)[0]
    documents = {column.name: column.documents for column in board.columns if column.ranked and "[" not in column.name}
    assert documents == {"headline": 5, "entities.strict": 31, "dates.value": 5, "claims.attributed": 31}
    for entry in board.entries:
        assert entry.cells["dates.value"].score is not None
        assert (entry.cells["dates.value"].place, entry.cells["headline"].place) == (None, None)
        assert entry.cells["entities.strict"].place is not None
    assert board.contrasts["dates.value"] == board.contrasts["headline"] == []


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
    assert entry.state == "not independent"
    assert entry.cells["headline"].score == 1
    assert all(cell.place is None for cell in entry.cells.values())
    assert not any(entry.id in (c.first, c.second) for pairs in board.contrasts.values() for c in pairs)
    assert [each.state for each in board.entries] == ["ranked"] * 4 + ["not independent", "other data"]


def test_the_board_is_of_its_published_schema(evaluated):
    jsonschema.validate(json.loads(json_text.pretty(evaluated[0])), json_schema("leaderboard"))


def test_contrasts_of_a_measure_are_those_of_a_comparison(evaluated):
    board, entries = evaluated
    ranked = [entry.id for entry in board.entries if entry.state == "ranked"]
    compared = compare(*(entries[name].result for name in sorted(ranked)), measures=["dates.value"])
    compared_p = sorted(c.p_permutation for c in compared.contrasts["dates.value"])
    assert sorted(c.p for c in board.contrasts["dates.value"]) == compared_p
    for name in ranked:
        place = next(entry for entry in board.entries if entry.id == name).cells["dates.value"].place
        standing = compared.standings["dates.value"][sorted(ranked).index(name)]
        assert (place.rank, place.range, place.best) == (standing.rank, standing.range, standing.best)
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
    data = json_text.pretty(board)
    assert json_text.decode(data, Board) == board
    assert json_text.pretty(json_text.decode(data, Board)) == data


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
