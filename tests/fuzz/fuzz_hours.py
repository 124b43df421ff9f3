"""Fuzzing for as long as one likes: ``make fuzz``, or ``python tests/fuzz/fuzz_hours.py --minutes 60``.

Each reader works in a process of its own, so that what ends a process, or hangs, is found too, and nothing else ends
with it. What is found is made as short as it goes and kept in ``tests/fuzz/corpus/READER/``, one file a place in the
code; the tests read all that lies there.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path
from random import Random

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]
CORPUS = HERE / "corpus"
SECONDS = 20
"""Longest time for one input: of the processor, so that a busy machine is no defect."""
MEMORY = 4 * 2**30
"""Bytes of data that a process may hold; a reader alone is to need less than half of that."""
WAITING = 300
"""Seconds by the clock after which a process that does not end is taken to hang."""
SHRINKING = 15
"""Seconds for making an input shorter."""


def main() -> int:
    """Fuzz; the exit code says whether anything was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("readers", nargs="*", help="names of readers; all if none")
    parser.add_argument("--minutes", type=float, default=60.0, help="how long, in all")
    parser.add_argument(
        "--round", type=float, default=10.0, help="seconds for a reader of weight 1, before the next has its turn"
    )
    parser.add_argument("--seed", type=int, default=None, help="seed of the random numbers; new ones if not given")
    parser.add_argument("--worker", nargs=4, metavar=("READER", "SEED", "SECONDS", "FILE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.worker:
        reader, seed, seconds, file = given.worker
        return work(reader, int(seed), float(seconds), Path(file))
    from fuzz_readers import READERS

    names = given.readers or list(READERS)
    seed = int.from_bytes(os.urandom(4)) if given.seed is None else given.seed
    sys.stdout.write(f"seed {seed}, {len(names)} readers, {given.minutes:g} minutes\n")
    end = time.monotonic() + given.minutes * 60
    tried, found = dict.fromkeys(names, 0), set[str]()
    while time.monotonic() < end:
        for name in names:
            seconds = min(given.round * max(READERS[name].weight, 0.5), end - time.monotonic())
            if seconds <= 0:
                break
            seed += 1
            count, failures = one_round(name, seed, seconds)
            tried[name] += count
            for failure in failures:
                if failure not in found:
                    found.add(failure)
                    sys.stdout.write(f"\nFOUND {name}: {failure}\n")
            left = max(0, end - time.monotonic())
            sys.stdout.write(
                f"\r{sum(tried.values()):,} inputs, {len(found)} found, {left / 60:.0f} minutes left, {name:24}"
            )
            sys.stdout.flush()
    sys.stdout.write("\n" + "".join(f"{name:24} {count:>9,}\n" for name, count in tried.items()))
    return int(bool(found))


def one_round(name: str, seed: int, seconds: float) -> tuple[int, list[str]]:
    """Let a process fuzz a reader; give how many inputs it read, and what it found."""
    with tempfile.TemporaryDirectory() as folder:
        return _one_round(name, seed, seconds, Path(folder))


def _one_round(name: str, seed: int, seconds: float, folder: Path) -> tuple[int, list[str]]:
    file = folder / "input"
    command = [sys.executable, __file__, "--worker", name, str(seed), str(seconds), str(file)]
    environment = {**os.environ, "TMPDIR": str(folder)}  # what a killed reader leaves goes with the folder
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    try:
        said, errors = process.communicate(timeout=seconds + WAITING)
        ended = process.returncode
    except subprocess.TimeoutExpired:
        process.kill()
        said, errors = process.communicate()
        ended = -signal.SIGKILL
    count = max((int(line.split()[1]) for line in said.splitlines() if line.startswith("tried ")), default=0)
    failures = [line.removeprefix("failed ") for line in said.splitlines() if line.startswith("failed ")]
    if ended and file.exists():
        why = f"ended by {signal.Signals(-ended).name}" if ended < 0 else f"exit code {ended}: {errors.strip()[-300:]}"
        failures.append(f"{why} ({keep(name, file.read_bytes(), why)})")
    elif ended:
        failures.append(f"exit code {ended}: {errors.strip()[-500:]}")
    return count, failures


def keep(name: str, data: bytes, why: str) -> str:
    """Put an input into the corpus, under a name that says where it failed."""
    path = CORPUS / name / hashlib.sha256(why.encode()).hexdigest()[:12]
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.stat().st_size > len(data):
        path.write_bytes(data)
    return str(path.relative_to(HERE))


def work(name: str, seed: int, seconds: float, file: Path) -> int:
    """Fuzz one reader, in this process: what it reads stands in a file, for whoever finds it dead."""
    import fuzz_readers

    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    fuzz_readers.seeds(name)
    random, end, tried, known = Random(seed), time.monotonic() + seconds, 0, set[str]()
    while time.monotonic() < end:
        data = fuzz_readers.mutated(name, random)
        file.write_bytes(data)
        tried += 1
        where = failure(name, data)
        if where and where not in known:
            known.add(where)
            path = keep(name, shorter(name, data, where, file), where)
            sys.stdout.write(f"failed {where} ({path})\n")
        if tried % 20 == 0:
            sys.stdout.write(f"tried {tried}\n")
            sys.stdout.flush()
    sys.stdout.write(f"tried {tried}\n")
    file.unlink(missing_ok=True)
    return 0


def failure(name: str, data: bytes) -> str:
    """Say where a reader fails on an input, as ``TypeError region_reader.py:12``; nothing where it does not."""
    import fuzz_readers

    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        fuzz_readers.outcome(name, data)
    except Exception as cause:  # noqa: BLE001 - that is what is looked for
        frames = [frame for frame in traceback.extract_tb(cause.__traceback__) if "dragoman" in frame.filename]
        at = frames[-1] if frames else traceback.extract_tb(cause.__traceback__)[-1]
        return f"{type(cause).__name__} {Path(at.filename).name}:{at.lineno} {str(cause)[:80]!r}".split(" '")[0]
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return ""


def shorter(name: str, data: bytes, where: str, file: Path) -> bytes:
    """Leave pieces of an input out, as long as it fails in the same place."""
    end, size = time.monotonic() + SHRINKING, max(len(data) // 2, 1)
    while size and time.monotonic() < end:
        at = 0
        while at < len(data) and time.monotonic() < end:
            less = data[:at] + data[at + size :]
            file.write_bytes(less)
            if failure(name, less) == where:
                data = less
            else:
                at += size
        size //= 2
    return data


if __name__ == "__main__":
    sys.exit(main())
