"""Ours beside nervaluate and seqeval: the same numbers where the conventions agree, and how they differ elsewhere."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nervaluate import Evaluator
from sides import scores, totals

from dragoman.measures.naming import select

TAGS = ["PER", "ORG", "GPE"]
SCHEMES = {"strict": "strict", "exact": "exact", "type": "ent_type", "partial": "partial"}
MEASURES = select([f"entities.{name}" for name in SCHEMES])
SOME = settings(max_examples=60)


@st.composite
def flat(draw):
    """Spans that neither overlap nor touch, in the order of the text, as (start, end, type)."""
    found, at = [], 0
    for gap, length, label in draw(
        st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4), st.sampled_from(TAGS)), min_size=1, max_size=7)
    ):
        found.append((at + gap, at + gap + length, label))
        at += gap + length
    return found


documents = st.lists(st.tuples(flat(), flat()), min_size=1, max_size=3)


def as_lines(sides):
    return [
        {"id": f"d{i}", "entities": [{"start": s, "end": e, "type": t} for s, e, t in items]}
        for i, items in enumerate(sides)
    ]


def nervaluate(gold, predicted, *, inclusive=True, tags=TAGS):
    """Results of nervaluate by scheme, on ends that are inclusive (as it means them) or half-open (as many feed it)."""
    sides = [
        [[{"label": t, "start": s, "end": e - inclusive} for s, e, t in items] for items in side]
        for side in (gold, predicted)
    ]
    return Evaluator(*sides, tags=tags, loader="dict").evaluate()["overall"]


@SOME
@given(documents)
def test_nervaluate_on_flat_spans(pairs):
    gold, predicted = [g for g, _ in pairs], [p for _, p in pairs]
    theirs = nervaluate(gold, predicted)
    ours = scores(as_lines(gold), as_lines(predicted), MEASURES)
    for name in ("strict", "exact", "partial"):
        for leaf in ("precision", "recall", "f1"):
            assert ours[f"entities.{name}"][leaf] == pytest.approx(getattr(theirs[SCHEMES[name]], leaf)), (name, leaf)
    # By type nervaluate lets a prediction of the wrong type use up a gold item that another one has right: ours is
    # never less, and the same where nothing competes.
    assert ours["entities.type"]["f1"] >= theirs["ent_type"].f1 - 1e-12
    crossings = [
        [sum(min(a[1], b[1]) > max(a[0], b[0]) for b in other) for a in one]
        for g, p in pairs
        for one, other in ((g, p), (p, g))
    ]
    if all(count <= 1 for counts in crossings for count in counts):
        assert ours["entities.type"]["f1"] == pytest.approx(theirs["ent_type"].f1)


def test_nervaluate_takes_half_open_spans_that_touch_for_overlapping_and_ours_does_not():
    gold, predicted = [[(0, 5, "PER")]], [[(5, 9, "PER")]]
    assert nervaluate(gold, predicted, inclusive=False)["ent_type"].f1 == 1.0
    assert nervaluate(gold, predicted, inclusive=False)["partial"].f1 == 0.5
    ours = scores(as_lines(gold), as_lines(predicted), MEASURES)
    assert ours["entities.type"]["f1"] == ours["entities.partial"]["f1"] == 0.0


def test_nervaluate_is_greedy_and_depends_on_order_and_ours_does_not():
    gold = [[(0, 2, "ORG"), (5, 11, "ORG")]]
    predicted = [[(0, 10, "ORG"), (0, 2, "ORG")]]
    orders = [predicted, [predicted[0][::-1]]]
    assert len({nervaluate(gold, order)["partial"].f1 for order in orders}) == 2
    ours = [scores(as_lines(gold), as_lines(order), MEASURES) for order in orders]
    assert ours[0] == ours[1]
    assert ours[0]["entities.partial"]["f1"] == 0.75  # the better of nervaluate's two: one whole and one half of two


def test_nervaluate_drops_unknown_tags_and_ours_counts_them_as_spurious():
    gold, predicted = [[(0, 5, "PER")]], [[(0, 5, "PER"), (6, 9, "MISC")]]
    assert nervaluate(gold, predicted, tags=["PER"])["strict"].precision == 1.0
    assert scores(as_lines(gold), as_lines(predicted), MEASURES)["entities.strict"]["precision"] == 0.5


def tags_of(items, length):
    tags = ["O"] * length
    for start, end, label in items:
        tags[start:end] = [f"B-{label}"] + [f"I-{label}"] * (end - start - 1)
    return tags


@SOME
@given(documents)
def test_seqeval_strict_on_flat_spans(pairs):
    from seqeval.metrics import f1_score, precision_score, recall_score  # it loads scikit-learn
    from seqeval.scheme import IOB2

    sides = [[tags_of(items, 60) for items in side] for side in zip(*pairs, strict=True)]
    ours = scores(as_lines([g for g, _ in pairs]), as_lines([p for _, p in pairs]), MEASURES)["entities.strict"]
    for leaf, function in (("precision", precision_score), ("recall", recall_score), ("f1", f1_score)):
        theirs = function(*sides, mode="strict", scheme=IOB2, zero_division=0)
        assert ours[leaf] == pytest.approx(theirs)


def test_seqeval_gives_0_for_nothing_against_nothing_and_ours_is_null():
    from seqeval.metrics import f1_score
    from seqeval.scheme import IOB2

    assert f1_score([["O"]], [["O"]], mode="strict", scheme=IOB2, zero_division=0) == 0
    ours = scores([{"id": "d", "entities": []}], [{"id": "d", "entities": []}], MEASURES)
    assert {value for leaves in ours.values() for value in leaves.values()} == {None}


def test_seqeval_has_no_nested_spans_and_ours_has():
    items = [(0, 6, "ORG"), (0, 2, "GPE")]
    assert totals(as_lines([items]), as_lines([items[::-1]]), MEASURES)["entities.strict"] == [2, 2, 2]


partitions = st.lists(st.lists(st.integers(0, 4), min_size=2, max_size=9), min_size=1, max_size=3)


@SOME
@given(partitions, st.randoms(use_true_random=False))
def test_scorch_on_clusters(documents, random):
    """Mentions in clusters, of which some are in another one or left out on the other side; entities are a document's.

    MUC is left aside where a side has singletons only: there it is 0 for them, as in the scorer of the shared task, and
    undefined for us.
    """
    from scorch.scores import b_cubed, ceaf_e, muc  # it loads scipy.optimize

    sides = [[], []]
    for n, gold in enumerate(documents):
        other = [random.choice(gold) if random.random() < 0.3 else cluster for cluster in gold]
        for side, clusters, kept in zip(sides, (gold, other), (1.0, 0.9), strict=True):
            side.append(
                [
                    {"start": 3 * at, "end": 3 * at + 2, "type": "PER", "entity_ids": [f"d{n}-{cluster}"]}
                    for at, cluster in enumerate(clusters)
                    if random.random() < kept
                ]
            )
    sets = [
        [{(n, item["start"]) for n, items in enumerate(side) for item in items if item["entity_ids"] == [name]}
         for name in sorted({item["entity_ids"][0] for items in side for item in items})]
        for side in sides
    ]  # fmt: skip
    if not all(sets):
        return
    lines = [[{"id": f"d{n}", "entities": items} for n, items in enumerate(side)] for side in sides]
    ours = scores(*lines, select(["entities.muc", "entities.b_cubed", "entities.ceaf_e"]))
    for name, theirs in (("muc", muc), ("b_cubed", b_cubed), ("ceaf_e", ceaf_e)):
        if name == "muc" and any(all(len(cluster) == 1 for cluster in side) for side in sets):
            continue
        expected = dict(zip(("recall", "precision", "f1"), theirs(*sets), strict=True))
        assert ours[f"entities.{name}"] == pytest.approx(expected, abs=1e-8)
