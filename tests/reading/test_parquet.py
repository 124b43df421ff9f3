"""Parquet: what is in a file is counted before it is unpacked, and a hostile file is a numbered problem."""

import json
import random
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from submission_samples import REFERENCE

import dragoman
from dragoman.parquet_pages import DamagedError, OnDisk, extent
from dragoman.reading.memory_budget import Budget
from dragoman.reading.parsing import parse_bytes
from dragoman.reading.read import read_bytes

ROWS = [
    {
        "id": "a",
        "text": "가나다",
        "entities": [{"start": 0, "end": 1, "type": "PER"}, {"start": 1, "end": 2, "type": None}],
    },
    {"id": "b", "text": "xyz", "entities": []},
    {"id": "c", "text": None, "entities": None},
]
WRITER = {
    "usual": {},
    "version 2 pages": {"data_page_version": "2.0"},
    "packed": {"compression": "zstd"},
    "no dictionary": {"use_dictionary": False},
    "groups of rows": {"row_group_size": 1},
    "a dictionary given up": {"dictionary_pagesize_limit": 20, "data_page_size": 10, "write_batch_size": 2},
    "small pages": {"data_page_size": 1, "write_batch_size": 1},
}
READ = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (2 * 2**30,) * 2)
from dragoman.reading.parsing import parse_bytes
for path in sys.argv[1:]:
    with open(path, "rb") as file:
        print(*(problem.code for problem in parse_bytes(file.read(), path).problems))
"""


def packed(table, **options):
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, **options)
    return sink.getvalue().to_pybytes()


def of_rows(rows, **options):
    return packed(pa.Table.from_pylist(rows), **options)


def codes(data):
    return [(problem.code, problem.path) for problem in parse_bytes(data).problems]


def read_apart(tmp_path, *several):
    """Codes of the problems of files that are read in a process of its own, with little memory."""
    paths = [tmp_path / f"{number}.parquet" for number in range(len(several))]
    for path, data in zip(paths, several, strict=True):
        path.write_bytes(data)
    run = subprocess.run([sys.executable, "-c", READ, *map(str, paths)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    return run.stdout.splitlines()


@pytest.mark.parametrize("options", WRITER.values(), ids=WRITER)
def test_values_are_counted_by_the_headers_of_pages(options):
    data = of_rows(ROWS * 50, **options)
    metadata = pq.ParquetFile(pa.BufferReader(data)).metadata
    groups = [metadata.row_group(at) for at in range(metadata.num_row_groups)]
    columns = [group.column(at) for group in groups for at in range(group.num_columns)]
    counted = extent(data)
    assert counted.values == metadata.num_rows + sum(column.num_values for column in columns)
    assert 0 < counted.unpacked <= sum(column.total_uncompressed_size for column in columns)


@pytest.mark.parametrize("options", WRITER.values(), ids=WRITER)
def test_rows_are_read_however_they_were_written(options):
    rows = [{**row, "id": f"{row['id']}{at}"} for at in range(9) for row in ROWS]
    assert parse_bytes(of_rows(rows, **options)).table.to_pylist() == rows
    assert len(read_bytes(of_rows(rows, **options), REFERENCE).checked().entities) == 18


def test_a_column_that_is_there_twice():
    table = pa.table([pa.array(["a"]), pa.array(["b"])], names=["id", "id"])
    assert codes(packed(table)) == [("E202", "id")]
    struct = pa.StructArray.from_arrays([pa.array([0]), pa.array([1])], names=["start", "start"])
    entities = pa.ListArray.from_arrays(pa.array([0, 1], pa.int32()), struct)
    assert codes(packed(pa.table({"id": ["a"], "entities": entities}))) == [("E202", "entities.start")]


def not_utf8():
    return pa.Array.from_buffers(pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\2\0\0\0"), pa.py_buffer(b"\xff\xfe")])


def test_strings_that_are_not_utf_8():
    assert codes(packed(pa.table({"id": ["a"], "text": not_utf8()}))) == [("E102", "text")]
    struct = pa.StructArray.from_arrays([pa.array([0]), pa.array([1]), not_utf8()], names=["start", "end", "type"])
    entities = pa.ListArray.from_arrays(pa.array([0, 1], pa.int32()), struct)
    assert codes(packed(pa.table({"id": ["a"], "entities": entities}))) == [("E102", "entities.type")]
    plain = packed(pa.table({"id": ["a"], "text": not_utf8()}), use_dictionary=False)
    assert codes(plain) == [("E102", "text")]


def test_metadata_of_a_column_that_contradict_the_schema_do_not_end_the_process(tmp_path):
    data = of_rows(ROWS)
    required = data.replace(b"\x25\x02\x18\x02id", b"\x25\x00\x18\x02id")  # the column may not be null any more
    assert required != data
    assert read_apart(tmp_path, required, data) == ["E209", ""]


def bomb(size, words="x" * 100):
    """One row whose list has very many strings, all the same: a thousand bytes, whatever the size."""
    import numpy as np

    strings = pa.DictionaryArray.from_arrays(pa.array(np.zeros(size, np.int8)), pa.array([words]))
    lists = pa.ListArray.from_arrays(pa.array([0, size], pa.int32()), strings)
    table = pa.table({"id": ["a"], "layers_annotated": lists})
    return packed(table, compression="zstd", store_schema=False)


def test_a_small_file_that_stands_for_gigabytes_is_refused_before_it_is_unpacked(tmp_path):
    size = 40_000_000
    data = bomb(size)
    assert len(data) < 4000
    few = bomb(4000, "x" * 1_000_000)  # few values, and each of them large
    assert len(few) < 2_000_000
    digits, said = 2 * size, b""
    while digits:
        said, digits = said + bytes([digits & 127 | 128 * (digits > 127)]), digits >> 7
    # The metadata of the column say one value; the headers of its pages do not.
    start = data.rindex(said)
    lying = data[:start] + b"\x82" + b"\x80" * (len(said) - 2) + b"\0" + data[start + len(said) :]
    assert read_apart(tmp_path, data, few, lying) == ["E106", "E106", "E106"]


def test_strings_that_are_differences_to_the_one_before_are_not_read():
    data = of_rows(ROWS, use_dictionary=False, column_encoding={"text": "DELTA_BYTE_ARRAY"})
    (problem,) = parse_bytes(data).problems
    assert problem.code == "E209"
    assert "DELTA_BYTE_ARRAY" in problem.what


@pytest.mark.parametrize(
    "data", [b"PAR1", b"PAR1PAR1", b"PAR1" + b"\xff" * 8 + b"PAR1", b"PAR1\x00\x00\x00\x00\x00PAR1"], ids=range(4)
)
def test_what_only_begins_like_parquet(data):
    with pytest.raises(DamagedError):
        extent(data)
    assert codes(data) == [("E209", "")]


def test_metadata_that_are_nested_too_deeply():
    footer = b"\x1c" * 100_000
    with pytest.raises(DamagedError):
        extent(b"PAR1" + footer + len(footer).to_bytes(4, "little") + b"PAR1")


def test_damaged_files_never_end_the_process_and_get_a_number_or_are_read(tmp_path):
    rng = random.Random(7)
    whole = of_rows(ROWS, write_page_index=True)
    several = []
    for _ in range(400):
        data = bytearray(whole)
        for _ in range(rng.choice((1, 1, 2, 5))):
            # Mostly in the footer, where nearly every bit matters.
            data[rng.randrange(len(data) // 2 if rng.random() < 0.8 else 4, len(data) - 4)] = rng.randrange(256)
        several.append(bytes(data))
    told = read_apart(tmp_path, *several)
    assert len(told) == len(several)
    assert {code for line in told for code in line.split()} <= {"E102", "E106", "E202", "E203", "E209"}
    assert sum(line == "E209" for line in told) > 100


def _tagged(tags, metadata=None):
    """A parquet file of tokens with tags, as data sets of the Hub are published."""
    table = pa.table(
        {"id": ["a", "b"], "tokens": [["Kim", "Il", "x"], ["y"]], "ner_tags": tags, "pos_tags": [[1, 1, 2], [3]]}
    )
    sink = pa.BufferOutputStream()
    pq.write_table(table.replace_schema_metadata(metadata), sink)
    return sink.getvalue().to_pybytes()


NUMBERS, NAMES = [[1, 2, 0], [0]], [["B-PER", "I-PER", "O"], ["O"]]
FEATURES = {
    "tokens": {"feature": {"dtype": "string", "_type": "Value"}, "_type": "List"},
    "ner_tags": {"feature": {"names": ["O", "B-PER", "I-PER"], "_type": "ClassLabel"}, "_type": "List"},
}


@pytest.mark.parametrize(
    "given",
    [
        _tagged(NAMES),
        _tagged(NUMBERS, {"huggingface": json.dumps({"info": {"features": FEATURES}})}),
        dragoman.LabelledFile(_tagged(NUMBERS), labels="O,B-PER,I-PER"),
        dragoman.LabelledFile(_tagged(NAMES), "hf"),
    ],
    ids=["names", "numbers with names in the file", "numbers with names told", "asked for"],
)
def test_tokens_with_tags_in_parquet_are_read_as_such(given):
    gold = [{"id": "a", "text": "Kim Il x", "entities": [{"start": 0, "end": 6, "type": "PER"}]}, {"id": "b"}]
    result = dragoman.score(given, gold, intervals=False)
    assert result["entities.strict.f1"] == 1.0
    assert result.coverage.read_as["pred"].startswith("hf ")
    assert [problem.code for problem in dragoman.validate(given, gold)] == ["W905"]  # the column pos_tags


def test_numbers_of_tags_without_names_say_how_to_give_them():
    (first, *_) = dragoman.validate(_tagged(NUMBERS), [{"id": "a", "entities": []}])
    assert (first.code, "--labels" in first.hint) == ("E501", True)


def test_rows_of_any_tool_are_recognised_in_parquet():
    table = pa.table({"text": ["Kim met."], "entities": [[{"start_offset": 0, "end_offset": 3, "label": "PER"}]]})
    assert dragoman.score(table, table, intervals=False)["entities.strict.f1"] == 1.0
    table = pa.table({"text": ["Kim met."], "nothing": [1]})
    with pytest.raises(dragoman.DragomanError, match=r"E203"):
        dragoman.score(table, table)


def test_a_place_that_is_no_number_is_damage():
    from dragoman.parquet_pages import _pages

    with pytest.raises(DamagedError, match="a number is missing"):
        list(_pages(b"PAR1", {5: 1, 9: 4, 11: None}, 4))


def test_what_it_unpacks_to_must_fit_into_the_budget_before_it_is_unpacked():
    data = bomb(20_000)
    for limit, found in ((10**8, []), (10**6, ["E106"])):
        assert [problem.code for problem in parse_bytes(data, budget=Budget(limit)).problems] == found


def test_a_file_that_becomes_shorter_while_it_is_read_is_damaged_and_ends_no_process(tmp_path):
    path = tmp_path / "p.parquet"
    pq.write_table(pa.table({"id": [f"d{n}" for n in range(9000)]}), path, row_group_size=1000, compression="none")
    whole = path.read_bytes()
    with path.open("rb") as file:
        data = OnDisk(file)
        assert extent(data) == extent(whole)
        assert (data[4], data[-4:], len(data)) == (whole[4], b"PAR1", len(whole))
        with pytest.raises(IndexError):
            data[len(whole)]
        path.write_bytes(whole[:5000])
        with pytest.raises(DamagedError):
            extent(data)
