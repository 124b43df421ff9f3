"""Repeats: the mean of their scores, the spread between them, and error bars over documents and repeats."""

import json
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest

import dragoman
from dragoman.measures.catalogue import HEADLINE
from dragoman.problems import DragomanError
from dragoman.scoring import assemble, repeats
from dragoman.statistics.resampling import Resampling

MEASURE = "entities.strict"


def entity(at, type_="A"):
    return {"start": at, "end": at + 1, "type": type_}


GOLD = [{"id": f"d{n}", "entities": [entity(0), entity(2)]} for n in range(4)]
ALL = [[entity(0), entity(2)]] * 4
NONE = [[entity(0, "B")]] * 4
HALF = [[entity(0), entity(2)]] * 2 + [[]] * 2


@pytest.fixture
def run(tmp_path):
    """Write the answers of each repeat as a run."""

    def write(*answers, name="run"):
        for number, entities in enumerate(answers, 1):
            folder = tmp_path / name if number == 1 else tmp_path / name / f"repeat-{number}"
            folder.mkdir(parents=True)
            lines = [{"id": f"d{n}", "entities": found} for n, found in enumerate(entities)]
            (folder / "predictions.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
        return tmp_path / name

    return write


def score(pred, **more):
    return dragoman.score(pred, GOLD, measures=[MEASURE], **more)


def interval(result):
    return result.scores["entities"]["strict"]["interval"]


def test_the_score_is_the_mean_never_the_best_and_not_that_of_all_together(run):
    result = score(run(ALL, NONE, HALF))
    # F1: all right 1; four wrong ones 0; four of eight found, all right: 2·4 / (8 + 4) = 2/3.
    assert result[f"{MEASURE}.f1"] == pytest.approx((1 + 0 + 2 / 3) / 3)
    assert result[f"{MEASURE}.recall"] == pytest.approx((1 + 0 + 1 / 2) / 3)
    assert result[f"{MEASURE}.precision"] == pytest.approx((1 + 0 + 1) / 3)
    spread = result.scores["entities"]["strict"]["spread"]
    assert (spread["low"], spread["high"]) == (0, 1)
    assert spread["sd"] == pytest.approx(np.std([1, 0, 2 / 3], ddof=1))
    assert result.signature.endswith("|repeats:3")
    assert "mean of 3 repeats" in str(result)
    assert "0.000 to 1.000" in " ".join(str(result).split())


def test_one_repeat_is_what_it_was(run):
    folder = run(HALF)
    assert score(folder).to_dict() == score(folder / "predictions.jsonl", system="run").to_dict()
    assert "repeats" not in score(folder).to_dict()


def test_the_interval_is_over_documents_and_repeats(run):
    # Documents are alike within a repeat: only the drawing of repeats moves the mean of 1 and 0.
    low, high = interval(score(run(ALL, NONE)))
    assert (low, high) == (0, 1)
    # Repeats are alike: it is the interval of one of them.
    same = score(run(HALF, HALF, HALF, name="same"))
    assert interval(same) == interval(score(run(HALF, name="one")))
    # Both move: wider than either alone would be.
    both = interval(score(run(HALF, ALL, name="both")))
    assert both[0] < 2 / 3 < (1 + 2 / 3) / 2 < both[1]
    assert interval(score(run(HALF, ALL, name="again"))) == both
    assert interval(score(run(HALF, ALL, name="off"), intervals=False)) is None


def test_drawing_repeats_has_the_mean_and_variance_of_drawing_with_replacement():
    # One column that is the score itself, three repeats with 0, 3 and 6: mean 3, variance of a mean of three draws 6/3.
    drawn = repeats.redrawn(lambda totals: {"score": totals[..., 0]}, "score", 3, 1)
    values = drawn(np.tile([0, 3, 6], (200_000, 1)))["score"]
    assert values.mean() == pytest.approx(3, abs=0.02)
    assert values.var() == pytest.approx(2, abs=0.03)


def test_a_result_with_repeats_is_saved_read_and_compared(run, tmp_path):
    score(run(ALL, NONE, HALF)).save(tmp_path / "three.json")
    score(run(HALF, HALF, name="two")).save(tmp_path / "two.json")
    score(run(ALL, name="one")).save(tmp_path / "one.json")
    names = [tmp_path / f"{name}.json" for name in ("three", "two", "one")]
    compared = dragoman.compare(*names, measures=[MEASURE])
    means = [standing.score for standing in compared.standings[MEASURE]]
    assert means == pytest.approx([(1 + 0 + 2 / 3) / 3, 2 / 3, 1])
    by_pair = {(c.first, c.second): c.difference for c in compared.contrasts[MEASURE]}
    assert by_pair["run", "two"] == pytest.approx(5 / 9 - 2 / 3)
    three = compared.standings[MEASURE][0]
    assert three.interval[0] < 5 / 9 < three.interval[1]


def test_systems_are_laid_side_by_side_so_that_each_keeps_its_mean():
    one, two, three = (np.arange(4).reshape(2, 2) * factor for factor in (1, 10, 100))
    tables, blocks = repeats.side_by_side([[one], [one, two], [one, two, three]])
    assert blocks == 6
    assert [table.shape for table in tables] == [(2, 12)] * 3
    finish = repeats.averaged(lambda totals: {"score": totals[..., 1].astype(float)}, "score", blocks)
    means = [float(finish(table.sum(axis=0))["score"]) for table in tables]
    assert means == pytest.approx([4, (4 + 40) / 2, (4 + 40 + 400) / 3])


def test_numbers_of_repeats_that_have_little_in_common_are_refused():
    rows = np.zeros((1, 1), np.int64)
    with pytest.raises(DragomanError, match="E709"):
        repeats.side_by_side([[rows] * 19, [rows] * 23])


def test_a_layer_that_a_repeat_does_not_attempt_has_no_score(run, tmp_path):
    folder = run(ALL, ALL)
    lines = [json.dumps({"id": f"d{n}"}) + "\n" for n in range(4)]
    (folder / "repeat-2" / "predictions.jsonl").write_text("".join(lines))
    assert score(folder).scores["entities"]["strict"] is None


def test_documents_that_any_repeat_left_out_are_missing(run):
    folder = run(ALL, ALL)
    (folder / "repeat-2" / "predictions.jsonl").write_text(json.dumps({"id": "d0", "entities": ALL[0]}) + "\n")
    coverage = score(folder, intervals=Resampling(0)).coverage
    assert (coverage.missing, coverage.missing_documents) == (3, ["d1", "d2", "d3"])


def test_a_comparison_says_how_far_the_repeats_of_each_system_are_apart(run, tmp_path):
    three, one = score(run(ALL, NONE, HALF)), score(run(ALL, name="one"))
    compared = dragoman.compare(three, one, measures=[MEASURE])
    first, second = compared.standings[MEASURE]
    assert (first.repeats, first.spread.low, first.spread.high) == (3, 0, 1)
    assert (second.repeats, second.spread) == (1, None)
    assert compared.table().columns == ("system", "score", "95 %", "repeats", "from–to", "place", "range")
    assert "0.000–1.000" in str(compared)
    assert "spread" not in compared.to_dict()["standings"][MEASURE][1]
    alone = dragoman.compare(one, score(run(HALF, name="two")), measures=[MEASURE])
    assert alone.table().columns == ("system", "score", "95 %", "place", "range")


def test_the_interval_of_a_difference_draws_the_repeats_of_each_system_by_themselves(run):
    right = [[entity(at) for at in range(number)] for number in (1, 2, 3, 4, 1, 2, 3, 4)]
    wrong = [[entity(at, "B") for at in range(len(found))] for found in right]
    gold = [{"id": f"d{n}", "entities": found} for n, found in enumerate(right)]

    def scored(*answers, name):
        return dragoman.score(run(*answers, name=name), gold, measures=[MEASURE])

    # One repeat is all right, one all wrong, whatever the document: means of two draws are 0, a half or 1.
    first, second = (scored(right, wrong, name=name) for name in ("first", "second"))
    (contrast,) = dragoman.compare(first, second, measures=[MEASURE]).contrasts[MEASURE]
    assert (contrast.difference, contrast.interval) == (0, [-1, 1])
    # A system with one repeat is not drawn: only the other one's mean moves.
    (contrast,) = dragoman.compare(first, scored(right, name="one"), measures=[MEASURE]).contrasts[MEASURE]
    assert (contrast.difference, contrast.interval) == (-0.5, [-1, 0])


def test_a_folder_is_no_result_and_the_way_to_one_is_said(run):
    folder = run(ALL)
    with pytest.raises(DragomanError, match=r"E101 .*a folder is no result.*dragoman score RUN --out"):
        dragoman.compare(folder, folder)


@pytest.mark.parametrize("seed", range(20))
def test_means_are_the_same_on_every_interpreter(seed):
    """Python 3.12 adds floats otherwise than 3.11: a mean is that of the exact sum, in any order."""
    numbers = np.random.default_rng(seed).random(7).tolist()
    exact = float(sum(map(Fraction, numbers))) / len(numbers)
    assert repeats._mean(numbers) == repeats._mean(numbers[::-1]) == exact
    scores, counts = {}, {}
    for name, score in zip(HEADLINE, numbers, strict=False):
        layer, _, measure = name.partition(".")
        scores.setdefault(layer, {})[measure] = {"f1": score}
    parts = numbers[: len(HEADLINE)]
    data = SimpleNamespace(split="test")
    annotated = {name.partition(".")[0]: 1 for name in HEADLINE}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assemble, "_headline_interval", lambda *_: None)
        headline = assemble._headline(scores, counts, data, SimpleNamespace(annotated=annotated), None)
    assert headline.score == float(sum(map(Fraction, parts))) / len(parts)
