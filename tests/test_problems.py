"""Diagnostics: where problems are, how many are listed and counted, what is lost, and what hints may cost."""

import subprocess
import sys

import pytest

from dragoman import problems
from dragoman.problems import Diagnostics, LimitReached, Problem


def codes(diagnostics):
    return [problem.code for problem in diagnostics.problems()]


def test_a_problem_is_in_the_line_at_hand_unless_it_says_another():
    diagnostics = Diagnostics("p.jsonl", line=3, byte=100)
    diagnostics.add("E201", "wrong.", "Mend it.", byte=5)
    diagnostics.add("E402", "wrong.", path="entities[0]")
    diagnostics.add("E302", "wrong.", line=7)
    assert [(p.file, p.line, p.byte, p.path) for p in diagnostics.problems()] == [
        ("p.jsonl", 3, 105, ""),
        ("p.jsonl", 3, -1, "entities[0]"),
        ("p.jsonl", 7, -1, ""),
    ]


def test_problems_made_elsewhere_keep_their_places():
    diagnostics = Diagnostics("p", line=3)
    one = Problem(code="W901", what="x.", file="q", line=1)
    diagnostics.take(one)
    assert diagnostics.problems() == (one,)
    assert not diagnostics.failed


def test_errors_beyond_the_limit_are_counted():
    diagnostics = Diagnostics("p", limit=2)
    for _ in range(5):
        diagnostics.add("E402", "wrong.")
    assert codes(diagnostics) == ["E402", "E402", "E208"]
    assert "3 more errors" in diagnostics.problems()[-1].what
    assert diagnostics.failed


def test_or_reading_stops_at_the_first_of_them():
    diagnostics = Diagnostics("p", limit=2, stops=True)
    for line in (1, 2):
        diagnostics.line = line
        diagnostics.add("E402", "wrong.")
    diagnostics.line = 3
    for _ in range(2):
        with pytest.raises(LimitReached):
            diagnostics.add("E301", "wrong.")
    assert codes(diagnostics) == ["E402", "E402", "E208"]
    assert "stopped in line 3" in diagnostics.problems()[-1].what


def test_warnings_are_counted_by_their_kind_and_hide_no_error():
    diagnostics = Diagnostics("p", limit=2, stops=True)
    for _ in range(4):
        diagnostics.add("W904", "quote.")
    diagnostics.add("W903", "quote.")
    diagnostics.add("E402", "wrong.")
    assert codes(diagnostics) == ["W904", "W904", "W903", "E402", "W904"]
    assert "2 more of these" in diagnostics.problems()[-1].what


def test_repairs_have_a_limit_of_their_own():
    diagnostics = Diagnostics("p")
    for _ in range(problems.MAX_REPAIRS + 3):
        diagnostics.add("W906", "read.")
    assert len(diagnostics.problems()) == problems.MAX_REPAIRS + 1
    assert "3 more" in diagnostics.problems()[-1].what


def test_without_a_limit_all_are_listed():
    diagnostics = Diagnostics(limit=None)
    for _ in range(problems.MAX_PROBLEMS + 1):
        diagnostics.add("E402", "wrong.")
        diagnostics.add("W906", "read.")
    assert len(diagnostics.problems()) == 2 * problems.MAX_PROBLEMS + 2


def test_losses_are_counted_by_kind_and_are_none_where_there_is_an_error():
    diagnostics = Diagnostics("p")
    diagnostics.lose("notes", 1200)
    diagnostics.lose("claims")
    diagnostics.lose("nothing", 0)
    assert diagnostics.lost() == {"claims": 1, "notes": 1200}
    assert [problem.what for problem in diagnostics.problems()] == ["lost: claims (1).", "lost: notes (1,200)."]
    diagnostics.add("E402", "wrong.")
    assert codes(diagnostics) == ["E402"]
    assert diagnostics.lost() == {}


def test_names_that_may_have_been_meant():
    names = ["entities", "entity", "dates"]
    diagnostics = Diagnostics()
    assert diagnostics.nearest("entitties", names) == "entities"
    assert diagnostics.nearest("zzz", names) is None
    assert diagnostics.suggest("entites", names, "Names are names.") == "Did you mean 'entities' or 'entity'?"
    assert diagnostics.suggest("zzz", names, "Names are names.").startswith("Names are names. Known here: 'entities',")
    assert diagnostics.suggest("zzz", [], "Names are names.") == "Names are names."


def test_guesses_are_made_as_long_as_they_may_cost_something(monkeypatch):
    monkeypatch.setattr(problems, "MAX_COMPARED", 3)
    monkeypatch.setattr(problems, "MAX_EXPLAINED", 10)
    diagnostics = Diagnostics()
    assert diagnostics.nearest("entitties", ["entities", "dates"]) == "entities"
    assert diagnostics.nearest("entitties", ["entities", "dates"]) is None
    assert [diagnostics.affords(5) for _ in range(3)] == [True, True, False]


def test_the_foundation_imports_no_other_room_and_no_search():
    code = (
        "import sys, dragoman.problems; print(*(name for name in sys.modules if 'dragoman.' in name or 'fuzz' in name))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(run.stdout.split()) <= {"dragoman.problems", "dragoman.version"}
