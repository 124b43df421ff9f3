"""Releases that somebody made to do harm, under right checksums: a numbered problem, little memory, no waiting."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import dragoman
from dragoman import json_text
from dragoman.files import sha256
from dragoman.release import parquet_rows, textless
from dragoman.release.integrity import SUMS, sums
from dragoman.schema import records

ROOT = Path(__file__).resolve().parents[2]
COMMAND = """
import pathlib, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (4 * 2**30, 4 * 2**30))
from dragoman.cli import main
try:
    main()
finally:
    used = pathlib.Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]
    sys.stderr.write(f"{int(used) // 1024} MB\\n")
"""
NAME = "data/segments/test.parquet"


def codes(*arguments):
    """Numbers of the problems that a command prints; it must end by itself within 2 GB and without a traceback."""
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, *map(str, arguments), "--json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == 1, done
    assert int(done.stderr.split()[-2]) < 2000
    return {problem["code"] for problem in json.loads(done.stdout)["problems"]}


def sealed(folder, path=None, data=None, **manifest):
    """Change a file and the manifest of a release, and set all checksums right."""
    mark = folder / ("manifest.json" if (folder / "manifest.json").exists() else "standoff.json")
    if path is not None:
        (folder / path).write_bytes(data)
    held = json.loads(mark.read_bytes()) | manifest
    held["checksums"] = {path: sha256((folder / path).read_bytes()) for path in held["checksums"]}
    mark.write_text(json.dumps(held))
    (folder / SUMS).write_bytes(sums({**held["checksums"], mark.name: sha256(mark.read_bytes())}))


@pytest.fixture
def whole(published_folder, tmp_path):
    return Path(shutil.copytree(published_folder, tmp_path / "whole"))


@pytest.fixture
def bare(bare_folder, tmp_path):
    return Path(shutil.copytree(bare_folder, tmp_path / "bare"))


def written(table, **options):
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, **options)
    return sink.getvalue().to_pybytes()


def equal_strings(count, length=100, **options):
    strings = pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int8()), count), pa.array(["x" * length]))
    return written(pa.table({"page": strings}), compression="zstd", store_schema=False, **options)


def nested(count):
    strings = pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int8()), count), pa.array(["x" * 100]))
    lists = pa.ListArray.from_arrays(pa.array([0, count], pa.int32()), strings)
    return written(pa.table({"page": ["a"], "kind": lists}), compression="zstd", store_schema=False)


BAD_PARQUET = {
    "nothing": (lambda: b"", "E701"),
    "no parquet": (lambda: b"PAR1 and more PAR1", "E701"),
    "other columns": (lambda: written(pa.table({"x": [1, 2]})), "E701"),
    "a column twice": (lambda: written(pa.table([pa.array(["a"]), pa.array(["b"])], names=["page", "page"])), "E701"),
    "not UTF-8": (
        lambda: written(pa.table({"page": pa.array([b"\xff", b"x"]).view(pa.string())})),
        "E701",
    ),
    "days": (lambda: written(pa.table({"page": pa.array([2**40], pa.timestamp("s"))})), "E701"),
    "equal strings": (lambda: equal_strings(40_000_000), "E106"),
    "long equal strings": (lambda: equal_strings(2000, 10**6), "E106"),
    "a long list": (lambda: nested(60_000_000), "E106"),
}


@pytest.mark.parametrize("kind", BAD_PARQUET)
def test_rows_that_are_none_or_too_many_have_a_number(whole, kind):
    make, code = BAD_PARQUET[kind]
    sealed(whole, NAME, make())
    assert codes("verify", whole) == {code}


@pytest.mark.parametrize("command", ["info", "diff"])
def test_every_command_says_it(whole, command):
    sealed(whole, NAME, b"PAR1 PAR1")
    assert codes(command, *(["--data"] if command == "info" else []), whole) == {"E701"}


def test_flipped_bytes_never_end_the_process(whole):
    """What a library does with damaged metadata is not waited for: they are read here first."""
    data = (whole / NAME).read_bytes()
    kinds = set()
    for at in range(0, len(data), 7):
        flipped = bytearray(data)
        flipped[at] ^= 1 << at % 8
        try:
            parquet_rows.Rows().read(bytes(flipped), records.Segment, 2, "x")
        except dragoman.DragomanError as cause:
            kinds |= {problem.code for problem in cause.problems}
    assert kinds <= {"E701", "E106"}
    assert "E701" in kinds


@pytest.mark.parametrize(
    "rows",
    [
        {},
        {"documents": {}},
        {"nothing": {"test": 1}},
        {"documents": {"../../x": 1}},
        {"documents": {"test": -1}},
        {"documents": {"test": 2**70}},
        {"documents": {"test": 3}},
        {"documents": {"\ud800": 1}},
    ],
)
def test_a_manifest_with_other_rows_has_a_number(whole, rows):
    sealed(whole, rows=rows)
    assert len(codes("info", "--data", whole)) == 1
    assert len(codes("verify", whole)) == 1


@pytest.mark.parametrize("options", [{}, {"use_dictionary": False}])
def test_bytes_are_counted_as_they_are_unpacked(monkeypatch, options):
    monkeypatch.setattr(parquet_rows, "MAX_UNPACKED", 10**6)
    data = equal_strings(1001, 1000, **options)
    assert len(data) < 20_000
    with pytest.raises(dragoman.DragomanError, match="E106"):
        parquet_rows.Rows().read(data, records.Segment, 1001, "x")


def test_the_limit_is_on_the_whole_release(whole, monkeypatch):
    monkeypatch.setattr(parquet_rows, "MAX_VALUES", 100)
    with pytest.raises(dragoman.DragomanError, match="E106"):
        dragoman.load(whole)


def test_a_card_that_is_not_utf_8_has_a_number(bare, tmp_path):
    sealed(bare, "card.md", b"# \xff")
    assert codes("verify", bare) == {"E102"}
    assert codes("rehydrate", bare, "--pages", ROOT / "corpus/pages", "--out", tmp_path / "out") == {"E102"}
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("size", [2**61, -1, 2**80, 1e300])
def test_a_size_that_is_none_has_a_number(bare, tmp_path, size):
    pages = json.loads((bare / "standoff.json").read_bytes())["pages"]
    pages[0]["bytes"] = size
    sealed(bare, pages=pages)
    for command in (["verify", bare], ["rehydrate", bare, "--pages", ROOT / "corpus/pages", "--out", tmp_path / "out"]):
        assert codes(*command) <= {"E202", "E201"}


@pytest.mark.parametrize(
    "change",
    [
        lambda row: row.update(title=[[0, 10**9]] * 100_000),
        lambda row: row.update(title=[[0, 2**70]]),
        lambda row: row.update(title=[[0]]),
        lambda row: row.update(title=1),
        lambda row: row.update(entities=[{"start": 0, "end": 10**9}] * 100_000),
        lambda row: row.update(claims=json.loads("[" * 400 + "]" * 400)),
        lambda row: row.update(page="none"),
        lambda row: row.clear(),
    ],
)
def test_rows_without_texts_that_are_none_have_a_number(bare, tmp_path, change, monkeypatch):
    path = "rows/documents/test.jsonl"
    rows = [json.loads(line) for line in (bare / path).read_bytes().splitlines()]
    change(rows[0])
    sealed(bare, path, json_text.lines(rows), fingerprint_without_texts="")
    command = ["rehydrate", bare, "--pages", ROOT / "corpus/pages", "--out", tmp_path / "out"]
    assert codes(*command) <= {"E715", "E106"}
    assert not (tmp_path / "out").exists()


def test_texts_are_not_repeated_without_end(monkeypatch):
    monkeypatch.setattr(textless, "MAX_TEXT", 10)
    cut = textless._Cutter()
    assert cut("abcdef", 1, 9) == "bcdef"
    with pytest.raises(dragoman.DragomanError, match="E106"):
        cut("abcdef", 0, 6)


@pytest.mark.parametrize("name", ["manifest.json", SUMS, NAME, "README.md", ".lock", ".unfinished"])
def test_a_pipe_in_a_release_is_not_waited_for(whole, tmp_path, name):
    (whole / name).unlink(missing_ok=True)
    os.mkfifo(whole / name)
    assert codes("verify", whole) <= {"E101", "E701", "E717"}
    if name not in (".lock", ".unfinished"):
        assert codes("info", "--data", whole) <= {"E101", "E701"}


@pytest.mark.parametrize("name", ["manifest.json", NAME, ".lock", "data"])
def test_a_pipe_where_a_release_is_to_be_written_is_not_waited_for(bare, whole, name):
    shutil.rmtree(whole / name) if name == "data" else (whole / name).unlink(missing_ok=True)
    os.mkfifo(whole / name)
    assert codes("rehydrate", bare, "--pages", ROOT / "corpus/pages", "--out", whole) <= {"E108", "E714"}


@pytest.mark.parametrize("path", ["corpus/sources.toml", "corpus/documents/000.json", "annotations/gold/x.json"])
def test_a_pipe_in_a_source_root_is_not_waited_for(tmp_path, path):
    for part in ("corpus/documents", "annotations/gold", "annotations/registry"):
        shutil.copytree(ROOT / part, tmp_path / part)
    shutil.copy(ROOT / "corpus/sources.toml", tmp_path / "corpus")
    (tmp_path / path).unlink(missing_ok=True)
    os.mkfifo(tmp_path / path)
    assert codes("info", "--data", tmp_path) == {"E101"}


def test_a_release_that_somebody_else_writes_is_left_alone(bare, tmp_path):
    from dragoman.locking import only_writer

    out = tmp_path / "out"
    with only_writer(out):
        assert codes("rehydrate", bare, "--pages", ROOT / "corpus/pages", "--out", out) == {"E108"}
    assert list(out.iterdir()) == []


def test_killed_in_the_first_write_a_release_is_written_the_next_time(bare, tmp_path):
    out = tmp_path / "out"
    code = "import os; os.fsync = lambda _: os.kill(os.getpid(), 9); from dragoman.cli import main; main()"
    words = ["rehydrate", bare, "--pages", ROOT / "corpus/pages", "--out", out]
    assert subprocess.run([sys.executable, "-c", code, *words], check=False).returncode == -9
    assert [path.suffix for path in out.iterdir() if path.name != ".lock"] == [".part"]
    again = "from dragoman.cli import main; main()"
    subprocess.run([sys.executable, "-c", again, *words], check=True, stdout=subprocess.DEVNULL)
    assert not list(out.rglob(".*"))
    assert dragoman.load(out).fingerprint == dragoman.load().fingerprint
