"""The task without any harness: who is asked about what, what an answer is read as, and scores of a part."""

import json

import pytest

from dragoman.harness.extraction import Extraction, figures, names
from dragoman.problems import DragomanError


@pytest.fixture(scope="module")
def asked(benchmark):
    return Extraction.of(benchmark)


def lines(asked, documents):
    return [{"id": name, **asked.answer(name, json.dumps(asked.target(name))).answer} for name in documents]


def test_documents_of_examples_are_not_asked_about(benchmark):
    asked = Extraction.of(benchmark, "dev")
    assert asked.prompt.sources
    assert {d.id for d in asked.documents} == {d.id for d in benchmark.split("dev")} - set(asked.prompt.sources)
    assert len(Extraction.of(benchmark, "dev", examples=0).documents) == len(benchmark.split("dev"))


def test_a_part_is_scored_on_the_documents_that_were_asked_about(asked):
    documents = [d.id for d in asked.documents if d.dates and d.entities][:2]
    whole = figures(asked.score([lines(asked, documents)], documents))
    assert whole["entities.strict.f1"] == whole["dates.value.f1"] == 1.0
    half = asked.score([lines(asked, documents[:1])], documents)
    assert half.coverage.documents == 2
    assert half.coverage.missing_documents == documents[1:]
    found, missed = (len(asked.by_id[name].entities) for name in documents)
    assert half["entities.strict.f1"] == 2 * found / (2 * found + missed)


def test_of_repeats_the_mean_is_shown(asked):
    documents = [d.id for d in asked.documents if d.dates and d.entities][:2]
    whole = lines(asked, documents)
    both = figures(asked.score([whole, []], documents))
    assert both["entities.strict.f1"] == 0.5


def test_what_was_seen_has_no_score(benchmark):
    asked = Extraction.of(benchmark, "dev")
    documents = [d.id for d in asked.documents]
    made = figures(asked.score([lines(asked, documents)], documents))
    assert made
    assert set(made.values()) == {None}


def test_an_answer_is_read_as_a_run_reads_it(asked):
    name = asked.documents[0].id
    assert asked.answer(name, "{}", "length").status == "failed"
    assert "cut off" in asked.answer(name, "{}", "length").problems[0]
    assert "filtered" in asked.answer(name, "{}", "content_filter").problems[0]
    assert "empty" in asked.answer(name, "").problems[0]
    answer = asked.answer(name, '```json\n{"entities": [], "dates": [], "claims": [],}\n```')
    assert answer.answer == {"entities": [], "dates": [], "claims": []}
    assert answer.repairs == ["fence", "syntax"]


def test_names_are_those_of_the_figures(benchmark, asked):
    assert names(asked.prompt.layers) == list(figures(asked.score([[]], [d.id for d in asked.documents])))
    dates = Extraction.of(benchmark, layers=["dates"])
    assert names(dates.prompt.layers) == list(figures(dates.score([[]], [d.id for d in dates.documents])))


@pytest.mark.parametrize(("options", "code"), [({"split": "none"}, "E702"), ({"layers": ["names"]}, "E206")])
def test_what_is_not_there_is_said_before_anything_is_asked(benchmark, options, code):
    with pytest.raises(DragomanError) as caught:
        Extraction.of(benchmark, **options)
    assert caught.value.problems[0].code == code
