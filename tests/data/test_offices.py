"""Who holds which office in which document, as it is committed."""

from __future__ import annotations

import collections
from pathlib import Path

import dragoman
from dragoman import files
from dragoman.release.source_root import read_offices
from dragoman.schema.records import Labels

ROOT = Path(__file__).resolve().parents[2]


def test_the_offices_of_the_documents():
    offices = {(row.document, row.office): row.holder for row in read_offices(ROOT)}
    assert offices["001.article-1", "foreign-minister-of-russia"] == "sergey-lavrov"
    assert offices["001.article-1", "premier-of-the-dprk"] == "kim-il-sung"  # in 1949
    assert offices["000.related-13", "premier-of-the-dprk"] == "pak-thae-song"
    assert offices["002.article-1", "foreign-minister-of-the-dprk"] == "choe-son-hui"
    assert ("000.related-12", "first-secretary-of-the-communist-party-of-cuba") not in offices  # named by nobody there


def test_no_title_beside_a_name_is_left_out():
    """A title that a person's name follows, with a space between, is the office of that person."""
    held = collections.defaultdict(set)
    for row in read_offices(ROOT):
        held[row.document].add(row.office)
    for path in sorted((ROOT / "annotations" / "gold").glob("*.json")):
        gold = files.read_json(path, Labels)
        persons = {entity.start for entity in gold.entities if entity.type == "PER"}
        beside = [e for e in gold.entities if e.type == "ROLE" and e.end + 1 in persons and len(e.entity_ids) == 1]
        assert {entity.entity_ids[0] for entity in beside} <= held[gold.document], gold.document


def test_the_rows_of_the_registry_say_who_held_an_office_and_what_dev_uses():
    rows = {row.id: row for row in dragoman.load().registry}
    assert [(held.document, held.holder) for held in rows["premier-of-the-dprk"].held] == [
        ("000.related-13", "pak-thae-song"),
        ("001.article-1", "kim-il-sung"),
    ]
    assert sum(len(row.held) for row in rows.values()) == len(read_offices(ROOT))
    assert {row.type for row in rows.values() if row.held} == {"ROLE"}
    # 002.article-2, with Kazan, is in dev; Moscow is named in test alone.
    assert (rows["kazan"].in_dev, rows["moscow"].in_dev) == (True, False)


def test_what_dev_opens_of_the_registry_says_nothing_of_test_documents():
    benchmark = dragoman.load()
    dev = {document.id for document in benchmark.split("dev")}
    opened = {entry.id: entry for entry in benchmark.registry_of("dev")}
    assert opened.keys() == {entry.id for entry in benchmark.registry if entry.in_dev}
    held = [(entry.id, row.document) for entry in opened.values() for row in entry.held]
    assert {document for _, document in held} <= dev
    assert ("acting-asean-som-leader-of-vietnam", "004.article-1") in held
    # Of four documents that say who holds the office, one is in dev.
    assert [row.document for row in opened["foreign-minister-of-russia"].held] == ["002.article-2"]
    whole = next(entry for entry in benchmark.registry if entry.id == "foreign-minister-of-russia")
    assert len(whole.held) == 4
