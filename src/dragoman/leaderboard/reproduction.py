"""Whether the result of a run is that of its predictions, and on the board's data."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from dragoman import files, utf8
from dragoman.leaderboard.entries import MAX_BYTES
from dragoman.problems import Problem
from dragoman.schema.result_file import Result
from dragoman.scoring.comparability import NO_MAP, QUOTES, is_old

if TYPE_CHECKING:
    from dragoman.scoring import Gold

MAX_DIFFERENCES = 100
"""Differences that are listed of a result."""
TOLERANCE = 1e-9
"""Scores closer than this are the same: another machine may round another way."""
_RESCORE = "Score the predictions again with this version."
_INTERVALS = {"interval", "interval_by_page"}
_ELSEWHERE = frozenset({"schema_version", "signature", "system", "data", "counts", "quotes", "map"})
"""What a result says that does not follow from its counts: looked at by itself, or of no account."""
_ABSENT = object()


def read_result(path: Path) -> Result:
    """Read the result of a run.

    Raises:
        DragomanError: E106 over the limit, E201 or E202 for what is no result, or as :func:`dragoman.files.read_bytes`.

    """
    data = files.read_bytes(path, limit=MAX_BYTES[path.name])
    utf8.check_text(data, str(path), max_line=MAX_BYTES[path.name])
    return files.decode(data, Result, str(path))


def check_data(stored: Result, version: str, gold: Gold, file: str) -> Iterator[Problem]:
    """Say, as E827, in what the data of a result are not those of its folder or of the board.

    Args:
        stored: the result as it was submitted.
        version: data version by the name of its folder.
        gold: what the board scores against.
        file: how the result is called in a problem.

    """
    if stored.data.version != version:
        yield other_data(
            f"the folder says data version {version[:80]!r} and the result {stored.data.version!r:.80}", gold, file
        )
    elif (stored.data.version, stored.data.fingerprint) != (gold.data.version, gold.data.fingerprint):
        yield other_data(
            f"the result is on data {stored.data.version!r:.80} ({stored.data.fingerprint[:8]!r})", gold, file
        )
    elif stored.data.split != gold.data.split:
        yield other_data(f"the result is on the split {stored.data.split!r:.80}", gold, file)
    else:
        yield from _check_way(stored, file)


def _check_way(stored: Result, file: str) -> Iterator[Problem]:
    """Say, as E826, in what a result was not scored as the board scores."""
    if is_old(stored):
        what = "the result does not say by which revisions, how quotes were placed and whether labels were mapped."
        yield Problem(code="E826", what=what, hint=_RESCORE, file=file)
        return
    for option, said, wanted in (("--quotes", stored.quotes, QUOTES), ("--map", stored.map, NO_MAP)):
        if said != wanted:
            what = f"the result was scored with {option[2:]} {said!r:.80}; the board scores with {wanted}."
            yield Problem(code="E826", what=what, hint=f"Score the predictions again without {option}.", file=file)


def other_data(what: str, gold: Gold, file: str) -> Problem:
    """Make the problem E827 of a run on other data than the board's."""
    data = gold.data
    what = f"{what}; the board is on {data.version!r} ({data.fingerprint[:8]!r}), split {data.split!r}."
    return Problem(code="E827", what=what, hint="Run and score again on the board's data.", file=file)


def differences(stored: Result, computed: Result, file: str) -> list[Problem]:
    """Say, as E826, in what a result is not that of the predictions.

    Everything that follows from them is compared: counts, and if these agree scores, slices and coverage, in both
    directions. Intervals depend on random numbers: of these the form alone is checked.

    Args:
        stored: the result as it was submitted.
        computed: the result of the predictions, without intervals.
        file: how the result is called in a problem.

    Returns:
        The first :data:`MAX_DIFFERENCES`, and one more problem if there are more.

    """
    whats = islice(_counts(stored, computed), MAX_DIFFERENCES + 1)
    listed = list(whats) or list(islice(_values(stored, computed), MAX_DIFFERENCES + 1))
    if len(listed) > MAX_DIFFERENCES:
        listed[-1] = f"the result differs in more than these {MAX_DIFFERENCES} values."
    return [Problem(code="E826", what=what, hint=_RESCORE, file=file) for what in listed]


def _counts(stored: Result, computed: Result) -> Iterator[str]:
    for name in sorted(set(stored.counts) | set(computed.counts)):
        before, now = stored.counts.get(name), computed.counts.get(name)
        if before != now:
            which = "has no counts" if before is None else "has counts" if now is None else "has other counts"
            if before is not None and now is not None and before.revision != now.revision:
                which = f"is by revision {before.revision} and not {now.revision}"
            yield f"the result {which} of {name[:80]!r}; the predictions give {_total(now)}."


def _total(counts: object) -> str:
    if counts is None:
        return "none"
    table = msgspec.to_builtins(counts)
    sums = map(sum, zip(*table["rows"], strict=True))
    return ", ".join(f"{name} {total}" for name, total in zip(table["columns"], sums, strict=True))


def _values(stored: Result, computed: Result) -> Iterator[str]:
    said, follows = (msgspec.to_builtins(each) for each in (stored, computed))
    for name in sorted({*said, *follows} - _ELSEWHERE):
        before, now = said.get(name), follows.get(name)
        if isinstance(before, Mapping) and isinstance(now, Mapping):
            yield from _compare(before, now, () if name in {"scores", "slices"} else (name,))
        else:
            yield from _compare({name: before}, {name: now}, ())


def _compare(stored: Mapping[str, Any], computed: Mapping[str, Any], keys: tuple[str, ...]) -> Iterator[str]:
    for key in sorted(set(stored) | set(computed)):
        before, now = stored.get(key, _ABSENT), computed.get(key, _ABSENT)
        name = ".".join((*keys, key[:80]))
        if key in _INTERVALS and not isinstance(now, Mapping):  # there is a measure of that name, too
            if before is not _ABSENT and not _is_interval(before):
                yield f"the result says that {name} is {before!r:.80}, which is no interval."
        elif now is _ABSENT:
            yield f"the result says that {name!r} is {before!r:.80}; its predictions give no such value."
        elif isinstance(now, Mapping) and isinstance(before, Mapping):
            yield from _compare(before, now, (*keys, key))
        elif not _is_same(before, now):
            said = "does not say what" if before is _ABSENT else "says that"
            value = "is" if before is _ABSENT else f"is {before!r:.80}"
            yield f"the result {said} {name} {value}; its counts give {_shown(now)}."


def _is_same(stored: Any, computed: Any) -> bool:
    if isinstance(computed, bool) or not isinstance(computed, int | float):
        return type(stored) is type(computed) and bool(stored == computed)
    # A comparison with NaN is false: a score that is none differs from every number.
    return not isinstance(stored, bool) and isinstance(stored, int | float) and abs(stored - computed) <= TOLERANCE


def _is_interval(value: Any) -> bool:
    if value is None:
        return True
    if not isinstance(value, list) or len(value) != 2:
        return False
    if any(isinstance(end, bool) or not isinstance(end, int | float) or not math.isfinite(end) for end in value):
        return False
    return bool(value[0] <= value[1])


def _shown(value: Any) -> str:
    return f"{value:.6f}" if isinstance(value, float) else f"{value!r:.80}"
