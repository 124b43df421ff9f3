"""Show the whole way: load the built data set, run the baselines on it, score them, and write the pages of mistakes."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
SYSTEMS = ("korean_rules", "arabic_rules")

# A cache of its own and no network: what is shown is what was just built.
os.environ |= {"HF_HOME": str(BUILD / "cache"), "HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}


def main() -> int:
    """Run the demonstration and give its exit code."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    from dragoman.authoring.script import execute  # noqa: PLC0415

    return execute(_shown, as_json=False)


def _shown() -> tuple[dict[str, Any], int]:
    from datasets import disable_progress_bars, get_dataset_config_names, load_dataset  # noqa: PLC0415 - after the cache is set

    from dragoman import benchmark, scoring  # noqa: PLC0415
    from dragoman.cli import show  # noqa: PLC0415
    from dragoman.reports.api import report  # noqa: PLC0415
    from dragoman.systems.loading import load  # noqa: PLC0415
    from dragoman.systems.run import run  # noqa: PLC0415

    disable_progress_bars()
    folder = BUILD / "dataset"
    held = benchmark.load(folder)  # says it first if there is none
    print(f"\nload_dataset({os.path.relpath(folder)!r}, …)")
    for config in get_dataset_config_names(str(folder)):
        splits = load_dataset(str(folder), config)
        print(f"  {config:12}", ", ".join(f"{split} {len(rows)}" for split, rows in splits.items()))
    annotated = [name for name in held.splits if any(d.layers_annotated for d in held.split(name))]
    split = "test" if "test" in annotated else annotated[0]
    pages = []
    for name in SYSTEMS:
        out = BUILD / "runs" / name
        shutil.rmtree(out, ignore_errors=True)
        run(load(f"{ROOT / 'eval' / 'systems' / name / 'system.py'}:predict"), held, out, show.progress)
        result = scoring.score(out / "predictions.jsonl", held, split=split, system=name)
        print()
        show.result(result, as_json=False)
        pages.append(report(out, held, out=out / "mistakes.html", split=split))
    print("\nEvery mistake, on one page a system:")
    for path in pages:
        print(f"  {path.as_uri()}")
    if (ROOT / ".venv" / "bin" / "activate").is_file():
        print("\nFor the command dragoman, and python with it, in this shell:\n  . .venv/bin/activate")
    return {}, 0


if __name__ == "__main__":
    sys.exit(main())
