"""Check that the submitted result of a run follows from its predictions, on the board's data."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from dragoman import files, json_text, utf8
from dragoman.leaderboard.entries import MAX_BYTES
from dragoman.problems import Problem
from dragoman.schema.result_file import Result
from dragoman.scoring.comparability import NO_MAP, QUOTES, is_old

if TYPE_CHECKING:
    from dragoman.scoring import Gold

MAX_DIFFERENCES = 100
"""Maximum number of differences that are listed for a result."""
TOLERANCE = 1e-9
"""Scores closer than this are equal: floating-point results may differ between machines."""
_RESCORE = "Score the predictions again with this version."
_INTERVALS = {"interval", "interval_by_page"}
_ELSEWHERE = frozenset({"schema_version", "signature", "system", "data", "counts", "quotes", "map"})
"""Fields of a result that do not follow from its counts: checked separately, or ignored."""
_ABSENT = object()


def read_result(path: Path) -> Result:
    """Read the result of a run.

    Raises:
        DragomanError: E106 over the size limit, E201 or E202 if it is not a result, or as
            :func:`dragoman.files.read_bytes`.

    """
    data = files.read_bytes(path, limit=MAX_BYTES[path.name])
    utf8.check_text(data, str(path), max_line=MAX_BYTES[path.name])
    return json_text.decode(data, Result, str(path))


def check_data(stored: Result, version: str, gold: Gold, file: str) -> Iterator[Problem]:
    """Report, as E827, how the data of a result differ from those of its folder or of the board.

    Args:
        stored: the submitted result.
        version: data version in the name of its folder.
        gold: what the board scores against.
        file: name of the result in a problem.

    """
    if stored.data.version != version:
        yield other_data(
            f"the folder has data version {version[:80]!r}, but the result {stored.data.version!r:.80}", gold, file
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
    """Report, as E826, how the scoring options of a result differ from the board's."""
    if is_old(stored):
        what = "the result does not state measure revisions, the quote policy and whether labels were mapped."
        yield Problem(code="E826", what=what, hint=_RESCORE, file=file)
        return
    for option, said, wanted in (("--quotes", stored.quotes, QUOTES), ("--map", stored.map, NO_MAP)):
        if said != wanted:
            what = f"the result was scored with {option[2:]} {said!r:.80}; the board scores with {wanted}."
            yield Problem(code="E826", what=what, hint=f"Score the predictions again without {option}.", file=file)


def other_data(what: str, gold: Gold, file: str) -> Problem:
    """Make problem E827 for a run on data other than the board's."""
    data = gold.data
    what = f"{what}; the board is on {data.version!r} ({data.fingerprint[:8]!r}), split {data.split!r}."
    return Problem(code="E827", what=what, hint="Run the system on the board's data and score it again.", file=file)


def differences(stored: Result, computed: Result, file: str) -> list[Problem]:
    """Report, as E826, how a submitted result differs from the one computed from the predictions.

    Everything that follows from the predictions is compared: counts, and if these agree, scores, slices and coverage,
    in both directions. Intervals depend on random numbers: only their form is checked.

    Args:
        stored: the submitted result.
        computed: the result computed from the predictions, without intervals.
        file: name of the result in a problem.

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
                which = f"is by revision {before.revision}, not {now.revision},"
            yield f"the result {which} for {name[:80]!r}; the predictions give {_total(now)}."


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
        if key in _INTERVALS and not isinstance(now, Mapping):  # a measure has that name, too
            if before is not _ABSENT and not _is_interval(before):
                yield f"the result says that {name} is {before!r:.80}, which is not an interval."
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
    # A comparison with NaN is false: an undefined score differs from every number.
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
