"""The maintainer's steps as commands: the whole way on a root of one's own, wrong usage, and the scripts."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BASE = ROOT / "tests" / "checks" / "invalid" / "base"
STEPS = ("curate", "annotate", "adjudicate", "check", "review", "release", "publish")
CARD = """---
license: cc0-1.0
---
# A small one
<!-- generated: statistics -->
<!-- end of generated: statistics -->
<!-- generated: agreement -->
<!-- end of generated: agreement -->
"""


def author(*arguments, **options):
    command = [sys.executable, "-c", "from dragoman.cli import main; main()", "author", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


@pytest.fixture
def root(tmp_path):
    shutil.copytree(BASE, tmp_path / "root")
    (tmp_path / "root" / "DATASET_CARD.md").write_text(CARD)
    table = tmp_path / "root" / "corpus" / "sources.toml"
    table.write_text(f'{table.read_text()}\n[dataset]\nname = "small"\nversion = "0.1.0"\n')
    return tmp_path / "root"


def contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_whole_way_in_the_current_folder(root, tmp_path):
    for step in ("curate", "adjudicate", "check", "check --level 3", "check --lint"):
        done = author(*step.split(), cwd=root)
        assert (done.returncode, done.stderr) == (0, ""), step
    done = author("release", "--out", tmp_path / "release", "--json", cwd=root)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["written"] == str(tmp_path / "release")
    done = subprocess.run(
        [sys.executable, "-m", "dragoman", "verify", str(tmp_path / "release"), "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert json.loads(done.stdout)["problems"] == []


def test_what_is_written_goes_below_out_and_leaves_the_root_alone(root, tmp_path):
    out, in_place = tmp_path / "out", shutil.copytree(root, tmp_path / "in place")
    for folder in (root, in_place):
        shutil.rmtree(folder / "annotations" / "gold")
    before = contents(root)
    for step in ("curate", "adjudicate", "annotate config"):
        for arguments in (("--root", in_place), ("--root", root, "--out", out)):
            done = author(*step.split(), *arguments)
            assert (done.returncode, done.stderr) == (0, ""), step
    assert contents(root) == before
    written = contents(out)
    assert {path.parts[:2] for path in written} == {
        ("corpus", "documents"),
        ("annotations", "gold"),
        ("annotations", "agreement.json"),
        ("annotations", "label_studio"),
    }
    assert written.items() <= contents(in_place).items()


@pytest.mark.parametrize("arguments", ["curate", "check", "adjudicate", "release --out new", "annotate push gold"])
def test_a_folder_without_a_corpus_is_a_numbered_problem(arguments, tmp_path):
    for as_json in ([], ["--json"]):
        done = author(*arguments.split(), *as_json, cwd=tmp_path)
        assert done.returncode == 1
        assert done.stderr.startswith("E")
        assert done.stderr.count("\n") == 1
        listed = json.loads(done.stdout)["problems"] if as_json else []
        assert [problem["code"] for problem in listed] == [done.stderr[:4]] * len(as_json)
    assert list(tmp_path.iterdir()) == []


def test_the_root_may_stand_before_or_after_a_subcommand(root):
    for arguments in (("--root", root, "stop", "--json"), ("--json", "stop", "--root", root)):
        done = author("annotate", *arguments)
        assert json.loads(done.stdout) == {"stopped": False}


@pytest.mark.parametrize(
    "arguments",
    [
        "",
        "nothing",
        "curate --level 3",
        "check --level 7",
        "release",
        "release --changes CHANGELOG.md",
        "release --bundle",
        "publish . name",
        "publish . owner/name@v1.0.0",
        "publish . owner/name --gated perhaps",
        "annotate",
        "annotate push nonsense",
        "annotate push compare a b",
        "annotate compare a",
        "annotate pull compare a b --force",
        "annotate pull gold --decisions decisions.jsonl",
    ],
)
def test_wrong_usage_ends_with_2_and_writes_nothing(arguments, root):
    before = contents(root)
    done = author(*arguments.split(), cwd=root)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert contents(root) == before


@pytest.mark.parametrize("step", STEPS)
def test_a_script_is_its_step(step):
    columns = {"COLUMNS": "100", "PATH": "", "HOME": ""}
    environment = columns | {"PYTHONPATH": str(ROOT / "src")}
    script = [sys.executable, str(ROOT / "scripts" / f"{step}.py"), "--help"]
    shown = subprocess.run(script, capture_output=True, text=True, check=True, env=environment).stdout
    command = author(step, "--help", env=environment)
    assert shown.partition(f"{step}.py")[2].split() == command.stdout.partition(f"author {step}")[2].split() != []


def test_a_command_loads_no_other_command():
    program = """
import contextlib, io, sys
from dragoman.cli import main
sys.argv[1:] = ["schema", "--help"]
with contextlib.redirect_stdout(io.StringIO()) as shown, contextlib.suppress(SystemExit):
    main()
assert "JSON Schema" in shown.getvalue()
print(*(name for name in ("author", "score", "run", "convert") if f"dragoman.cli.{name}" in sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
