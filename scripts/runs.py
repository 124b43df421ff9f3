"""Score every committed run on the data of its version; with --run, first run each system on the data of today.

    python scripts/runs.py          # eval/runs/<system>/<data version>/result.json anew, of all versions
    python scripts/runs.py --run    # before that, predictions, log and card of every system on the present data

A run on data that are under development gives way to one on what it leads to; runs on released data stay.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SYSTEMS, RUNS = ROOT / "eval" / "systems", ROOT / "eval" / "runs"

os.environ |= {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}  # nothing is fetched for a committed run


def main(arguments: list[str] | None = None) -> int:
    """Do what is asked for and give the exit code: 1 where a system failed on a document."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", action="store_true", help="run the systems on the present data first")
    parser.add_argument("--only", action="append", metavar="SYSTEM", help="this system alone; repeatable")
    options = parser.parse_args(arguments)
    names = options.only or sorted(path.parent.name for path in SYSTEMS.glob("*/system.toml"))
    # Language models have no system.py: scripts/language_models.py asks them.
    again = [name for name in names if options.run and (SYSTEMS / name / "system.py").is_file()]
    failed = sum(_run(name) for name in again)
    for name in names:
        for folder in sorted((RUNS / name).iterdir()):
            _score(folder)
    return int(failed > 0)


def _run(name: str) -> int:
    """Run a system on the data that travels in the package, in a new folder; give the number of failures."""
    import dragoman  # noqa: PLC0415 - after the environment is set, as all that follows
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
    if not card.independent:  # what an annotator wrote lies in annotations/passes, and needs no log
        (folder / "log.jsonl").unlink()
    return len(summary["failed"]) + len(summary["not_asked"])


def _score(folder: Path) -> None:
    import dragoman  # noqa: PLC0415
    from dragoman.scoring.api import score  # noqa: PLC0415
    from dragoman.systems.loading import read_card  # noqa: PLC0415

    benchmark = dragoman.load(version=folder.name)
    card = read_card(folder / "system.toml")
    score(folder / "predictions.jsonl", benchmark, split="test", system=card.name).save(folder / "result.json")
    print(f"{folder.parent.name}/{folder.name}")


if __name__ == "__main__":
    sys.exit(main())
