"""Demonstrate all steps: load the built data set, run the baselines, score them, and write their error reports."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
SYSTEMS = ("korean_rules", "arabic_rules")

# A separate cache and no network, so that the data shown are those just built.
os.environ |= {"HF_HOME": str(BUILD / "cache"), "HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}


def main() -> int:
    """Run the demonstration and return its exit code."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    from dragoman.cli import show  # noqa: PLC0415 - after the cache is set, like all imports below
    from dragoman.cli.stdout import standard_output  # noqa: PLC0415
    from dragoman.problems import DragomanError  # noqa: PLC0415

    try:
        with standard_output():
            _demonstrate()
    except DragomanError as cause:
        show.problems(cause.problems, as_json=False)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _demonstrate() -> None:
    from datasets import disable_progress_bars, get_dataset_config_names, load_dataset  # noqa: PLC0415

    from dragoman import benchmark, scoring  # noqa: PLC0415
    from dragoman.cli import show  # noqa: PLC0415
    from dragoman.reports.report import report  # noqa: PLC0415
    from dragoman.systems.loading import load  # noqa: PLC0415
    from dragoman.systems.run import run  # noqa: PLC0415

    disable_progress_bars()
    folder = BUILD / "dataset"
    loaded = benchmark.load(folder)  # raises early if there is none
    print(f"\nload_dataset({os.path.relpath(folder)!r}, …)")
    for config in get_dataset_config_names(str(folder)):
        splits = load_dataset(str(folder), config)
        print(f"  {config:12}", ", ".join(f"{split} {len(rows)}" for split, rows in splits.items()))
    annotated = [name for name in loaded.splits if any(d.layers_annotated for d in loaded.split(name))]
    split = "test" if "test" in annotated else annotated[0]
    pages = []
    for name in SYSTEMS:
        out = BUILD / "runs" / name
        shutil.rmtree(out, ignore_errors=True)
        run(load(f"{ROOT / 'eval' / 'systems' / name / 'system.py'}:predict"), loaded, out, show.progress)
        result = scoring.score(out / "predictions.jsonl", loaded, split=split, system=name)
        print()
        show.result(result, as_json=False)
        pages.append(report(out, loaded, out=out / "mistakes.html", split=split))
    print("\nAll errors, one page per system:")
    for path in pages:
        print(f"  {path.as_uri()}")
    if (ROOT / ".venv" / "bin" / "activate").is_file():
        print("\nFor the command dragoman, and python with it, in this shell:\n  . .venv/bin/activate")


if __name__ == "__main__":
    sys.exit(main())
