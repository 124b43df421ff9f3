"""Measures: each is a match, counts a document, and a finish. The catalogue lists them all.

A measure from outside the package is a :class:`Measure` given to :func:`register`.
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
