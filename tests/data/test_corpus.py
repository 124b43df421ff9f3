"""Invariants of the corpus as it is committed."""

from __future__ import annotations

import collections
import subprocess
import sys
from pathlib import Path

import pytest

from dragoman import files
from dragoman.authoring import curation
from dragoman.release import source_table
from dragoman.schema.records import CuratedPage

ROOT = Path(__file__).resolve().parents[2]
IDS = [
    "000.article-1",
    *(f"000.related-{n:02d}" for n in range(1, 18)),
    "001.article-1",
    *(f"001.headline-{n:02d}" for n in range(1, 21)),
    *("002.article-1", "002.article-2", "003.article-1", "004.article-1"),
]
DEV = {
    *("000.article-1", "002.article-2", "004.article-1"),
    *(f"000.related-{n}" for n in range(14, 18)),
    *(f"001.headline-{n}" for n in range(16, 21)),
}
RELATED_DAYS = [18, 17, 17, 16, 15, 14, 14, 14, 14, 13, 13, 13, 12, 12, 12, 11, 11]


@pytest.fixture(scope="module")
def curated() -> list[CuratedPage]:
    return curation.read_curated(ROOT)


@pytest.fixture(scope="module")
def documents(curated):
    return {document.id: document for page in curated for document in page.documents}


@pytest.fixture(scope="module")
def texts():
    # newline="" would not do: bytes are what offsets were counted over.
    table = source_table.read_sources(ROOT).pages
    return {page.id: (ROOT / "corpus/pages" / page.file).read_bytes().decode() for page in table}


def test_the_pages_are_those_that_were_entered():
    for page in source_table.read_sources(ROOT).pages:
        data = (ROOT / "corpus/pages" / page.file).read_bytes()
        assert (len(data), files.sha256(data)) == (page.bytes, page.sha256)
    assert len(list((ROOT / "corpus/pages").iterdir())) == 5


def test_curation_gives_what_is_committed(curated):
    assert curation.curate(ROOT) == curated
    changes = curation.compare(ROOT, curated)
    assert (changes.changed, changes.stale, len(changes.unchanged)) == ([], [], 5)
    run = [sys.executable, str(ROOT / "scripts/curate.py"), "--check"]
    assert subprocess.run(run, capture_output=True, check=False).returncode == 0


def test_there_are_43_documents_in_their_splits(curated):
    splits = {document: split for page in curated for document, split in page.splits.items()}
    assert list(splits) == IDS
    assert len(IDS) == 43
    assert {document for document, split in splits.items() if split == "dev"} == DEV
    assert collections.Counter(splits.values()) == {"dev": 12, "test": 31}


def test_every_line_is_in_exactly_one_segment(curated, texts):
    for page in curated:
        text = texts[page.page]
        start, lines = 0, []
        for line in text.split("\n"):
            if line.strip():
                lines.append((start, start + len(line)))
            start += len(line) + 1
        assert len(lines) == len(page.segments)
        for (low, high), segment in zip(lines, page.segments, strict=True):
            marker = 2 if segment.document and segment.document.startswith("001.headline") else 0
            assert (segment.start, segment.end) == (low + marker, high)
            assert text[low : low + marker] in ("", "- ")
            assert text[segment.start : segment.end] == segment.text
        assert [segment.index for segment in page.segments] == list(range(len(page.segments)))
        assert {segment.page for segment in page.segments} == {page.page}


def test_every_character_of_a_document_maps_back(curated, texts):
    for page in curated:
        for document in page.documents:
            text_map = curation.page_map(page, document.id)
            at = 0
            for line in document.text.split("\n"):
                start, end = text_map.move(at, at + len(line))
                assert texts[page.page][start:end] == line
                for offset, char in enumerate(line, at):
                    assert texts[page.page][slice(*text_map.move(offset, offset + 1))] == char
                at += len(line) + 1
                assert text_map.move(at - 1, at) is None  # the line feed is ours


def test_a_document_is_its_segments(curated):
    for page in curated:
        for document in page.documents:
            own = [segment for segment in page.segments if segment.document == document.id]
            inside = [segment for segment in own if segment.document_start is not None]
            assert "\n".join(segment.text for segment in inside) == document.text
            for segment in inside:
                assert document.text[segment.document_start :].startswith(segment.text)
            outside = [segment for segment in own if segment.document_start is None]
            assert all(
                s.dup_of is not None or s.kind in ("meta", "related_date", "source", "keywords") for s in outside
            )
            assert document.title == inside[0].text
            assert inside[0].kind in ("headline", "related_headline")
        assert not [s for s in page.segments if s.kind == "boilerplate" and s.document]


def test_repeats_are_identical_to_the_byte(curated):
    repeats = [(page, s) for page in curated for s in page.segments if s.dup_of is not None]
    assert collections.Counter(page.page for page, _ in repeats) == {"000": 34, "004": 1}
    for page, segment in repeats:
        first = page.segments[segment.dup_of]
        assert first.index < segment.index
        assert first.dup_of is None
        assert (first.text.encode(), first.kind, first.document) == (
            segment.text.encode(),
            segment.kind,
            segment.document,
        )


def test_the_kinds_of_segment(curated):
    counts = {page.page: collections.Counter(segment.kind for segment in page.segments) for page in curated}
    assert counts == {
        "000": {
            "meta": 2,
            "source": 1,
            "headline": 1,
            "body": 11,
            "byline": 1,
            "boilerplate": 2,
            "related_headline": 34,
            "related_teaser": 34,
            "related_date": 17,
        },
        "001": {"headline": 1, "body": 9, "dateline": 1, "boilerplate": 1, "related_headline": 20},
        "002": {"headline": 2, "meta": 1, "body": 10, "source": 1, "keywords": 1, "boilerplate": 2},
        "003": {"headline": 1, "body": 16, "subhead": 1, "source": 1},
        "004": {"headline": 2, "body": 9, "boilerplate": 3},
    }


def test_all_teasers_and_nothing_else_are_cut_off(curated):
    for page in curated:
        assert all(segment.truncated == (segment.kind == "related_teaser") for segment in page.segments)


def test_where_articles_begin_and_end(documents):
    assert documents["000.article-1"].text.startswith("대외관계를 확대발전시키기 위하여")
    assert documents["000.article-1"].text.endswith("\n조선-아시아협회 회원 정현철")
    assert documents["001.article-1"].text.endswith("\n2024년 11월 1일")
    assert documents["001.headline-04"].text.startswith("경애하는 김정은동지께서 《지방발전 20×10 정책》")
    assert documents["002.article-1"].text.endswith("الطرفين.")
    first, second = documents["002.article-2"].text.split("\n")[:2]
    assert first == "لافروف: قمة بريكس تعكس فشل الغرب في عزل روسيا"
    assert second.startswith("قال وزير الخارجية الروسي سيرجي لافروف")
    assert documents["003.article-1"].title.endswith("مقرب. |")
    assert documents["004.article-1"].text.count("\n") == 9


def test_document_times(documents):
    def times(document):
        return document.published, document.published_external, document.published_external_status

    assert times(documents["000.article-1"]) == ("2020-10-26", None, None)
    days = [documents[f"000.related-{n:02d}"].published for n in range(1, 18)]
    assert days == [f"2025-10-{day}" for day in RELATED_DAYS]
    assert times(documents["001.article-1"]) == ("2024-11-01", None, None)
    for number in range(1, 21):
        assert times(documents[f"001.headline-{number:02d}"]) == (None, "2024-12-17/2024-12-22", "from memory")
    assert times(documents["002.article-1"]) == ("2024-11-01", None, None)
    assert times(documents["002.article-2"]) == (None, "2024-10-30/2024-11-01", "from memory")
    assert times(documents["003.article-1"]) == ("2024-01-01/2024-08-31", "2024-01-21/2024-01-22", "from memory")
    assert times(documents["004.article-1"]) == ("2021-01-01/2025-12-31", "2022-07-05", "checked")
    assert all(document.published_evidence for document in documents.values())
    assert all(bool(d.published_external) == bool(d.published_external_evidence) for d in documents.values())


def test_capture_and_publisher(documents):
    assert {document.captured for document in documents.values() if document.page == "000"} == {"2025-10-19/.."}
    assert {document.captured for document in documents.values() if document.page != "000"} == {None}
    publishers = {document.page: document.publisher for document in documents.values()}
    assert publishers["001"] is publishers["004"] is None
    assert publishers["002"] == "صدى البلد"
    assert "تسنيم" in publishers["003"]
    assert {d.page: d.language for d in documents.values()} == {
        **dict.fromkeys(("000", "001"), "ko-KP"),
        **dict.fromkeys(("002", "003", "004"), "ar"),
    }


def test_no_labels_are_mixed_in(documents):
    assert not any(d.layers_annotated or d.entities or d.dates or d.claims for d in documents.values())
