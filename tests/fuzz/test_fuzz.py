"""Every reader ends with a result or with numbered problems, whatever somebody wrote.

What was found before is read first; then a few inputs are made anew, always the same ones. ``make fuzz`` goes on.
"""

from pathlib import Path
from random import Random

import fuzz_mutation
import pytest
from fuzz_readers import READERS, mutated, outcome, seeds
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

FOUND = sorted(path for path in (Path(__file__).parent / "corpus").glob("*/*") if path.is_file())
EXAMPLES = 6
"""Inputs made for a reader of weight 1."""


@pytest.mark.parametrize("path", FOUND, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_what_was_found_is_fixed(path):
    assert outcome(path.parent.name, path.read_bytes())


@pytest.mark.parametrize("name", READERS)
def test_a_reader_ends_with_a_result_or_a_number(name):
    assert any(outcome(name, data) == "read" for data in seeds(name)), "a seed has to be right"

    @settings(
        max_examples=min(max(2, int(EXAMPLES * READERS[name].weight)), 2 * EXAMPLES),
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.randoms(use_true_random=False))
    def try_some(random):
        outcome(name, mutated(name, random))

    try_some()


def test_what_is_made_is_seldom_right_and_seldom_nonsense():
    """Readers are reached: of the inputs some are read, and those that are not fail for many reasons."""
    outcomes = [outcome("submission", mutated("submission", Random(seed))) for seed in range(60)]
    assert "read" in outcomes
    tree = fuzz_mutation.parsed(b'{"a": [1, {"b": "x"}], "c": null}')
    made = {fuzz_mutation.dumped(fuzz_mutation.mutated_tree(tree, Random(seed))) for seed in range(1000)}
    assert len(made) > 100
    assert any(one.count('"a":') == 2 for one in made), "a key is there twice"
    assert any("\\ud800" in one for one in made), "half a character"
    assert any("[" * 100 in one for one in made), "deep"
