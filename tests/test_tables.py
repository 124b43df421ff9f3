"""Tables fit where they are printed, numbers are never cut, and no cell of a spreadsheet is a formula."""

import csv
import io

import pytest

from dragoman.tables import Table, as_csv, wrapped

TABLE = Table(
    ("measure", "score", "95 %", "gold"),
    [("entities.strict", "0.977", "0.968–0.987", "456")],
    optional=("gold", "95 %"),
)


@pytest.mark.parametrize(
    ("width", "shown", "left_out"),
    [
        # 15 + 5 + 11 + 4 characters, two between columns
        (41, ("measure", "score", "95 %", "gold"), ""),
        (40, ("measure", "score", "95 %"), "(no room for: gold)"),
        (35, ("measure", "score", "95 %"), "(no room for: gold)"),
        (34, ("measure", "score"), "(no room for: gold, 95 %)"),
        (22, ("measure", "score"), "(no room for: gold,"),
    ],
)
def test_columns_are_left_out_one_by_one_and_named(width, shown, left_out):
    lines = TABLE.text(width).splitlines()
    assert lines[0].replace("95 %", "95_%").split() == [name.replace(" ", "_") for name in shown]
    assert lines[2 if left_out else 1].startswith(left_out) if left_out else len(lines) == 2
    assert all(len(line) <= width for line in lines)


def test_a_name_that_has_no_room_is_folded_and_its_number_stays_whole():
    lines = Table(("name", "score"), [("a" * 60, "0.977")]).text(40).splitlines()
    assert sum(line.count("a") for line in lines[1:]) == 60
    assert lines[1].endswith("0.977")


def test_wide_letters_count_as_the_terminal_shows_them():
    table = Table(
        ("system", "score", "gold"), [("조선중앙통신", "0.5", "12"), ("وكالة", "0.25", "7")], optional=("gold",)
    )
    # Twelve columns of six wide letters, 5 of "score", 4 of "gold", two between columns.
    assert "gold" in table.text(25).splitlines()[0]
    assert "gold" not in table.text(24).splitlines()[0]


def test_a_file_gets_no_colours():
    assert "\x1b" not in TABLE.text(80)
    assert "\x1b" in TABLE.text(80, terminal=True)


def test_sentences_are_broken_between_words_and_hostile_ones_shown():
    assert wrapped("one two three", 9) == "one two\n  three\n"
    assert wrapped("a" * 30, 10) == "a" * 30 + "\n"
    assert wrapped("조선 통신", 8) == "조선\n  통신\n"
    assert wrapped("\x1b[31m", 80) == "\\x1b[31m\n"


def test_cells_come_back_as_they_were_written():
    rows = [("name", "score", "n"), ('a "quoted", name', 0.5, 3), ("두 줄", None, 0)]
    read = list(csv.reader(io.StringIO(as_csv(rows).decode(), newline="")))
    assert read == [["name", "score", "n"], ['a "quoted", name', "0.500000", "3"], ["두 줄", "", "0"]]


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+1", "-1", " =1", "\uff1d1", "a;=1"])
def test_no_cell_is_a_formula(text):
    (cell,) = next(csv.reader(io.StringIO(as_csv([(text,)]).decode())))
    assert cell != text
    assert cell.replace("'", "") == text
