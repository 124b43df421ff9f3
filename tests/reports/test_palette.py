"""The colours of families, as people see them who lack one kind of cone."""

import re
from importlib import resources
from itertools import combinations

import numpy as np
import pytest

from dragoman.reports import words

# Machado, Oliveira and Fernandes 2009, A Physiologically-based Model for Simulation of Color Vision Deficiency,
# severity 1.0, on linear RGB.
SEEN = {
    "all cones": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
D65 = np.array([0.95047, 1.0, 1.08883])
TOLD_APART = 20
"""Difference CIE 1976 in L*a*b*: about nine times what is just noticed (2.3)."""


def linear(colour):
    parts = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(light):
    """L*a*b* (CIE 15) of linear RGB (IEC 61966-2-1)."""
    part = XYZ @ np.clip(light, 0, 1) / D65
    root = np.where(part > 216 / 24389, np.cbrt(part), (24389 / 27 * part + 16) / 116)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


def contrast(one, other):
    """WCAG 2.2."""
    low, high = sorted(linear(each) @ np.array([0.2126, 0.7152, 0.0722]) for each in (one, other))
    return (high + 0.05) / (low + 0.05)


@pytest.fixture(scope="module")
def palettes():
    folder = resources.files("dragoman.reports") / "templates"
    sheet = (folder / "skeleton.css").read_text("utf-8") + (folder / "report" / "report.css").read_text("utf-8")
    names = [*words.FAMILIES, "page", "card"]
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
    seen = {name: lab(SEEN[eye] @ linear(palettes[scheme][name])) for name in words.FAMILIES}
    near = {
        (one, other): round(float(np.linalg.norm(seen[one] - seen[other])), 1)
        for one, other in combinations(seen, 2)
        if np.linalg.norm(seen[one] - seen[other]) < TOLD_APART
    }
    assert len(list(combinations(seen, 2))) == 15
    assert near == {}


@pytest.mark.parametrize("scheme", [0, 1])
def test_words_in_these_colours_can_be_read(palettes, scheme):
    for name in words.FAMILIES:
        for ground in ("page", "card"):
            assert contrast(palettes[scheme][name], palettes[scheme][ground]) >= 4.5, (name, ground)
