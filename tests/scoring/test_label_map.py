"""Types of predictions are read as those of gold that they stand for: on every path, and never those of gold."""

import json
import subprocess
import sys

import pytest

import dragoman
from dragoman.problems import DragomanError

GOLD = [
    {
        "id": "a",
        "text": "Kim in Oslo",
        "entities": [{"start": 0, "end": 3, "type": "PER"}, {"start": 7, "end": 11, "type": "LOC"}],
    }
]
PRED = [
    {"id": "a", "entities": [{"start": 0, "end": 3, "type": "person"}, {"start": 7, "end": 11, "type": "location"}]}
]
QUOTED = [{"id": "a", "entities": [{"quote": "Kim", "type": "person"}, {"quote": "Oslo", "type": "location"}]}]
MAP = {"person": "PER", "location": "LOC"}


@pytest.mark.parametrize("pred", [PRED, QUOTED], ids=["offsets", "quotes"])
def test_mapped_types_are_those_of_gold(pred):
    assert dragoman.score(pred, GOLD, intervals=False)["entities.strict.f1"] == 0.0
    result = dragoman.score(pred, GOLD, intervals=False, map=MAP)
    assert result["entities.strict.f1"] == 1.0
    assert "map:location=LOC,person=PER" in result.signature
    assert result.hints == []


def test_types_may_change_places_and_fall_together():
    swapped = [
        {"id": "a", "entities": [{**e, "type": {"PER": "LOC", "LOC": "PER"}[e["type"]]} for e in GOLD[0]["entities"]]}
    ]
    mapped = dragoman.score(swapped, GOLD, intervals=False, map={"PER": "LOC", "LOC": "PER"})
    assert mapped["entities.strict.f1"] == 1.0
    together = dragoman.score(PRED, GOLD, intervals=False, map={"person": "PER", "location": "PER"})
    assert together["entities.strict.f1"] == 0.5
    assert together["entities.strict[type=PER]"]["predicted"] == 2


def test_gold_is_never_mapped():
    assert dragoman.score(GOLD, PRED, intervals=False, map=MAP)["entities.strict.f1"] == 0.0


@pytest.mark.parametrize("quoted", [False, True])
def test_a_closed_label_set_is_checked_after_mapping(benchmark, quoted):
    document = next(d for d in benchmark.split("dev") if any(e.type == "PER" for e in d.entities))
    entity = next(e for e in document.entities if e.type == "PER")
    place = {"quote": entity.text, "occurrence": 1} if quoted else {"start": entity.start, "end": entity.end}
    lines = [{"id": document.id, "entities": [{**place, "type": "person"}]}]
    with pytest.raises(DragomanError, match="E501"):
        dragoman.score(lines, benchmark, split="dev", intervals=False)
    result = dragoman.score(lines, benchmark, split="dev", intervals=False, map={"person": "PER"})
    assert result["entities.strict"]["precision"] == 1.0
    with pytest.raises(DragomanError, match="E501"):
        dragoman.score(lines, benchmark, split="dev", intervals=False, map={"person": "PERS"})


def test_the_command_maps_and_refuses_what_is_no_pair(tmp_path):
    for name, lines in (("pred", PRED), ("gold", GOLD)):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))

    def run(*options):
        code = "from dragoman.cli import main; main()"
        paths = [tmp_path / "pred.jsonl", "--reference", tmp_path / "gold.jsonl"]
        command = [sys.executable, "-c", code, "score", *map(str, paths), "--no-intervals", *options]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    done = run("--json", "--map", "person=PER", "--map", "location=LOC")
    assert json.loads(done.stdout)["scores"]["entities"]["strict"]["f1"] == 1.0
    assert run("--map", "person").returncode == 2
    assert run("--map", "person=PER", "--engine", "dask").returncode == 1
