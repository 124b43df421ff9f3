"""Comparability of results: the same definitions, data, split, quote policy and label map."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

from dragoman.problems import DragomanError, Problem
from dragoman.version import __version__

if TYPE_CHECKING:
    from dragoman.schema.result_file import Data, Result

QUOTES = "in-order"
"""Default policy for quotes without ``occurrence``, which the leaderboard always uses."""
NO_MAP = "none"
"""Label map of a result without one, as on the leaderboard."""
_AGAIN = "Score the predictions again."


def map_name(mapping: Mapping[str, str]) -> str:
    """Format a label map for a signature, with percent-encoding.

    Example:
        >>> map_name({"person": "PER", "geo loc": "LOC"}), map_name({})
        ('geo%20loc=LOC,person=PER', 'none')

    """
    return ",".join(f"{quote(a)}={quote(b)}" for a, b in sorted(mapping.items())) or NO_MAP


def data_name(data: Data) -> str:
    """Format the data for a signature: version, and prefix of the fingerprint."""
    return f"{data.version or '-'}@{data.fingerprint[:8]}"


def is_old(result: Result) -> bool:
    """Whether a result is from before 0.2.0, without revisions, quote policy and label map."""
    return result.quotes is None or result.map is None or not all(each.revision for each in result.counts.values())


def check_same(results: Sequence[Result]) -> None:
    """Check that results are on the same data, and scored with the same options.

    Raises:
        DragomanError: E709 for each difference from the first result.

    """
    old = [_old(each) for each in results if is_old(each)]
    if old:
        raise DragomanError(old)
    _raise_all(problem for other in results[1:] for problem in _differences(results[0], other))


def check_revisions(results: Sequence[Result], names: Iterable[str]) -> None:
    """Check that the compared measures have the same revision in all results.

    Raises:
        DragomanError: E709 for each that differs.

    """
    first = results[0]
    names = list(names)
    _raise_all(
        _differs(
            f"definition of {name}",
            (first, f"revision {first.counts[name].revision}"),
            (other, f"revision {other.counts[name].revision}"),
            f"Score both with the same version of Dragoman; this is {__version__}.",
        )
        for other in results[1:]
        for name in names
        if other.counts[name].revision != first.counts[name].revision
    )


def _raise_all(problems: Iterable[Problem]) -> None:
    listed = list(problems)
    if listed:
        raise DragomanError(listed)


def _old(result: Result) -> Problem:
    what = (
        f"{_name(result)} was scored before 0.2.0: it does not say by which revisions of the measures, how quotes were "
        f"placed, and whether labels were mapped ({result.signature[:200]})."
    )
    return Problem(code="E709", what=what, hint=_AGAIN)


def _differences(first: Result, other: Result) -> Iterator[Problem]:
    a, b = first.data, other.data
    if (a.version, a.fingerprint) != (b.version, b.fingerprint):
        hint = "Score both on the same version of the data, or against the same reference."
        yield _differs("data", (first, data_name(a)), (other, data_name(b)), hint)
    if a.split != b.split:
        hint = f"Score both on one split, as with --split {a.split or b.split}."
        yield _differs("split", (first, str(a.split)), (other, str(b.split)), hint)
    if first.quotes != other.quotes:
        hint = f"Score both with --quotes {first.quotes}."
        yield _differs("way of placing quotes", (first, str(first.quotes)), (other, str(other.quotes)), hint)
    if first.map != other.map:
        hint = "Score both with the same --map, or both without."
        yield _differs("label map", (first, str(first.map)), (other, str(other.map)), hint)


def _differs(what: str, first: tuple[Result, str], other: tuple[Result, str], hint: str) -> Problem:
    said = " and ".join(f"{_name(result)} has {value[:200]}" for result, value in (first, other))
    return Problem(code="E709", what=f"not the same {what}: {said}.", hint=hint)


def _name(result: Result) -> str:
    return repr(result.system.name[:80])
