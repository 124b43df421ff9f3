"""Colours with normal vision and with colour blindness: differences, and contrast for reading."""

from itertools import combinations

import numpy as np

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
JUST_NOTICED = 2.3
"""Difference CIE 1976 in L*a*b* that is just noticed."""
TOLD_APART = 20
"""Difference at which two colours can be distinguished without being side by side: about nine times as much."""


def linear(colour):
    """Linear RGB of ``#rrggbb``, or of three numbers from 0 to 255."""
    if isinstance(colour, str):
        colour = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    parts = np.array(colour[:3]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(light):
    """L*a*b* (CIE 15) of linear RGB (IEC 61966-2-1)."""
    part = XYZ @ np.clip(light, 0, 1) / D65
    root = np.where(part > 216 / 24389, np.cbrt(part), (24389 / 27 * part + 16) / 116)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


def difference(one, other, eye="all cones"):
    """Difference CIE 1976 of two colours as an eye of :data:`SEEN` sees them."""
    first, second = (lab(SEEN[eye] @ linear(each)) for each in (one, other))
    return float(np.linalg.norm(first - second))


def near(colours, eye, least=TOLD_APART):
    """Return the pairs of named colours that an eye does not distinguish, with their differences."""
    pairs = {(a, b): round(difference(colours[a], colours[b], eye), 1) for a, b in combinations(colours, 2)}
    return {pair: seen for pair, seen in pairs.items() if seen < least}


def contrast(one, other):
    """Ratio of luminances, WCAG 2.2."""
    low, high = sorted(linear(each) @ np.array([0.2126, 0.7152, 0.0722]) for each in (one, other))
    return (high + 0.05) / (low + 0.05)
