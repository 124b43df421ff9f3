"""Many quotes are looked up among sorted suffixes: at the same places as one by one."""

import random

from dragoman.text import locate_quotes, suffixes
from dragoman.text.suffixes import Finder


def test_a_word_is_found_at_the_same_places_in_both_ways(monkeypatch):
    for seed in range(200):
        rng = random.Random(seed)
        text = "".join(rng.choices("abA 가", k=rng.randint(1, 60)))
        words = {"".join(rng.choices("abA 가", k=rng.randint(0, 5))) for _ in range(20)}
        monkeypatch.setattr(suffixes, "SORTED", 10**9)
        one_by_one = locate_quotes(text, words)
        monkeypatch.setattr(suffixes, "SORTED", 0)
        assert locate_quotes(text, words) == one_by_one, seed


def test_overlapping_places_and_too_many(monkeypatch):
    monkeypatch.setattr(suffixes, "SORTED", 0)
    finder = Finder("aaaa", ["aa"])
    assert finder.places("aa", most=3) == [(0, 2), (1, 3), (2, 4)]
    assert finder.places("aa", most=2) is None
    assert finder.places("ab", most=2) == []


def test_a_text_is_not_looked_through_for_each_of_very_many_quotes(monkeypatch):
    text = "".join(random.Random(1).choices("abcdefgh ", k=50_000))
    quotes = [f"z{at}" for at in range(5_000)]
    sorted_ = []
    original = suffixes._sorted_suffixes
    monkeypatch.setattr(suffixes, "_sorted_suffixes", lambda text: sorted_.append(len(text)) or original(text))
    assert all(one.way == "not found" for one in locate_quotes(text, quotes).values())
    assert sorted_
