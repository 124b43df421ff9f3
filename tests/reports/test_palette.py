"""The colours of families, as people see them who lack one kind of cone."""

import re
from importlib import resources

import numpy as np
import pytest
from colours import SEEN, contrast, lab, linear, near

from dragoman.reports import words


@pytest.fixture(scope="module")
def palettes():
    folder = resources.files("dragoman.reports") / "templates"
    sheet = (folder / "skeleton.css").read_text("utf-8") + (folder / "report" / "report.css").read_text("utf-8")
    names = [*words.FAMILIES, "page", "card", "accent", "bad"]
    found = dict(re.findall(r"--(\w+): light-dark\((#\w+, #\w+)\)", sheet))
    both = {
        name: [each if len(each) == 7 else "#" + "".join(2 * c for c in each[1:]) for each in found[name].split(", ")]
        for name in names
    }
    return [{name: each[at] for name, each in both.items()} for at in (0, 1)]


def test_the_formulas_give_what_is_known():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert lab(linear("#ffffff")) == pytest.approx([100, 0, 0], abs=0.02)
    assert lab(linear("#ff0000")) == pytest.approx([53.24, 80.09, 67.20], abs=0.05)
    for matrix in SEEN.values():
        assert matrix @ np.ones(3) == pytest.approx(np.ones(3), abs=1e-5)


@pytest.mark.parametrize("scheme", [0, 1])
@pytest.mark.parametrize("eye", SEEN)
def test_every_two_families_are_told_apart(palettes, scheme, eye):
    assert len(words.FAMILIES) == 6
    assert near({name: palettes[scheme][name] for name in words.FAMILIES}, eye) == {}


@pytest.mark.parametrize("scheme", [0, 1])
@pytest.mark.parametrize("eye", SEEN)
def test_what_a_second_run_wins_and_loses_is_told_apart(palettes, scheme, eye):
    assert near({name: palettes[scheme][name] for name in ("accent", "bad", "page")}, eye) == {}


@pytest.mark.parametrize("scheme", [0, 1])
def test_words_in_these_colours_can_be_read(palettes, scheme):
    for name in words.FAMILIES:
        for ground in ("page", "card"):
            assert contrast(palettes[scheme][name], palettes[scheme][ground]) >= 4.5, (name, ground)
