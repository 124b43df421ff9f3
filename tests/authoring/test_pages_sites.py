"""The profiles of the five sites, over pages that are like the real ones and not the same."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman import files
from dragoman.authoring import curation, profiles, segmentation
from dragoman.problems import DragomanError
from dragoman.release import source_table

ROOT = Path(__file__).resolve().parents[2]
SOURCES = {source.id: source for source in source_table.read_sources(ROOT).pages}
TEXTS = {page: (ROOT / "corpus/pages" / source.file).read_bytes().decode() for page, source in SOURCES.items()}
PROFILES = {page: profiles.read_profile(ROOT, source.profile) for page, source in SOURCES.items()}


def cut(page, text):
    return segmentation.cut(segmentation.split_lines(text, page), PROFILES[page], page)


def kinds(page, text):
    return [piece.rule.kind for piece in cut(page, text)]


def misfit(page, text):
    with pytest.raises(DragomanError) as caught:
        cut(page, text)
    (found,) = caught.value.problems
    assert found.code == "E705"
    return found


def outcome(page, text):
    """The cut, or the problems; anything else that is raised fails the test."""
    try:
        return cut(page, text), ()
    except DragomanError as cause:
        return [], cause.problems


def lines_of(page):
    return [line for line in TEXTS[page].split("\n") if line.strip()]


@pytest.mark.parametrize("items", [0, 1, 40])
def test_an_aggregator_page_may_have_any_number_of_related_items(items):
    lines = lines_of("000")
    head, tail = lines[: lines.index("More From Ministry of Foreign Affairs (KR)") + 1], lines[-1:]
    item = ["제목", "제목", "본문의 첫", "October 2, 2025", "본문의 첫"]
    found = kinds("000", "\n".join([*head, *item * items, *tail]))
    assert found.count("related_date") == items
    assert found.count("body") == 11


def test_an_aggregator_item_may_lack_its_teaser_and_an_article_its_author():
    lines = lines_of("000")
    lines = [line for line in lines if line != lines[15] and not line.startswith("조선로씨야친선의원단")]
    found = kinds("000", "\n".join(lines))
    assert found.count("byline") == 0
    assert found.count("related_teaser") == 32


def test_an_aggregator_item_that_is_not_printed_twice_is_refused_where_it_stands():
    raw = TEXTS["000"].split("\n")
    raw[75] += "!"
    found = misfit("000", "\n".join(raw))
    assert found.line == 76
    assert "the related_headline of the same section again" in found.what
    raw = TEXTS["000"].split("\n")
    raw[119] = "14/10/2025"
    # The line is taken for nothing else, and the line before it has been taken for the teaser.
    assert misfit("000", "\n".join(raw)).line == 120


def test_a_sidebar_may_have_any_length_and_needs_its_marker():
    lines = lines_of("001")
    assert kinds("001", "\n".join(lines[:12])).count("related_headline") == 0
    assert kinds("001", "\n".join(lines + lines[12:] * 3)).count("related_headline") == 80
    assert misfit("001", "\n".join([*lines, "표식이 없는 제목"])).line == 33
    assert misfit("001", "\n".join(lines[:11])).what.endswith("`Leave a Reply` (section[1].line[0]).")


def test_further_articles_may_be_appended_or_none():
    lines = lines_of("002")
    assert kinds("002", "\n".join(lines[:9])).count("headline") == 1
    assert kinds("002", "\n".join(lines + lines[9:] * 2)).count("headline") == 4


def test_subheads_may_stand_anywhere_between_body_lines():
    lines = lines_of("003")
    found = kinds("003", "\n".join([lines[0], "عنوان أول", *lines[1:8], "عنوان ثان", *lines[8:]]))
    assert [index for index, kind in enumerate(found) if kind == "subhead"] == [1, 5, 9]
    assert misfit("003", "\n".join(lines[:-1])).line == 18


def test_a_headline_that_is_not_repeated_is_refused():
    lines = lines_of("004")
    assert misfit("004", "\n".join(lines[:1] + lines[2:])).line == 2


@pytest.mark.parametrize("page", sorted(TEXTS))
def test_line_ends_do_not_change_a_cut(page):
    plain, windows = cut(page, TEXTS[page]), cut(page, TEXTS[page].replace("\n", "\r\n"))
    assert [(a.text, a.rule, a.repeats, a.truncated) for a in plain] == [
        (b.text, b.rule, b.repeats, b.truncated) for b in windows
    ]
    assert [b.start - a.start for a, b in zip(plain, windows, strict=True)] == [a.line.number - 1 for a in plain]


@settings(max_examples=150)
@given(st.sampled_from(sorted(TEXTS)), st.data())
def test_a_page_that_lost_or_gained_lines_is_cut_whole_or_refused_by_number(page, data):
    lines = lines_of(page)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(lines) - 1))
        change = data.draw(st.sampled_from(["drop", "double", "swap", "cut"]))
        if change == "drop" and len(lines) > 1:
            del lines[at]
        elif change == "double":
            lines.insert(at, lines[at])
        elif change == "swap":
            lines[at], lines[-1] = lines[-1], lines[at]
        else:
            lines[at] = lines[at][: len(lines[at]) // 2].strip() or "x"
    text = "\n".join(lines)
    pieces, found = outcome(page, text)
    if found:
        assert [problem.code for problem in found] == ["E705"]
        assert 1 <= found[0].line <= len(lines)
        return
    assert [piece.line.text for piece in pieces] == [line.strip() for line in lines]
    for piece in pieces:
        assert text[piece.start :].startswith(piece.text)
        assert piece.repeats is None or pieces[piece.repeats].text == piece.text


def test_the_longest_page_is_cut_in_seconds():
    lines = lines_of("000")
    body = ["문장이다."] * (segmentation.MAX_LINES - len(lines))
    begun = time.monotonic()
    found = kinds("000", "\n".join([*lines[:5], *body, *lines[5:]]))
    assert found.count("body") == 11 + len(body)
    assert time.monotonic() - begun < 30


def test_a_second_page_of_a_real_site_needs_an_entry_only(tmp_path):
    shutil.copytree(ROOT / "corpus", tmp_path / "corpus", ignore=shutil.ignore_patterns("documents"))
    text = "제목\n본문이다.\n2025년 1월 2일\nLeave a Reply\n- 하나\n- 둘"
    (tmp_path / "corpus/pages/new.txt").write_text(text, encoding="utf-8")
    table = tmp_path / "corpus/sources.toml"
    entry = f"""
[[page]]
id = "005"
file = "new.txt"
bytes = {len(text.encode())}
sha256 = "{files.sha256(text.encode())}"
language = "ko-KP"
profile = "dprk-press-sidebar"
rights = "made up"
"""
    table.write_text(table.read_text(encoding="utf-8") + entry, encoding="utf-8")
    curation.write(tmp_path, curation.curate(tmp_path))
    curated = curation.read_curated(tmp_path)
    assert curated[:5] == curation.read_curated(ROOT)
    assert [(d.id, d.published, d.text) for d in curated[5].documents] == [
        ("005.article-1", "2025-01-02", "제목\n본문이다.\n2025년 1월 2일"),
        ("005.headline-01", None, "하나"),
        ("005.headline-02", None, "둘"),
    ]
