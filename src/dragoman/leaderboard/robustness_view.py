"""Cost of text edits for the systems of a board, from the short robustness results stored next to its runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar

import msgspec

from dragoman import files, json_text
from dragoman.leaderboard import views
from dragoman.measures.catalogue import HEADLINE
from dragoman.problems import DragomanError, error
from dragoman.reports.rendering import short
from dragoman.text import counted

if TYPE_CHECKING:
    from dragoman.schema.leaderboard_json import Board, BoardEntry

FOLDER = "robustness"
"""Folder next to the folder of runs with the results of ``dragoman robustness SYSTEM --json``."""
MAX_NAMED = 3
"""Maximum number of edits that are named as the most costly."""


class EditCost(msgspec.Struct):
    """Cost of an edit by one measure.

    Attributes:
        edit: the edit, with its rate where it has one.
        expect: ``invariance`` (scores should not change) or ``direction`` (values change with the text).
        measure: a measure of the headline.
        documents: how many documents it changed.
        original: score before, 0 to 1; None where there is none.
        edited: score after.
        cost: score before minus score after; None where undefined.
        interval: paired bootstrap interval of the cost, 95 %, or None.
        p_holm: p value of the paired permutation test, Holm-corrected over the edits of the measure, or None.

    """

    edit: str
    expect: Literal["invariance", "direction"]
    measure: str
    documents: int
    original: float | None = None
    edited: float | None = None
    cost: float | None = None
    interval: tuple[float, float] | None = None
    p_holm: float | None = None


class Memory(msgspec.Struct):
    """Difference in cost between an edit that makes pages unrecognisable and another: a test for memorised pages."""

    edit: str
    against: str
    measure: str
    documents: int
    difference: float | None = None
    interval: tuple[float, float] | None = None
    verdict: str = ""


class EditCosts(msgspec.Struct):
    """The short result of ``dragoman robustness``; other fields are ignored.

    Attributes:
        system: name of the system.
        data: name, version, fingerprint and split of the benchmark.
        costs: what each edit costs, by measure.
        failures: by edit, number of labels that were correct before it and are wrong after it.
        memory: differences of differences, one for each such pair of edits.

    """

    system: str
    data: dict[str, str]
    costs: list[EditCost]
    failures: dict[str, int]
    memory: list[Memory] = []


def read_all(runs: Path, folder: Path | None = None) -> dict[str, EditCosts]:
    """Read the stored results of the systems of a folder of runs.

    Args:
        runs: folder of ``system/data version``.
        folder: contains ``system.json`` for a run ``system/…``; if None, ``robustness`` next to ``runs``, if it exists.

    Returns:
        Results by the system's folder.

    Raises:
        DragomanError: E101 if a given folder or file cannot be read, E209 if it is not such a result.

    """
    held = runs.absolute().parent / FOLDER if folder is None else folder
    if folder is None and not held.is_dir():
        return {}
    if not held.is_dir():
        raise error("E101", "there is no such folder.", "Give the folder of SYSTEM.json.", file=str(held))
    found = {}
    for path in sorted(held.glob("*.json")):
        data = files.read_regular(path)
        try:
            found[path.stem] = json_text.decode(data, EditCosts, str(path))
        except DragomanError as cause:
            hint = "Write it as `dragoman robustness SYSTEM --out DIR --json` prints it."
            what = f"not a short result of `dragoman robustness`: {cause.problems[0].what}"
            raise error("E209", what, hint, file=str(path)) from cause
    return found


def of_entries(board: Board, found: Mapping[str, EditCosts]) -> dict[str, EditCosts]:
    """Return the results of the systems that were scored, by the entry's id."""
    by_system = {entry.id: found.get(entry.folder.partition("/")[0]) for entry in board.entries if entry.cells}
    return {name: each for name, each in by_system.items() if each is not None}


@dataclass(frozen=True)
class EditRow:
    """Row of an edit in the table of a system: cost by measure (None where undefined), and how many labels fail."""

    edit: str
    documents: int
    cells: list[EditCost | None]
    failures: int

    @property
    def worst(self) -> float:
        """The largest cost of the row."""
        return max((cell.cost for cell in self.cells if cell is not None and cell.cost is not None), default=-1.0)


@dataclass(frozen=True)
class SystemEdits:
    """Cost of edits for a system, formatted for its page.

    Attributes:
        entry: the system.
        name: its name, on one line.
        measures: the measures it was scored by.
        kinds: rows of invariances and of directions, the most costly first.
        costliest: the edits that cost most, in words; empty where no interval is above 0.
        nothing_to_lose: where the score was 0 before, in words.
        other_data: data that it was measured on, if not those of the board; else empty.
        memory: differences of differences.

    """

    entry: BoardEntry
    name: str
    measures: list[str]
    kinds: dict[str, list[EditRow]]
    costliest: list[str]
    nothing_to_lose: list[str]
    other_data: str
    memory: Sequence[Memory]


def laid_out(board: Board, found: Mapping[str, EditCosts]) -> list[SystemEdits]:
    """Format the results of systems for their pages, in the order of the board."""
    return [_system(board, entry, found[entry.id]) for entry in board.entries if entry.id in found]


def _system(board: Board, entry: BoardEntry, costs: EditCosts) -> SystemEdits:
    measures = [
        name for name in HEADLINE if any(each.measure == name and each.cost is not None for each in costs.costs)
    ]
    kinds: dict[str, list[EditRow]] = {}
    for expect in ("invariance", "direction"):
        edits = dict.fromkeys(each.edit for each in costs.costs if each.expect == expect)
        rows = [_row(edit, measures, costs) for edit in edits]
        kinds[expect] = sorted((row for row in rows if any(row.cells)), key=lambda row: -row.worst)
    said = [
        f"{short(each.edit, 60)} lowers {each.measure} from {each.original or 0.0:.3f} to {each.edited or 0.0:.3f}"
        f" ({counted(each.documents, 'document')})"
        for each in costliest(costs.costs)
    ]
    same = costs.data.get("fingerprint") == board.data.fingerprint
    on = " ".join(short(costs.data.get(name, ""), 40) for name in ("name", "version"))
    return SystemEdits(
        entry, views.name(entry), measures, kinds, said, nothing_to_lose(costs.costs), "" if same else on, costs.memory
    )


class _HasCost(Protocol):
    @property
    def edit(self) -> str: ...
    @property
    def measure(self) -> str: ...
    @property
    def original(self) -> float | None: ...
    @property
    def cost(self) -> float | None: ...
    @property
    def interval(self) -> Sequence[float] | None: ...


_Cost = TypeVar("_Cost", bound=_HasCost)


def costliest(costs: Iterable[_Cost], most: int = MAX_NAMED) -> list[_Cost]:
    """Pick the most costly edits, each by its worst measure, among those whose interval is above 0."""
    sure = [each for each in costs if each.cost is not None and each.interval is not None and each.interval[0] > 0]
    first: dict[str, _Cost] = {}
    for each in sorted(sure, key=lambda each: -(each.cost or 0.0)):
        first.setdefault(each.edit, each)
    return list(first.values())[:most]


def nothing_to_lose(costs: Iterable[_HasCost]) -> list[str]:
    """Describe, for each measure, the edits before which the score was 0 already, so that they cannot cost anything."""
    before: dict[str, dict[str, bool]] = {}
    for each in costs:
        if each.cost is not None:
            before.setdefault(each.measure, {})[each.edit] = each.original == 0.0
    said = []
    for measure, is_zero in before.items():
        edits = [short(edit, 60) for edit, zero in is_zero.items() if zero]
        if edits:
            said.append(
                f"{short(measure, 60)} before {'every edit' if len(edits) == len(is_zero) else ', '.join(edits)}"
            )
    return said


def _row(edit: str, measures: Sequence[str], costs: EditCosts) -> EditRow:
    of = {each.measure: each for each in costs.costs if each.edit == edit and each.cost is not None}
    documents = max((each.documents for each in of.values()), default=0)
    return EditRow(edit, documents, [of.get(name) for name in measures], costs.failures.get(edit, 0))
