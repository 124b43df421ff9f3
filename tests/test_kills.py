"""Killed where they write, commands leave nothing half, and the next one clears what was left.

Runs and leaderboards have such tests of their own; ``python tests/support/kills.py --kills 300`` kills all of them, at
random.
"""

import kills
import pytest


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    return kills.prepare(tmp_path_factory.mktemp("given"))


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    return kills.prepare(tmp_path_factory.mktemp("before") / "old")


@pytest.mark.parametrize(
    ("name", "moments"),
    [
        ("convert", [("replace", 2), ("fsync", 7)]),
        ("release", [("fsync", 6), ("replace", 9)]),
        ("perturb", [("replace", 2), ("fsync", 3)]),
        ("take", [("fsync", 1), ("replace", 3)]),
    ],
)
def test_killed_anywhere_nothing_is_half_and_the_next_ends_like_an_unbroken_one(name, moments, given, before, tmp_path):
    assert not kills.killed(name, given, tmp_path / "whole")
    whole = kills.tree(tmp_path / "whole")
    for number, (function, left) in enumerate(moments):
        out, old = tmp_path / f"out-{number}", {}
        if number and name != "convert":  # over what was there; a conversion leaves what it does not write
            assert not kills.killed(name, before, out)
            old = kills.tree(out)
        assert kills.killed(name, given, out, function, left), "it is killed"
        kills.check(name, given, out, whole, old)
