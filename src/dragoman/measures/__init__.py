"""Measures: each matches items, counts per document, and turns summed counts into scores; see the catalogue.

Other packages add a :class:`Measure` with :func:`register`.
"""

from dragoman.measures.catalogue import MEASURES
from dragoman.measures.measure import Measure
from dragoman.measures.naming import measure, parse, register, register_family, select
from dragoman.measures.pair import Pair
from dragoman.measures.scores import Accuracy, FScore, Match, Score

__all__ = [
    "MEASURES",
    "Accuracy",
    "FScore",
    "Match",
    "Measure",
    "Pair",
    "Score",
    "measure",
    "parse",
    "register",
    "register_family",
    "select",
]
