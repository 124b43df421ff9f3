"""What edits cost a system, as an object: it prints, and is plain values and a file."""

from __future__ import annotations

from pathlib import Path
from textwrap import fill
from typing import Any

import msgspec

from dragoman import files
from dragoman.problems import error
from dragoman.robustness.edit_costs import Cost, Difference, Failure
from dragoman.tables import Table, number
from dragoman.text import counted, visible

MAX_DOCUMENTS = 10**6
"""Most documents that an edit of a short result may have."""
MAX_SHOWN = 5
"""Labels of an edit that a result in short form lists."""
WIDTH = 110
"""Columns of what is printed."""


class Robustness(msgspec.Struct, kw_only=True):
    """What edits cost a system.

    Attributes:
        schema_version: of this file.
        system: its name.
        data: name, version, fingerprint and split of the benchmark.
        edits: each edit as its manifest describes it.
        costs: what each costs by each measure of the headline.
        types: score of each type before and after, by edit and slice.
        values: of dates that an edit moved, how many got the new value, the old one, or another.
        names: of mentions whose words an edit changed: how many, right before and right after, apart by whether the
            same words are a mention in dev.
        failures: labels that were right before an edit and are not after it.
        failed: how many there are, by edit; more than are listed in a result in short form.
        unanswered: on how many documents the system failed, before and after, by edit: they count as empty.
        memory: differences of differences, where there is something to compare with.

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

    @property
    def total(self) -> int:
        """How many labels fail where they stood before."""
        return sum(self.failed.values()) if self.failed else len(self.failures)

    def to_dict(self) -> dict[str, Any]:
        """Give everything as plain values."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain

    def text(self) -> str:
        """Write what ``dragoman robustness`` prints: a line for each edit and measure."""
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
        """Give what is worth keeping in a repository: costs without counts, and the first labels that failed.

        :meth:`from_short` takes it, and a page can be made of it.
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
        """Make one of what :meth:`short` gave: it says how many documents there were, and no longer which."""
        fields = {name: value for name, value in plain.items() if name != "shown"}
        for cost in plain["costs"]:
            if not 0 <= cost["documents"] <= MAX_DOCUMENTS:
                raise TypeError(f"an edit of {cost['documents']} documents")
        costs = [{**cost, "documents": [""] * cost["documents"]} for cost in plain["costs"]]
        found = {"failures": plain.get("shown", []), "failed": plain["failures"], "costs": costs, "edits": []}
        return msgspec.convert({"types": {}, **fields, **found}, cls)


def read(path: Path) -> Robustness:
    """Read a result, whole or in short form.

    Raises:
        DragomanError: E101 where there is none, or E201 and E202 for what is no result.

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
