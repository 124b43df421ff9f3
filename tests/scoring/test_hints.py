"""Mistakes of form are named below a low score, with counts, and nothing is said where enough is right."""

import json
import random
import unicodedata

import pytest
from hypothesis import given, settings
from sides import both, pair, seeds

import dragoman
from dragoman.measures.pair import Pair
from dragoman.scoring import memory
from dragoman.scoring.hints import added, evidence

TEXT = "김정은이 평양에서 왕이와 만났다고 조선중앙통신이 전하였다."
WORDS = {"김정은": "PER", "평양": "GPE", "왕이": "PER", "조선중앙통신": "ORG"}
GOLD = [
    {
        "id": name,
        "text": TEXT,
        "entities": [
            {"start": TEXT.index(word), "end": TEXT.index(word) + len(word), "type": label}
            for word, label in WORDS.items()
        ],
    }
    for name in "abc"
]


def moved(start, end):
    lines = json.loads(json.dumps(GOLD))
    for line in lines:
        del line["text"]
        line["entities"] = [
            {**entity, "start": entity["start"] + start, "end": entity["end"] + end}
            for entity in line["entities"]
            if entity["start"] + start >= 0
        ]
    return lines


def hints(pred, gold=GOLD, **options):
    return dragoman.score(pred, gold, intervals=False, **options).hints


def codes(pred, gold=GOLD, **options):
    return [hint.code for hint in hints(pred, gold, **options)]


@pytest.mark.parametrize(
    ("start", "end", "code", "count"),
    [
        (0, -1, "ends-short", "12 of 12"),
        (1, 1, "counted-from-one", "12 of 12"),
        (1, 0, "counted-from-one-inclusive", "12 of 12"),
        (-1, -1, "shifted", "9 of 9"),
        (0, 1, "ends-long", "12 of 12"),
        (-1, 0, "blanks-at-edges", "9 predicted"),  # what stands before each of these names is a blank
    ],
)
def test_places_that_are_one_off(start, end, code, count):
    (hint,) = hints(moved(start, end))
    assert hint.code == code
    assert hint.text.startswith(count)


def test_gold_against_itself_and_nothing_at_all_have_no_hints():
    assert codes(GOLD) == []
    assert codes([]) == []
    assert codes([{"id": "a", "entities": []}]) == []


def test_a_system_that_is_merely_bad_gets_no_hint():
    entities = [{"start": 3, "end": 4, "type": "PER"}, {"start": 12, "end": 15, "type": "ORG"}]
    assert codes([{"id": name, "entities": entities} for name in "abc"]) == []


def test_nothing_is_said_where_more_than_half_is_right():
    lines = moved(0, 0)
    for entity in lines[0]["entities"]:
        entity["end"] -= 1
    assert codes(lines) == []


def test_a_label_set_that_does_not_meet_gold_is_mapped_by_equal_spans():
    names = {"PER": "person", "GPE": "a place", "ORG": "organisation"}
    lines = moved(0, 0)
    for line in lines:
        for entity in line["entities"]:
            entity["type"] = names[entity["type"]]
    (hint,) = hints(lines)
    assert hint.code == "other-label-set"
    for option in ("--map person=PER", "--map 'a place=GPE'", "--map organisation=ORG"):
        assert option in hint.text


def test_a_label_set_is_mapped_by_its_names_where_no_span_is_equal():
    lines = moved(3, 3)
    for line in lines:
        for entity in line["entities"]:
            entity["type"] = {"PER": "Person", "ORG": "org", "GPE": "X"}[entity["type"]]
    text = next(hint.text for hint in hints(lines) if hint.code == "other-label-set")
    assert "--map Person=PER" in text
    assert "--map org=ORG" in text
    assert "X=" not in text


def test_types_on_one_side_alone():
    lines = moved(0, 0)
    for line in lines:
        for entity in line["entities"]:
            del entity["type"]
    assert codes(lines) == ["types-on-one-side"]
    assert codes(GOLD, lines) == ["types-on-one-side"]


@pytest.mark.parametrize("side", ["pred", "gold"])
def test_labels_in_decomposed_unicode(side):
    gold, pred = moved(0, 0), moved(0, 0)
    for form, lines in (("NFD" if side == "gold" else "NFC", gold), ("NFD" if side == "pred" else "NFC", pred)):
        for line in lines:
            for entity in line["entities"]:
                entity["type"] = unicodedata.normalize(form, "인명")
    assert codes(pred, gold) == ["decomposed-labels"]


def recounted(count):
    """Gold with places that count in another way: ``count`` gives the units of a text."""
    lines = moved(0, 0)
    for line in lines:
        for entity in line["entities"]:
            entity["start"], entity["end"] = (count(TEXT[: entity[key]]) for key in ("start", "end"))
    return lines


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ("decomposed-text", lambda text: len(unicodedata.normalize("NFD", text))),
        ("counted-in-bytes", lambda text: len(text.encode())),
    ],
)
def test_places_that_count_something_else(code, count):
    # The texts go on, so that places in the larger unit are inside of them.
    gold = [{**line, "text": TEXT + " " * 100} for line in GOLD]
    (hint,) = hints(recounted(count), gold)
    assert hint.code == code
    assert hint.text.startswith("12 of 12")


def test_places_that_count_utf_16_units():
    text = "😀😀" + TEXT
    gold = [
        {
            **line,
            "text": text,
            "entities": [{**e, "start": e["start"] + 2, "end": e["end"] + 2} for e in line["entities"]],
        }
        for line in GOLD
    ]
    assert codes(moved(4, 4), gold) == ["counted-in-utf-16"]


def test_places_that_count_composed_letters_of_a_decomposed_text():
    text = unicodedata.normalize("NFD", TEXT)
    gold = []
    for line in GOLD:
        entities = []
        for entity in line["entities"]:
            start, end = (len(unicodedata.normalize("NFD", TEXT[: entity[key]])) for key in ("start", "end"))
            entities.append({**entity, "start": start, "end": end})
        gold.append({"id": line["id"], "text": text, "entities": entities})
    assert codes(moved(0, 0), gold) == ["composed-text"]


def test_blanks_at_the_edges_of_spans():
    # "평양에서 " ends with a blank: each span is widened to the blanks around it.
    text = "김정은 평양 왕이 통신 "
    spans = [(0, 3), (4, 6), (7, 9), (10, 12)]
    gold = [{"id": "a", "text": text, "entities": [{"start": s, "end": e, "type": "PER"} for s, e in spans]}]
    pred = [{"id": "a", "entities": [{"start": s, "end": e + 1, "type": "PER"} for s, e in spans]}]
    (hint,) = hints(pred, gold)
    assert hint.code == "blanks-at-edges"
    assert hint.text.startswith("4 predicted entities")
    (hint,) = hints([{"id": "a", "entities": gold[0]["entities"]}], [{**pred[0], "text": text}])
    assert hint.text.startswith("4 gold entities")


def test_ends_that_are_all_one_too_far_are_no_blanks_where_half_of_them_are_letters():
    text = "김정은 평양에서 왕이와 통신 "
    spans = [(0, 3), (4, 6), (9, 11), (13, 15)]
    gold = [{"id": "a", "text": text, "entities": [{"start": s, "end": e, "type": "PER"} for s, e in spans]}]
    pred = [{"id": "a", "entities": [{"start": s, "end": e + 1, "type": "PER"} for s, e in spans]}]
    (hint,) = hints(pred, gold)
    assert (hint.code, hint.text[:6]) == ("ends-long", "4 of 4")


def test_date_values_outside_the_grammar_are_counted():
    values = ["2024-06-17", "2024-06-18", "2024-06-19", "2024-06-20"]
    places = [{"start": 4 * i, "end": 4 * i + 3, "type": "DATE"} for i in range(4)]
    gold = [{"id": "a", "dates": [{**at, "value": value} for at, value in zip(places, values, strict=True)]}]
    wrong = ["17 June 2024", "18 June 2024", "2024-06-19", "P"]
    pred = [{"id": "a", "dates": [{**at, "value": value} for at, value in zip(places, wrong, strict=True)]}]
    (hint,) = hints(pred, gold)
    assert hint.code == "date-values"
    assert hint.text.startswith("3 of 4 predicted date values")
    assert "17 June 2024" in hint.text
    assert codes(gold, gold) == []


def test_hints_are_the_same_in_parts(monkeypatch):
    whole = hints(moved(0, -1))
    monkeypatch.setattr(memory, "ITEMS", 1)
    assert hints(moved(0, -1)) == whole


@settings(max_examples=60)
@given(seeds)
def test_evidence_of_documents_adds_up_to_that_of_the_whole(seed):
    gold, pred = pair(seed, 5)
    rng = random.Random(seed)
    shift = rng.choice([0, 0, 1, 2])
    for line in pred:
        for layer in ("entities", "dates"):
            for item in line[layer]:
                item["end"] += shift
                item["type"] = rng.choice([item["type"], "x"])
    ours, theirs = both(gold, pred)
    whole = evidence(Pair(ours, theirs))
    parts = added(evidence(Pair(ours.of((name,)), theirs.of((name,)))) for name in ours.documents)
    assert {key: n for key, n in whole.items() if n} == {key: n for key, n in parts.items() if n}


def test_hints_are_objects_in_json_and_stay_in_a_saved_result(tmp_path):
    result = dragoman.score(moved(0, -1), GOLD, intervals=False)
    assert result.to_dict()["hints"] == [{"code": "ends-short", "text": result.hints[0].text}]
    assert "hint: 12 of 12" in " ".join(repr(result).split())


@pytest.mark.parametrize("seed", range(30))
def test_random_labels_do_not_break_anything(seed):
    gold, pred = pair(seed)
    rng = random.Random(seed)
    for line in pred:
        for entity in line["entities"]:
            entity["type"] = rng.choice(["PER", "x", "", "가"]) or "y"
    assert all(hint.code and hint.text for hint in hints(pred, gold))


def test_starts_that_are_one_early():
    gold = [{"id": "a", "entities": [{"start": 5 * i + 1, "end": 5 * i + 4, "type": "PER"} for i in range(4)]}]
    pred = [{"id": "a", "entities": [{"start": 5 * i, "end": 5 * i + 4, "type": "PER"} for i in range(4)]}]
    (hint,) = hints(pred, gold)
    assert hint.code == "starts-early"
    assert hint.text.startswith("4 of 4")
