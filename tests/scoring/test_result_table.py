"""What people see of a result: headline, sizes, slices, coverage, in JSON, in words and as CSV."""

import csv
import io
import json

import numpy as np
import pytest

import dragoman
from dragoman import json_text
from dragoman.measures.catalogue import HEADLINE
from dragoman.measures.naming import BY_NAME
from dragoman.problems import DragomanError
from dragoman.scoring.result_table import is_small, main_measures, summary
from dragoman.statistics import bootstrap


def entity(start, end, label, **more):
    return {"start": start, "end": end, "type": label, **more}


GOLD = [
    {"id": "a", "entities": [entity(0, 3, "PER"), entity(5, 9, "ORG"), entity(10, 12, "ORG")]},
    {"id": "b", "entities": [entity(0, 3, "PER")]},
    {"id": "c", "entities": []},
]
PRED = [
    {"id": "a", "entities": [entity(0, 3, "PER"), entity(5, 9, "PER")]},
    {"id": "b", "entities": []},
    {"id": "c", "entities": [entity(7, 8, "PER")]},
]


@pytest.fixture
def result():
    return dragoman.score(PRED, GOLD, measures=["entities"], intervals=False, by=["type", "document"])


def test_macro_is_over_the_documents_with_gold_the_same_for_every_system(result):
    # a: 2·1 / (3 + 2), b: 0. Document c has no gold: what was predicted there counts in micro alone.
    macro = result["entities.strict"]["macro"]
    assert macro == {"precision": 0.5, "recall": pytest.approx(1 / 6), "f1": pytest.approx(0.2), "documents": 2}
    assert result["entities.strict.f1"] == pytest.approx(2 / 7)
    empty = dragoman.score([{"id": "a", "entities": []}], GOLD, measures=["entities.strict"], intervals=False)
    assert empty["entities.strict"]["macro"]["documents"] == 2
    assert empty["entities.strict"]["macro"]["f1"] == 0.0


def test_numbers_stand_beside_the_scores_of_slices(result):
    assert {key: result["entities.strict[type=ORG]"][key] for key in ("gold", "predicted", "documents")} == {
        "gold": 2,
        "predicted": 0,
        "documents": 1,
    }
    assert result["entities.strict[document=a]"]["gold"] == 3
    assert result["entities.strict.f1[document=a]"] == pytest.approx(2 / 5)
    assert not any("[document=" in key for key in dragoman.score(PRED, GOLD, intervals=False).slices)


def test_counts_by_document_have_ids(result):
    assert result.to_dict()["by_document"]["a"]["entities.strict"] == {"credit": 1, "gold": 3, "predicted": 2}
    assert set(result.by_document) == {"a", "b", "c"}


def test_the_confusion_of_types(result):
    pairs = {(each["gold"], each["pred"]): each["count"] for each in result.to_dict()["confusion"]["entities"]}
    assert pairs == {("PER", "PER"): 1, ("ORG", "PER"): 1, ("ORG", None): 1, ("PER", None): 1, (None, "PER"): 1}
    assert dragoman.score(PRED, GOLD, measures=["entities.strict"], intervals=False).confusion == {}


def test_few_labels_or_documents_are_small():
    assert is_small({"gold": 19, "documents": 6})
    assert is_small({"gold": 20, "documents": 5})
    assert not is_small({"gold": 20, "documents": 6})


def test_a_line_without_a_layer_is_told_of_with_the_count():
    result = dragoman.score([{"id": "a", "entities": []}, {"id": "b"}], GOLD, intervals=False)
    coverage = result.to_dict()["coverage"]
    assert (coverage["answered"]["entities"], coverage["lacking"]["entities"], coverage["missing"]) == (1, 1, 1)
    said = " ".join(repr(result).split())
    assert "entities given in 1 of 3 documents: 1 document has a line without them, which counts as empty" in said
    assert "1 of 3 documents left out" in said


def test_a_layer_that_nobody_attempts_is_not_lacking():
    said = repr(dragoman.score([{"id": "a", "dates": []}], [{"id": "a", "dates": [], "entities": []}], intervals=False))
    assert "line without" not in said
    assert "not attempted: entities" in said


def test_tables_by_a_facet(result):
    text = repr(result)
    assert "entities.strict by type" in text
    assert "entities.strict by document" in text
    assert "* small: fewer than 20 gold labels or 6 documents with one" in text
    with pytest.raises(DragomanError, match="E708"):
        dragoman.score(PRED, GOLD, by=["colour"])
    said = repr(dragoman.score(PRED, GOLD, by="language", intervals=False))
    assert "by language: the gold does not say it" in said


def test_a_phenomenon_has_recall_alone(benchmark):
    result = dragoman.score(benchmark, benchmark, split="dev", intervals=False, by="phenomenon")
    keys = [key for key in result.slices if "[phenomenon=" in key]
    assert keys
    for key in keys:
        assert set(result.slices[key]) == {"recall", "gold", "documents"}
    assert "recall of entities.strict by phenomenon" in repr(result)


def test_rows_that_cannot_apply_are_named_below(result):
    lines = repr(result).splitlines()
    assert not any(line.startswith("entities.linked") for line in lines)
    assert "not taken, since one side or both have nothing for them: entities.clitic, entities.linked" in " ".join(
        repr(result).split()
    )


@pytest.mark.parametrize("split", ["dev", "test"])
def test_the_headline_is_given_on_every_split_of_a_benchmark(benchmark, split):
    result = dragoman.score(benchmark, benchmark, split=split)
    assert result["headline"] == 1.0 == result.headline.score
    assert result.headline.reason is None
    assert result.headline.interval is None  # no resample has another score
    assert "headline: 1.000, the mean F1" in repr(result)


def test_the_interval_of_the_headline_draws_documents_with_all_three_measures(benchmark):
    whole = [json.loads(line) for line in json_text.lines(benchmark.gold_lines("test")).splitlines()]
    result = dragoman.score(whole[::2], benchmark)
    tables = [np.array(result.counts[name].rows) for name in HEADLINE]
    totals = bootstrap.totals(np.concatenate(tables, axis=1))
    means = np.mean([2 * part[:, 0] / (part[:, 1] + part[:, 2]) for part in np.split(totals, 3, axis=1)], axis=0)
    assert result.headline.interval == pytest.approx(np.nanquantile(means, [0.025, 0.975]))


def test_why_there_is_no_headline(benchmark):
    some = dragoman.score([{"id": "000.article-1", "entities": []}], intervals=False)
    assert some.headline.score is None
    assert some.headline.reason == "dates were not attempted"
    assert "headline: none, since dates were not attempted." in repr(some)
    part = dragoman.score(benchmark, benchmark, measures=["entities.strict"], intervals=False)
    assert part.headline.reason == "dates.value was not computed"
    assert dragoman.score(PRED, GOLD, intervals=False).headline is None


def test_the_result_in_words():
    result = dragoman.score(PRED, GOLD, measures=["entities.strict"], intervals=False)
    expected = "In short: 1 of 4 gold entities found, 2 of 3 predicted not in gold (entities.strict)."
    assert summary(result) == expected


def test_main_measures():
    catalogue = list(BY_NAME)
    assert main_measures(catalogue)[:3] == list(HEADLINE)
    assert main_measures(["entities.muc", "entities.lea"]) == ["entities.muc", "entities.lea"]


@pytest.mark.parametrize("width", [40, 80, 120])
def test_lines_fit_and_no_score_is_cut(benchmark, width):
    result = dragoman.score(benchmark, benchmark, split="dev", by=["type", "document", "phenomenon", "language"])
    *lines, signature = result.text(width).splitlines()
    assert signature == result.signature
    assert all(len(line) <= width for line in lines)
    assert "…" not in "".join(line for line in lines if line.startswith(tuple(HEADLINE)))
    row = next(line for line in lines if line.startswith("entities.strict "))
    assert "1.000" in row


def test_csv_has_a_row_for_each_score_and_no_formula(result):
    hostile = [{"id": "=cmd()", "entities": [entity(0, 1, "=1+1")]}]
    data = dragoman.score(hostile, hostile, by="document", measures=["entities.strict"], intervals=False).csv()
    rows = list(csv.DictReader(io.StringIO(data.decode(), newline="")))
    assert {(row["by"], row["value"]) for row in rows} == {
        ("", ""),
        ("type", "'=1+1"),
        ("document", "'=cmd()"),
        ("nesting", "outermost"),
    }
    rows = {
        (r["measure"], r["by"], r["value"]): r for r in csv.DictReader(io.StringIO(result.csv().decode(), newline=""))
    }
    per = rows["entities.strict", "type", "PER"]
    # Two of gold, three predicted, one right: F1 2/5.
    assert (per["score"], per["gold"], per["predicted"], per["documents"], per["small"]) == (
        "0.400000",
        "2",
        "3",
        "2",
        "small",
    )
    assert len(rows) == len(result.slices) + sum(score is not None for score in result.scores["entities"].values())


def test_what_an_accuracy_or_a_cluster_measure_rests_on_stands_beside_it():
    """Of three claims two are matched, and one cluster of two makes one link."""
    gold = [
        {
            "id": "a",
            "claims": [
                {"content": [[0, 4]], "act": "assert", "cluster": "k"},
                {"content": [[5, 9]], "act": "deny", "cluster": "k"},
                {"content": [[10, 14]], "act": "wish"},
            ],
        }
    ]
    pred = [{"id": "a", "claims": [{"content": [[0, 4]], "act": "assert"}, {"content": [[5, 9]], "act": "assert"}]}]
    made = dragoman.score(pred, gold, intervals=False)
    table = made.table()
    cells = {row[0]: dict(zip(table.columns, row, strict=True)) for row in table.rows}
    assert [cells["claims.act"][column] for column in ("score", "gold", "pred")] == ["0.500", "2", ""]
    assert [cells["claims.muc"][column] for column in ("score", "gold", "pred")] == ["0.000", "1", "0"]
    assert [cells["claims.b_cubed"][column] for column in ("gold", "pred")] == ["3", "2"]
    assert [cells["claims.ceaf_e"][column] for column in ("gold", "pred")] == ["2", "2"]
    said = " ".join(made.text(80).split())
    assert "gold, pred: labels; for an accuracy those that it judges (under gold)" in said
    assert "for muc links" in said
    alone = dragoman.score(pred, gold, measures=["claims.content"], intervals=False)
    assert "gold, pred: labels" not in alone.text(80)
