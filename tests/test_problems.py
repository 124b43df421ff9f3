"""Diagnostics: where problems are, how many are listed and counted, what is lost, and what hints may cost."""

import ast
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from dragoman import problems
from dragoman.problems import Diagnostics, LimitReached, Problem

ROOT = Path(__file__).resolve().parents[1]


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
    assert set(run.stdout.split()) <= {"dragoman.problems", "dragoman.version", "dragoman.lazy_names"}


# Values in messages that stand before a plural without `text.counted`: they are never 1 there, for these reasons.
NEVER_ONE = {
    "sign": "a unit of a thousand or more: 1k parameters",
    "len(here)": "said where it is not 1",
    "len(good)": "said of several",
    "len(names)": "an archive of one file is read",
    "count": "said of several, or 'once' is said of one",
    "self._given": "of several lines some lack a layer",
    "cost['documents']": "more than there can be",
    "tokens[1]": "stands after another number",
    **dict.fromkeys(("len(lines)", "len(value)", "len(table.pages)"), "none, or more than are allowed"),
    **dict.fromkeys(
        ("total", "size", "(len(data) if end < 0 else end) - start", "status.st_size"), "more than is allowed"
    ),
    **dict.fromkeys(("limit", "page.bytes", "chat.pieces"), "a large limit or size"),
    "self.limit": "less than 1",
    "key.language": "no number: labels of a language",
    "of['trimmed']": "most of several",
}


def sources():
    for path in sorted((ROOT / "src" / "dragoman").rglob("*.py")):
        yield path.relative_to(ROOT), list(ast.walk(ast.parse(path.read_text("utf-8"))))


def nouns(node):
    """What a call of `counted` counts, in the plural."""
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "counted":
        words = [each.value for each in node.args[1:] if isinstance(each, ast.Constant)]
        yield from (f"{words[0]}s",) if len(words) == 1 else words[1:]


def before_plurals(node, plurals):
    """Values of an f-string that stand before one of some words, if it is one."""
    parts = node.values if isinstance(node, ast.JoinedStr) else []
    for value, after in pairwise(parts):
        if isinstance(value, ast.FormattedValue) and isinstance(after, ast.Constant):
            word = re.match(r" (?:more |other )?([a-z]+)", after.value)
            if word and word[1] in plurals:
                yield ast.unparse(value.value)


def test_a_number_that_may_be_1_agrees_with_its_word():
    """`counted` writes "1 document" and "2 documents"; what is written otherwise is a limit, or never 1."""
    code = list(sources())
    plurals = {word.split()[0] for _, nodes in code for node in nodes for word in nouns(node)} - {
        "are",
        "were",
        "have",
        "more",
    }
    assert {"documents", "lines", "spans", "files"} <= plurals
    asked = [
        (str(path), said)
        for path, nodes in code
        for node in nodes
        for said in before_plurals(node, plurals)
        if not re.search(r"\b_?(?:MAX|MIN)_|^[A-Z_]+$|^counted\(", said)
    ]
    assert [each for each in asked if each[1] not in NEVER_ONE] == []
    assert NEVER_ONE.keys() <= {said for _, said in asked}  # nothing stays in the table that is said no more


def test_no_golden_has_one_of_a_plural():
    texts = (ROOT / "tests" / "goldens" / "goldens.json").read_text("utf-8")
    plurals = "documents|files|kinds|items|values|lines|spans|errors|warnings"
    assert re.findall(rf"(?<![\w.,/:#–-])1 (?:{plurals})\b", texts) == []
    assert "(s)" not in texts
