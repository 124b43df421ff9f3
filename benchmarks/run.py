"""Dragoman and its peers side by side, each in a process of its own: how many times as fast, and how much memory.

    python benchmarks/run.py            # 800,000 gold spans: a quarter of an hour
    python benchmarks/run.py --quick    # 40,000

Absolute seconds are those of one machine; what is written to results.json and results.md is the ratio to the peer, or
to plain reading of the same files, of the same run. Numbers that mean the same must be equal, else it stops.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import workload

HERE = Path(__file__).resolve().parent
RUNS = {
    "dragoman": "whole process: `dragoman score PRED --reference GOLD --no-intervals`; of spans 4 measures with "
    "slices, of clusters MUC, B³, CEAF-e and their mean, of dates 5 measures, of claims content and attribution",
    "columns": "the same from loaded columns",
    "nervaluate": "its evaluation alone, without reading",
    "seqeval": "its strict report alone, without reading; flat spans only",
    "scorch": "MUC, B³ and CEAF-e, without reading",
    "spacy": "its Scorer.score_spans alone, without reading and without making the documents",
    "json": "plain reading: json.loads of each line of both files",
    "msgspec": "plain reading: msgspec into structs, line by line",
}
README = HERE.parent / "README.md"
MARKS = ("<!-- speed: benchmarks/run.py writes what follows -->", "<!-- end of speed -->")
COLUMNS = ("nervaluate", "seqeval", "spacy", "scorch", "json")
PACKAGES = {"nervaluate": "nervaluate", "seqeval": "seqeval", "spacy": "spacy", "scorch": "scorch"}


def main() -> int:
    """Run everything and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="20 times smaller")
    parser.add_argument("--repeat", type=int, default=3, help="the best of so many runs counts")
    parser.add_argument("--most", type=int, default=300, help="seconds that a contestant may take")
    parser.add_argument("--data", type=Path, default=HERE.parent / "build" / "benchmarks", help="where workloads go")
    parser.add_argument("--only", nargs="+", default=[], metavar="WORKLOAD", help="replace these rows of the results")
    options = parser.parse_args()
    total = 40_000 if options.quick else 800_000
    totals = dict.fromkeys(workload.SHAPES, total)
    totals |= {shape: number // (20 if options.quick else 1) for shape, number in workload.TOTALS.items()}
    if options.only:
        totals = {shape: number for shape, number in totals.items() if shape in options.only}
    found: dict[str, Any] = {}
    late: dict[str, list[str]] = {shape: [] for shape in totals}
    for shape, number in totals.items():
        gold, predicted = workload.write(options.data, shape, number)
        found[shape] = {}
        for name in RUNS:
            if not takes(name, shape):
                continue
            times = options.repeat if name in {"dragoman", "columns", "json", "msgspec"} else 1
            runs = [measured(name, gold, predicted, options.most) for _ in range(times)]
            best = min((run for run in runs if run is not None), key=lambda run: run["seconds"], default=None)
            told = f"over {options.most} s" if best is None else f"{best['seconds']:.2f} s {best['megabytes']:.0f} MB"
            print(f"{shape:8} {name:11} {told}", file=sys.stderr)
            if best is None:
                late[shape].append(name)
            else:
                found[shape][name] = best
        agree(shape, found[shape])
    versions = {name: metadata.version(package) for name, package in {"dragoman": "dragoman", **PACKAGES}.items()}
    report = {
        "items": totals,
        "most": options.most,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "versions": versions,
        "ratios": {shape: ratios(runs, late[shape], options.most) for shape, runs in found.items()},
    }
    if options.only:
        before = json.loads((HERE / "results.json").read_text(encoding="utf-8"))
        if any(report[name] != before[name] for name in ("versions", "python", "machine", "most")):
            raise SystemExit("The other rows are of other versions, another machine or another limit: run everything.")
        report["items"] = {**before["items"], **totals}
        report["ratios"] = {**before["ratios"], **report["ratios"]}
    (HERE / "results.json").write_text(json.dumps(report, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    (HERE / "results.md").write_text(table(report), encoding="utf-8")
    above, _, rest = README.read_text(encoding="utf-8").partition(MARKS[0])
    after = rest.partition(MARKS[1])[2]
    shown = "\n".join(line for line in table(report).splitlines() if line.startswith("|"))
    README.write_text(f"{above}{MARKS[0]}\n{shown}\n{MARKS[1]}{after}", encoding="utf-8")
    print(table(report))
    return 0


def takes(name: str, shape: str) -> bool:
    """Tell whether a contestant can do something with a workload."""
    if name == "scorch":
        return shape == "clusters"
    if name in {"nervaluate", "seqeval", "spacy"}:
        return shape in workload.SHAPES and not (name == "seqeval" and shape in {"nested", "huge"})
    return name != "msgspec" or shape in workload.SHAPES


def measured(name: str, gold: Path, predicted: Path, most: int) -> dict[str, Any] | None:
    """Run one contestant in a fresh process; None if it takes too long."""
    command = [sys.executable, HERE / "contestants.py", name, gold, predicted]
    try:
        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=most)
    except subprocess.TimeoutExpired:
        return None
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def agree(shape: str, runs: dict[str, Any]) -> None:
    """Stop if numbers that mean the same are not equal.

    nervaluate takes the first span that overlaps: on nested ones it misses equal spans that come later, so that its F1
    there is another.
    """
    ours = runs["dragoman"]["f1"]
    for name in ("columns", "scorch", *(["nervaluate"] if shape != "nested" else [])):
        theirs = runs.get(name, {}).get("f1")
        if theirs is not None and abs(theirs - ours) > 1e-9:
            raise SystemExit(f"{shape}: the F1 of {name} is {theirs}, that of dragoman {ours}")


def ratios(runs: dict[str, Any], late: list[str], most: int) -> dict[str, Any]:
    """How many times as long as Dragoman each other took, or had taken when it was stopped, and how much memory."""
    ours, columns = runs["dragoman"]["seconds"], runs["columns"]["seconds"]
    return {
        "times": {n: round(r["seconds"] / ours, 2) for n, r in runs.items() if n not in {"dragoman", "columns"}},
        "times_at_least": {n: round(most / ours, 1) for n in late},
        "times_from_columns": {
            n: round(runs[n]["seconds"] / columns, 1) for n in ("nervaluate", "seqeval", "spacy", "scorch") if n in runs
        },
        "share_of_plain_reading": {
            n: round(runs[n]["seconds"] / runs["json"]["seconds"], 2) for n in ("dragoman", "columns")
        },
        "megabytes": {n: round(r["megabytes"]) for n, r in runs.items()},
        "f1": {n: runs[n]["f1"] for n in ("dragoman", "nervaluate", "scorch") if n in runs},
    }


def table(report: dict[str, Any]) -> str:
    """Make the table for people."""
    names = ", ".join(f"{name} {version}" for name, version in sorted(report["versions"].items()))
    lines = [
        "How many times as long as Dragoman the others take; items are those of the gold, in two JSONL files.",
        f"Python {report['python']}, {names}.",
        "",
        "| workload | items | "
        + " | ".join(f"{n} / dragoman" for n in COLUMNS)
        + " | peer / from columns | MB: dragoman | peer |",
        "| --- |" + " ---: |" * (len(COLUMNS) + 4),
    ]
    for shape in (shape for shape in (*workload.SHAPES, *workload.TOTALS) if shape in report["ratios"]):
        row = report["ratios"][shape]
        peer = "scorch" if shape == "clusters" else "nervaluate"
        shown = [_told(row["times"].get(n), row["times_at_least"].get(n)) for n in COLUMNS]
        shown.append(_told(row["times_from_columns"].get(peer)))
        memory = [str(row["megabytes"].get(n, "–")) for n in ("dragoman", peer)]
        lines.append(f"| {shape} | {report['items'][shape]:,} | " + " | ".join([*shown, *memory]) + " |")
    lines += [
        "",
        f"– is not run; > was stopped after {report['most']} seconds.",
        "",
        *(f"- {name}: {what}." for name, what in RUNS.items()),
    ]
    return "\n".join(lines) + "\n"


def _told(times: float | None, least: float | None = None) -> str:
    if times is None:
        return "–" if least is None else f"> {least:g} ×"
    return f"{times:g} ×"


if __name__ == "__main__":
    sys.exit(main())
