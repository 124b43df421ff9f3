"""Lines without a layer that other lines have are warned of, and what a file holds is counted."""

import pytest

import dragoman
from dragoman.scoring.api import examine

GOLD = [{"id": name, "entities": [{"start": 0, "end": 1, "type": "A"}], "dates": []} for name in "abc"]


@pytest.mark.parametrize(
    ("lines", "lacking"),
    [
        ([{"id": "a", "entities": []}, {"id": "b"}, {"id": "c", "entities": []}], ["1 of 3 lines lacks entities"]),
        (
            [{"id": "a", "entities": []}, {"id": "b", "dates": []}],
            ["1 of 2 lines lacks entities", "1 of 2 lines lacks dates"],
        ),
        ([{"id": "a", "entities": []}, {"id": "b", "entities": None}], ["1 of 2 lines lacks entities"]),
        ([{"id": "a", "entities": []}, {"id": "b", "entities": []}], []),
        ([{"id": "a"}, {"id": "b"}], []),  # nobody attempts anything
        ([], []),
    ],
)
def test_a_layer_that_only_some_lines_have(lines, lacking):
    found = [problem for problem in dragoman.validate(lines, GOLD) if problem.code == "W908"]
    assert [problem.what.partition(",")[0] for problem in found] == lacking


def test_the_documents_that_lack_a_layer_are_named():
    lines = [{"id": name} for name in "bc"] + [{"id": "a", "entities": []}]
    (problem,) = [problem for problem in dragoman.validate(lines, GOLD) if problem.code == "W908"]
    assert problem.what.endswith(": b, c.")
    assert problem.severity == "warning"


def test_what_a_file_holds():
    found = examine([{"id": "a", "entities": []}, {"id": "b", "dates": [], "entities": []}], GOLD)
    assert found.held == (3, 2, {"entities": 2, "dates": 1, "claims": 0})
    assert examine([{"id": "z"}], GOLD).held is None
