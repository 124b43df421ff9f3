"""Kill commands while they write: at a call of a function of ``os``, or after some time.

``python tests/support/kills.py --kills 300`` runs longer than the tests.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import dragoman
from dragoman.leaderboard import isolation
from dragoman.problems import DragomanError

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support")] * (str(ROOT / "tests" / "support") not in sys.path)
LEFT = (".lock", ".unfinished")
GROWING = ("log.jsonl", "system.toml", "leaderboard.json")
"""Files that a command writes more than once: a log by lines, the others whole, without what is known later."""
FUNCTIONS = ("fsync", "replace", "fchmod", "unlink", "mkdir", "open")
"""Functions of ``os`` at a call of which a process is killed."""


def answer(document):
    """Predict deterministically, as a system."""
    return {"entities": [{"start": 0, "end": 1, "type": "PER"}]} if document.text else {"entities": []}


def is_old(given: Path) -> bool:
    """Whether the input of a command is the older version, whose output differs."""
    return given.name == "old"


def run(given: Path, out: Path) -> None:
    """Run a system into a folder."""
    dragoman.run(answer, out, split="test", limit=2 if is_old(given) else 4)


def convert(given: Path, out: Path) -> None:
    """Convert gold into a folder of files."""
    dragoman.convert(given / "gold.jsonl", to="brat", out=out)


def release(given: Path, out: Path) -> None:
    """Write a release folder."""
    from dragoman.authoring import release_folder
    from dragoman.release import source_root
    from dragoman.release.content import Release

    whole = source_root.assemble(given / "root")
    rows = {
        config: {split: part[: 2 if is_old(given) else 1] for split, part in splits.items()}
        for config, splits in whole.rows.items()
    }
    release_folder.write(Release(whole.name, "0.0.9" if is_old(given) else whole.version, rows), ROOT, out)


def perturb(given: Path, out: Path) -> None:
    """Edit a file of gold."""
    dragoman.perturb("tatweel" if is_old(given) else "typing-noise", out, gold=given / "gold.jsonl")


def take(given: Path, out: Path) -> None:
    """Take a review."""
    from dragoman.authoring.review import take as taking
    from dragoman.authoring.review.returned_reviews import read_key, read_reviews

    taking.write(taking.take(read_reviews([given / "returned.json"], [read_key(given / "key.json")])), out)


def board(given: Path, out: Path) -> None:
    """Build a leaderboard of one run."""
    from dragoman.leaderboard.site import build

    build(given / "runs", out, dragoman.load(given / "root"), lambda items, _: items, reports=False)


COMMANDS: dict[str, Callable[[Path, Path], None]] = {
    "run": run,
    "convert": convert,
    "release": release,
    "perturb": perturb,
    "take": take,
    "board": board,
}


def prepare(given: Path) -> Path:
    """Write the input of the commands into a folder."""
    import made_up_review

    from dragoman import json_text

    given.mkdir(parents=True, exist_ok=True)
    held = dragoman.load()
    lines = list(held.gold_lines("test"))[: 3 if is_old(given) else 12]
    (given / "gold.jsonl").write_bytes(json_text.lines(lines))
    root = Path(shutil.copytree(made_up_review.BASE, given / "root"))
    with (root / "corpus" / "sources.toml").open("a", encoding="utf-8") as table:
        table.write('\n[dataset]\nname = "small"\nversion = "0.1.0"\n')
    kit = made_up_review.kit(root, "ko", minutes=60)
    (given / "key.json").write_bytes(json_text.pretty(kit.key))
    (given / "returned.json").write_text(
        json.dumps(made_up_review.answers(kit, lambda *card: None if is_old(given) else made_up_review.careful(*card))),
        "utf-8",
    )
    system = "korean_datetime" if is_old(given) else "kiwi_names"
    submitted = ROOT / "eval" / "runs" / system / dragoman.load().version
    shutil.copytree(submitted, given / "runs" / system / submitted.name)
    return given


def killed(name: str, given: Path, out: Path, function: str = "", left: int = 0, seconds: float = 0.0) -> bool:
    """Run a command in a process of its own and kill it; return whether it was killed before its end.

    Args:
        name: name of the command.
        given: folder of its input.
        out: folder of its output.
        function: function of ``os`` at a call of which it is killed; empty for none.
        left: number of the call at which it is killed, from 1.
        seconds: time after which it is killed; never if 0.

    """
    isolation.start_server()
    context = multiprocessing.get_context("forkserver")
    process = context.Process(target=_deadly, args=(name, given, out, function, left))
    process.start()
    process.join(seconds or None)
    process.kill()
    process.join()
    ended = process.exitcode
    process.close()
    assert ended in (0, -signal.SIGKILL), f"{name} ended with {ended}"
    return ended != 0


def _deadly(name: str, given: Path, out: Path, function: str, left: int) -> None:
    command, tally = COMMANDS[name], [left]
    if function:
        real = getattr(os, function)

        def deadly(*positional: Any, **named: Any) -> Any:
            tally[0] -= 1
            if not tally[0]:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*positional, **named)

        setattr(os, function, deadly)
    command(given, out)


def tree(folder: Path) -> dict[str, bytes]:
    """Return the content of all files of a folder; of a log without the seconds of each answer."""
    found = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    if "log.jsonl" in found:
        rows = [json.loads(line) for line in found["log.jsonl"].splitlines()]
        found["log.jsonl"] = json.dumps([row | {"seconds": 0} for row in rows]).encode()
    return found


def is_left(path: str) -> bool:
    """Whether a file is a leftover of a killed process that is not read as content."""
    name = Path(path).name
    return name in LEFT or (name.startswith(".write-") and name.endswith(".part"))


def check(name: str, given: Path, out: Path, whole: dict[str, bytes], old: dict[str, bytes]) -> None:
    """Check that no file is incomplete, and that the next command removes leftovers and has the usual output."""
    for path, data in tree(out).items():
        if not is_left(path) and path not in GROWING:
            assert data in (whole.get(path), old.get(path)), f"{name}: {path} is half"
    if name == "release":
        with contextlib.suppress(DragomanError):
            assert dragoman.load(out).fingerprint in {
                json.loads(of["manifest.json"])["fingerprint"] for of in (whole, old) if of
            }
    assert not killed(name, given, out)
    made = tree(out)
    assert not [path for path in made if is_left(path)], f"{name}: {[path for path in made if is_left(path)]} stay"
    assert made.keys() == whole.keys(), f"{name}: {made.keys() ^ whole.keys()}"
    differ = [path for path in whole if made[path] != whole[path]]
    assert not differ, f"{name}: {differ}"


def main() -> None:
    """Kill commands at random."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("commands", nargs="*", default=list(COMMANDS))
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    random, tally = Random(given.seed), Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        prepared = prepare(Path(folder))
        before = prepare(prepared / "old")
        wholes, olds, times = {}, {}, {}
        for name in given.commands:
            start = time.monotonic()
            assert not killed(name, prepared, prepared / f"whole-{name}")
            times[name] = time.monotonic() - start
            assert not killed(name, before, prepared / f"old-{name}")
            wholes[name], olds[name] = tree(prepared / f"whole-{name}"), tree(prepared / f"old-{name}")
        while tally.total() < given.kills:
            name = random.choice(given.commands)
            out, old = prepared / "out", dict[str, bytes]()
            if random.random() < 0.5 and name != "convert":  # it keeps files that it did not write
                shutil.copytree(prepared / f"old-{name}", out)
                old = olds[name]
            if random.random() < 0.5:
                did = killed(name, prepared, out, random.choice(FUNCTIONS), random.randrange(1, 60))
            else:
                did = killed(name, prepared, out, seconds=random.uniform(0.1, 1.1 * times[name]))
            tally[name] += did
            if random.random() < 0.3:  # killed once more before it is repaired
                tally[name] += killed(name, prepared, out, random.choice(FUNCTIONS), random.randrange(1, 60))
            if did:
                check(name, prepared, out, wholes[name], old)
            shutil.rmtree(out, ignore_errors=True)
            sys.stdout.write(f"\r{tally.total()} kills: {dict(tally)}")
            sys.stdout.flush()
    sys.stdout.write("\n")


if __name__ == "__main__":
    import kills  # by its name, so that a child process can import the commands

    kills.main()
