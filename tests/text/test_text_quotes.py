"""Finding quotes: each way of finding them, what is not found, and that nothing is guessed."""

import random
import unicodedata

import pytest
from submission_samples import TEXTS

from dragoman.text import Located, find, locate_quote, locate_quotes, quote_of, quotes

KOREAN, ARABIC = TEXTS["000.article-1"], TEXTS["001.article-1"]


def place(text, quote, occurrence=None):
    return locate_quote(text, quote).place(occurrence)


def way(text, quote):
    return locate_quote(text, quote).way


@pytest.mark.parametrize(
    ("text", "quote", "expected", "words"),
    [
        (KOREAN, "최선희 외무상", "exact", "최선희 외무상"),
        (KOREAN, unicodedata.normalize("NFD", "최선희"), "nfc", "최선희"),
        (KOREAN, "２０２４년", "nfkc", "2024년"),
        (KOREAN, "2024년  6월\n17일", "spaces", "2024년 6월 17일"),
        (KOREAN, " 최선희 ", "spaces", "최선희"),
        (KOREAN, "최\u200b선희", "spaces", "최선희"),
        (KOREAN, '"조선은 강하다"', "punctuation", "“조선은 강하다”"),
        (KOREAN, "《조선은 강하다》", "punctuation", "“조선은 강하다”"),
        (KOREAN, "최선희외무상", "spacing", "최선희 외무상"),
        (KOREAN, "최 선 희", "spacing", "최선희"),
        (ARABIC, "العلاقات", "diacritics", "العلاقـات"),
        (ARABIC, "وأضافَ أن", "diacritics", "وأضاف أنّ"),
        (ARABIC, "واضاف", "letters", "وأضاف"),
        (ARABIC, "قويه", "letters", "قوية"),
        (ARABIC, "17 يونيو 2024", "digits", "١٧ يونيو ٢٠٢٤"),
        ("The Foreign Minister spoke.", "the foreign minister", "case", "The Foreign Minister"),
        (KOREAN, "“조선은 강하다”고 말하엿다", "fuzzy", "“조선은 강하다”고 말하였다"),
        (ARABIC, "وزير الخارجيه الصينى", "letters", "وزير الخارجية الصيني"),
        (ARABIC, "قال وزير الخارجة الصيني", "fuzzy", "قال وزير الخارجية الصيني"),
        (ARABIC, "قال رئيس الوزراء الصيني", "not found", None),
        (KOREAN, "2024년 6월 19일", "not found", None),
        (KOREAN, "전혀 다른 말", "not found", None),
        (KOREAN, "", "not found", None),
        (KOREAN, " ", "ambiguous", None),
        ("", "x", "not found", None),
        ("ab", "a much longer quote than the text", "not found", None),
    ],
)
def test_each_way(text, quote, expected, words):
    found = locate_quote(text, quote)
    if expected == "ambiguous":
        assert found.place(None) is None
        return
    assert found.way == expected
    assert (None if words is None else text.index(words)) == (found.places[0][0] if found.places else None)
    assert words is None or text[slice(*found.place(None))] == words


def test_every_declared_way_is_in_the_tally_and_described():
    assert quotes.WAYS[0] == "exact"
    assert quotes.WAYS[-3:] == ("fuzzy", "ambiguous", "not found")
    assert [step.name for step in quotes.NORMALISATIONS] == list(quotes.WAYS[1:-3])
    for name in quotes.WAYS[:-2]:
        assert quotes.describe(name)


def test_nothing_is_guessed_between_equally_good_places():
    text = "일본과 일본 사람들"
    assert place(text, "일본") is None
    assert place(text, "일본", 2) == (4, 6)
    assert place(text, "일본", 3) is None
    assert place(text, "사람들", 2) is None
    assert place("Japan and JAPAN", "japan") is None
    assert place("Japan and JAPAN", "japan", 2) == (10, 15)
    two = "the foreign minister spoke, and the foreign minister left"
    assert way(two, "the forein minister") == "fuzzy"
    assert place(two, "the forein minister") is None
    assert place(two, "the forein minister", 2) == (32, 52)


def test_an_exact_place_goes_before_any_other():
    assert locate_quote("JAPAN japan", "japan") == ("exact", ((6, 11),))


def test_overlapping_places_count_each():
    assert locate_quote("aaaa", "aa").places == ((0, 2), (1, 3), (2, 4))


def test_the_words_found_are_whole_letters():
    text = "كَتَبَ الولد"
    found = place(text, "كتب")
    assert text[slice(*found)] == "كَتَبَ"
    assert place("㎏", "k") is None


def test_a_fuzzy_finding_ends_where_the_words_end():
    text = "He said that the ministry of foreign affairs rejects it."
    for quote in ("the ministry of forein affairs", "the ministry of foreign afairs", "th ministry of foreign affairs"):
        assert text[slice(*place(text, quote))] == "the ministry of foreign affairs"
    extra = "the minnistry of foreign affairss"
    assert text[slice(*place(text, extra))] == "the ministry of foreign affairs"


def test_digits_are_never_mended():
    text = "On 17 June 2024 the minister spoke of the matter at length."
    assert way(text, "On 18 June 2024 the minister spoke of the matter") == "not found"
    assert way(text, "On 17 June 2024 the minster spoke of the matter") == "fuzzy"


def test_the_order_of_quotes_changes_nothing(monkeypatch):
    monkeypatch.setattr(quotes, "MAX_FUZZY_QUOTES", 3)
    several = ["최선희 외무싱은 2024년", "일본과 일본 사람들도", "조선은 강하디", "말하엿다. 일본과 일본", "최선희"]
    one = locate_quotes(KOREAN, several)
    assert one == locate_quotes(KOREAN, reversed(several * 2))
    assert {found.way for found in one.values()} == {"exact", "not found"}


def test_bounds(monkeypatch):
    monkeypatch.setattr(quotes, "MAX_PLACES", 3)
    assert locate_quote("x x x x x", "x") == ("ambiguous", ())
    assert locate_quote("X X X X X", "x") == ("ambiguous", ())
    monkeypatch.setattr(quotes, "MAX_FUZZY_PLACES", 3)
    assert way("minister of state. " * 9, "minster of state, ") in {"ambiguous", "not found"}
    monkeypatch.setattr(quotes, "MAX_FUZZY_QUOTE", 5)
    assert way(KOREAN, "“조선은 강하다”고 말하엿다") == "not found"
    monkeypatch.setattr(quotes, "MAX_TEXT", 5)
    assert way(KOREAN, "최선희외무상") == "not found"
    assert way(KOREAN, "최선희 외무상") == "exact"


def perturbed(words, rng):
    """The same words as a model might write them down; the way in which they should be found at the latest."""
    return rng.choice(
        (
            unicodedata.normalize("NFD", words),
            words.replace(" ", "  "),
            words.replace(" ", "\u00a0"),
            f" {words}\n",
            words.replace("“", '"').replace("”", '"').replace("«", '"').replace("»", '"').replace("-", "–"),
            words.replace("ا", "اـ"),
            words.translate(str.maketrans("أإآىة", "ااايه")),
            words.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
            words.upper(),
        )
    )


def test_words_of_the_benchmark_are_found_however_they_are_written(benchmark):
    rng = random.Random(5)
    checked = 0
    for document in benchmark.documents:
        text = document.text
        for _ in range(6):
            start = rng.randrange(len(text))
            words = text[start : start + rng.randint(4, 40)]
            if words != words.strip() or unicodedata.combining(words[0]) or text.count(words) != 1:
                continue
            after = start + len(words)
            if (after < len(text) and unicodedata.category(text[after])[0] in "MC") or text[after : after + 1] == "ـ":
                continue
            written = perturbed(words, rng)
            found = locate_quote(text, written)
            assert (start, after) in found.places, (text[start:after], written, found)
            checked += 1
    assert checked > 100


def test_exactly_means_letter_by_letter():
    assert locate_quote("JAPAN japan", "japan", exact=True).places == ((6, 11),)
    assert locate_quote("JAPAN", "japan", exact=True) == (quotes.MISSING, ())
    assert locate_quote("JAPAN", "japan") == ("case", ((0, 5),))


@pytest.mark.parametrize(
    ("way", "places", "occurrence", "code", "what"),
    [
        (quotes.MISSING, (), None, "E404", "'x' is not in the text."),
        (quotes.AMBIGUOUS, (), None, "E405", "'x' is in too many places."),
        (quotes.EXACT, ((0, 1), (2, 3)), None, "E405", "'x' is there 2 times."),
        (quotes.EXACT, ((0, 1),), 2, "E405", "'x' is there once, and there is no occurrence 2."),
    ],
)
def test_why_a_quote_has_no_place(way, places, occurrence, code, what):
    located = Located(way, places)
    assert located.place(occurrence) is None
    assert located.fault("x", occurrence)[:2] == (code, what)


@pytest.mark.parametrize("text", ["aaaa", KOREAN, ARABIC])
def test_a_span_as_a_quote_leads_back_to_the_span(text):
    for start in range(len(text)):
        for end in range(start + 1, min(len(text), start + 4) + 1):
            words, occurrence = quote_of(text, start, end)
            assert locate_quote(text, words).place(occurrence) == (start, end)
            assert find(text, words)[occurrence - 1] == (start, end)
