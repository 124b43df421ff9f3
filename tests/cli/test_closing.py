"""What commands say at their end, and that what did not move is no news."""

import json
from pathlib import Path

import pytest

from dragoman.cli import show, show_release
from dragoman.leaderboard.version_effect import COLUMNS, Effect
from dragoman.problems import Problem
from dragoman.scoring.held import Held, Validation


def effect(**moved):
    scores, ranks = {name: [0.5, 0.5] for name in COLUMNS}, {name: [2, 2] for name in COLUMNS}
    for name, (score, rank) in moved.items():
        scores[name], ranks[name] = score, rank
    return Effect("mine/1.0.0", scores, ranks)


@pytest.mark.parametrize(
    ("moved", "said"),
    [
        ({"headline": ([0.5, 0.25], [2, 3])}, ["  headline 0.500 → 0.250 (-0.250), place 2 → 3"]),
        ({"headline": ([0.5, 0.25], [2, 2])}, ["  headline 0.500 → 0.250 (-0.250)"]),
        ({"headline": ([0.5, 0.5], [2, 1])}, ["  headline place 2 → 1"]),
        ({"headline": ([None, 0.5], [None, 4])}, ["  headline – → 0.500, place – → 4"]),
        ({"headline": ([0.5, 0.5002], [2, 2])}, ["  headline 0.500 → 0.500 (+2e-04)"]),
        ({"headline": ([0.3, 0.1 + 0.2], [2, 2])}, []),
    ],
)
def test_a_difference_names_only_what_moved(capsys, moved, said):
    show_release._effect(effect(**moved))
    assert capsys.readouterr().out.splitlines()[1:] == said


def validation(capsys, problems, held, errors, **options):
    show.validation(Validation(problems, held), errors, **{"as_json": False, **options})
    return " ".join(capsys.readouterr().out.split())


def test_validate_says_what_a_file_holds_and_whether_it_can_be_scored(capsys):
    held = Held(43, 39, {"entities": 39, "dates": 0, "claims": 12})
    warning, error = Problem(code="W902", what="left out."), Problem(code="E301", what="unknown.")
    counted = "39 of 43 documents: entities in 39, dates in none, claims in 12."
    assert validation(capsys, [], held, 0) == f"{counted} No problem found."
    assert validation(capsys, [warning], held, 0) == f"{counted} No error and 1 warning: it can be scored as it is."
    said = validation(capsys, [error, error], None, 2)
    assert said == "2 errors and no warnings: not scored until the errors are gone."
    shown = json.loads(validation(capsys, [warning], held, 0, as_json=True))
    assert shown["coverage"] == {"documents": 43, "given": 39, "layers": held.layers}
    assert [problem["code"] for problem in shown["problems"]] == ["W902"]


def test_a_run_names_the_next_command(capsys):
    show.next_command("score", Path("my runs/a"), again=False, as_json=False)
    show.next_command("score", Path("b"), again=True, as_json=False)
    show.next_command("score", Path("b"), again=False, as_json=True)
    assert capsys.readouterr().out.splitlines() == [
        "Next: dragoman score 'my runs/a'",
        "Run it again to go on with what is left. Next: dragoman score b",
    ]


@pytest.mark.parametrize(("columns", "wide"), [("40", 40), ("80", 80), ("5", 20), ("", 160), ("x", 160)])
def test_a_pipe_is_as_wide_as_columns_says(monkeypatch, columns, wide):
    monkeypatch.setenv("COLUMNS", columns)
    assert show.columns() == wide
