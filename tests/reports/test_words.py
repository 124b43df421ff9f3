"""Codes in words: none of the closed label sets is left without."""

import re

import pytest

from dragoman.reports import words
from dragoman.schema import labels


def test_every_code_of_the_label_sets_has_words():
    assert set(words.TYPES) == {*labels.values(labels.EntityType), *labels.values(labels.DateType), words.CLAIM}
    assert {label for of in words.FAMILIES.values() for label in of} == set(words.TYPES)
    assert set(words.FORMS) == set(labels.values(labels.EntityForm))
    assert set(words.PHENOMENA) == set(labels.values(labels.Phenomenon))
    assert set(words.VERBS) == set(labels.values(labels.Act))
    assert all(verb[-1].isalpha() for verb in words.VERBS.values())  # a colon or “that” follows
    for act in labels.values(labels.Act):
        assert "act" not in words.facets(act, None, None).split()
    assert set(words.MODALITIES) == set(labels.values(labels.Modality))
    assert set(words.POLARITIES) == set(labels.values(labels.Polarity))
    for mod in labels.values(labels.DateMod):
        assert re.fullmatch(rf"(?!{mod}).+ 2024 \(2024 {mod}\)", words.of_value("2024", mod))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("2024", "2024"),
        ("195X", "the 1950s"),
        ("19XX", "the years 1900 to 1999"),
        ("2024-06", "June 2024"),
        ("1948-10-12", "12 October 1948"),
        ("XXXX-12", "December, year unknown"),
        ("2024-W03", "week 3 of 2024"),
        ("2024-WXX", "a week of 2024"),
        ("2024-Q1", "quarter 1 of 2024"),
        ("2024-WI", "winter 2024"),
        ("XXXX-WXX-2", "a Tuesday"),
        ("XXXX-XX-XXTNI", "night, day unknown"),
        ("2021/2025", "2021 to 2025"),
        ("P1Y", "1 year"),
        ("PXY", "some years"),
        ("PT2H", "2 hours"),
        ("PT5M", "5 minutes"),
        ("P5M", "5 months"),
        ("PRESENT_REF", "now"),
    ],
)
def test_values_in_words(value, said):
    assert words.of_value(value) == f"{said} ({value})"


@pytest.mark.parametrize(
    "value",
    ["2024-13", "2024-00-01", "XXXX-WXX-9", "later", "2024/", "", "\u0661\u0662\u0663\u0664", "1" * 99, "/" * 64],
)
def test_a_value_without_words_stays_what_it_is(value):
    assert words.of_value(value) == value
    assert words.of_value(value, "START") == f"{value} START"


def test_all_values_of_gold_have_words(benchmark):
    said = {date.value: words.of_value(date.value) for document in benchmark for date in document.dates}
    assert len(said) > 20
    assert [value for value, text in said.items() if text == value] == []


def test_labels_of_a_benchmark_are_called_by_its_own_lines():
    own = {
        "entities.type": {"LOC": "a locomotive", "ODD": "FILL IN: what is labelled so"},
        "phenomena": {"steam": "written in steam"},
    }
    made = words.Vocabulary.of(own)
    said = [made.of_slice("type", each) for each in ("LOC", "ODD", "PER", "DATE")]
    assert said == ["a locomotive (LOC)", "ODD", "PER", "date (DATE)"]
    assert made.of_slice("phenomenon", "steam") == "written in steam"
    assert made.of_slice("phenomenon", "nested") == words.PHENOMENA["nested"]
    assert made.of_slice("form", "ABR") == "abbreviation (ABR)"
    assert words.Vocabulary.of({"entities.form": {"ABR": "x"}}).of_slice("form", "NAM") == "NAM"
    assert made.own == ("LOC", "ODD")
