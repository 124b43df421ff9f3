"""The contracts of scoring, on the bundled benchmark and on files of any label set."""

import gzip
import json
import random

import pytest

from dragoman import json_text, scoring
from dragoman.measures.naming import select
from dragoman.problems import DragomanError


def leaves(scores):
    for key, value in scores.items():
        if isinstance(value, dict):
            yield from leaves(value)
        elif key in {"precision", "recall", "f1", "accuracy", "mean"}:
            yield value


def lines_of(benchmark, split):
    return [json.loads(json_text.canonical(line)) for line in benchmark.gold_lines(split)]


def write(path, lines):
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return path


def test_gold_against_itself_is_one_wherever_it_is_not_null(gold):
    result = scoring.score(gold.annotations, gold)
    values = [v for v in leaves({k: v for k, v in result.scores.items() if k != "headline"}) if v is not None]
    assert values
    assert set(values) == {1.0}
    assert {v for v in leaves(result.slices) if v is not None} == {1.0}


def test_an_empty_file_is_zero_and_attempts_all(gold, tmp_path):
    result = scoring.score(write(tmp_path / "p.jsonl", []), gold)
    for name in (
        "entities.strict",
        "entities.partial",
        "entities.clitic",
        "dates.value",
        "claims.content",
        "claims.attributed",
    ):
        layer, _, measure = name.partition(".")
        score = result.scores[layer][measure]
        assert score["recall"] == score["f1"] == 0.0
        assert score["precision"] is None  # nothing was predicted: 0/0
    assert set(leaves({k: v for k, v in result.scores.items() if k != "headline"})) <= {0.0, None}
    assert result.coverage.missing == result.coverage.documents


def test_gold_as_a_file_scores_like_gold(benchmark, split, gold, tmp_path):
    path = write(tmp_path / "p.jsonl", lines_of(benchmark, split))
    result = scoring.score(path, gold)
    assert result.scores == scoring.score(gold.annotations, gold).scores


def test_scores_do_not_depend_on_any_order(benchmark, split, gold, tmp_path):
    lines = lines_of(benchmark, split)
    rng = random.Random(7)
    for line in lines:  # make it imperfect, so that there is something to mismatch
        for layer in ("entities", "dates", "claims"):
            if line.get(layer):
                line[layer] = [item for item in line[layer] if rng.random() < 0.8]
        for entity in line.get("entities") or []:
            entity["start"] = max(0, entity["start"] - rng.randint(0, 2))
            del entity["text"]
        names = {entity["id"] for entity in line.get("entities") or []}
        claims = {claim["id"] for claim in line.get("claims") or []}
        for claim in line.get("claims") or []:
            claim["claimants"] = [c for c in claim["claimants"] if c["mention"] in names or not c["mention"]]
            claim["parent"] = claim["parent"] if claim["parent"] in claims else None
    first = scoring.score(write(tmp_path / "a.jsonl", lines), gold)
    for line in lines:
        for layer in ("entities", "dates", "claims"):
            rng.shuffle(line.get(layer) or [])
    rng.shuffle(lines)
    second = scoring.score(write(tmp_path / "b.jsonl", lines), gold)
    assert (first.scores, first.slices, first.counts) == (second.scores, second.slices, second.counts)
    assert first.scores["entities"]["strict"]["f1"] not in {0.0, 1.0}


def test_a_layer_that_is_not_attempted_is_null_and_not_zero(benchmark, split, gold, tmp_path):
    lines = [{"id": line["id"], "dates": line.get("dates") or []} for line in lines_of(benchmark, split)]
    result = scoring.score(write(tmp_path / "p.jsonl", lines), gold)
    assert result.scores["entities"]["strict"] is None
    assert result.scores["dates"]["value"]["f1"] == 1.0
    assert result.scores["headline"] is None


def test_a_document_left_out_scores_as_empty_and_is_counted(benchmark, split, gold, tmp_path):
    lines = lines_of(benchmark, split)
    kept = [line for line in lines if line.get("entities")]
    result = scoring.score(write(tmp_path / "p.jsonl", kept[1:]), gold)
    assert result.coverage.missing == len(lines) - len(kept[1:])
    assert kept[0]["id"] in result.coverage.missing_documents
    assert result.scores["entities"]["strict"]["recall"] < 1.0
    assert result.scores["entities"]["strict"]["precision"] == 1.0


def test_a_duplicate_is_spurious(gold, tmp_path, benchmark, split):
    lines = lines_of(benchmark, split)
    line = next(line for line in lines if line.get("dates"))
    line["dates"].append({**line["dates"][0], "id": "again"})
    result = scoring.score(write(tmp_path / "p.jsonl", lines), gold)
    n = result.counts["dates.strict"]
    assert sum(row[2] for row in n.rows) == sum(row[1] for row in n.rows) + 1
    assert result.scores["dates"]["strict"]["precision"] < 1.0
    assert result.coverage.duplicates["dates"] == 1


def test_documents_without_gold_for_a_layer_are_left_out(benchmark, gold, split):
    annotated = sum("entities" in document.layers_annotated for document in benchmark.split(split))
    result = scoring.score(gold.annotations, gold)
    assert len(result.counts["entities.strict"].rows) == annotated


def test_a_reference_of_any_labels_without_text(tmp_path):
    gold = [
        {"id": "a", "entities": [{"start": 0, "end": 4, "type": "gene"}, {"start": 5, "end": 9, "type": "disease"}]},
        {"id": "b", "entities": []},
    ]
    predicted = [
        {"id": "b", "entities": [{"start": 0, "end": 1, "type": "gene"}]},
        {"id": "a", "entities": [{"start": 0, "end": 4, "type": "gene"}, {"start": 5, "end": 9, "type": "species"}]},
    ]
    result = scoring.score(write(tmp_path / "p.jsonl", predicted), scoring.reference(write(tmp_path / "g.jsonl", gold)))
    # 1 right of 2 gold and 3 predicted: F1 = 2·1 / (2 + 3). The span of the second is right too: exact 2·2 / (2 + 3).
    assert result.scores["entities"]["strict"]["f1"] == pytest.approx(2 / 5)
    assert result.scores["entities"]["exact"]["f1"] == pytest.approx(4 / 5)
    assert result.scores["dates"]["strict"] is None
    assert result.scores["headline"] is None
    assert result.data.name == "reference"


def test_a_reference_without_labels_is_refused(tmp_path):
    with pytest.raises(DragomanError, match="E703"):
        scoring.reference(write(tmp_path / "g.jsonl", [{"id": "a"}]))


def test_gzip_scores_like_plain(benchmark, split, gold, tmp_path):
    plain = write(tmp_path / "p.jsonl", lines_of(benchmark, split))
    packed = tmp_path / "p.jsonl.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert scoring.score(packed, gold).counts == scoring.score(plain, gold).counts


def test_an_unknown_split_is_refused_by_name(benchmark):
    with pytest.raises(DragomanError, match=r"E702.*nowhere"):
        scoring.from_benchmark(benchmark, "nowhere")


def test_validate_warns_of_missing_documents_and_duplicates(benchmark, split, tmp_path):
    line = next(line for line in lines_of(benchmark, split) if line.get("dates"))
    line["dates"].append({**line["dates"][0], "id": "again"})
    found = scoring.validate(write(tmp_path / "p.jsonl", [line]), benchmark)
    assert {problem.code for problem in found} == {"W901", "W902"}


def test_some_measures_alone(gold):
    result = scoring.score(gold.annotations, gold, measures=select(["dates", "entities.strict"]))
    assert set(result.scores) == {"headline", "entities", "dates"}
    assert set(result.scores["entities"]) == {"strict"}


def test_singletons_can_be_left_out(gold, tmp_path):
    gold_lines = [{"id": "a", "entities": [{"start": i, "end": i + 1, "entity_ids": [k]} for i, k in enumerate("xxy")]}]
    predicted = [{"id": "a", "entities": [{"start": i, "end": i + 1, "entity_ids": [k]} for i, k in enumerate("xxz")]}]
    against = scoring.reference(write(tmp_path / "g.jsonl", gold_lines))
    path = write(tmp_path / "p.jsonl", [{**predicted[0], "entities": predicted[0]["entities"][1:]}])
    kept = scoring.score(path, against)
    dropped = scoring.score(path, against, singletons=False)
    # Gold x x y, predicted x (the second) and z at the place of y. Kept: of the three one x has half its cluster and y,
    # alone on both sides, all of it: (0 + 1/2 + 1) / 3. Dropped: only x x is left in gold, and nothing is predicted.
    assert kept.scores["entities"]["b_cubed"]["recall"] == pytest.approx(0.5)
    assert dropped.scores["entities"]["b_cubed"]["recall"] == 0.0
    assert dropped.scores["entities"]["b_cubed"]["precision"] is None
    assert dropped.signature.endswith("singletons:dropped")
    assert scoring.score(gold.annotations, gold, singletons=False).scores["entities"]["lea"]["f1"] == 1.0


def test_the_result_says_how_quotes_were_found(tmp_path):
    gold_lines = [{"id": "a", "text": "one two one", "entities": [{"start": 8, "end": 11, "type": "X"}]}]
    predicted = [
        {"id": "a", "entities": [{"quote": "one", "occurrence": 2, "type": "X"}, {"quote": "nowhere", "type": "X"}]}
    ]
    against = scoring.reference(write(tmp_path / "g.jsonl", gold_lines))
    result = scoring.score(write(tmp_path / "p.jsonl", predicted), against)
    assert sum(result.coverage.quotes.values()) == 2
    assert result.coverage.quotes["exact"] == 1
    assert result.scores["entities"]["strict"]["recall"] == 1.0
    assert result.scores["entities"]["strict"]["precision"] == 0.5  # what was not found is spurious
