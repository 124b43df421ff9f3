"""HTML page of a robustness result: costs with intervals, types, memorisation, and labels that fail after an edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dragoman import languages
from dragoman.leaderboard.robustness_view import costliest, nothing_to_lose
from dragoman.measures.catalogue import HEADLINE
from dragoman.reports.rendering import environment, inlined

if TYPE_CHECKING:
    from dragoman.robustness.edit_costs import Cost
    from dragoman.robustness.robustness_result import Robustness

MAX_FAILURES = 2_000
"""Maximum number of labels that are listed; the total is always shown."""


MAX_COSTLIEST = 5
"""Maximum number of edits that are named at the top of the page."""
_RENAMED = ("rename", "swap-names")


def page(measured: Robustness) -> str:
    """HTML of a result: self-contained, without requests to any host, and with texts and names escaped."""
    groups = {label: [each for each in measured.failures if each.edit == label] for label in measured.values}
    left = MAX_FAILURES
    shown: list[tuple[str, int, list[dict[str, Any]]]] = []
    for label, failures in groups.items():
        if failures:
            shown.append(
                (label, measured.failed.get(label, len(failures)), [_failure(each) for each in failures[:left]])
            )
            left = max(0, left - len(failures))
    return (
        environment()
        .get_template("robustness/page.html")
        .render(
            measured=measured,
            measures=[name for name in HEADLINE if any(cost.measure == name for cost in measured.costs)],
            kinds={expect: _kind(measured, expect) for expect in ("invariance", "direction")},
            costliest=costliest(measured.costs, MAX_COSTLIEST),
            nothing_to_lose=nothing_to_lose(measured.costs),
            types=_types(measured),
            values=[(label, each) for label, each in measured.values.items() if sum(each.values())],
            renamed=[(label, each) for label, each in measured.names.items() if label.partition(":")[0] in _RENAMED],
            failures=shown,
            total=measured.total,
            **inlined("robustness/robustness.css", "theme.js"),
        )
    )


def _kind(measured: Robustness, expect: str) -> dict[str, Any]:
    """Divide the edits of a kind into those that change a score, the most costly first, and those that do not."""
    edits = dict.fromkeys(cost.edit for cost in measured.costs if cost.expect == expect)
    rows = [(label, _cells(measured, label)) for label in edits]
    moved, still = [], []
    for label, cells in rows:
        if any(cost.cost or any(cost.interval or ()) for cost in cells.values()):
            moved.append((label, cells))
        elif cells:
            still.append((label, cells))
    return {"moved": sorted(moved, key=lambda row: -max(each.cost or 0.0 for each in row[1].values())), "still": still}


def _cells(measured: Robustness, label: str) -> dict[str, Cost]:
    return {cost.measure: cost for cost in measured.costs if cost.edit == label and cost.cost is not None}


def _types(measured: Robustness) -> list[tuple[str, str, float, float]]:
    """List the types with changed scores, the largest loss first."""
    rows = [
        (label, name, before, after)
        for label, slices in measured.types.items()
        for name, (before, after) in slices.items()
        if before is not None and after is not None and before != after
    ]
    return sorted(rows, key=lambda row: row[3] - row[2])


def _failure(each: Any) -> dict[str, Any]:
    directions = [languages.direction("".join(words)) for words in (each.before, each.after)]
    return {"each": each, "before": directions[0], "after": directions[1]}
