"""Text maps, finding, guessing and showing, over the scripts and accidents that real pages have."""

from __future__ import annotations

import itertools
import json
import unicodedata

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from dragoman import json_text
from dragoman.text import Block, TextMap, explain_mismatch, find, visible, visible_json

# What makes offsets go wrong: astral characters, joiners, marks, Hangul in all its encodings, both directions.
PIECES = [
    *("a", "Z", " ", "\n", "\r\n", "\t", "\u00a0", "\ufeff", "é", "e\u0301", "a\u0323\u0301", "Å", "\u212b", "ﬁ", "½"),
    *("가", "각", "조로", "\u1100\u1161", "\u1100\u1161\u11a8", "가\u11a8", "\uffa1\uffc2", "ㄱㅏ", "《", "か\u3099"),
    *("\uff76\uff9e", "\u0f71\u0f72", "\u0344", "ا", "آ", "ا\u0653", "ّ", "ﷺ", "\u200f", "\u202e", "\u2069"),
    *("😀", "👩\u200d🚀", "🇰🇵", "❤\ufe0f", "𝔸"),
]
texts = st.lists(st.one_of(st.sampled_from(PIECES), st.characters(exclude_categories=["Cs"])), max_size=24).map("".join)
forms = st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"])


@st.composite
def spans(draw, source=texts):
    text = draw(source)
    assume(text)
    start = draw(st.integers(0, len(text) - 1))
    return text, start, draw(st.integers(start + 1, len(text)))


@st.composite
def maps(draw):
    blocks, source, target = [], 0, 0
    for _ in range(draw(st.integers(0, 6))):
        source += draw(st.integers(0, 3))
        target += draw(st.integers(0, 3))
        length = draw(st.integers(1, 4))
        other = draw(st.one_of(st.just(length), st.integers(1, 4)))
        blocks.append(Block(source, length, target, other))
        source, target = source + length, target + other
    return TextMap(blocks)


def length_in(text, unit):
    return len(text.encode("utf-16-le")) // 2 if unit == "utf-16" else len(text.encode())


@given(spans(), st.sampled_from(["utf-16", "utf-8"]))
def test_units_move_to_code_points_and_back(case, unit):
    text, start, end = case
    units = TextMap.from_units(text, unit)
    low, high = length_in(text[:start], unit), length_in(text[:end], unit)
    assert units.move(low, high) == (start, end)
    assert units.inverse().move(start, end) == (low, high)
    assert units.move(low, length_in(text, unit) + 1) is None


@given(texts, st.sampled_from(["utf-16", "utf-8"]), st.integers(0, 80), st.integers(0, 80))
def test_half_a_character_is_refused_or_widened(text, unit, start, end):
    encoded = text.encode("utf-16-le") if unit == "utf-16" else text.encode()
    width, codec = (2, "utf-16-le") if unit == "utf-16" else (1, "utf-8")
    units = TextMap.from_units(text, unit)
    moved = units.move(start, end)
    if not 0 <= start < end <= length_in(text, unit):
        assert moved is None
        return
    try:
        expected = encoded[start * width : end * width].decode(codec)
    except UnicodeDecodeError:
        assert moved is None
        low, high = units.move(start, end, outward=True)
        assert length_in(text[:low], unit) <= start
        assert length_in(text[:high], unit) >= end
    else:
        assert text[slice(*moved)] == expected


@given(texts, forms)
@example("\u1112\u1161\u11ab", "NFC")
@example("ㄱㅏ", "NFKC")
@example("\uff76\uff9e", "NFKC")
def test_normalised_piecewise_is_normalised_whole(text, form):
    normalised, _ = TextMap.from_normalised(text, lambda piece: unicodedata.normalize(form, piece))
    assert normalised == unicodedata.normalize(form, text)


@given(spans(), forms)
def test_a_whole_normalised_text_comes_from_the_whole(case, form):
    text, *_ = case
    normalised, back = TextMap.from_normalised(text, lambda piece: unicodedata.normalize(form, piece))
    assert back.move(0, len(normalised)) == (0, len(text))


def without_space(piece):
    return "".join(char for char in piece if not char.isspace())


@given(spans(), st.sampled_from([str.casefold, without_space, lambda piece: piece * 2]))
@example((" ّ", 0, 1), without_space)
def test_what_is_moved_back_normalises_to_what_was_marked(case, normalise):
    text, *_ = case
    normalised, back = TextMap.from_normalised(text, normalise)
    for at in range(len(normalised)):
        low, high = back.move(at, at + 1, outward=True)
        assert normalised[at] in normalise(text[low:high])


@given(maps())
def test_blocks_survive_and_inverse_is_its_own_inverse(text_map):
    assert TextMap(text_map.blocks).blocks == text_map.blocks
    assert text_map.inverse().inverse().blocks == text_map.blocks


@given(maps(), st.integers(-2, 40), st.integers(-2, 40))
def test_moving_there_and_back_is_the_identity(text_map, start, end):
    moved = text_map.move(start, end)
    if moved is not None:
        assert moved[0] < moved[1]
        assert text_map.inverse().move(*moved) == (start, end)
        assert text_map.move(start, end, outward=True) == moved


@given(maps(), st.lists(st.tuples(st.integers(-2, 40), st.integers(-2, 40)), max_size=8), st.booleans())
def test_many_spans_move_like_one(text_map, pairs, outward):
    starts, ends, ok = text_map.move_all([p[0] for p in pairs], [p[1] for p in pairs], outward=outward)
    assert starts.shape == ends.shape == ok.shape == (len(pairs),)
    for index, pair in enumerate(pairs):
        moved = text_map.move(*pair, outward=outward)
        assert moved == ((starts[index], ends[index]) if ok[index] else None)


@given(maps(), st.integers(0, 30), st.integers(0, 30))
def test_pieces_cover_exactly_what_has_a_counterpart(text_map, start, end):
    pieces = text_map.pieces(start, end)
    assert all(low < high for low, high in pieces)
    assert all(a[1] < b[0] for a, b in itertools.pairwise(pieces))
    moved = text_map.move(start, end, outward=True)
    if moved:
        assert (pieces[0][0], pieces[-1][1]) == moved


def test_a_span_over_a_gap_takes_what_lies_between():
    text_map = TextMap([Block(0, 3, 10, 3), Block(4, 2, 20, 2)])
    assert text_map.move(1, 6) == (11, 22)
    assert text_map.pieces(1, 6) == [(11, 13), (20, 22)]
    assert text_map.move(1, 4) is None
    assert text_map.move(2, 2) is None
    assert text_map.move(5, 1) is None


@pytest.mark.parametrize(
    "blocks",
    [
        [Block(0, 0, 0, 1)],
        [Block(0, 1, 0, 0)],
        [Block(0, 2, 0, 2), Block(1, 2, 2, 2)],
        [Block(5, 1, 5, 1), Block(0, 1, 6, 1)],
        [Block(-1, 1, 0, 1)],
        [Block(0, 1, -3, 1)],
    ],
)
def test_blocks_that_are_no_map_are_refused(blocks):
    with pytest.raises(ValueError, match="block"):
        TextMap(blocks)


def test_an_empty_map_moves_nothing():
    assert TextMap([]).move(0, 1) is None
    assert TextMap([]).blocks == TextMap.from_units("", "utf-8").blocks == []
    assert TextMap([]).pieces(0, 5) == []


@given(texts, st.text(alphabet="aأ가 😀", max_size=3))
def test_find_gives_every_place(text, quote):
    places = find(text, quote)
    assert places == [(i, i + len(quote)) for i in range(len(text)) if quote and text.startswith(quote, i)]


def test_find_counts_overlapping_places():
    assert find("ababa", "aba") == [(0, 3), (2, 5)]
    assert find("abc", "") == []


@given(spans())
def test_a_span_that_fits_is_not_explained(case):
    text, start, end = case
    assert explain_mismatch(text, start, end, text[start:end]) is None


@given(spans(st.lists(st.sampled_from(["😀", "가", "a", "ب"]), min_size=1, max_size=12, unique=False).map("".join)))
def test_other_units_are_recognised(case):
    text, start, end = case
    surface = text[start:end]
    for unit, name in (("utf-16", "UTF-16"), ("utf-8", "UTF-8")):
        low, high = length_in(text[:start], unit), length_in(text[:end], unit)
        guess = explain_mismatch(text, low, high, surface)
        if text[low:high] == surface:
            assert guess is None
        else:
            assert guess is not None
            # Another unit may fit as well; whichever is named, the offsets in code points show the surface.
            assert name in guess or "UTF-" in guess


def test_each_cause_has_its_guess():
    assert "UTF-16" in explain_mismatch("😀 조선", 3, 5, "조선")
    assert "bytes of UTF-8" in explain_mismatch("조선 로씨야", 7, 16, "로씨야")
    assert "2 to 4" in explain_mismatch("😀 조선", 3, 5, "조선")
    assert "normalisation form" in explain_mismatch("조선", 0, 2, unicodedata.normalize("NFD", "조선"))
    assert "(NFD)" in explain_mismatch("평양 조선 조선", 7, 12, "조선")
    assert "add 2" in explain_mismatch("\n\n조선 조선", 0, 2, "조선")
    assert "3 to 5" in explain_mismatch("평양 조선", 0, 2, "조선")
    assert explain_mismatch("조선 조선", 1, 3, "조선") is None
    assert explain_mismatch("조선", 0, 2, "평양") is None


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (3, 1), (0, 2**70), (2**70, 2**71)])
def test_offsets_out_of_all_range_are_not_guessed_at(start, end):
    assert explain_mismatch("조선", start, end, "조선") is None


@given(st.text(alphabet=st.characters(), max_size=30))
def test_nothing_hidden_is_left(text):
    shown = visible(text)
    assert not {"Cc", "Cf", "Cs", "Zl", "Zp"} & {unicodedata.category(char) for char in shown}
    assert shown.encode().decode() == shown
    assert visible(shown) == shown


def test_visible_shows_what_would_hide_or_turn():
    assert visible("\x1b[31m\u202eabc\u200f\n") == r"\x1b[31m\u202eabc\u200f\n"
    assert visible("\u3164\u2800\u115f") == r"\u3164\u2800\u115f"
    assert visible("a\nb\tc", keep="\n") == "a\nb\\tc"
    assert visible("조선 آسيان 😀") == "조선 آسيان 😀"


@given(text=st.text())
@example(text='\x1b[31m\u202eabc\u200f\n\xad\x7f\u2028\U000e0001 "\\')
def test_json_that_is_shown_hides_nothing_and_means_the_same(text):
    written = json_text.pretty({"name": text}).decode()
    shown = visible_json(written)
    assert json.loads(shown) == json.loads(written)
    assert visible(shown, keep="\n") == shown
