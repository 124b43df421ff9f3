"""Process two large files block by block; small ones are read as a whole, within the memory budget."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from msgspec.structs import replace

from dragoman import tuning
from dragoman.problems import DragomanError
from dragoman.reading.fallback import Fallback

T = TypeVar("T")

if TYPE_CHECKING:
    from dragoman.problems import Problem
    from dragoman.reading.memory_budget import Budget
    from dragoman.scoring.sides import Sides
    from dragoman.scoring.streaming import Parts

    Work = Callable[[Mapping[str, int]], Callable[[Parts], T]]

STREAMED = 2**24
"""Total size of two files, in bytes, from which they are read block by block."""


def blockwise(sides: Sides, work: Work[T], *, any_size: bool = False) -> T | None:
    """Process two large files block by block; None if they are small.

    Args:
        sides: both sides.
        work: returns the function that processes the parts; called, with its imports, while the first blocks are
            parsed. Its argument is the live counter of ignored values of unknown fields in the predictions, by path.
        any_size: whether small files are processed block by block, too; their documents may be in any order.

    Raises:
        Fallback: something needs a closer look, by the precise path.

    """
    pred, reference = sides.pred, sides.reference
    if pred is None or reference is None or not (pred.streams and reference.streams):
        return None
    from dragoman.reading.shards import first_ids  # noqa: PLC0415

    if not any_size and pred.size + reference.size < STREAMED:
        return None
    in_step = not any_size and not set(first_ids(reference.paths[0])).isdisjoint(first_ids(pred.paths[0]))
    tuning.reuse_memory_of_blocks()
    narrow = True
    while True:
        from dragoman.reading.prefetch import Prefetch  # noqa: PLC0415

        with (
            Prefetch(reference.paths, narrow=narrow, ignore_unknown_fields=sides.ignore_unknown_fields) as gold_rows,
            Prefetch(pred.paths, narrow=narrow, ignore_unknown_fields=sides.ignore_unknown_fields) as pred_rows,
        ):
            take = work(pred_rows.unknown)
            from dragoman.scoring import streaming  # noqa: PLC0415

            drive = streaming.in_step if in_step else streaming.joined
            try:
                return drive(take, gold_rows, pred_rows, sides.on(sides.rules))
            except streaming.Reordered:
                in_step = False
                continue
            except streaming.SchemaMismatch:
                if not narrow:
                    return None
                narrow = False


def within_budget(blocks: Callable[[bool], T | None], whole: Callable[[Budget], T], wrong: Callable[[], T | None]) -> T:
    """Process large files block by block, small ones as a whole unless that exceeds the memory budget.

    Args:
        blocks: processes both sides block by block, as :func:`blockwise`; called with ``any_size``.
        whole: processes them as a whole, within a budget.
        wrong: locates errors in files that exceed the budget: raises or returns them; None if there are none.

    Raises:
        DragomanError: with all errors of either side.

    """
    large = _in_blocks(blocks, any_size=False)
    if large.done is not None:
        return large.done
    from dragoman.reading.memory_budget import Budget  # noqa: PLC0415 - imported while the first blocks are parsed

    budget = Budget()
    try:
        done = whole(budget)
    except DragomanError as cause:
        if not budget.exceeded:
            raise
        problems = cause.problems  # not the error itself, which references what was read
    else:
        if not budget.exceeded:
            return done
        problems = ()
    tuning.release_memory()
    large = large if large.fallback else _in_blocks(blocks, any_size=True)
    again = wrong() if large.done is None else large.done
    if again is None and problems:
        raise DragomanError(replace(each, hint=_hint(each, large.fallback)) for each in problems)
    return done if again is None else again


class _Blocks(NamedTuple, Generic[T]):
    """What became of processing block by block: the result, or None; and whether something needs the precise path."""

    done: T | None
    fallback: bool


def _in_blocks(blocks: Callable[[bool], T | None], *, any_size: bool) -> _Blocks[T]:
    try:
        return _Blocks(blocks(any_size), fallback=False)
    except Fallback:
        return _Blocks(None, fallback=True)


def _hint(problem: Problem, fallback: bool) -> str:
    if problem.code != "E106" or not fallback:
        return problem.hint
    why = "Something in the files needs a closer look, as quotes do: for that they are read as a whole."
    return f"{why} {problem.hint}".strip()
