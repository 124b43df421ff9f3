"""Pictures of README and docs are of the pages as they are: one script makes them and says which are out of date."""

import importlib.util
import json
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def pictures():
    found = importlib.util.spec_from_file_location("pictures", ROOT / "scripts" / "pictures.py")
    module = importlib.util.module_from_spec(found)
    sys.modules["pictures"] = module  # its dataclass looks for it there
    found.loader.exec_module(module)
    return module


def shown():
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    found = [(page, name) for page in pages for name in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", page.read_text("utf-8"))]
    return [(page.parent / name).resolve() for page, name in found]


def test_every_picture_that_is_shown_is_there_and_every_one_that_is_made_is_shown(pictures):
    assert all(path.is_file() for path in shown())
    names = {path.name for path in shown()}
    assert ROOT / "docs/images/leaderboard.png" in shown()
    labelling = pictures._labelling()
    made = [each.name for each in (*pictures.PICTURES, *labelling.LABELLING, *labelling.REVIEWS)]
    assert sorted(made) == sorted(names)
    assert {path.name for path in pictures.IMAGES.glob("*.png")} == names


def test_no_picture_is_out_of_date(pictures, capsys):
    assert pictures.main(["--check"]) == 0, capsys.readouterr().out


def test_a_page_that_changed_is_said_and_nothing_is_written(pictures, tmp_path, capsys):
    sums = json.loads(pictures.SUMS.read_bytes())
    (tmp_path / "pictures.json").write_text(json.dumps({**sums, "report.png": "0" * 64}))
    assert pictures.main(["--check", "--out", str(tmp_path)]) == 1
    assert "report.png is out of date" in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == ["pictures.json"]
