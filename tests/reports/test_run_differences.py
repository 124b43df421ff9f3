"""Where one run wins against another, worked by hand."""

import pytest

from dragoman.reports.laid_out import Content, Labels
from dragoman.reports.overlay import BOTH, EXTRA, EXTRA_FIRST, EXTRA_OTHER, FIRST, NEITHER, NOT_ATTEMPTED, OTHER
from dragoman.reports.run_differences import run_differences
from dragoman.reports.sources import from_benchmark, predictions

BETWEEN = {(True, True): BOTH, (True, False): FIRST, (False, True): OTHER, (False, False): NEITHER}


def gold(first, second, label="PER", layer="entities", **more):
    between = BETWEEN[first == "right", second == "right"]
    both = {"kind": first, "second_kind": second, "between": between, "partner": None, "second": None}
    return {"side": "gold", "layer": layer, "label": label, **both, **more}


def extra(between, label="PER", layer="entities"):
    side = "second" if between == EXTRA_OTHER else "predicted"
    return {"side": side, "layer": layer, "label": label, "kind": "spurious", "between": between, "partner": None}


def document(*items, language="ko"):
    return {"id": "one", "language": language, "items": list(items)}


def rows(made, group):
    return {row.words: (row.won, row.lost, pytest.approx(row.change)) for row in made.groups[group]}


# Five gold entities. The first run has three labels on them, two of which are right, and two that are nowhere in gold;
# the second has four on them, two of which are right, and two others: F1 is 2·2 / (5 + 5) and 2·2 / (5 + 6).
ENTITIES = (
    gold("right", "right"),
    gold("right", "missed", label="GPE", phenomena=["nested"]),
    gold("missed", "right", label="GPE"),
    gold("wrong type", "wrong type", label="ORG"),
    gold("missed", "wrong boundary", label="ORG"),
    extra(EXTRA),
    extra(EXTRA_FIRST, "LOC"),
    extra(EXTRA_OTHER, "FAC"),
)


def test_the_first_run_is_given_what_the_second_made_of_a_group():
    made = run_differences([document(*ENTITIES)], ["entities"])
    assert made.scores == pytest.approx((4 / 10, 4 / 11))
    assert rows(made, "layer") == {"entities": (2, 2, 4 / 11 - 4 / 10)}
    assert rows(made, "type") == {
        "country or city (GPE)": (1, 1, 0.0),  # one right label for another
        "organisation (ORG)": (0, 0, 4 / 11 - 4 / 10),  # one more label, as wrong as none
        "region (LOC)": (1, 0, 4 / 9 - 4 / 10),
        "building or site (FAC)": (0, 1, 4 / 11 - 4 / 10),
    }
    # Missed by either: one right label for another, and one more that is wrong.
    assert rows(made, "kind of error") == {
        "missed entities": (1, 1, 4 / 11 - 4 / 10),
        "entities with the wrong boundary": (0, 0, 4 / 11 - 4 / 10),
        "spurious entities": (1, 1, 0.0),
    }
    assert rows(made, "phenomenon") == {"nested label": (0, 1, 2 / 9 - 4 / 10)}
    assert "language" not in made.groups
    assert made.widest == pytest.approx(4 / 10 - 2 / 9)
    assert (made.best.words, made.worst.words) == ("region (LOC)", "nested label")
    assert made.worst.query_lost == "phenomenon=nested&between=first+better"
    assert made.best.query_won == "layer=entities&type=LOC&between=second+better"


def test_layers_that_one_does_not_attempt_are_left_out():
    dates = gold("right", NOT_ATTEMPTED, "DATE", "dates")
    made = run_differences([document(*ENTITIES, dates)], ["entities"])
    assert made.layers == ("entities",)
    assert made.scores == pytest.approx((4 / 10, 4 / 11))
    none = run_differences([document(dates)], [])
    assert (none.scores, none.groups, none.best, none.worst) == (None, {}, None, None)


def test_a_layer_weighs_as_much_as_another():
    dates = gold("missed", "right", "DATE", "dates")
    made = run_differences([document(*ENTITIES, dates, language=None)], ["entities", "dates"])
    assert made.scores == pytest.approx(((4 / 10 + 0) / 2, (4 / 11 + 1) / 2))
    assert rows(made, "layer")["dates"] == (1, 0, 1 / 2)


def test_the_same_run_twice_differs_nowhere():
    made = run_differences([document(gold("right", "right"), gold("missed", "missed"), extra(EXTRA))], ["entities"])
    assert made.groups == {}
    assert made.widest == 1.0


@pytest.mark.parametrize("second", ["annotator_b", "random_control"])
def test_scores_are_the_headlines_of_both_runs_and_the_layers_lead_from_one_to_the_other(second, benchmark, split):
    from test_report import RUN

    source = from_benchmark(benchmark, split)
    runs = [RUN.parents[1] / name / benchmark.version for name in ("annotator_a", second)]
    made = Content.of([Labels(*predictions(run, source.gold)) for run in runs], source)
    headlines = [result.scores["headline"] for result in made.results]
    assert made.differences.scores == pytest.approx(tuple(headlines))
    assert sum(row.change for row in made.differences.groups["layer"]) == pytest.approx(headlines[1] - headlines[0])
