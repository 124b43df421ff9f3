"""What mistakes cost, worked by hand."""

import pytest

from dragoman.reports.costs import costs
from dragoman.reports.overlay import LEFT_OUT


def item(side, kind, layer="entities", label="PER", partner=None, **more):
    return {"side": side, "layer": layer, "kind": kind, "label": label, "partner": partner, **more}


def document(*items, language="ko"):
    return {"id": str(language), "language": language, "items": list(items)}


def rows(made, group):
    return {row.words: (row.count, pytest.approx(row.gain)) for row in made.groups[group]}


def test_each_kind_is_mended_by_itself():
    # Four gold, three predicted, one right: F1 = 2/7. One gold is missed, one has the wrong type, one is left out.
    first = document(
        item("gold", "right", partner=3),
        item("gold", "missed", phenomena=["nested"]),
        item("gold", "wrong type", label="ORG", partner=4, phenomena=["nested", "x"]),
        item("predicted", "right", partner=0),
        item("predicted", "wrong type", partner=2),
        item("predicted", "spurious", label="GPE"),
    )
    second = document(item("gold", LEFT_OUT, label="ROLE"), language=None)
    made = costs([first, second])
    assert made.score == pytest.approx(2 / 7)
    by_kind = {
        "entities with the wrong type": (1, 4 / 7 - 2 / 7),  # right 2 of 4 and 3
        "missed entities": (1, 4 / 8 - 2 / 7),  # right 2 of 4 and 4
        "labels of documents left out": (1, 4 / 8 - 2 / 7),
        "spurious entities": (1, 2 / 6 - 2 / 7),  # right 1 of 4 and 2
    }
    assert rows(made, "kind of error") == by_kind
    assert made.groups["kind of error"][0].query == "layer=entities&kind=wrong+type"
    assert next(row.query for row in made.groups["kind of error"] if "left out" in row.words) == (
        "kind=document+left+out"
    )
    # The pair of the wrong type counts for both types, as the filter shows it for both; a spurious label for its own.
    assert rows(made, "type") == {
        "organisation (ORG)": (1, 4 / 7 - 2 / 7),
        "person (PER)": (2, 6 / 8 - 2 / 7),
        "office (ROLE)": (1, 4 / 8 - 2 / 7),
        "country or city (GPE)": (1, 2 / 6 - 2 / 7),
    }
    assert rows(made, "layer") == {"entities": (4, 1 - 2 / 7)}  # all fixed: 4 right of 4 and 4
    assert rows(made, "phenomenon") == {
        "nested label": (2, 6 / 8 - 2 / 7),
        "x": (1, 4 / 7 - 2 / 7),
    }
    assert rows(made, "language") == {"Korean (ko)": (3, 6 / 7 - 2 / 7), "language unknown": (1, 4 / 8 - 2 / 7)}
    assert first["items"][1]["cost"] == pytest.approx(4 / 8 - 2 / 7, abs=1e-6)
    assert "cost" not in first["items"][4]  # the other half of a pair


def test_a_layer_weighs_as_much_as_any_other_however_few_its_labels():
    dates = [item("gold", "missed", "dates", "DATE")]
    entities = [item("gold", "missed")] * 1 + [item("gold", "right"), item("predicted", "right", partner=1)]
    made = costs([document(*dates, *entities)])
    assert made.score == pytest.approx((0 + 2 / 3) / 2)
    assert rows(made, "layer") == {"dates": (1, 1 / 2), "entities": (1, (1 - 2 / 3) / 2)}
    assert [row.words for row in made.groups["layer"]] == ["dates", "entities"]
    assert "language" not in made.groups


def test_what_to_mend_first_says_what_most_of_it_has_in_common():
    missed = [item("gold", "missed", label="GPE", phenomena=["nested"]) for _ in range(3)]
    rare = [item("gold", "missed", label=label) for label in ("ORG", "LOC", "FAC")]
    left = [item("gold", LEFT_OUT, label="PER") for _ in range(9)]
    first, second = costs([document(*missed, *rare), document(*left, language="ar")]).first
    assert (first.row.words, first.row.count, first.documents) == ("labels of documents left out", 9, 1)
    assert [(part.words, part.count, part.query) for part in first.parts] == [
        ("Arabic (ar)", 9, "kind=document+left+out&language=ar")
    ]
    assert (second.row.words, second.row.count, second.documents) == ("missed entities", 6, 1)
    # Three of six are countries, as many nested; one organisation of six is too few to be named.
    assert {(part.words, part.count, part.query) for part in second.parts} == {
        ("country or city (GPE)", 3, "layer=entities&kind=missed&type=GPE"),
        ("nested label", 3, "layer=entities&kind=missed&phenomenon=nested"),
    }


def test_nothing_costs_nothing():
    made = costs([document()])
    assert (made.score, made.layers, made.groups, made.widest) == (None, (), {}, 1.0)


@pytest.mark.parametrize("name", ["korean_rules", "arabic_rules"])
def test_the_score_of_a_run_is_its_headline(name, benchmark, split):
    from test_report import RUN

    from dragoman.reports.laid_out import Content, Labels
    from dragoman.reports.sources import from_benchmark, predictions

    source = from_benchmark(benchmark, split)
    made = Content.of([Labels(*predictions(RUN.parents[1] / name / benchmark.version, source.gold))], source)
    assert made.costs.score == pytest.approx(made.results[0].scores["headline"])
    assert sum(row.count for row in made.costs.groups["layer"]) == sum(
        row.count for row in made.costs.groups["kind of error"]
    )
