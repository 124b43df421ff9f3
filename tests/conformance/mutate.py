"""Break the formulas one at a time and see whether the tests notice.

Each mutation (:mod:`mutations`) is made in a copy of the package, on which the conformance cases are run, and if they
pass the other tests of measures, matching and statistics. A mutation that passes them all has survived: then a test is
missing, or the mutation changes nothing.

    python tests/conformance/mutate.py             all mutations, some minutes
    python tests/conformance/mutate.py muc lea     those with one of these words in them

``test_mutations.py`` takes a few of them in every run of the tests.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from locate import Package
from mutations import MUTATIONS

ROOT = Path(__file__).resolve().parents[2]
CASES = ["tests/conformance/test_conformance.py"]
OTHERS = ["tests/matching", "tests/statistics", "tests/scoring/test_comparison.py", "tests/measures"]


def a_copy(folder):
    """Copy the package to a folder of its own."""
    target = Path(folder) / "src" / "dragoman"
    shutil.copytree(ROOT / "src" / "dragoman", target, ignore=shutil.ignore_patterns("__pycache__"))
    return target


def passes(folder, tests):
    """Whether tests pass on the copy of the package in a folder."""
    environment = {**os.environ, "PYTHONPATH": str(folder.parent), "PYTHONDONTWRITEBYTECODE": "1"}
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *tests],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode not in {0, 1}:
        raise SystemExit(f"the tests could not be run:\n{run.stdout}\n{run.stderr}")
    return run.returncode == 0


def noticed(folder, package, mutation, stages):
    """Make a mutation in the copy in a folder; give the number of the first stage of tests that fails, else None."""
    path, source = package.mutated(mutation)
    path = folder / path.relative_to(package.folder)
    before = path.read_text(encoding="utf-8")
    path.write_text(source, encoding="utf-8")
    try:
        return next((number for number, tests in enumerate(stages) if not passes(folder, tests)), None)
    finally:
        path.write_text(before, encoding="utf-8")


def main(words):
    chosen = [m for m in MUTATIONS if not words or any(word in m.name for word in words)]
    tally = {0: 0, 1: 0, None: 0}
    package = Package(ROOT / "src" / "dragoman")
    for mutation in chosen:  # that a place is not there is said before the tests are run
        package.mutated(mutation)
    with tempfile.TemporaryDirectory() as temporary:
        folder = a_copy(temporary)
        if not passes(folder, [*CASES, *OTHERS]):
            raise SystemExit("the tests fail without any mutation")
        for mutation in chosen:
            stage = noticed(folder, package, mutation, (CASES, OTHERS))
            tally[stage] += 1
            verdict = {0: "noticed by the cases ", 1: "noticed by the others", None: "SURVIVED             "}[stage]
            print(verdict, mutation.name, flush=True)  # noqa: T201 - a script
    print(  # noqa: T201
        f"{len(chosen)} mutations: {tally[0]} noticed by the cases, {tally[1]} by the others, {tally[None]} survived"
    )
    return 1 if tally[None] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
