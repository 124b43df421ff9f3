"""Every test on disk runs: pytest passes over some folders by their names, and says nothing."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_every_test_file_on_disk_is_collected():
    command = [sys.executable, "-m", "pytest", "--collect-only", "-qq", "-p", "no:cacheprovider"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    collected = {ROOT / line.partition("::")[0].rpartition(": ")[0] for line in run.stdout.splitlines() if ": " in line}
    on_disk = set((ROOT / "tests").rglob("test_*.py"))
    assert len(on_disk) > 80
    assert on_disk == {path for path in collected if path.suffix == ".py"}


def test_no_folder_of_the_project_has_a_name_that_tools_pass_over():
    passed_over = {"build", "dist", "venv", "node_modules", "CVS", "_darcs"}
    for top in ("src", "tests", "eval", "scripts", "benchmarks"):
        assert not [path for path in (ROOT / top).rglob("*") if path.is_dir() and path.name in passed_over]
