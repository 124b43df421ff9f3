"""Suspicious properties of a valid submission compared with others: warnings, never a reason to refuse it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dragoman.leaderboard.entries import folders
from dragoman.leaderboard.examination import examine_all
from dragoman.measures.catalogue import HEADLINE
from dragoman.problems import Problem
from dragoman.schema.measure_names import layer_of
from dragoman.statistics.bootstrap import EQUAL

if TYPE_CHECKING:
    from dragoman.leaderboard.entries import Entry
    from dragoman.scoring import Gold


def oddities(entry: Entry, others: Sequence[Entry], *, withheld: bool = False) -> Iterator[Problem]:
    """Check a scored entry for suspicious properties.

    Args:
        entry: the entry.
        others: entries to compare it with, scored on the same data; may include the entry itself.
        withheld: whether the gold is withheld: warnings that disclose something about it are left out then.

    Yields:
        W821 if nothing is correct in a layer that it attempts, W822 if its predictions are identical to another's, W823
        if it scores higher than the annotators' control.

    """
    file = str(entry.path)
    empty = [name for name, score in _scores(entry).items() if score == 0]
    if empty and not withheld:
        what = f"no prediction is correct by {', '.join(empty)}: it is not ranked there."
        hint = "If the layer is not attempted, omit its key and do not list it in `layers`."
        yield Problem(code="W821", what=what, hint=hint, file=file)
    elsewhere = [other for other in others if other.folder != entry.folder]
    same = sorted(o.folder for o in elsewhere if o.content is not None and o.content == entry.content)
    if same:
        what = f"its predictions are identical to those of {', '.join(same[:3])}."
        hint = "Check that the right file was submitted; copies share a place and weaken the correction for all tests."
        yield Problem(code="W822", what=what, hint=hint, file=file)
    for control in () if withheld else elsewhere:
        if control.card is not None and control.card.control and not (entry.card and not entry.card.independent):
            yield from _above_control(entry, control)


def checked(run: Path, gold: Gold, *, withheld: bool = False) -> Entry:
    """Examine a run, and compare it with the neighbouring runs on the same data version.

    Args:
        run: its folder, ``…/system/data version``.
        gold: what it is scored against, or the documents without labels.
        withheld: whether the gold is withheld: only checks that need no scores are made.

    Returns:
        The entry, with warnings for suspicious properties.

    """
    absolute = Path(os.path.abspath(run))  # noqa: PTH100 - resolve() would follow links
    others = [
        path
        for path in (folders(absolute.parent.parent) if absolute.is_dir() else ())
        if path.name == absolute.name and path != absolute
    ]
    entry, *beside = examine_all([run, *others], gold, lambda paths, _: paths, withheld=withheld)
    if withheld or entry.result is not None:
        known = [other for other in beside if withheld or other.result is not None]
        entry.problems += oddities(entry, known, withheld=withheld)
    return entry


def _above_control(entry: Entry, control: Entry) -> Iterator[Problem]:
    own, of_control = _scores(entry), _scores(control)
    above = [
        f"{name} {score:.3f} against {of_control[name]:.3f}"
        for name, score in own.items()
        if name in of_control and score > of_control[name] + EQUAL
    ]
    if above:
        what = f"it scores higher than the annotators' control, {control.folder}: {', '.join(above)}."
        hint = "Check that neither gold nor the annotators' passes were used, or list them in `resources`."
        yield Problem(code="W823", what=what, hint=hint, file=str(entry.path))


def _scores(entry: Entry) -> dict[str, float]:
    """F1 by headline measure, for the layers that an entry attempts."""
    if entry.result is None:
        return {}
    scores = {}
    for name in HEADLINE:
        measured = entry.result.scores_of(name)
        if layer_of(name) in entry.attempted and measured is not None and measured["f1"] is not None:
            scores[name] = measured["f1"]
    return scores
