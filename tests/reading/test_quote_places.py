"""Quotes whose words stand more than once: which place each means, under every policy and in every door."""

import itertools
import json
import random

import pytest

import dragoman
from dragoman import json_text
from dragoman.problems import DragomanError
from dragoman.text import POLICIES, locate_quote
from dragoman.text.quote_places import Ask, places

TEXT = "Kim of Seoul Bank met Lee. Kim went to Seoul, and Kim said so."
#       0      7          22   27         39         50


def gold(**layers):
    return [{"id": "a", "text": TEXT, **layers}]


def spans(policy, entities, text=TEXT, **layers):
    """Where the entities of a document are, as (start, type), by what a submission becomes when it is converted."""
    line = {"id": "a", "text": text, "entities": entities, **layers}
    made = dragoman.convert([line], texts={}, quotes=policy).files["submission.jsonl"]
    return json.loads(made)


def starts(policy, entities):
    return [(entity["start"], entity.get("type")) for entity in spans(policy, entities)["entities"]]


def kim(**fields):
    return {"quote": "Kim", "type": "PER", **fields}


def test_the_nth_item_is_the_nth_place():
    assert starts("in-order", [kim()]) == [(0, "PER")]
    assert starts("in-order", [kim(), kim(), kim()]) == [(0, "PER"), (27, "PER"), (50, "PER")]


def test_types_and_layers_are_counted_apart():
    seoul = [{"quote": "Seoul", "type": "ORG"}, {"quote": "Seoul", "type": "GPE"}, {"quote": "Seoul", "type": "GPE"}]
    assert starts("in-order", seoul) == [(7, "ORG"), (7, "GPE"), (39, "GPE")]
    made = spans("in-order", [kim()], dates=[{"quote": "Kim", "type": "DATE"}])
    assert (made["entities"][0]["start"], made["dates"][0]["start"]) == (0, 0)


def test_quotes_inside_others_are_places_like_any_other():
    bank = [
        {"quote": "Seoul Bank", "type": "ORG"},
        {"quote": "Seoul", "type": "GPE"},
        {"quote": "Seoul", "type": "GPE"},
    ]
    assert starts("in-order", bank) == [(7, "ORG"), (7, "GPE"), (39, "GPE")]


def test_the_order_of_other_items_does_not_matter():
    items = [kim(), {"quote": "Lee", "type": "PER"}, kim(), {"quote": "Seoul", "type": "GPE"}, kim()]
    expected = sorted([(0, "PER"), (27, "PER"), (50, "PER"), (22, "PER"), (7, "GPE")])
    for order in itertools.permutations(items):
        assert sorted(starts("in-order", list(order))) == expected


def test_who_says_the_occurrence_has_it_and_the_others_share_the_rest():
    assert starts("in-order", [kim(), kim(occurrence=1)]) == [(27, "PER"), (0, "PER")]
    assert starts("in-order", [kim(occurrence=2), kim(), kim()]) == [(27, "PER"), (0, "PER"), (50, "PER")]


def test_what_is_over_is_at_the_last_place_again_and_counted():
    five = [{"id": "a", "entities": [kim()] * 5}]
    truth = gold(entities=[{"start": at, "end": at + 3, "type": "PER"} for at in (0, 27, 50)])
    result = dragoman.score(five, truth, intervals=False)
    assert result.coverage.quotes == {"exact": 5, "too often": 2}
    assert result.coverage.duplicates["entities"] == 2
    # Three of five are right, all of three are found: 2·3 / (3 + 5).
    assert result["entities.strict.f1"] == 0.75
    assert [p.code for p in dragoman.validate(five, truth)] == ["W910", "W910", "W901"]


def test_first_all_and_strict():
    assert starts("first", [kim(), kim()]) == [(0, "PER"), (0, "PER")]
    assert starts("all", [kim(id="e1", entity_ids=["kim"])]) == [(0, "PER"), (27, "PER"), (50, "PER")]
    copies = spans("all", [kim(id="e1", entity_ids=["kim"])])["entities"]
    assert [entity.get("id") for entity in copies] == ["e1", None, None]
    assert all(entity["entity_ids"] == ["kim"] for entity in copies)
    # Two items are two places, and the rest is taken with the labels of the second.
    assert starts("all", [kim(), kim(occurrence=2)]) == [(0, "PER"), (27, "PER"), (50, "PER")]
    assert starts("all", [kim(occurrence=2)]) == [(27, "PER")]
    with pytest.raises(DragomanError, match="E405"):
        starts("strict", [kim()])
    assert starts("strict", [{"quote": "Lee", "type": "PER"}]) == [(22, "PER")]


def test_words_found_by_normalisation_are_counted_with_those_that_stand_there():
    text = "Siemens sued SIEMENS."  # "siemens" is not there as it is: without case it stands twice
    made = spans("in-order", [{"quote": "siemens", "type": "ORG"}, {"quote": "sIemens", "type": "ORG"}], text)
    assert [entity["start"] for entity in made["entities"]] == [0, 13]


@pytest.mark.parametrize("policy", POLICIES)
def test_parts_of_claims_are_placed_too(policy):
    claims = [
        {"content": [{"quote": "went"}], "claimants": [{"quote": "Kim"}], "cue": [{"quote": "said"}]},
        {
            "content": [{"quote": "met"}, {"quote": "Seoul"}],
            "claimants": [{"quote": "Kim"}],
            "cue": [{"quote": "said"}],
        },
    ]
    if policy == "strict":
        with pytest.raises(DragomanError, match="E405"):
            spans(policy, [], claims=claims)
        return
    one, two = spans(policy, [], claims=claims)["claims"]
    second = 0 if policy == "first" else 27
    assert (one["claimants"][0]["start"], two["claimants"][0]["start"]) == (0, second)
    assert one["cue"] == two["cue"] == [[at := TEXT.index("said"), at + 4]]
    assert two["content"] == [[18, 21], [7, 12]]
    # Two claims may well have one cue: nothing is over.
    truth = gold(claims=[{"content": [[0, 3]], "claimants": [{"role": "AUTHOR"}]}])
    result = dragoman.score([{"id": "a", "claims": claims}], truth, intervals=False, quotes=policy)
    assert "too often" not in result.coverage.quotes


def test_segments_are_placed_by_their_kind():
    text = "Kim\nKim\nKim"
    line = {
        "id": "a",
        "text": text,
        "segments": [{"quote": "Kim", "kind": kind} for kind in ("headline", "body", "body")],
    }
    made = json.loads(dragoman.convert([line], texts={}).files["submission.jsonl"])
    assert [segment["start"] for segment in made["segments"]] == [0, 0, 4]


def test_a_mention_by_a_copied_item_is_the_item_itself():
    entities = [kim(id="e1")]
    claims = [{"content": [{"quote": "went"}], "claimants": [{"mention": "e1"}]}]
    made = spans("all", entities, claims=claims)
    assert made["claims"][0]["claimants"][0]["mention"] == "e1"
    assert dragoman.score([made], [made], intervals=False)["claims.attributed.f1"] == 1.0


def test_every_door_has_the_same_policy_and_says_which(tmp_path):
    pred = [{"id": "a", "entities": [kim(), kim()]}]
    truth = gold(entities=[{"start": at, "end": at + 3, "type": "PER"} for at in (0, 27, 50)])
    (tmp_path / "pred.jsonl").write_bytes(json_text.lines(pred))
    expected = {"in-order": 0.8, "first": 0.4, "all": 1.0, "strict": 0.0}
    for policy, f1 in expected.items():
        for given in (pred, tmp_path / "pred.jsonl", tmp_path):
            result = dragoman.score(given, truth, quotes=policy, intervals=False)
            assert result["entities.strict.f1"] == f1
            assert result.quotes == policy
        assert f"({policy})" in repr(result)
        page = dragoman.report(pred, truth, quotes=policy, out=tmp_path / "page.html").read_text()
        assert f"<code>{policy}</code>" in page
        (tmp_path / "page.html").unlink()
    assert dragoman.score(pred, truth, intervals=False).quotes == "in-order"
    for call in (dragoman.score, dragoman.validate, lambda p, g, quotes: dragoman.convert(p, quotes=quotes)):
        with pytest.raises(DragomanError, match="E209") as refused:
            call(pred, truth, quotes="last")
        assert "in-order" in refused.value.problems[0].hint


def test_a_reference_of_quotes_against_itself_scores_1():
    both = gold(entities=[kim(), {"quote": "Seoul", "type": "GPE"}, kim()])
    for policy in ("in-order", "all"):
        assert dragoman.score(both, both, quotes=policy, intervals=False)["entities.strict.f1"] == 1.0


@pytest.mark.parametrize("seed", range(30))
def test_no_quote_is_lost_and_no_place_is_taken_twice_while_one_is_free(seed):
    rng = random.Random(seed)
    text = "".join(rng.choices("ab ", k=30))
    asks = [
        Ask(
            rng.choice("XY"),
            locate_quote(text, rng.choice(["a", "ab", "b ", "ba"])),
            rng.choice([None, None, 1, 2]),
            True,
        )
        for _ in range(rng.randint(1, 12))
    ]
    for policy in POLICIES:
        placed = places(policy, asks)
        assert len(placed) == len(asks)
        for ask, one in zip(asks, placed, strict=True):
            assert one.place is None or one.place in ask.located.places
            if ask.occurrence is not None:
                assert one.place == ask.located.place(ask.occurrence)
            elif policy != "strict" and ask.located.places:
                assert one.place is not None
    for policy in ("in-order", "all"):
        taken = {}
        for ask, one in zip(asks, places(policy, asks), strict=True):
            if ask.occurrence is None and one.place is not None and not one.over:
                key = (ask.group, ask.located.places)
                assert one.place not in taken.setdefault(key, set())
                taken[key] |= {one.place, *one.further}


def test_answers_of_a_run_are_kept_as_they_were_given_and_placed_when_they_are_scored(benchmark, split, tmp_path):
    document = next(d for d in benchmark.split(split) if d.entities and d.text.count(d.entities[0].text) > 1)
    words, kind = document.entities[0].text, document.entities[0].type

    def predict(asked):
        return {"entities": [{"quote": words, "type": kind}]} if asked.id == document.id else {"entities": []}

    run = dragoman.run(predict, tmp_path / "run", data=benchmark)
    assert run.summary["failed"] == []
    assert f'"quote":"{words}"'.encode() in run.predictions.read_bytes()
    found = {
        policy: dragoman.score(run, benchmark, split=split, quotes=policy, intervals=False).coverage.quotes
        for policy in ("in-order", "strict")
    }
    assert found == {"in-order": {"exact": 1}, "strict": {"ambiguous": 1}}
