"""An address of Wikidata is the item in it, wherever an id may stand, and how many there were is said."""

import pytest
from sides import read

import dragoman
from dragoman.reading.columns import _addresses
from dragoman.reading.target import Target


@pytest.mark.parametrize(
    ("written", "item"),
    [
        ("https://www.wikidata.org/wiki/Q42", "Q42"),
        ("http://www.wikidata.org/entity/Q42", "Q42"),
        ("https://wikidata.org/wiki/Q42", "Q42"),
        ("https://m.wikidata.org/wiki/Q42", "Q42"),
        ("wd:Q42", "Q42"),
        ("wikidata:Q42", "Q42"),
    ],
)
def test_ways_to_write_an_item(written, item):
    assert _addresses([written]) == {written: item}


@pytest.mark.parametrize(
    "written",
    [
        "Q42",
        "Q",
        "https://www.wikidata.org/wiki/P31",
        "https://www.wikidata.org/wiki/Q42#P31",
        "https://example.org/wiki/Q42",
        "https://www.wikidata.org.example.org/wiki/Q42",
        "xhttps://www.wikidata.org/wiki/Q42",
        "wd:Q042",
    ],
)
def test_what_is_no_address_of_an_item_stays_an_id(written):
    assert _addresses([written]) == {}


ENTITIES = [
    {"id": "e1", "start": 0, "end": 3, "type": "GPE", "entity_ids": ["https://www.wikidata.org/wiki/Q148"]},
    {"id": "e2", "start": 4, "end": 6, "type": "GPE", "entity_ids": ["wd:Q423", "Q148"]},
]


def test_addresses_are_read_as_ids_and_as_what_the_registry_calls_them():
    claims = [{"content": [[0, 3]], "claimants": [{"role": "IMPLICIT", "entity_ids": ["wd:Q148"]}]}]
    lines = [{"id": "a", "entities": ENTITIES, "claims": claims}, {"id": "b", "entities": []}]
    labels = read(lines, Target(aliases={"Q148": "china"}))
    assert [labels.entities.ids.value(i).split("\x1f") for i in (0, 1)] == [["china"], ["Q423", "china"]]
    assert labels.claims.claimant_ids.value(0) == "china"
    assert labels.addresses.tolist() == [2, 0]
    assert labels.of(("b",)).addresses.tolist() == [0]
    assert labels.between(0, 1).addresses.tolist() == [2]
    assert read([{"id": "a", "entities": [{"start": 0, "end": 1, "entity_ids": ["Q1"]}]}]).addresses is None


def test_they_score_as_their_items_do_and_are_counted():
    gold = [
        {
            "id": "a",
            "entities": [{**ENTITIES[0], "entity_ids": ["Q148"]}, {**ENTITIES[1], "entity_ids": ["Q423", "Q148"]}],
        }
    ]
    result = dragoman.score([{"id": "a", "entities": ENTITIES}], gold, measures=["entities"], intervals=False)
    assert result["entities.linked.f1"] == 1.0
    assert result.to_dict()["coverage"]["wikidata_addresses"] == 2
    assert "2 ids are addresses of Wikidata" in repr(result)
    plain = dragoman.score(gold, gold, measures=["entities"], intervals=False)
    assert plain.coverage.wikidata_addresses == 0
    assert "Wikidata" not in repr(plain)
