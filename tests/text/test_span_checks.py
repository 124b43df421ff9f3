"""One judgement on a span, of one alone and of columns, and what it costs."""

import random

import numpy as np
import pytest

from dragoman.text import MAX_OFFSET, check_span, span_columns
from dragoman.text.span_columns import StringColumn, Texts

TEXT = "김 spoke 😀 today."


@pytest.mark.parametrize(
    ("text", "start", "end", "surface", "code", "hint"),
    [
        (TEXT, 0, 1, None, None, None),
        (TEXT, 0, len(TEXT), TEXT, None, None),
        (None, 0, MAX_OFFSET, "anything", None, None),
        (TEXT, 3, 3, None, "E402", "half-open"),
        (TEXT, 5, 3, None, "E402", "half-open"),
        (TEXT, -1, 3, None, "E401", "from 0"),
        (TEXT, 0, len(TEXT) + 1, None, "E401", "from 0"),
        (None, 0, MAX_OFFSET + 1, None, "E401", "from 0"),
        (TEXT, 11, 16, "today", "E403", "UTF-16 code units"),
        (TEXT, 0, 1, "today", "E403", "is at 10 to 15"),
        (TEXT, 0, 1, "nowhere", "E403", "code points"),
        (TEXT, 15, 20, "today", "E401", "bytes of UTF-8"),
    ],
)
def test_what_is_wrong_with_a_span(text, start, end, surface, code, hint):
    fault = check_span(text, start, end, surface)
    assert (fault and fault.code) == code
    assert code is None or hint in fault.hint


def test_no_text_is_looked_through_for_a_guess_unless_something_is_wrong_and_it_may_be():
    asked = []

    def affords(characters):
        asked.append(characters)
        return False

    assert check_span(TEXT, 0, 1, TEXT[0], affords=affords) is None
    assert not asked
    assert " is at " not in check_span(TEXT, 0, 1, "today", affords=affords).hint
    assert asked == [len(TEXT)]


def spans(rng, texts):
    """Random spans over some texts, about half of them wrong."""
    for _ in range(rng.randint(1, 3)):
        doc = rng.randrange(len(texts))
        length = 20 if texts[doc] is None else len(texts[doc])
        start = rng.randint(-1 if rng.random() < 0.1 else 0, length)
        end = start + rng.randint(0, 4)
        words = rng.choice((None, None, "x", (texts[doc] or "")[max(0, start) : end]))
        yield doc, start, end, words


@pytest.mark.parametrize("seed", range(200))
def test_columns_are_judged_as_spans_are_one_by_one(seed, monkeypatch):
    monkeypatch.setattr(span_columns, "_AT_ONCE", (1, 20, 2**21)[seed % 3])
    rng = random.Random(seed)
    texts = [TEXT, None, "", "x"]
    rows = list(spans(rng, texts))
    docs, starts, ends, surfaces = zip(*rows, strict=True)
    columns = [np.array(column, np.int64) for column in (docs, starts, ends)]
    one_by_one = all(check_span(texts[doc], start, end, words) is None for doc, start, end, words in rows)
    assert Texts(texts).check_spans(*columns, StringColumn.of(surfaces)) is one_by_one
    without = all(check_span(texts[doc], start, end) is None for doc, start, end, _ in rows)
    assert Texts(texts).check_spans(*columns) is without


def test_surfaces_of_many_documents_are_compared_part_by_part(monkeypatch):
    monkeypatch.setattr(span_columns, "_AT_ONCE", 100)
    rng = random.Random(3)
    texts = ["".join(rng.choices("a김😀ع", k=rng.randint(1, 60))) for _ in range(50)]
    rows = [(doc, at, at + 1 + at % 3) for doc, text in enumerate(texts) for at in range(len(text) - 3)]
    columns = [np.array(column, np.int64) for column in zip(*rows, strict=True)]
    surfaces = [texts[doc][start:end] for doc, start, end in rows]
    assert Texts(texts).check_spans(*columns, StringColumn.of(surfaces))
    for at in (0, len(rows) // 2, len(rows) - 1):
        wrong = [*surfaces[:at], surfaces[at] + "a", *surfaces[at + 1 :]]
        assert not Texts(texts).check_spans(*columns, StringColumn.of(wrong))
    # The same code points altogether, divided otherwise.
    column = StringColumn.of(["ab", "c"])
    assert column.code_points(np.array([2, 1])) is not None
    assert column.code_points(np.array([1, 2])) is None


def test_strings_may_have_gaps_in_their_buffer():
    column = StringColumn.of(["a", "김", "b"]).take(np.array([True, False, True]))
    assert column.code_points(np.array([1, 1])).tolist() == [ord("a"), ord("b")]
    assert column.code_points(np.array([1, 2])) is None


def test_spans_beyond_the_text_stand_for_quotes_without_a_place():
    columns = [np.array(column) for column in ([0], [len(TEXT) + 1], [len(TEXT) + 4])]
    assert Texts([TEXT], beyond=True).check_spans(*columns)
    assert not Texts([TEXT]).check_spans(*columns)
    astride = [np.array(column) for column in ([0], [len(TEXT) - 1], [len(TEXT) + 4])]
    assert not Texts([TEXT], beyond=True).check_spans(*astride)
