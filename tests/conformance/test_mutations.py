"""The cases notice a broken formula: a few of the mutations of ``mutate.py``, which makes them all."""

import pytest
from mutate import CASES, MUTATIONS, a_copy, killed

FEW = [
    "ratio(total[..., 0] / self.full, total",
    "enough = 4 * shared > both",
    "together / np.maximum(together, 1), 0.0)",
    "together == 1, resolved)",
    "return value",
]
CHOSEN = [m for m in MUTATIONS if m.new in FEW]
assert len(CHOSEN) == len(FEW)


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    return a_copy(tmp_path_factory.mktemp("mutations"))


@pytest.mark.parametrize("mutation", CHOSEN, ids=lambda m: m.new)
def test_a_broken_formula_is_noticed(package, mutation):
    assert killed(package, mutation, [CASES]) == 0


def test_every_mutation_has_its_place(package):
    for mutation in MUTATIONS:
        assert (package / mutation.file).read_text(encoding="utf-8").count(mutation.old) == 1, mutation.name
        assert mutation.old != mutation.new
