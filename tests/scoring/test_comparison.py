"""Comparing systems from stored results alone: same data, same counts, no gold."""

import json
import shutil
from itertools import combinations

import msgspec
import numpy as np
import pytest

from dragoman import scoring
from dragoman.measures.naming import BY_NAME, select
from dragoman.problems import DragomanError
from dragoman.schema.result_file import Result
from dragoman.scoring.comparison import compare, default_measures
from dragoman.statistics import bootstrap, paired

NAMES = ["entities.strict", "entities.partial", "entities.b_cubed", "dates.value"]


def write(path, lines):
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def gold_lines(documents=8):
    return [
        {
            "id": f"d{i}",
            "entities": [
                {"start": 5 * j, "end": 5 * j + 3, "type": "PER", "entity_ids": [f"k{j % 2}"]} for j in range(4)
            ],
            "dates": [{"start": 40, "end": 44, "type": "DATE", "value": "2024"}],
        }
        for i in range(documents)
    ]


def answers(kept):
    """The first so many entities of each document, and the date of every other one."""
    return [
        {**line, "entities": line["entities"][: kept[i % len(kept)]], "dates": line["dates"][: i % 2]}
        for i, line in enumerate(gold_lines())
    ]


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Three systems, stored and read again, with the gold gone."""
    folder = tmp_path_factory.mktemp("results")
    gold = scoring.reference(write(folder / "gold.jsonl", gold_lines()))
    stored = []
    for name, kept in {"good": [4, 3], "fair": [3, 2], "poor": [1]}.items():
        result = scoring.score(
            write(folder / f"{name}.jsonl", answers(kept)),
            gold,
            measures=select(NAMES),
            system=name,
            intervals=False,
        )
        stored.append(msgspec.json.encode(result))
    shutil.rmtree(folder)
    return stored


def read(stored):
    return [msgspec.json.decode(data, type=Result) for data in stored]


def test_it_needs_nothing_but_the_results(results):
    found = compare(*read(results))
    assert found.systems == ["good", "fair", "poor"]
    assert list(found.standings) == ["entities.strict", "dates.value"]
    assert [s.rank for s in found.standings["entities.strict"]] == [1, 2, 3]
    assert [s.rank for s in found.standings["dates.value"]] == [1, 1, 1]
    # 28 of 32 found, nothing spurious: 2*28/(32 + 28).
    assert found.standings["entities.strict"][0].score == pytest.approx(14 / 15)


def test_it_says_what_the_statistics_say(results):
    ours = read(results)
    found = compare(*ours, measures=["entities.partial"])
    measure = BY_NAME["entities.partial"]
    rows = [np.array(result.counts[measure.name].rows) for result in ours]
    finish = measure.score.finish
    for standing, counts in zip(found.standings[measure.name], rows, strict=True):
        assert standing.score == finish(counts.sum(axis=0))["f1"]
        assert standing.interval == list(bootstrap.interval(counts, finish, "f1"))
        assert standing.rank_interval[0] <= standing.rank <= standing.rank_interval[1]
    contrasts = found.contrasts[measure.name]
    assert [(c.first, c.second) for c in contrasts] == list(combinations(found.systems, 2))
    for contrast, (first, second) in zip(contrasts, combinations(rows, 2), strict=True):
        assert contrast.p_permutation == paired.permutation(first, second, finish, "f1")
        assert contrast.p_bootstrap == paired.bootstrap(first, second, finish, "f1")
        assert contrast.detectable == paired.detectable(first, second, finish, "f1")
        gap = finish(first.sum(axis=0))["f1"] - finish(second.sum(axis=0))["f1"]
        assert contrast.difference == pytest.approx(gap)
    assert [c.p_holm for c in contrasts] == paired.holm([c.p_permutation for c in contrasts])
    # Eight documents that all differ the same way: 2 of 2^8 exchanges are as far apart, and Holm takes it three times.
    assert contrasts[1].p_permutation == 2 / 2**8
    assert contrasts[1].p_holm == pytest.approx(3 * 2 / 2**8)


def test_a_system_beside_itself(results):
    one = read(results[:1])[0]
    contrast = compare(one, one, measures=["entities.strict"]).contrasts["entities.strict"][0]
    assert (contrast.difference, contrast.p_permutation, contrast.p_bootstrap, contrast.p_holm) == (0.0, 1.0, 1.0, 1.0)


def test_the_order_of_the_results_does_not_matter(results):
    there, back = compare(*read(results)), compare(*read(results[::-1]))
    for name, standings in there.standings.items():
        assert standings == back.standings[name][::-1]
        p = {frozenset((c.first, c.second)): c.p_permutation for c in there.contrasts[name]}
        assert p == {frozenset((c.first, c.second)): c.p_permutation for c in back.contrasts[name]}


def test_one_result_alone_is_refused(results):
    with pytest.raises(DragomanError, match="E709"):
        compare(*read(results[:1]))


@pytest.mark.parametrize(("field", "value"), [("fingerprint", "0" * 64), ("split", "dev")])
def test_results_on_other_data_are_refused(results, field, value):
    one, two = read(results[:2])
    setattr(two.data, field, value)
    with pytest.raises(DragomanError, match=r"E709.*other data"):
        compare(one, two)


def test_measures_that_not_all_have_are_refused_by_name_and_else_left_out(results):
    one, two = read(results[:2])
    del two.counts["entities.partial"]
    with pytest.raises(DragomanError, match=r"E709.*entities\.partial"):
        compare(one, two, measures=["entities.partial"])
    assert "entities.partial" not in compare(one, two).standings


@pytest.mark.parametrize(("field", "value"), [("columns", ["tp", "gold", "predicted"]), ("full", 1000)])
def test_counts_of_an_older_version_are_refused(results, field, value):
    one, two = read(results[:2])
    setattr(two.counts["entities.strict"], field, value)
    with pytest.raises(DragomanError, match=r"E709.*another version"):
        compare(one, two, measures=["entities.strict"])


def test_the_headline_measures_are_compared_unless_nobody_has_them(results):
    ours = read(results)
    assert default_measures(ours) == ["entities.strict", "dates.value"]
    for result in ours:
        del result.counts["entities.strict"], result.counts["dates.value"]
    assert default_measures(ours) is None


def test_a_score_that_is_undefined_has_no_rank(results):
    one, two = read(results[:2])
    for result in (one, two):
        result.counts["dates.value"].rows = [[0, 0, 0] for _ in range(8)]
    two.counts["dates.value"].rows[0] = [0, 1, 0]
    found = compare(one, two, measures=["dates.value"])
    assert [(s.score, s.rank) for s in found.standings["dates.value"]] == [(None, None), (0.0, 1)]
    contrast = found.contrasts["dates.value"][0]
    assert contrast.difference is contrast.p_permutation is contrast.p_holm is None


@pytest.mark.parametrize("rows", [[[1, 2, 3], [1]], [], [[10**30, 1, 1]], [[-1, 0, 0]], [[2**61, 1, 1]] * 8])
def test_counts_that_are_no_table_are_refused(gold, rows):
    good, bad = (scoring.score(gold.annotations, gold, intervals=False) for _ in range(2))
    bad.counts["entities.strict"].rows = rows
    with pytest.raises(DragomanError, match="E709"):
        compare(good, bad, measures=["entities.strict"])


def test_results_with_nothing_in_common_are_refused(gold):
    one, two = (scoring.score(gold.annotations, gold, intervals=False) for _ in range(2))
    one.counts = {}
    with pytest.raises(DragomanError, match=r"E709.*no measure in common"):
        compare(one, two)


def test_counts_on_other_documents_are_refused(gold):
    good, bad = (scoring.score(gold.annotations, gold, intervals=False) for _ in range(2))
    bad.counts["entities.strict"].documents = bad.counts["entities.strict"].documents[::-1]
    with pytest.raises(DragomanError, match="E709"):
        compare(good, bad, measures=["entities.strict"])
