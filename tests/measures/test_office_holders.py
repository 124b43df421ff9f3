"""Who holds an office in a document: from the registry's rows to the score of claims."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

import dragoman
from dragoman.benchmark import office_holders
from dragoman.reading.line_documents import as_submission
from dragoman.scoring import gold as golds


def row(name, *held):
    return SimpleNamespace(id=name, held=[SimpleNamespace(document=d, holder=h) for d, h in held])


def test_the_registry_says_who_held_which_office_in_which_document():
    rows = [row("leader", ("d1", "b"), ("d1", "a"), ("d2", "a")), row("minister", ("d1", "a")), SimpleNamespace(id="a")]
    assert office_holders(rows) == {
        "d1": (("leader", "a"), ("leader", "b"), ("minister", "a")),
        "d2": (("leader", "a"),),
    }


def test_rows_that_say_nothing_of_offices_give_none():
    assert office_holders([SimpleNamespace(id="a")]) == {}


@pytest.fixture(scope="module")
def gold():
    return golds.from_benchmark(dragoman.load(), "test")


def answers(gold):
    documents = {document.id: document for document in dragoman.load().split("test")}
    return [as_submission(documents[name]) for name in gold.annotations.documents]


def test_an_office_in_place_of_its_holder_is_right_where_he_holds_it_and_nowhere_else(gold):
    """Every claimant's person is replaced by an office that the table says he holds, in one document alone."""
    lines = answers(gold)
    line = next(each for each in lines if any(who.entity_ids for claim in each.claims or () for who in claim.claimants))
    person = next(who.entity_ids[0] for claim in line.claims for who in claim.claimants if who.entity_ids)
    office = next(e.id for e in dragoman.load().registry if e.type == "ROLE" and e.id != person)
    for claim in line.claims:
        for who in claim.claimants:
            if who.entity_ids == [person]:
                who.role, who.mention, who.entity_ids = "IMPLICIT", None, [office]
    with_table = replace(gold, annotations=replace(gold.annotations, offices={line.id: ((office, person),)}))
    elsewhere = replace(gold, annotations=replace(gold.annotations, offices={"nowhere": ((office, person),)}))
    name = "claims.attributed.f1"
    pred = [as_dict(each) for each in lines]
    results = [
        dragoman.score(pred, each, measures=["claims.attributed"], intervals=False) for each in (with_table, elsewhere)
    ]
    assert results[0][name] == 1.0
    assert results[1][name] < 1.0


def as_dict(line):
    import msgspec

    return {k: v for k, v in msgspec.to_builtins(line).items() if v is not None}


def test_the_table_stays_with_documents_that_are_kept(gold):
    first = gold.annotations.documents[0]
    labels = replace(gold.annotations, offices={first: (("leader", "a"),)})
    assert labels.of((first,)).offices == labels.between(0, 1).offices == labels.offices
    assert np.array_equal(labels.between(0, 1).given, labels.given[:1])
