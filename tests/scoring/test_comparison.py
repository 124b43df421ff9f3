"""Comparing systems from stored results alone: same data, same counts, no gold."""

import json
import shutil
from itertools import combinations
from pathlib import Path

import msgspec
import numpy as np
import pytest

import dragoman
from dragoman import json_text, scoring
from dragoman.measures.naming import BY_NAME, select
from dragoman.problems import DragomanError
from dragoman.schema.result_file import Result
from dragoman.scoring.comparison import compare, default_measures
from dragoman.statistics import bootstrap, paired, power
from dragoman.systems.loading import read_card
from dragoman.version import __version__

RUNS = Path(__file__).resolve().parents[2] / "eval" / "runs"

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
    assert [s.range for s in found.standings["dates.value"]] == [[1, 3]] * 3
    assert [s.best for s in found.standings["dates.value"]] == [True] * 3
    # Of eight documents that all differ the same way the p is 2/256, times 3: better. The fair one is better than the
    # good one in none of the documents, and differs in all; the interval of each pair is above 0, too.
    assert [s.range for s in found.standings["entities.strict"]] == [[1, 1], [2, 2], [3, 3]]
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
        # The poor one finds one label in every document: its documents are alike, and say nothing of others.
        ends = bootstrap.interval(counts, finish, "f1")
        assert standing.interval == (None if standing.system == "poor" else list(ends))
        assert standing.range[0] <= standing.rank <= standing.range[1]
    contrasts = found.contrasts[measure.name]
    assert [(c.first, c.second) for c in contrasts] == list(combinations(found.systems, 2))
    for contrast, (first, second) in zip(contrasts, combinations(rows, 2), strict=True):
        assert contrast.p_permutation == paired.permutation(first, second, finish, "f1")
        drawn = paired.bootstrap(first, second, finish, "f1")
        assert contrast.p_bootstrap == pytest.approx(drawn.p, abs=0.02)
        assert contrast.interval == pytest.approx(drawn.interval, abs=0.02)
        assert contrast.detectable == power.detectable(first, second, finish, "f1")
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
    assert (contrast.better, contrast.failed, contrast.document) == (None, ["permutation", "bootstrap"], None)
    assert contrast.detectable is None


def test_the_order_of_the_results_does_not_matter(results):
    there, back = compare(*read(results)), compare(*read(results[::-1]))
    for name, standings in there.standings.items():
        assert standings == back.standings[name][::-1]
        p = {frozenset((c.first, c.second)): c.p_permutation for c in there.contrasts[name]}
        assert p == {frozenset((c.first, c.second)): c.p_permutation for c in back.contrasts[name]}


def test_one_result_alone_is_refused(results):
    with pytest.raises(DragomanError, match="E709"):
        compare(*read(results[:1]))


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("data.fingerprint", "0" * 64, r"not the same data: 'good' has -@.{8} and 'fair' has -@00000000.*reference"),
        ("data.version", "2.0.0", "not the same data"),
        ("data.split", "dev", r"not the same split: 'good' has None and 'fair' has dev.*--split dev"),
        ("quotes", "first", r"placing quotes: 'good' has in-order and 'fair' has first.*--quotes in-order"),
        ("map", "person=PER", r"label map: 'good' has none and 'fair' has person=PER.*--map"),
    ],
)
def test_what_differs_is_named_with_what_to_do(results, field, value, said):
    one, two = read(results[:2])
    *outer, name = field.split(".")
    setattr(getattr(two, outer[0]) if outer else two, name, value)
    with pytest.raises(DragomanError, match=rf"(?s)E709.*{said}"):
        compare(one, two)


def test_everything_that_differs_is_named(results):
    one, two = read(results[:2])
    two.quotes, two.map, two.data.split = "strict", "a=b", "test"
    with pytest.raises(DragomanError) as caught:
        compare(one, two)
    assert [problem.what.partition(":")[0] for problem in caught.value.problems] == [
        "not the same split",
        "not the same way of placing quotes",
        "not the same label map",
    ]


def test_results_by_other_definitions_do_not_compare(results):
    one, two = read(results[:2])
    two.counts["dates.value"].revision = 2
    with pytest.raises(
        DragomanError, match=r"definition of dates\.value: 'good' has revision 1 and 'fair' has revision 2"
    ):
        compare(one, two)
    assert list(compare(one, two, measures=["entities.strict"]).standings) == ["entities.strict"]


def test_a_result_that_does_not_say_what_it_rests_on_is_refused(results):
    one, old = json.loads(results[0]), json.loads(results[1])
    del old["quotes"], old["map"]
    for counts in old["counts"].values():
        del counts["revision"]
    both = [msgspec.convert(each, Result) for each in (one, old)]
    for pair in (both, both[::-1], [both[1]] * 2):
        with pytest.raises(
            DragomanError, match=r"E709.*'fair( \([12]\))?' was scored before 0\.2\.0.*Score the predictions again"
        ):
            compare(*pair)


def test_the_signature_says_all_that_moves_a_score(results):
    one = read(results[:1])[0]
    names = ",".join(f"{name}:1" for name in NAMES)
    assert one.signature == (
        f"{names}|data:-@{one.data.fingerprint[:8]}|split:-|quotes:in-order|map:none|boot:0|v:{__version__}"
    )


def test_the_whole_catalogue_is_named_once_with_the_revisions_above_one(gold, monkeypatch):
    whole = scoring.score(gold.annotations, gold, intervals=False).signature.partition("|")[0].split(",")
    assert whole[0] == "all:1"
    assert all(int(name.rpartition(":")[2]) > 1 for name in whole[1:])


def test_what_to_read_is_said_in_words(results):
    text = compare(*read(results), measures=["entities.strict"]).text()
    assert "good is better than poor, by at least 0." in text
    assert "place" in text.splitlines()[1]
    two = compare(*read([results[0], results[0]]), measures=["entities.strict"]).text()
    assert "No significant difference between good (1) and good (2)." in two


@pytest.mark.parametrize("width", [80, 100, 160])
def test_lines_are_as_wide_as_asked_for(results, width):
    assert max(map(len, compare(*read(results)).text(width).splitlines())) <= width


def few(result, documents):
    """The same result, with gold for some documents only."""
    for counts in result.counts.values():
        counts.documents, counts.rows = counts.documents[:documents], counts.rows[:documents]
    return result


def test_fewer_than_six_documents_give_scores_and_their_number_alone(results):
    found = compare(*(few(each, 5) for each in read(results)), measures=["entities.strict"])
    for standing in found.standings["entities.strict"]:
        assert standing.score > 0
        assert (standing.documents, standing.rank, standing.range, standing.best) == (5, None, None, None)
    for contrast in found.contrasts["entities.strict"]:
        assert contrast.difference is not None
        tests = (contrast.p_permutation, contrast.p_bootstrap, contrast.p_holm, contrast.better, contrast.detectable)
        assert tests == (None,) * 5
    assert "5 documents with gold, fewer than 6" in found.text()
    six = compare(*(few(each, 6) for each in read(results)), measures=["entities.strict"])
    assert [s.rank for s in six.standings["entities.strict"]] == [1, 2, 3]


def test_nothing_right_has_no_place_and_is_no_member_of_the_family(results):
    ours = read(results[:2])
    empty = read(results[2:])[0]
    for row in empty.counts["entities.strict"].rows:
        row[0] = row[2] = 0
    empty.system.name = "empty"
    found = compare(*ours, empty, measures=["entities.strict"])
    assert [(s.system, s.rank) for s in found.standings["entities.strict"]] == [
        ("good", 1),
        ("fair", 2),
        ("empty", None),
    ]
    alone, *beside = found.contrasts["entities.strict"]
    assert alone.p_holm == alone.p_permutation  # one pair is no family to correct for
    assert all(contrast.p_holm is None for contrast in beside)
    assert "No place, as nothing is right or the score is not defined: empty." in found.text()


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
    assert [(s.score, s.rank) for s in found.standings["dates.value"]] == [(None, None), (0.0, None)]
    contrast = found.contrasts["dates.value"][0]
    assert contrast.difference is contrast.p_permutation is contrast.p_holm is None


@pytest.mark.parametrize(
    "rows", [[[1, 2, 3], [1]], [], [[10**30, 1, 1]], [[-1, 0, 0]], [[2**61, 1, 1]] * 8, [[2**60 + 2**55, 1, 1]]]
)
def test_counts_that_are_no_table_are_refused(gold, rows):
    good, bad = (scoring.score(gold.annotations, gold, intervals=False) for _ in range(2))
    bad.counts["entities.strict"].rows = rows
    with pytest.raises(DragomanError, match="E709"):
        compare(good, bad, measures=["entities.strict"])


@pytest.mark.parametrize(
    "change",
    [
        lambda result, counts: counts.documents.__setitem__(0, 10**6),
        lambda result, counts: counts.documents.__setitem__(0, -1),
        lambda result, counts: counts.documents.__setitem__(0, counts.documents[1]),
        lambda result, counts: result.data.documents.clear(),
        lambda result, counts: result.repeats.append({}),
        lambda result, counts: result.repeats.append(
            {"dates.value": msgspec.structs.replace(counts, rows=counts.rows[1:], documents=counts.documents[1:])}
        ),
    ],
    ids=["behind-the-last", "before-the-first", "twice", "no-documents", "repeat-of-nothing", "shorter-repeat"],
)
def test_counts_that_are_not_of_the_documents_are_refused(results, change):
    one, two = read(results)[:2]
    for result in (one, two):  # all of them alike: they differ from each other in nothing
        change(result, result.counts["dates.value"])
    with pytest.raises(DragomanError, match="E709"):
        compare(one, two, measures=["dates.value"])


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


def test_systems_of_one_name_are_told_apart_by_their_paths(tmp_path):
    gold = [{"id": "a", "entities": [{"start": 0, "end": 1, "type": "PER"}]}]
    for folder in ("first", "second"):
        (tmp_path / folder / "pred.jsonl").parent.mkdir()
        (tmp_path / folder / "pred.jsonl").write_bytes(json_text.lines(gold))
        result = dragoman.score(tmp_path / folder / "pred.jsonl", gold, intervals=False)
        result.save(tmp_path / folder / "result.json")
        result.save(tmp_path / f"{folder}.json")
    paths = [tmp_path / folder / "result.json" for folder in ("first", "second")]
    compared = dragoman.compare(*paths)
    assert compared.systems == ["pred.jsonl (first/result.json)", "pred.jsonl (second/result.json)"]
    assert "pred.jsonl (first/result.json)" in str(compared)
    shallow = dragoman.compare(*(tmp_path / f"{folder}.json" for folder in ("first", "second")))
    assert shallow.systems == ["pred.jsonl (first.json)", "pred.jsonl (second.json)"]
    assert dragoman.compare(result, result).systems == ["pred.jsonl (1)", "pred.jsonl (2)"]
    assert dragoman.compare(paths[0], paths[0]).systems == ["pred.jsonl (1)", "pred.jsonl (2)"]
    assert dragoman.compare(paths[0], result).systems == ["pred.jsonl (result.json)", "pred.jsonl (2)"]
    named = [dragoman.score(gold, gold, intervals=False, system=name) for name in ("x", "y")]
    assert dragoman.compare(*named).systems == ["x", "y"]


def test_what_is_left_out_and_the_families_of_tests_are_named(results):
    good, fair, poor = read(results)
    del poor.counts["dates.value"]
    made = compare(good, fair, poor)
    assert made.left_out == {"dates.value": ["poor"]}
    said = " ".join(made.text(80).split())
    assert "dates.value is not compared: no counts of poor." in said
    assert "entities.strict, 8 documents annotated" in said
    assert "(3 pairs by entities.strict)" in said
    assert max(map(len, made.text(80).splitlines())) <= 80
    asked = compare(good, fair, poor, measures=["entities.strict"])
    assert not asked.left_out
    assert "not compared" not in asked.text(80)


def test_a_detectable_difference_that_no_two_scores_can_have_is_said_to_be_above_one(results):
    made = compare(*read(results)[:2], measures=["entities.strict"])
    made.contrasts["entities.strict"][0].detectable = 1.178
    assert made.contrast_table().rows[0][-1] == ">1"


def test_a_system_that_is_not_independent_of_the_gold_has_no_place(results):
    """Its score is shown; the others are placed and tested as if it were not there."""
    good, fair, poor = read(results)
    alone = compare(fair, poor, measures=["entities.strict"])
    good.system.independent = False
    made = compare(good, fair, poor, measures=["entities.strict"])
    first, *others = made.standings["entities.strict"]
    assert (first.score is not None, first.rank, first.range) == (True, None, None)
    assert others == alone.standings["entities.strict"]
    assert [c for c in made.contrasts["entities.strict"] if c.p_holm is not None] == alone.contrasts["entities.strict"]
    assert "No place, as not independent of the gold: good." in " ".join(made.text(80).split())
    assert made.not_independent == ["good"]
    assert b'"independent"' not in msgspec.json.encode(fair)


def test_the_results_of_the_passes_say_that_they_are_not_independent():
    for path in sorted(RUNS.glob("*/2.0.0/result.json")):
        independent = msgspec.json.decode(path.read_bytes(), type=Result).system.independent
        card = read_card(path.parent / "system.toml")
        assert (independent is not False) == card.independent, path
