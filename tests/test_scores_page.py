"""The example of docs/scores.md is what the command prints."""

import os
import re
import subprocess
import sys
from pathlib import Path

from dragoman.scoring import hints

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "scores.md").read_text(encoding="utf-8")


def test_the_example_is_what_is_printed(tmp_path):
    for name, lines in re.findall(r"^`(\w+\.jsonl)`.*?\n\n```json\n(.*?)```", PAGE, re.MULTILINE | re.DOTALL):
        (tmp_path / name).write_text(lines, encoding="utf-8")
    command, printed = re.search(r"^`dragoman (score .*?)`:\n\n```\n(.*?)```", PAGE, re.MULTILINE | re.DOTALL).groups()
    code = [sys.executable, "-c", "from dragoman.cli import main; main()"]
    wide = {**os.environ, "COLUMNS": "100"}
    done = subprocess.run([*code, *command.split()], capture_output=True, text=True, check=True, cwd=tmp_path, env=wide)
    *lines, signature = done.stdout.splitlines()
    assert "\n".join(lines) + "\n" == printed
    assert signature.startswith("entities.strict")


def test_every_hint_is_explained():
    shifts = {code for code, _, _ in hints._SHIFTS.values()} | {code for code, _, _ in hints._UNITS.values()}
    others = set(re.findall(r'Advice\(\s*"([a-z-]+)"', Path(hints.__file__).read_text(encoding="utf-8")))
    table = PAGE.split("## Hints")[1].split("## In JSON")[0]
    assert others
    named = set(re.findall(r"`([a-z]+(?:-[a-z0-9]+)*)`", table))
    assert shifts | others | {"decomposed-labels", "other-label-set"} == named
