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
