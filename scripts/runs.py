"""Score every committed run on its data version; with --run, first run each system on the present data.

    python scripts/runs.py          # rewrite eval/runs/<system>/<data version>/result.json, for all versions
    python scripts/runs.py --run    # before that, run every system on the present data

A run on a development version of the data is replaced by one on the next version; runs on released data are kept.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SYSTEMS, RUNS = ROOT / "eval" / "systems", ROOT / "eval" / "runs"

os.environ |= {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}  # committed runs must not depend on downloads


def main(arguments: list[str] | None = None) -> int:
    """Run and score the systems; return the exit code, 1 if a system failed on a document."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", action="store_true", help="run the systems on the present data first")
    parser.add_argument("--only", action="append", metavar="SYSTEM", help="this system alone; repeatable")
    options = parser.parse_args(arguments)
    names = options.only or sorted(path.parent.name for path in SYSTEMS.glob("*/system.toml"))
    # Language models have no system.py: scripts/language_models.py runs them.
    again = [name for name in names if options.run and (SYSTEMS / name / "system.py").is_file()]
    failed = sum(_run(name) for name in again)
    for name in names:
        for folder in sorted((RUNS / name).iterdir()):
            _score(folder)
    return int(failed > 0)


def _run(name: str) -> int:
    """Run a system on the bundled data, in a new folder; return the number of documents without an answer."""
    import dragoman  # noqa: PLC0415 - after the environment is set, like all imports below
    from dragoman.cli import show  # noqa: PLC0415
    from dragoman.release.semver import is_development, is_version  # noqa: PLC0415
    from dragoman.systems.loading import load, read_card  # noqa: PLC0415
    from dragoman.systems.protocol import Options  # noqa: PLC0415
    from dragoman.systems.run import run  # noqa: PLC0415

    benchmark = dragoman.load()
    for folder in (RUNS / name).glob("*"):
        if folder.name == benchmark.version or (is_version(folder.name) and is_development(folder.name)):
            shutil.rmtree(folder)
    card = read_card(SYSTEMS / name / "system.toml")
    system = load(f"{SYSTEMS / name / 'system.py'}:predict", Options(card=card))
    folder = RUNS / name / benchmark.version
    summary = run(system, benchmark, folder, show.progress)
    if not card.independent:  # an annotator's labels are in annotations/passes: the log would repeat them
        (folder / "log.jsonl").unlink()
    return len(summary["failed"]) + len(summary["not_asked"])


def _score(folder: Path) -> None:
    import dragoman  # noqa: PLC0415
    from dragoman.scoring.api import score  # noqa: PLC0415
    from dragoman.systems.loading import read_card  # noqa: PLC0415

    benchmark = dragoman.load(version=folder.name)
    card = read_card(folder / "system.toml")
    # Of a pass the whole card: its result says that it is not independent of the gold, and is not ranked.
    system = card.name if card.independent else card
    score(folder / "predictions.jsonl", benchmark, split="test", system=system).save(folder / "result.json")
    print(f"{folder.parent.name}/{folder.name}")


if __name__ == "__main__":
    sys.exit(main())
