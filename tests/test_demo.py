"""The demonstration, where there is nothing to show yet."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

DEMO = Path(__file__).resolve().parents[1] / "scripts" / "demo.py"


def test_without_a_built_data_set_it_says_so(tmp_path):
    pytest.importorskip("datasets", reason="install the extra `hub`")
    (tmp_path / "scripts").mkdir()
    copied = shutil.copy(DEMO, tmp_path / "scripts")
    done = subprocess.run([sys.executable, copied], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("E701: ")
    assert done.stderr.count("\n") == 1
