"""Which label goes with which, and the confusion of types that follows."""

from collections import Counter

from hypothesis import given, settings
from sides import both, pair, seeds

from dragoman.measures.naming import BY_NAME
from dragoman.measures.pair import Pair
from dragoman.scoring.outcomes import MEASURES, MISSED, SPURIOUS, confusion, confusion_of, outcomes

GOLD = [
    {
        "id": "a",
        "entities": [
            {"start": 0, "end": 3, "type": "PER"},
            {"start": 5, "end": 9, "type": "ORG"},
            {"start": 20, "end": 25, "type": "GPE"},
            {"start": 30, "end": 31},
        ],
    },
    {"id": "b"},
]
PRED = [
    {
        "id": "a",
        "entities": [
            {"start": 0, "end": 3, "type": "PER"},
            {"start": 5, "end": 9, "type": "PER"},
            {"start": 21, "end": 25, "type": "GPE"},
            {"start": 40, "end": 44, "type": "LOC"},
        ],
    },
    {"id": "b", "entities": [{"start": 0, "end": 1, "type": "PER"}]},
]


def test_types_are_counted_pair_by_pair_with_what_has_no_partner():
    gold, pred = both(GOLD, PRED)
    found = outcomes("entities", gold, pred)
    assert found.gold == ["right", "wrong type", "wrong boundary", MISSED]
    assert found.pred == ["right", "wrong type", "wrong boundary", SPURIOUS, SPURIOUS]
    # Document b has no gold for entities, so that its spurious label is not counted.
    assert confusion(found, gold, pred, "entities") == {
        ("PER", "PER"): 1,
        ("ORG", "PER"): 1,
        ("GPE", "GPE"): 1,
        ("?", ""): 1,
        ("", "LOC"): 1,
    }


def naive(layer, gold, pred):
    """The same, label by label."""
    partner_of, taken = {}, set()
    whole = Pair(gold, pred)
    for name, _ in MEASURES[layer]:
        match = BY_NAME[name].match(whole)
        for g, p, credit in zip(match.gold.tolist(), match.pred.tolist(), match.credit.tolist(), strict=True):
            if credit and g not in partner_of and p not in taken:
                partner_of[g] = p
                taken.add(p)
    ours, theirs = getattr(gold, layer).type, getattr(pred, layer).type
    pairs = [(g, partner_of.get(g)) for g in range(len(ours))]
    pairs += [(None, p) for p in range(len(theirs)) if p not in taken]
    return Counter(
        ("" if g is None else ours.value(g) or "?", "" if p is None else theirs.value(p) or "?") for g, p in pairs
    )


@settings(max_examples=60)
@given(seeds)
def test_columns_count_as_loops_do(seed):
    gold, pred = both(*pair(seed))
    for layer in ("entities", "dates"):
        expected = naive(layer, gold, pred)
        assert confusion(outcomes(layer, gold, pred), gold, pred, layer) == expected
        whole = Pair(gold, pred)
        matches = [BY_NAME[name].match(whole) for name, _ in MEASURES[layer]]
        assert confusion_of(matches, getattr(gold, layer), getattr(pred, layer)) == expected


def test_nothing_on_either_side_is_no_confusion():
    gold, pred = both([{"id": "a", "entities": []}], [{"id": "a", "entities": []}])
    assert confusion(outcomes("entities", gold, pred), gold, pred, "entities") == {}
