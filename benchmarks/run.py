"""Compare speed and memory of Dragoman with those of similar libraries, each in a process of its own.

    python benchmarks/run.py                    # 800,000 gold spans; prints the table
    python benchmarks/run.py --quick            # 40,000
    python benchmarks/run.py --runs 5 --write   # medians of five; rewrites results.json, results.md, docs/speed.md

A ratio is of two times of the same run; for several runs it is the median of their ratios. Seconds are those of one
machine. Scores of the same measure must be equal, else the benchmark exits. Committed files are written only with
``--write``, which is for all workloads in full.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path
from typing import Any

import workload

Runs = dict[str, list[dict[str, Any]]]
"""Measurements of each contestant, one per round."""
HERE = Path(__file__).resolve().parent
CONTESTANTS = {
    "dragoman": "whole process: `dragoman score PRED --reference GOLD --no-intervals`; of spans 4 measures with "
    "slices, of clusters MUC, B³, CEAF-e and their mean, of dates 5 measures, of claims content and attribution",
    "columns": "the same from loaded columns",
    "nervaluate": "its evaluation alone, without reading",
    "seqeval": "its strict report alone, without reading; flat spans only",
    "spacy": "its Scorer.score_spans alone, without reading and without making the documents",
    "scorch": "MUC, B³ and CEAF-e, without reading",
    "json": "plain reading: json.loads of each line of both files",
    "msgspec": "plain reading: msgspec into structs, line by line",
}
SPANS = ("nervaluate", "seqeval", "spacy", "msgspec")
OTHERS = {
    "flat": SPANS,
    "nested": ("nervaluate", "spacy", "msgspec"),
    "small": SPANS,
    "huge": ("nervaluate", "spacy", "msgspec"),
    "skewed": SPANS,
    "order": ("nervaluate",),
    "text": ("nervaluate",),
    "parquet": ("nervaluate",),
    "clusters": ("scorch",),
    "dates": (),
    "claims": (),
}
"""Contestants on a workload besides dragoman, columns and json: the libraries that support it, and msgspec."""
PEERS = ("nervaluate", "seqeval", "spacy", "scorch")
PAGE = HERE.parent / "docs" / "speed.md"
MARKS = ("<!-- speed: benchmarks/run.py writes what follows -->", "<!-- end of speed -->")


def main() -> int:
    """Run everything, print the table, and write the files that the options name."""
    options = parsed(sys.argv[1:])
    totals = dict.fromkeys(workload.SHAPES, 800_000) | workload.TOTALS
    totals = {shape: number // (20 if options.quick else 1) for shape, number in totals.items()}
    totals = {shape: number for shape, number in totals.items() if not options.only or shape in options.only}
    report = {
        "items": totals,
        "limit": options.limit,
        "runs": options.runs,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "versions": {name: metadata.version(name) for name in ("dragoman", *PEERS)},
        "workloads": {shape: summary(*measured(shape, number, options)) for shape, number in totals.items()},
    }
    print(table(report))
    if options.out is not None:
        save(options.out, report)
    if options.write:
        save(HERE, report)
        PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8"), table(report)), encoding="utf-8")
    return 0


def parsed(arguments: list[str]) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="20 times smaller")
    parser.add_argument("--runs", type=int, default=1, help="the median of so many runs counts (1)")
    parser.add_argument("--limit", type=int, default=300, help="seconds that a contestant may take (300)")
    parser.add_argument("--data", type=Path, default=HERE.parent / "build" / "benchmarks", help="where workloads go")
    parser.add_argument("--only", nargs="+", choices=OTHERS, metavar="WORKLOAD", help=f"of {', '.join(OTHERS)}")
    parser.add_argument("--out", type=Path, help="a folder to write results.json and results.md to")
    parser.add_argument(
        "--write", action="store_true", help="renew the committed results and the table in docs/speed.md"
    )
    options = parser.parse_args(arguments)
    if options.write and (options.quick or options.only):
        parser.error("--write is for all workloads in full: leave out --quick and --only")
    return options


def measured(shape: str, total: int, options: argparse.Namespace) -> tuple[Runs, list[str], int]:
    """Run all contestants on a workload, round by round; return their runs, those that timed out, and the limit."""
    gold, pred = workload.write(options.data, shape, total)
    runs: Runs = {name: [] for name in ("dragoman", "columns", "json", *OTHERS[shape])}
    late: list[str] = []
    for number in range(options.runs):
        for name in [name for name in runs if name not in late]:
            run = one_run(name, gold, pred, options.limit)
            if run is None:
                late.append(name)
            else:
                runs[name].append(run)
            took = f"over {options.limit} s" if run is None else f"{run['seconds']:.2f} s {run['megabytes']:.0f} MB"
            print(f"{shape:8} {number + 1} {name:11} {took}", file=sys.stderr)
    if "dragoman" in late or "columns" in late:
        raise SystemExit(f"{shape}: Dragoman took over {options.limit} seconds; there is nothing to compare with")
    runs = {name: of_it for name, of_it in runs.items() if name not in late}
    check_agreement(shape, runs)
    return runs, late, options.limit


def one_run(name: str, gold: Path, pred: Path, limit: int) -> dict[str, Any] | None:
    """Run one contestant in a fresh process; return its measurements, None if it times out.

    ``whole`` is the time of the whole process, including imports and reading.
    """
    command = [sys.executable, HERE / "contestants.py", name, gold, pred]
    start = time.perf_counter()
    try:
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=limit)
    except subprocess.TimeoutExpired:
        return None
    whole = time.perf_counter() - start
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer | {"whole": answer["seconds"] if name == "dragoman" else whole}


def check_agreement(shape: str, runs: Runs) -> None:
    """Exit if scores of the same measure are not equal.

    nervaluate matches the first overlapping span: on nested spans it misses equal spans that come later, so that its F1
    differs there. seqeval and spaCy score something else.
    """
    f1 = runs["dragoman"][0]["f1"]
    for name in ("dragoman", "columns", "scorch", *(["nervaluate"] if shape != "nested" else [])):
        for run in runs.get(name, ()):
            if abs(run["f1"] - f1) > 1e-9:
                raise SystemExit(f"{shape}: the F1 of {name} is {run['f1']}, that of dragoman {f1}")


def summary(runs: Runs, late: list[str], limit: int) -> dict[str, Any]:
    """Return the medians of seconds, memory and ratio to Dragoman's time in the same run, by contestant.

    For a contestant that timed out, the ratio is a lower bound.
    """

    def ratios(name: str, key: str, to: str, to_key: str = "seconds") -> float:
        pairs = zip(runs[name], runs[to], strict=True)
        return round(statistics.median(one[key] / other[to_key] for one, other in pairs), 2)

    def medians(key: str, digits: int) -> dict[str, float]:
        return {name: round(statistics.median(run[key] for run in of_it), digits) for name, of_it in runs.items()}

    others = [name for name in runs if name not in {"dragoman", "columns"}]
    peers = [name for name in others if name in PEERS]
    seconds = medians("seconds", 3)
    return {
        "seconds": seconds,
        "megabytes": medians("megabytes", 0),
        "times": {name: ratios(name, "seconds", "dragoman") for name in others},
        "times_at_least": {name: round(limit / seconds["dragoman"], 1) for name in late},
        "times_whole_process": {name: ratios(name, "whole", "dragoman") for name in peers},
        "times_from_columns": {name: ratios(name, "seconds", "columns") for name in peers},
        "f1": {name: runs[name][0]["f1"] for name in ("dragoman", "nervaluate", "scorch") if name in runs},
    }


def table(report: dict[str, Any]) -> str:
    """Return the table in Markdown."""
    versions = ", ".join(f"{name} {version}" for name, version in sorted(report["versions"].items()))
    shown = (*PEERS, "json")
    lines = [
        "How many times as long as Dragoman the others take; items are those of the gold, in two files.",
        f"Median of {report['runs']}. Python {report['python']}, {versions}.",
        "",
        "| workload | items | dragoman, s | "
        + " | ".join(f"{name} / dragoman" for name in shown)
        + " | peer, whole process / dragoman | peer / from columns | MB: dragoman | peer |",
        "| --- |" + " ---: |" * (len(shown) + 6),
    ]
    for shape, row in report["workloads"].items():
        peer = "scorch" if shape == "clusters" else "nervaluate"
        cells = [f"{report['items'][shape]:,}", f"{row['seconds']['dragoman']:.2f}"]
        cells += [_times(row["times"].get(name), row["times_at_least"].get(name)) for name in shown]
        cells += [_times(row[of_it].get(peer)) for of_it in ("times_whole_process", "times_from_columns")]
        cells += [f"{row['megabytes'][name]:.0f}" if name in row["megabytes"] else "–" for name in ("dragoman", peer)]
        lines.append(f"| {shape} | " + " | ".join(cells) + " |")
    lines += [
        "",
        f"– is not run; > was stopped after {report['limit']} seconds. *peer* is scorch for clusters, else nervaluate.",
        "",
        *(f"- {name}: {what}." for name, what in CONTESTANTS.items()),
    ]
    return "\n".join(lines) + "\n"


def _times(times: float | None, least: float | None = None) -> str:
    if times is None:
        return "–" if least is None else f"> {least:g} ×"
    return f"{times:g} ×"


def save(folder: Path, report: dict[str, Any]) -> None:
    """Write results.json and results.md to a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(report, indent=1, ensure_ascii=False)
    (folder / "results.json").write_text(text + "\n", encoding="utf-8")
    (folder / "results.md").write_text(table(report), encoding="utf-8")


def with_table(page: str, made: str) -> str:
    """Return the page with the rows of a table between its marks."""
    above, _, rest = page.partition(MARKS[0])
    after = rest.partition(MARKS[1])[2]
    shown = "\n".join(line for line in made.splitlines() if line.startswith("|"))
    return f"{above}{MARKS[0]}\n{shown}\n{MARKS[1]}{after}"


if __name__ == "__main__":
    sys.exit(main())
