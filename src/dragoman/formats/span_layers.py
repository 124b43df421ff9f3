"""Layers of annotation in UIMA, WebAnno and spaCy: which contain the entities, and which feature is the type."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from dragoman.problems import Diagnostics, shown

IDENTIFIER = "identifier"
"""Feature that holds the id of the entity that a span refers to."""
_USUAL = ("value", "label")
_MAX_NAMED = 10


class Wanted:
    """The layers that were requested.

    Args:
        names: as :attr:`dragoman.formats.outcome.Options.span_layers`.

    Example:
        >>> Wanted(["Span:category"]).feature("custom.Span")
        'category'

    """

    def __init__(self, names: Iterable[str]) -> None:
        parted = [name.partition(":") for name in names]
        self._features = {name.strip(): feature.strip() for name, _, feature in parted}

    def __bool__(self) -> bool:
        return bool(self._features)

    def _named(self, layer: str) -> str | None:
        """Return the requested name that matches a layer; the longest, or None."""
        fitting = [name for name in self._features if layer == name or layer.endswith(f".{name}")]
        return max(fitting, key=len, default=None)

    def names(self, layer: str) -> bool:
        """Tell whether a layer was requested."""
        return self._named(layer) is not None

    def feature(self, layer: str) -> str:
        """Return the requested feature for the type of a layer's spans; empty if there is none."""
        return self._features.get(self._named(layer) or "", "")

    def check(self, layers: Mapping[str, Collection[str]], diagnostics: Diagnostics) -> None:
        """Report E209 for an unknown layer or feature.

        Args:
            layers: all layers in the file, with their features.
            diagnostics: collects the problems.

        """
        for name, feature in self._features.items():
            fitting = [layer for layer in layers if layer == name or layer.endswith(f".{name}")]
            if not fitting:
                more = " …" if len(layers) > _MAX_NAMED else ""
                hint = f"Layers: {', '.join(list(layers)[:_MAX_NAMED]) or 'none'}{more}."
                diagnostics.add("E209", f"there is no layer {shown(name)}.", hint)
            elif feature and not any(feature in layers[layer] for layer in fitting):
                some = sorted({each for layer in fitting for each in layers[layer]})
                hint = f"Features: {', '.join(some) or 'none'}."
                diagnostics.add("E209", f"the layer {shown(name)} has no feature {shown(feature)}.", hint)


def type_of(values: Mapping[str, str], asked: str, features: Sequence[str] = ()) -> str:
    """Choose the feature that is the type of a span.

    Args:
        values: the features of the span, with their values.
        asked: the requested feature, or empty.
        features: all features of its layer, in order; the first is the fallback. Empty if the name of the layer is the
            fallback.

    Returns:
        Name of the feature; empty if there is none.

    """
    if asked:
        return asked
    usual = next((name for name in _USUAL if values.get(name)), "")
    if usual or not features:
        return usual
    return next((name for name in _USUAL if name in features), next((n for n in features if n != IDENTIFIER), ""))
