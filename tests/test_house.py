"""The house itself: what importing costs, what is where, what must not be written anywhere."""

import gc
import importlib
import os
import re
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from dragoman import tuning

ROOT = Path(__file__).resolve().parents[1]
HEAVY = ("numpy", "pyarrow", "scipy", "pandas", "datasets", "label_studio_sdk", "evaluate", "typer", "rich", "jinja2")


def loaded_by(statement):
    code = f"import sys; {statement}; print(*sorted(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_importing_loads_nothing_heavy():
    assert not loaded_by("import dragoman") & set(HEAVY)


def test_scoring_the_bundled_benchmark_needs_no_extra():
    modules = loaded_by("import dragoman; b = dragoman.load(); dragoman.validate('/nowhere', b)")
    assert not modules & {"datasets", "pandas", "label_studio_sdk", "evaluate", "huggingface_hub", "kiwipiepy"}


@pytest.mark.parametrize("large", [0, 2**40], ids=["streamed", "whole"])
def test_scoring_one_file_against_another_loads_only_what_it_needs(tmp_path, large):
    path = tmp_path / "labels.jsonl"
    items = '{"id": "e", "start": 0, "end": 1, "type": "A"}, {"start": 1, "end": 2, "type": "A"}'
    path.write_text(f'{{"id": "d", "entities": [{items}]}}\n')
    modules = loaded_by(
        f"import dragoman; from dragoman.scoring import blockwise; blockwise.STREAMED = {large}; "
        f"result = dragoman.score({str(path)!r}, {str(path)!r}, measures=['entities'], intervals=False); "
        "assert result['entities.strict.f1'] == 1"
    )
    assert ("dragoman.scoring.streaming" in modules) == (large == 0)
    assert not modules & {"pandas", "scipy", "pyarrow.compute", "rich", "jinja2", "typer", "distributed"}


def test_switches_of_the_process_are_in_one_module_and_can_be_turned_off(tmp_path):
    switches = re.compile(
        r"gc\.(set_threshold|freeze|disable)|mallopt|set_memory_pool|atexit\.register"
        r"|os\.(environ(\.(setdefault|pop|update|clear)\b|\[[^\]]+\] = )|putenv)"
    )
    using = {p.name for p in (ROOT / "src").rglob("*.py") if switches.search(p.read_text(encoding="utf-8"))}
    assert using == {"tuning.py"}
    path = tmp_path / "labels.jsonl"
    path.write_text('{"id": "d", "entities": [{"start": 0, "end": 1, "type": "A"}]}\n')
    command = [sys.executable, "-m", "dragoman", "score", str(path), "--reference", str(path), "--json"]
    environments = [{**os.environ, "DRAGOMAN_TUNING": on} for on in "01"]
    runs = [subprocess.run(command, capture_output=True, text=True, check=True, env=each) for each in environments]
    assert runs[0].stdout == runs[1].stdout


def test_switches_of_the_process_are_as_before_after_a_command(monkeypatch):
    for given in ({}, {"OPENBLAS_THREAD_TIMEOUT": "20"}):
        monkeypatch.delenv("OPENBLAS_THREAD_TIMEOUT", raising=False)
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        before = dict(os.environ), gc.get_threshold()
        with tuning.command_line():
            assert os.environ["OPENBLAS_THREAD_TIMEOUT"] == given.get("OPENBLAS_THREAD_TIMEOUT", "4")
            assert gc.get_threshold() != before[1]
        assert (dict(os.environ), gc.get_threshold()) == before


def test_no_mean_depends_on_the_interpreter():
    """Python 3.12 adds floats otherwise than 3.11 does: means of scores are made with fsum, or of integers."""
    mean = re.compile(r"(?<![\w.])sum\(.+\) / (?:len|number|count)")
    found = {p.name for p in (ROOT / "src").rglob("*.py") if mean.search(p.read_text(encoding="utf-8"))}
    assert found == set()


@pytest.mark.parametrize(
    "name",
    ["pyproject.toml", "corpus", "annotations", "eval", "scripts", "tests", "DATASET_CARD.md", "LICENSE", "README.md"],
)
def test_what_was_asked_for_stands_at_the_top(name):
    assert (ROOT / name).exists()


def test_eval_is_no_package_that_would_shadow_the_builtin():
    assert not (ROOT / "eval" / "__init__.py").exists()


def test_no_lock_names_a_host_or_lacks_a_hash():
    locks = sorted(ROOT.glob("*.lock"))
    assert len(locks) == 4
    for lock in locks:
        text = lock.read_text()
        assert not re.search(r"https?://|--(extra-)?index-url|--find-links", text)
        pinned = re.findall(r"^\S+==[^\\]*\\\n( +--hash=sha256:\w+)", text, re.MULTILINE)
        assert len(pinned) == len(re.findall(r"^\w", text, re.MULTILINE)) > 30


def test_the_lock_of_all_extras_leaves_out_those_of_harnesses_alone():
    with (ROOT / "pyproject.toml").open("rb") as file:
        extras = set(tomllib.load(file)["project"]["optional-dependencies"])
    (line,) = re.findall(r"^EXTRAS := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert extras - set(line.split()) == {"inspect", "lm-eval"}
    assert set(line.split()) <= extras


def test_public_names_are_there():
    import dragoman

    for name in dragoman.__all__:
        assert getattr(dragoman, name) is not None
    assert set(dir(dragoman)) == set(dragoman.__all__)
    with pytest.raises(AttributeError):
        _ = dragoman.nothing


def test_the_page_on_speed_shows_the_committed_results_of_the_benchmarks():
    results = (ROOT / "benchmarks" / "results.md").read_text(encoding="utf-8")
    shown = [line for line in results.splitlines() if line.startswith("|")]
    assert shown[0].startswith("| workload | items |")
    assert len({line.split("|")[1] for line in shown[2:]}) == len(shown) - 2 > 0
    page = (ROOT / "docs" / "speed.md").read_text(encoding="utf-8")
    between = page.split("<!-- speed: benchmarks/run.py writes what follows -->\n")[1].split("\n<!-- end of speed")[0]
    assert between.splitlines() == shown


def test_no_name_of_a_module_stands_twice():
    """A name says one thing; what is named for another tool or format may stand where it is read and written."""
    tools = {"parquet", "hub", "spacy", "brat", "dask"}
    package = ROOT / "src" / "dragoman"
    modules = [path.relative_to(package) for path in package.rglob("*.py")]
    names = Counter(path.stem for path in modules if path.parts[0] != "cli" and path.stem != "__init__")
    assert len(names) > 100
    assert {name for name, count in names.items() if count > 1} <= tools


@pytest.mark.parametrize("name", ["dragoman", "dragoman.scoring"])
def test_public_names_are_those_that_are_imported_late(name):
    package = importlib.import_module(name)
    assert {*package.__all__} - {"__version__"} == set(package._HOMES)
    for each in package._HOMES:
        assert getattr(package, each) is getattr(importlib.import_module(package._HOMES[each]), each)
    with pytest.raises(AttributeError, match=f"module '{name}' has no attribute 'nothing'"):
        package.nothing  # noqa: B018
