"""Growth of time and memory with the number of spans, from a thousand to a million, and adversarial inputs.

    python benchmarks/growth.py            # prints the tables
    python benchmarks/growth.py --write    # and rewrites growth.md

Times are given as multiples of plain reading (json.loads of each line) of the same files in the same run.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

import workload

HERE = Path(__file__).resolve().parent
TOTALS = (1_000, 10_000, 100_000, 1_000_000)


def main() -> int:
    """Run everything, print the tables, and with ``--write`` rewrite growth.md."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=HERE.parent / "build" / "benchmarks", help="where workloads go")
    parser.add_argument("--write", action="store_true", help="renew the committed growth.md")
    options = parser.parse_args()
    lines = [
        "From loaded columns, four span measures with slices; multiples of plain reading of the same two files.",
        "",
        "| spans | flat | nested | MB, flat, whole process |",
        "| ---: | ---: | ---: | ---: |",
    ]
    for total in TOTALS:
        row = []
        for shape in ("flat", "nested"):
            gold, pred = workload.write(options.data, shape, total)
            seconds = {name: best(name, gold, pred)["seconds"] for name in ("columns", "json")}
            row.append(f"{seconds['columns'] / seconds['json']:.2f}")
            if shape == "flat":
                memory = best("dragoman", gold, pred)["megabytes"]
        lines.append(f"| {total:,} | {row[0]} | {row[1]} | {memory:.0f} |")
        print(lines[-1], file=sys.stderr)
    lines += ["", *hostile(options.data)]
    text = "\n".join(lines) + "\n"
    print(text)
    if options.write:
        (HERE / "growth.md").write_text(text, encoding="utf-8")
    return 0


def best(name: str, gold: Path, pred: Path) -> dict[str, float]:
    """Return the measurements of the fastest of three runs of a contestant."""
    command = [sys.executable, HERE / "contestants.py", name, gold, pred]
    runs = [json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout) for _ in range(3)]
    return min(runs, key=lambda run: run["seconds"])


def hostile(folder: Path) -> list[str]:
    """Score adversarial inputs, and return a table of outcomes."""
    folder.mkdir(parents=True, exist_ok=True)
    nested = [{"start": i, "end": 200_001 - i, "type": "A"} for i in range(100_000)]
    cases = {
        "100,000 spans nested in one document": [json.dumps({"id": "d", "entities": nested})],
        "a million documents without labels": (f'{{"id":"d{i}","entities":[]}}' for i in range(1_000_000)),
    }
    table = ["| input | answer | seconds | MB |", "| --- | --- | ---: | ---: |"]
    for name, lines in cases.items():
        path = folder / "hostile.jsonl"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        for chosen in ("entities.strict", "entities.type"):
            command = [sys.executable, "-m", "dragoman", "score", path, "--reference", path, "--no-intervals"]
            timed = ["/usr/bin/time", "-f", "%e %M", *command, "--measures", chosen]
            done = subprocess.run(timed, capture_output=True, text=True, check=False)
            *messages, last = done.stderr.strip().splitlines()
            seconds, memory = last.split()
            code = messages[0].split()[0].rstrip(":") if done.returncode else "scored"
            table.append(f"| {name}, {chosen} | {code} | {seconds} | {int(memory) // 1024} |")
    return table


if __name__ == "__main__":
    sys.exit(main())
