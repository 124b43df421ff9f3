"""Shards score as one file does, to the byte, however documents are spread over them; what is wrong is named."""

import gzip
import json
import random
from dataclasses import fields, replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from sides import TEXT, pair, read, seeds

from dragoman import files, json_text, scoring
from dragoman.annotations import Annotations, Coded
from dragoman.measures.naming import select
from dragoman.problems import DragomanError
from dragoman.reading import arrow_json
from dragoman.reading import lines as json_lines
from dragoman.reading.concat import stacked
from dragoman.reading.parsing import parse_bytes
from dragoman.reading.read import read_bytes
from dragoman.reading.target import Target


def uneven(rng, lines):
    """Lines of which some lack layers, ids or texts, and some have what others do not."""
    for line in lines:
        for entity in line["entities"]:
            entity["form"] = rng.choice(["NAM", "NOM", None])
            entity["phenomena"] = rng.sample(["nested", "clitic", "title"], rng.randint(0, 2))
            entity["type"] = rng.choice([entity["type"]] * 9 + ["ORG"])
        if rng.random() < 0.3:
            line["segments"] = [{"start": 0, "end": len(TEXT), "kind": rng.choice(["body", "headline"])}]
        lacks = rng.choice(["text", "dates", "claims", "ids", "published", "attributes", *["nothing"] * 5])
        if lacks == "ids":
            line["claims"] = []
            line["entities"] = [{**entity, "entity_ids": None} for entity in line["entities"]]
        if lacks == "attributes":
            line["claims"] = [without(claim, "polarity", "modality", "act") for claim in line.get("claims", [])]
        line.pop(lacks, None)
    return lines


def without(item, *names):
    return {name: value for name, value in item.items() if name not in names}


def spread(rng, folder, lines, shards):
    """Write lines to shards of all kinds; some may be empty."""
    folder.mkdir()
    parts = [[] for _ in range(shards)]
    for line in lines:
        rng.choice(parts).append(line)
    for number, part in enumerate(parts):
        data = json_text.lines(part)
        kind = rng.randrange(3)
        if kind == 0:
            (folder / f"{number}.jsonl").write_bytes(data)
        elif kind == 1:
            (folder / f"{number}.jsonl.gz").write_bytes(gzip.compress(data))
        else:
            pq.write_table(arrow_json.of_lines(json_lines.read(data, Target()).lines), folder / f"{number}.parquet")
    return folder


def plain(result):
    """All of a result but the name of the data and of the system."""
    result.data.fingerprint = result.system.name = ""
    result.signature = result.signature.partition("|data:")[0]
    return json_text.pretty(result)


@settings(max_examples=25)
@given(seeds)
def test_shards_are_one_file_to_the_byte(tmp_path_factory, seed):
    folder, rng = tmp_path_factory.mktemp("shards"), random.Random(seed)
    gold, predicted = (uneven(rng, lines) for lines in pair(seed))
    predicted = [line for line in predicted if rng.random() < 0.9]
    options = {"intervals": scoring.Resampling(100, 1), "singletons": rng.random() < 0.5}
    one = scoring.score(json_text.lines(predicted), scoring.reference(json_text.lines(gold)), **options)
    many = scoring.score(
        spread(rng, folder / "p", predicted, rng.randint(1, 3)),
        spread(rng, folder / "g", gold, rng.randint(1, 6)),
        **options,
    )
    assert json.loads(plain(many)) == json.loads(plain(one))
    assert plain(many) == plain(one)


@pytest.mark.parametrize("attribute", ["polarity", "modality", "act"])
def test_an_attribute_that_a_shard_lacks_counts_against_a_system_that_gives_it_elsewhere(tmp_path, attribute):
    gold, _ = pair(3, 40)
    value = {"polarity": "NEGATED", "modality": "PLANNED", "act": "DENY"}[attribute]
    for line in gold:
        line["claims"] = [{**claim, attribute: value} for claim in line["claims"]]
    some = [line for line in gold if line["claims"]]
    lacking = [{**line, "claims": [without(claim, attribute) for claim in line["claims"]]} for line in some[1:]]
    predicted = [some[0], *lacking]
    rng = random.Random(1)
    one = scoring.score(json_text.lines(predicted), scoring.reference(json_text.lines(some)))
    many = scoring.score(spread(rng, tmp_path / "p", predicted, 3), spread(rng, tmp_path / "g", some, 6))
    assert plain(many) == plain(one)
    assert 0 < one.scores["claims"][attribute]["accuracy"] < 0.9


@settings(max_examples=25)
@given(seeds)
def test_labels_put_together_are_those_of_one_file(seed):
    rng = random.Random(seed)
    lines = uneven(rng, pair(seed)[0])
    whole = read(lines)
    parts = [[] for _ in range(rng.randint(1, 4))]
    for line in lines:
        rng.choice(parts).append(line)
    together = stacked(whole.documents, [read(part) for part in parts])
    assert decoded(together) == decoded(replace(whole, answered=together.answered))
    assert whole.answered <= together.answered  # an empty file has answered all


def decoded(value):
    if isinstance(value, Coded):
        return [value.value(item) for item in range(len(value))]
    if isinstance(value, np.ndarray):
        return value.tolist()
    if hasattr(value, "__dataclass_fields__"):
        return {field.name: decoded(getattr(value, field.name)) for field in fields(value)}
    return value


def test_a_file_is_its_only_shard_and_scores_as_ever(tmp_path):
    gold, predicted = pair(5)
    (tmp_path / "g.jsonl").write_bytes(json_text.lines(gold))
    (tmp_path / "p.jsonl").write_bytes(json_text.lines(predicted))
    one = scoring.score(tmp_path / "p.jsonl", scoring.reference(tmp_path / "g.jsonl"))
    assert json_text.pretty(scoring.score(tmp_path / "p.jsonl", tmp_path / "g.jsonl")) == json_text.pretty(one)


def lay(folder, parts):
    folder.mkdir()
    for name, lines in parts.items():
        data = lines if isinstance(lines, bytes) else json_text.lines(lines)
        (folder / name).write_bytes(data)
    return folder


ONE = {"id": "one", "entities": [{"start": 0, "end": 3, "type": "A"}]}
TWO = {"id": "two", "entities": [{"start": 2, "end": 5, "type": "B"}]}


@pytest.mark.parametrize(
    ("gold", "predicted", "expected"),
    [
        ({"a.jsonl": [ONE], "b.jsonl": [ONE]}, {"a.jsonl": [ONE]}, [("E302", "g/b.jsonl")]),
        ({"a.jsonl": [ONE]}, {"a.jsonl": [ONE], "b.jsonl": [ONE]}, [("E302", "p/b.jsonl")]),
        ({"a.jsonl": [ONE], "b.jsonl": [TWO]}, {"a.jsonl": [{**ONE, "id": "onne"}]}, [("E301", "p/a.jsonl")]),
        (
            {"a.jsonl": [ONE], "b.jsonl": [TWO]},
            {"a.jsonl": b"{", "b.jsonl": b"\xff", "c.jsonl": [{"id": "one", "entities": [{"start": 5, "end": 2}]}]},
            [("E201", "p/a.jsonl"), ("E102", "p/b.jsonl"), ("E402", "p/c.jsonl")],
        ),
        ({"a.jsonl": [ONE], "b.parquet": b"PAR1 and no more"}, {"a.jsonl": [ONE]}, [("E209", "g/b.parquet")]),
        ({"a.jsonl": [ONE], "b.csv": b""}, {"a.jsonl": [ONE]}, [("E852", "g/b.csv")]),
        ({"a.jsonl": [ONE]}, {"_SUCCESS": b"", ".a.crc": b""}, [("E852", "p")]),
        ({"a.jsonl": [{"id": "one"}], "b.jsonl": []}, {"a.jsonl": []}, [("E703", "g")]),
    ],
)
def test_what_is_wrong_is_said_of_the_shard_that_it_is_in(tmp_path, gold, predicted, expected):
    with pytest.raises(DragomanError) as raised:
        scoring.score(lay(tmp_path / "p", predicted), lay(tmp_path / "g", gold))
    assert [(problem.code, problem.file) for problem in raised.value.problems] == [
        (code, str(tmp_path / name)) for code, name in expected
    ]


def test_who_names_an_unknown_document_is_told_of_those_in_all_shards(tmp_path):
    gold = lay(tmp_path / "g", {"a.jsonl": [ONE], "b.jsonl": [TWO]})
    predicted = lay(tmp_path / "p", {"a.jsonl": [ONE, {**ONE, "id": "twoo"}]})
    with pytest.raises(DragomanError, match="Did you mean 'two'"):
        scoring.score(predicted, gold)


def test_empty_shards_of_predictions_attempt_all_only_if_all_are_empty(tmp_path):
    gold = lay(tmp_path / "g", {"a.jsonl": [{**ONE, "dates": [{"start": 0, "end": 1, "type": "DATE"}]}]})
    some = scoring.score(lay(tmp_path / "p", {"a.jsonl": [ONE], "b.jsonl": []}), gold)
    assert some.coverage.attempted == {"entities": True, "dates": False, "claims": False}
    none = scoring.score(lay(tmp_path / "q", {"a.jsonl": [], "b.jsonl": []}), gold)
    assert none.scores["dates"]["strict"]["f1"] == none.scores["entities"]["strict"]["f1"] == 0.0


def test_quotes_are_found_in_the_texts_of_other_shards_and_tallied(tmp_path):
    gold = lay(
        tmp_path / "g",
        {
            f"{n}.jsonl": [{"id": n, "text": f"here is {n}", "entities": [{"start": 8, "end": 11}]}]
            for n in ("one", "two")
        },
    )
    quoted = [{"id": n, "entities": [{"quote": n}]} for n in ("one", "two")]
    result = scoring.score(lay(tmp_path / "p", {"a.jsonl": quoted}), gold, measures=select(["entities.exact"]))
    assert result.scores["entities"]["exact"]["f1"] == 1.0
    assert result.coverage.quotes == {"exact": 2}


@pytest.mark.parametrize(
    ("columns", "code", "path"),
    [
        ({"id": ["one"], "entitys": ["x"]}, "E203", "entitys"),
        ({"id": [1]}, "E202", "id"),
        ({"id": ["one"], "entities": [[{"start": 1.5}]]}, "E202", "entities.start"),
        ({"id": ["one"], "entities": [[{"start": 1, "stop": 2}]]}, "E203", "entities.stop"),
        ({"id": ["one", "one"]}, "E302", "id"),
        ({"id": ["one", None]}, "E204", "id"),
    ],
)
def test_parquet_that_is_no_submission_is_refused_with_the_column_or_row(columns, code, path):
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink)
    problem = read_bytes(sink.getvalue().to_pybytes(), Target(), "p.parquet").problems[0]
    assert (problem.code, problem.path, problem.file) == (code, path, "p.parquet")


def test_parquet_has_the_types_that_others_write(tmp_path):
    rows = {
        "id": pa.array(["one"]).dictionary_encode(),
        "entities": pa.array(
            [[{"start": 0, "end": 3, "type": "A"}]],
            pa.large_list(pa.struct([("start", pa.int32()), ("end", pa.uint16()), ("type", pa.large_string())])),
        ),
        "dates": pa.array([None], pa.null()),
    }
    pq.write_table(pa.table(rows), tmp_path / "p.parquet")
    result = scoring.score(tmp_path / "p.parquet", scoring.reference(json_text.lines([ONE])))
    assert result.scores["entities"]["strict"]["f1"] == 1.0
    assert not result.coverage.attempted["dates"]


def test_parquet_that_unpacks_to_too_much_is_refused(monkeypatch):
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"id": ["one"], "text": ["x" * 1_000_000]}), sink)
    monkeypatch.setattr(files, "MAX_FILE", 500_000)
    assert [problem.code for problem in parse_bytes(sink.getvalue().to_pybytes()).problems] == ["E106"]


def test_labels_of_no_shard_are_labels_all_the_same():
    assert isinstance(stacked(("one",), []), Annotations)
    assert not stacked(("one",), []).given.any()
