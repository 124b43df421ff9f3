"""Names of measures and of their scores: registration, parsing and selection.

The catalogue registers the built-in measures; importing any module of this package imports it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from dragoman.measures.measure import Measure
from dragoman.problems import DragomanError, error

BY_NAME: dict[str, Measure] = {}
"""The built-in measures in the order of the catalogue, which are used by default."""

_BUILT_IN = __name__
_REGISTERED: dict[str, tuple[Measure, str]] = {}
_FAMILIES: dict[str, tuple[Callable[[float], Measure], str]] = {}

_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_SCORE_NAME = re.compile(
    rf"(?P<measure>[a-z_]+\.[a-z0-9_]+(?:\({_NUMBER}\))?)"
    r"(?:\.(?P<leaf>[a-z0-9_]+))?(?:\[(?P<facet>[a-z_]+)=(?P<value>[^\[\]]+)\])?"
)
_FAMILY_NAME = re.compile(rf"(?P<family>[a-z_]+\.[a-z0-9_]+)\((?P<parameter>{_NUMBER})\)")


def register_catalogue(measures: Iterable[Measure]) -> None:
    """Register the built-in measures, which are used by default and whose names cannot be reused."""
    BY_NAME.update((measure.name, measure) for measure in measures)
    _REGISTERED.update((name, (measure, _BUILT_IN)) for name, measure in BY_NAME.items())


def register(measure: Measure) -> Measure:
    """Register a measure from outside the package; functions and commands then accept its name.

    >>> from dragoman.measures import FScore, Measure, register, spans
    >>> register(
    ...     Measure("dates.spans", lambda pair: spans.exact(pair, "dates"), FScore(), "Same span.", "a recipe")
    ... )
    dates.spans

    Raises:
        DragomanError: E708 for a name of another form, or of a built-in measure.

    """
    parts = _SCORE_NAME.fullmatch(measure.name)
    if parts is None or parts["leaf"] is not None:
        raise error("E708", f"{measure.name[:80]!r} cannot be the name of a measure.", "Name it as in entities.mine.")
    if measure.name in BY_NAME:
        raise error("E708", f"there is a measure {measure.name!r} already.", "Give it another name.")
    _REGISTERED[measure.name] = (measure, getattr(measure.match, "__module__", None) or _BUILT_IN)
    return measure


def register_family(name: str, make: Callable[[float], Measure]) -> None:
    """Register a family of measures with one numeric parameter, as ``entities.overlap`` in ``entities.overlap(0.5)``.

    Args:
        name: ``layer.name``.
        make: returns the measure for a parameter, named ``name(parameter)``; raises ValueError if it is out of range.

    """
    _FAMILIES[name] = (make, make.__module__)


def measure(name: str) -> Measure:
    """Return a measure by its name.

    >>> measure("entities.overlap(0.5)")
    entities.overlap(0.5)

    Raises:
        DragomanError: E708 for an unknown name.

    """
    if name in _REGISTERED:
        return _REGISTERED[name][0]
    parts = _FAMILY_NAME.fullmatch(name)
    if parts is None or parts["family"] not in _FAMILIES:
        others = [*_REGISTERED, *(f"{family}(…)" for family in _FAMILIES)]
        raise error("E708", f"there is no measure {name[:80]!r}.", f"Measures: {', '.join(others)}.")
    try:
        made = _FAMILIES[parts["family"]][0](float(parts["parameter"]))
    except ValueError as cause:
        raise error("E708", f"there is no measure {name[:80]!r}: {cause}.", "Give another parameter.") from None
    return _REGISTERED.setdefault(made.name, (made, _FAMILIES[parts["family"]][1]))[0]


def home(name: str) -> str:
    """Return the name of the module that registers a measure."""
    return _REGISTERED[name][1] if name in _REGISTERED else _BUILT_IN


@dataclass(frozen=True)
class Name:
    """A parsed name such as ``entities.strict.f1[language=ar]``; ``str`` returns the text.

    Attributes:
        measure: name of the measure.
        leaf: name of one of its scores, or None for all.
        facet: facet of a slice, or None for all documents.
        value: value of the facet, or None.

    """

    measure: str
    leaf: str | None = None
    facet: str | None = None
    value: str | None = None

    def __str__(self) -> str:
        leaf = f".{self.leaf}" if self.leaf else ""
        part = f"[{self.facet}={self.value}]" if self.facet else ""
        return f"{self.measure}{leaf}{part}"


def parse(text: str) -> Name:
    """Parse the name of a score.

    >>> parse("entities.strict.f1[language=ar]").value
    'ar'

    Raises:
        DragomanError: E708 if the text is not a name, or the measure or leaf does not exist.

    """
    parts = _SCORE_NAME.fullmatch(text)
    if parts is None:
        raise error("E708", f"there is no measure {text[:80]!r}.", f"Measures: {', '.join(_REGISTERED)}.")
    named = measure(parts["measure"])
    leaves = named.score.leaves
    if parts["leaf"] and parts["leaf"] not in leaves:
        raise error("E708", f"{named} has no score {parts['leaf']!r}.", f"It has {', '.join(leaves)}.")
    return Name(named.name, parts["leaf"], parts["facet"], parts["value"])


def select(names: Iterable[str | Measure] | str | None) -> tuple[Measure, ...]:
    """Select measures by name, layer, ``all``, or as objects: built-in ones in catalogue order, then others as given.

    Raises:
        DragomanError: E708 for a name that is neither.

    """
    chosen = [names] if isinstance(names, str) else list(names or ())
    if not chosen or "all" in chosen:
        return tuple(BY_NAME.values())
    layers = {each.layer for each in BY_NAME.values()}
    others: dict[Measure, None] = {}
    for each in chosen:
        if isinstance(each, Measure):
            others[each] = None
        elif each not in layers:
            try:
                others[measure(each)] = None
            except DragomanError:
                hint = f"Layers: {', '.join(sorted(layers))}. Measures: {', '.join(BY_NAME)}."
                raise error("E708", f"there is no measure {each[:80]!r}.", hint) from None
    known = tuple(each for each in BY_NAME.values() if each in others or each.layer in chosen)
    return (*known, *(each for each in others if each not in known))
