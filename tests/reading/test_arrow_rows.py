"""Flattening and coding of Arrow's columns, against plain Python; sliced, with nulls, and with items behind a null."""

import random
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dragoman.arrow_buffers import flat_of, take
from dragoman.benchmark import load
from dragoman.reading import arrow_json
from dragoman.reading.arrow_rows import coded, lengths_of, parents_of


def lists(rng):
    """A random column of lists, as an array and as it is read; a null may have items behind it."""
    sizes = [rng.randrange(4) for _ in range(rng.randint(1, 9))]
    bounds = np.cumsum([0, *sizes]).astype(np.int32)
    items = [rng.choice(("a", "b", "", None, "최")) for _ in range(sum(sizes))]
    null = [rng.random() < 0.3 for _ in sizes]
    array = pa.ListArray.from_arrays(pa.array(bounds), pa.array(items, pa.string()), mask=pa.array(null))
    low = rng.randrange(len(sizes))
    high = rng.randint(low, len(sizes))
    return array.slice(low, high - low), array.to_pylist()[low:high]


@pytest.mark.parametrize("seed", range(100))
def test_lists_are_flattened_and_strings_coded_as_python_does(seed):
    array, values = lists(random.Random(seed))
    flat = [item for value in values for item in value or []]
    assert flat_of(array).to_pylist() == flat
    assert lengths_of(array).tolist() == [len(value or []) for value in values]
    assert parents_of(array).tolist() == [at for at, value in enumerate(values) for _ in value or []]
    codes = coded(flat_of(array))
    assert [codes.value(at) for at in range(len(codes))] == flat
    assert len(set(codes.labels)) == len(codes.labels)


@pytest.mark.parametrize("seed", range(100))
def test_rows_are_taken_as_python_does(seed):
    rng = random.Random(seed)
    array, values = lists(rng)
    index = np.array([rng.randrange(len(values)) for _ in range(rng.randrange(6))] if values else [], np.int64)
    taken = take(array, index)
    taken.validate(full=True)
    assert taken.to_pylist() == [values[at] for at in index]


def test_rows_with_all_fields_are_taken():
    rows = arrow_json.of_lines(load().gold_lines("dev")).combine_chunks().to_struct_array().chunk(0)
    for array in (rows, rows.slice(1)):
        index = np.random.default_rng(1).integers(0, len(array), 2 * len(array))
        taken = take(array, index)
        taken.validate(full=True)
        assert taken.to_pylist() == [array[at].as_py() for at in index]


def test_a_column_of_nothing_is_flat_and_empty():
    assert len(flat_of(pa.nulls(3))) == 0
    assert lengths_of(pa.nulls(3)).tolist() == [0, 0, 0]


def test_coding_imports_no_functions_of_arrow():
    code = (
        "import sys; from dragoman.reading import arrow_json, columns; from dragoman.reading.target import Target; "
        "import numpy as np; from dragoman.arrow_buffers import take; "
        """table = arrow_json.of_bytes(b'{"id": "d", "entities": [{"start": 0, "end": 1, "type": "A"}]}'); """
        "assert columns.build(table, Target()).entities.type.labels == ('A',); "
        "take(table.column('entities').chunk(0), np.zeros(2, int)); "
        "print('pyarrow.compute' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


def test_parquet_is_read_without_functions_of_arrow(tmp_path):
    table = pa.table({"id": ["d"], "entities": [[{"start": 0, "end": 1, "type": "A"}]]})
    pq.write_table(table, tmp_path / "p.parquet")
    code = (
        "import sys; from pathlib import Path; from dragoman.reading import parquet_input; "
        f"blocks = list(parquet_input.blocks(Path({str(tmp_path / 'p.parquet')!r}), 1)); "
        "assert blocks[0].num_rows == 1; print('pyarrow.compute' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
