"""The cases notice a broken formula: a few of the mutations of ``mutate.py``, which makes them all."""

from pathlib import Path

import pytest
from locate import Package
from mutate import CASES, ROOT, a_copy, noticed
from mutations import MUTATIONS

FEW = {
    ("FScore.main", "ratio(A, B)"),
    ("near", "4 * a > b"),
    ("muc", "a / np.maximum(a, 1)"),
    ("lea", "a == 1"),
    ("canonical", "A"),
}
CHOSEN = [m for m in MUTATIONS if (m.function, m.new) in FEW]
assert len(CHOSEN) == len(FEW)


@pytest.fixture(scope="module")
def package():
    return Package(ROOT / "src" / "dragoman")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return a_copy(tmp_path_factory.mktemp("mutations"))


@pytest.mark.parametrize("mutation", CHOSEN, ids=lambda m: m.name)
def test_a_broken_formula_is_noticed(folder, package, mutation):
    assert noticed(folder, package, mutation, [CASES]) == 0


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda m: m.name)
def test_every_mutation_has_its_place(package, mutation):
    path, source = package.mutated(mutation)
    compile(source, path, "exec")
    assert source != Path(path).read_text(encoding="utf-8")


def test_no_mutation_is_there_twice(package):
    changed = [package.mutated(mutation) for mutation in MUTATIONS]
    assert len(set(changed)) == len(changed) >= 96
