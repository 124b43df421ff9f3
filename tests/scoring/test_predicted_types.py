"""Types that only predictions have get slices of their own: where they are wrong is then seen."""

import json

from dragoman.measures.seen import MAX_PREDICTED_TYPES
from dragoman.scoring.api import score

GOLD = [{"id": "d", "entities": [{"start": 0, "end": 3, "type": "PER"}, {"start": 5, "end": 8, "type": "PER"}]}]


def lines(*types):
    places = [(0, 3), (5, 8), *((10 + 3 * i, 12 + 3 * i) for i in range(len(types)))]
    spans = [{"start": s, "end": e, "type": t} for (s, e), t in zip(places, types, strict=False)]
    return [{"id": "d", "entities": spans}]


def sliced(pred, gold=None, name="entities.strict"):
    result = score(pred, gold or GOLD, measures=[name], intervals=False)
    return {key.partition("type=")[2].rstrip("]"): value for key, value in result.slices.items() if "[type=" in key}


def test_a_type_that_only_predictions_have():
    found = sliced(lines("PER", "PERSON"))
    assert set(found) == {"PER", "PERSON"}
    # One of two persons is found under its type; the other one is 0 of 1 predicted and 0 in gold.
    assert (found["PER"]["precision"], found["PER"]["recall"]) == (1.0, 0.5)
    assert (found["PERSON"]["precision"], found["PERSON"]["recall"], found["PERSON"]["f1"]) == (0.0, None, 0.0)


def test_of_documents_without_gold_for_the_layer_no_type_is_taken():
    gold = [*GOLD, {"id": "e", "dates": []}]
    pred = [*lines("PER"), {"id": "e", "entities": [{"start": 0, "end": 1, "type": "ELSEWHERE"}]}]
    assert set(sliced(pred, gold)) == {"PER"}


def test_shards_have_the_same_slices(tmp_path):
    gold = [*GOLD, {"id": "e", "entities": []}]
    pred = [*lines("PER"), {"id": "e", "entities": [{"start": 0, "end": 1, "type": "NEW"}]}]
    for number, line in enumerate(pred):
        (tmp_path / f"{number}.jsonl").write_text(json.dumps(line) + "\n")
    assert sliced(tmp_path, gold) == sliced(pred, gold)
    assert "NEW" in sliced(pred, gold)


def test_words_in_place_of_types_get_no_slices():
    many = [f"T{i:03}" for i in range(MAX_PREDICTED_TYPES)]
    assert len(sliced(lines("PER", *many))) == MAX_PREDICTED_TYPES + 1
    assert set(sliced(lines("PER", *many, "ONE-MORE"))) == {"PER"}
