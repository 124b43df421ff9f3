"""What edits cost a system, as an object: it prints, and is plain values and a file."""

from __future__ import annotations

from typing import Any

import msgspec

from dragoman.robustness.edit_costs import Cost, Difference, Failure
from dragoman.tables import Table, number
from dragoman.text import visible

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
    memory: list[Difference] = []

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
        lines.append(f"{len(self.failures)} labels fail where they stood before\n")
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
        """Give what is worth keeping in a repository: costs without counts, how many failed, values, memory."""
        plain = self.to_dict()
        for cost in plain["costs"]:
            cost["documents"] = len(cost["documents"])
            del cost["rows"]
        for plain_memory, each in zip(plain["memory"], self.memory, strict=True):
            plain_memory["verdict"] = each.verdict
        plain["failures"] = {label: sum(f.edit == label for f in self.failures) for label in plain["values"]}
        del plain["edits"], plain["types"]
        return plain


def _range(ends: list[float] | None) -> str:
    return "–" if ends is None else f"{ends[0]:+.3f} to {ends[1]:+.3f}"


def _signed(value: float | None) -> str:
    return "–" if value is None else f"{value:+.3f}"
