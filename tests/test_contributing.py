"""The recipes of CONTRIBUTING.md, followed to the letter: files are written as it shows them, what follows is run."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
RECIPES = dict(re.findall(r"^## (A [a-z]+)\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL))
BLOCK = re.compile(r"(?:^`(?P<file>[a-z_]+\.py)`:\n\n)?^```(?P<kind>\w*)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)


def run(command, folder):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(folder)])}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_works_as_it_is_written(name, tmp_path):
    ran = 0
    for block in BLOCK.finditer(RECIPES[name]):
        if block["file"]:
            (tmp_path / block["file"]).write_text(block["code"], encoding="utf-8")
            continue
        if block["kind"] == "python":
            done = run([sys.executable, "-c", block["code"]], tmp_path)
            assert done.returncode == 0, done.stderr
            ran += 1
        for line in block["code"].splitlines() if not block["kind"] else ():
            done = run([sys.executable, "-m", *line.split()], tmp_path)
            assert done.returncode == 0, (line, done.stdout, done.stderr)
            ran += 1
    assert ran


def test_every_recipe_that_is_promised_is_there():
    assert set(RECIPES) == {"A measure", "A format", "A language", "A system"}
