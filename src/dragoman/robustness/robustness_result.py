"""The result of ``dragoman robustness``: as text, as plain values, and as a file."""

from __future__ import annotations

from pathlib import Path
from textwrap import fill
from typing import Any

import msgspec

from dragoman import files
from dragoman.leaderboard.robustness_view import nothing_to_lose
from dragoman.problems import error
from dragoman.robustness.edit_costs import Cost, Difference, Failure
from dragoman.tables import Table, number
from dragoman.text import counted, visible

MAX_DOCUMENTS = 10**6
"""Maximum number of documents of an edit in a short result; of all its costs ten times as many."""
_DATA = ("name", "version", "split")
_VALUES = {"new", "old", "other"}
MAX_SHOWN = 5
"""Number of failing labels per edit in a short result."""
WIDTH = 110
"""Width of printed text, in columns."""


class Robustness(msgspec.Struct, kw_only=True):
    """Costs of edits for a system.

    Attributes:
        schema_version: version of this format.
        system: name of the system.
        data: name, version, fingerprint and split of the benchmark.
        edits: the edits, as in the manifests of the edited benchmarks.
        costs: cost of each edit by each headline measure.
        types: score of each type before and after, by edit and slice.
        values: by edit, how many dates with a changed gold value were predicted with the new value, the old one, or
            another.
        names: by edit, number of mentions with changed words, correct before and correct after, by whether the original
            words are a mention in dev.
        failures: labels that are correct before an edit and not after it.
        failed: their number by edit, in a short result, which does not list all.
        unanswered: by edit, number of documents on which the system failed, before and after; they count as empty.
        memory: differences of differences, if there is anything to compare with.

    """

    schema_version: int = 1
    system: str
    data: dict[str, str]
    edits: list[dict[str, Any]]
    costs: list[Cost]
    types: dict[str, dict[str, tuple[float | None, float | None]]]
    values: dict[str, dict[str, int]]
    names: dict[str, dict[str, tuple[int, int, int]]]
    failures: list[Failure]
    failed: dict[str, int] = {}
    unanswered: dict[str, tuple[int, int]] = {}
    memory: list[Difference] = []

    def __post_init__(self) -> None:
        for name in _DATA:
            if name not in self.data:
                raise ValueError(f"`data` has no `{name}`")
        for label, counts in self.values.items():
            if counts and counts.keys() != _VALUES:
                raise ValueError(f"`values` of {label[:80]!r} must be empty, or {', '.join(sorted(_VALUES))}")

    @property
    def total(self) -> int:
        """Number of labels that fail after an edit."""
        return sum(self.failed.values()) if self.failed else len(self.failures)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain

    def text(self) -> str:
        """Format the result as ``dragoman robustness`` prints it: one line per edit and measure."""
        rows: list[tuple[str, ...]] = [
            (
                *(cost.edit, cost.measure, str(len(cost.documents)), number(cost.original), number(cost.edited)),
                *(_signed(cost.cost), _range(cost.interval), number(cost.p_holm)),
            )
            for cost in self.costs
            if cost.cost is not None
        ]
        head = ("edit", "measure", "docs", "before", "after", "cost", "95 %", "p, Holm")
        lines = [f"{visible(self.system)} on {visible(self.data['name'])}, split {visible(self.data['split'])}\n"]
        lines.append(Table(head, rows, first_width=20).text(WIDTH))
        floor = [visible(said) for said in nothing_to_lose(self.costs)]
        if floor:
            said = f"scores that were 0 before, so that an edit could not cost anything: {'; '.join(floor)}"
            lines.append(fill(said, WIDTH, break_on_hyphens=False) + "\n")
        compared = {cost.edit for cost in self.costs if cost.cost is not None}
        silent = [visible(label) for label in self.values if label not in compared]
        if silent:
            said = f"nothing to compare, as no document that the system answers changes: {', '.join(silent)}"
            lines.append(fill(said, WIDTH, break_on_hyphens=False) + "\n")
        for name, (before, after) in self.unanswered.items():
            said = (
                f"{visible(name)}: the system failed on {counted(before, 'document')} before and {after} after, which "
            )
            lines.append(fill(f"{said}count as empty: run it again, or see its log", WIDTH) + "\n")
        lines.append(f"{counted(self.total, 'label fails', 'labels fail')} where they stood before\n")
        for name, values in self.values.items():
            if values and sum(values.values()):
                lines.append(
                    f"{name}: of dates that moved, {values['new']} got the new value, {values['old']} the old one\n"
                )
        for name, counts in self.names.items():
            if name.partition(":")[0] in ("rename", "swap-names"):
                parts = [f"{key} {n}, right {before} and then {after}" for key, (n, before, after) in counts.items()]
                lines.append(f"{name}: mentions renamed: {'; '.join(parts)}\n")
        for each in self.memory:
            what = f"{each.edit} against {visible(each.against)}, {each.measure}"
            lines.append(f"{what}: {_signed(each.difference)} ({_range(each.interval)}), {each.verdict}\n")
        return "".join(lines)

    def __repr__(self) -> str:
        return self.text().rstrip("\n")

    def short(self) -> dict[str, Any]:
        """Return the short form for a repository: costs without counts, and the first labels that fail.

        It can be read by :meth:`from_short`, and rendered as a page.
        """
        plain = self.to_dict()
        for cost in plain["costs"]:
            cost["documents"] = len(cost["documents"])
            del cost["rows"]
        groups = {label: [each for each in self.failures if each.edit == label] for label in plain["values"]}
        plain["failures"] = {label: len(each) for label, each in groups.items()}
        plain["shown"] = [msgspec.to_builtins(f) for each in groups.values() for f in each[:MAX_SHOWN]]
        plain["types"] = {
            label: moved
            for label, slices in self.types.items()
            if (moved := {name: pair for name, pair in slices.items() if pair[0] != pair[1]})
        }
        del plain["edits"], plain["failed"]
        for plain_memory, each in zip(plain["memory"], self.memory, strict=True):
            plain_memory["verdict"] = each.verdict
        return plain

    @classmethod
    def from_short(cls, plain: dict[str, Any]) -> Robustness:
        """Make a result from :meth:`short`; it has the number of documents, but not their ids."""
        fields = {name: value for name, value in plain.items() if name != "shown"}
        for cost in plain["costs"]:
            if not 0 <= cost["documents"] <= MAX_DOCUMENTS:
                raise TypeError(f"an edit of {cost['documents']} documents")
        if sum(cost["documents"] for cost in plain["costs"]) > 10 * MAX_DOCUMENTS:
            raise TypeError(f"edits of over {10 * MAX_DOCUMENTS:,} documents")
        costs = [{**cost, "documents": [""] * cost["documents"]} for cost in plain["costs"]]
        found = {"failures": plain.get("shown", []), "failed": plain["failures"], "costs": costs, "edits": []}
        return msgspec.convert({"types": {}, **fields, **found}, cls)


def read(path: Path) -> Robustness:
    """Read a result, full or short.

    Raises:
        DragomanError: E101 if there is none, E201 or E202 if it is not a result.

    """
    plain = files.read_json(path, dict[str, Any])
    if not isinstance(plain.get("failures"), dict):
        return files.read_json(path, Robustness)
    try:
        return Robustness.from_short(plain)
    except (KeyError, TypeError, msgspec.ValidationError) as cause:
        raise error(
            "E202", f"this is no result of dragoman robustness: {cause}.", "Give its JSON.", file=str(path)
        ) from None


def _range(ends: list[float] | None) -> str:
    return "–" if ends is None else f"{ends[0]:+.3f} to {ends[1]:+.3f}"


def _signed(value: float | None) -> str:
    return "–" if value is None else f"{value:+.3f}"
