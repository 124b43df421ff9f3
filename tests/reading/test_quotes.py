"""Quotes in place of offsets: each way of finding them, what is not found, and that nothing is guessed."""

import json
import random
import unicodedata

import pytest
import submission_samples as samples
from submission_samples import BENCHMARK, REFERENCE, TEXTS

from dragoman import scoring
from dragoman.reading import quotes
from dragoman.reading.read import read_bytes

KOREAN, ARABIC = TEXTS["000.article-1"], TEXTS["001.article-1"]


def place(text, quote, occurrence=None):
    return quotes.find_all(text, [quote])[quote].place(occurrence)


def way(text, quote):
    return quotes.find_all(text, [quote])[quote].way


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
    found = quotes.find_all(text, [quote])[quote]
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
    assert quotes.find_all("JAPAN japan", ["japan"])["japan"] == ("exact", ((6, 11),))


def test_overlapping_places_count_each():
    assert quotes.find_all("aaaa", ["aa"])["aa"].places == ((0, 2), (1, 3), (2, 4))


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
    one = quotes.find_all(KOREAN, several)
    assert one == quotes.find_all(KOREAN, reversed(several * 2))
    assert {found.way for found in one.values()} == {"exact", "not found"}


def test_bounds(monkeypatch):
    monkeypatch.setattr(quotes, "MAX_PLACES", 3)
    assert quotes.find_all("x x x x x", ["x"])["x"] == ("ambiguous", ())
    assert quotes.find_all("X X X X X", ["x"])["x"] == ("ambiguous", ())
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
            found = quotes.find_all(text, [written])[written]
            assert (start, after) in found.places, (text[start:after], written, found)
            checked += 1
    assert checked > 100


def line(**fields):
    return json.dumps({"id": "000.article-1", **fields}, ensure_ascii=False).encode() + b"\n"


def test_a_quote_becomes_offsets_everywhere():
    data = line(
        entities=[{"id": "e1", "quote": "최선희", "type": "PER"}, {"quote": "일본", "occurrence": 2, "type": "GPE"}],
        dates=[{"quote": "2024년 6월 17일", "value": "2024-06-17"}],
        claims=[
            {
                "content": [{"quote": "조선은"}, {"quote": "강하다"}],
                "cue": [{"quote": "말하였다"}],
                "claimants": [{"mention": "e1"}, {"quote": "외무상"}],
            }
        ],
    )
    offsets = line(
        entities=[
            {"id": "e1", "start": 0, "end": 3, "type": "PER"},
            {"start": (japan := KOREAN.rindex("일본")), "end": japan + 2, "type": "GPE"},
        ],
        dates=[{"start": 9, "end": 9 + len("2024년 6월 17일"), "value": "2024-06-17"}],
        claims=[
            {
                "content": [[at := KOREAN.index("조선은"), at + 3], [at + 4, at + 7]],
                "cue": [[at := KOREAN.index("말하였다"), at + 4]],
                "claimants": [{"mention": "e1"}, {"start": 4, "end": 7}],
            }
        ],
    )
    reading = read_bytes(data, BENCHMARK)
    assert not reading.problems
    assert samples.decoded(reading.checked()) == samples.decoded(read_bytes(offsets, BENCHMARK).checked())
    assert reading.tally == {**dict.fromkeys(quotes.WAYS, 0), "exact": 7}
    assert list(reading.tally) == list(quotes.WAYS)


def test_an_inexact_finding_is_warned_of_with_what_it_was_matched_to():
    reading = read_bytes(line(entities=[{"quote": "최 선희", "text": "최 선희"}]), BENCHMARK)
    (problem,) = reading.problems
    assert (problem.code, problem.path) == ("W903", "entities[0]")
    assert "Korean spacing" in problem.what
    assert "'최선희' at 0 to 3" in problem.what
    assert reading.checked().entities.start.tolist() == [0]
    assert reading.tally["spacing"] == 1


def test_a_quote_without_a_place_counts_as_spurious_and_matches_nothing():
    good = [{"start": 0, "end": 3, "type": "PER"}]
    lost = [{"quote": "없는 말", "type": "PER"}, {"quote": "일본", "type": "GPE"}, {"quote": "최선희", "occurrence": 2}]
    reading = read_bytes(line(entities=good + lost), BENCHMARK)
    assert [(p.code, p.path) for p in reading.problems] == [("W904", f"entities[{n}]") for n in (1, 2, 3)]
    assert (reading.tally["not found"], reading.tally["ambiguous"]) == (1, 2)
    spans = reading.checked().entities
    assert len(spans) == 4
    assert (spans.start[1:] > len(KOREAN)).all()
    assert (spans.end > spans.start).all()
    assert len(set(zip(spans.start.tolist(), spans.end.tolist(), strict=True))) == 4


def test_a_spurious_quote_costs_precision_and_nothing_else(benchmark, split, gold):
    document = next(d for d in benchmark.split(split) if d.entities and d.claims)
    mention = document.entities[0]
    given = {"start": mention.start, "end": mention.end, "type": mention.type}
    claim = {"content": [[f.start, f.end] for f in document.claims[0].content]}
    lost = {"quote": "nobody ever wrote this", "type": mention.type}
    data = json.dumps({"id": document.id, "entities": [given, lost], "claims": [claim, {"content": [lost]}]}).encode()
    with_lost = read_bytes(
        data.replace(b'"type": "' + mention.type.encode() + b'"}]}]', b'"text": null}]}]'), gold.target
    )
    result = scoring.score(with_lost.checked(), gold)
    for name, credit in (("entities.strict", 1), ("claims.content", 1)):
        rows = result.counts[name].rows
        assert [sum(column) for column in zip(*rows, strict=True)][0::2] == [credit, 2]


def test_in_a_reference_a_quote_without_a_place_is_an_error():
    def codes(**fields):
        data = json.dumps({"id": "x", "text": "abc abc def", **fields}).encode()
        return [p.code for p in read_bytes(data, REFERENCE).problems]

    assert codes(entities=[{"quote": "def"}]) == []
    assert codes(entities=[{"quote": "xyz"}]) == ["E404"]
    assert codes(entities=[{"quote": "abc"}]) == ["E405"]
    assert codes(entities=[{"quote": "def", "occurrence": 2}]) == ["E405"]
    assert codes(entities=[{"quote": "DEF"}]) == ["W903"]


def test_a_quote_in_a_document_without_text_is_an_error():
    (problem,) = read_bytes(b'{"id": "x", "entities": [{"quote": "abc"}]}', REFERENCE).problems
    assert (problem.code, problem.hint) == ("E404", "Give offsets.")


def test_the_nearest_words_are_the_mend():
    (problem,) = read_bytes(line(dates=[{"quote": "2024년 6월 18일"}]), BENCHMARK).problems
    assert "'2024년 6월 17일'" in problem.hint


def test_text_beside_a_quote_must_be_the_quote_or_the_words():
    good = [{"quote": "최 선희", "text": "최 선희"}, {"quote": "최 선희", "text": "최선희"}]
    assert read_bytes(line(entities=good), BENCHMARK).annotations is not None
    problems = read_bytes(line(entities=[{"quote": "최선희", "text": "일본"}]), BENCHMARK).problems
    assert [(p.code, p.path) for p in problems] == [("E403", "entities[0].text")]


def test_a_mention_that_was_quoted_may_have_other_words_beside_its_id():
    data = line(
        entities=[{"id": "e1", "quote": "없는 말"}, {"id": "e2", "quote": "최 선희"}],
        claims=[{"content": [[0, 3]], "claimants": [{"mention": n, "text": "x"}]} for n in ("e1", "e2")],
    )
    assert read_bytes(data, BENCHMARK).annotations is not None


@pytest.mark.parametrize("seed", range(60))
def test_the_order_of_items_with_quotes_changes_nothing(seed):
    rng = random.Random(seed)
    pool = [
        "최선희",
        "최 선희",
        "일본",
        "없는 말",
        "말하엿다",
        '"조선은 강하다"',
        "2024년 6월 18일",
        "강하다”고 말하엿다",
    ]
    items = [{"quote": rng.choice(pool), **samples.some(rng, 0.3, "occurrence", rng.randint(1, 3))} for _ in range(8)]
    one = read_bytes(line(entities=items, claims=[{"content": items[:3]}]), BENCHMARK)
    rng.shuffle(items)
    content = sorted(items, key=lambda item: rng.random())
    other = read_bytes(line(entities=items), BENCHMARK)
    assert samples.decoded(one.checked(), items=False)["entities.start"] == sorted(
        one.checked().entities.start.tolist()
    )
    again = read_bytes(line(entities=content), BENCHMARK)
    assert samples.decoded(other.checked(), items=False) == samples.decoded(again.checked(), items=False)
    assert other.tally == again.tally
