"""Names of measures: a layer, a dot, and a name within the layer, as in ``entities.strict``."""

from __future__ import annotations


def layer_of(measure: str) -> str:
    """Return the layer of a measure.

    >>> layer_of("entities.overlap(0.5)")
    'entities'

    """
    return measure.partition(".")[0]


def within_layer(measure: str) -> str:
    """Return the name of a measure within its layer.

    >>> within_layer("entities.overlap(0.5)")
    'overlap(0.5)'

    """
    return measure.partition(".")[2]
