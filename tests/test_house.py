"""The house itself: what importing costs, what is where, what must not be written anywhere."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

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


@pytest.mark.parametrize(
    "name",
    ["pyproject.toml", "corpus", "annotations", "eval", "scripts", "tests", "DATASET_CARD.md", "LICENSE", "README.md"],
)
def test_what_was_asked_for_stands_at_the_top(name):
    assert (ROOT / name).exists()


def test_eval_is_no_package_that_would_shadow_the_builtin():
    assert not (ROOT / "eval" / "__init__.py").exists()


def test_the_lock_names_no_host():
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links", (ROOT / "requirements.lock").read_text())


def test_public_names_are_there():
    import dragoman

    for name in dragoman.__all__:
        assert getattr(dragoman, name) is not None
    assert set(dir(dragoman)) == set(dragoman.__all__)
    with pytest.raises(AttributeError):
        _ = dragoman.nothing


def test_the_readme_shows_the_committed_results_of_the_benchmarks():
    results = (ROOT / "benchmarks" / "results.md").read_text(encoding="utf-8")
    shown = [line for line in results.splitlines() if line.startswith("|")]
    assert len(shown) == 10
    assert "\n".join(shown) in (ROOT / "README.md").read_text(encoding="utf-8")
