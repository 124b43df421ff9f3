"""Logs of inspect_ai, made here as the archives that they are: what is read, and what is refused with words."""

import json
import struct
import zipfile

import pytest
import zstandard

import dragoman
from dragoman.formats.item_bounds import MAX_ITEMS
from dragoman.problems import DragomanError
from dragoman.reading import inspect_log

LINE = {"id": "a", "dates": [{"start": 0, "end": 1, "type": "DATE"}]}
GOLD = [{"id": "a", "text": "1 2", "dates": [{"start": 0, "end": 1, "type": "DATE"}]}]


def header(epochs=1, **changed):
    metadata = {"split": "test", "resources": ["text"]}
    return {"eval": {"model": "a/b", "config": {"epochs": epochs}, "metadata": metadata} | changed}


def sample(epoch=1, line=LINE):
    return {
        "id": "a",
        "epoch": epoch,
        "scores": {"labels": {"value": {"dates": float("nan")}, "metadata": {"line": line}}},
    }


def log(path, members, packed=False):
    """Write a log; ``packed``: with zstd, which the library cannot write: its bytes are put in stored, and renamed."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED) as archive:
        for name, value in members.items():
            data = json.dumps(value).encode()
            archive.writestr(name, zstandard.compress(data) if packed else data)
    if packed:
        data = bytearray(path.read_bytes())
        for mark, at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
            place = data.find(mark)
            while place >= 0:
                struct.pack_into("<H", data, place + at, 93)
                place = data.find(mark, place + 4)
        path.write_bytes(data)
    return path


@pytest.mark.parametrize("packed", [False, True])
def test_answers_are_read_by_epoch(tmp_path, packed):
    members = {"samples/a_1.json": sample(1), "samples/a_2.json": sample(2, None), "header.json": header(2)}
    read = inspect_log.read(log(tmp_path / "x.eval", members, packed))
    assert read.epochs == [[LINE], []]
    assert (read.card.name, read.card.resources, read.split) == ("a/b", ["text"], "test")


def test_a_log_is_scored_wherever_labels_are_taken(tmp_path):
    path = log(tmp_path / "x.eval", {"samples/a.json": sample(), "header.json": header()})
    result = dragoman.score(path, GOLD)
    assert result["dates.exact.f1"] == 1.0
    assert result.system.name == "a/b"
    assert dragoman.validate(path, GOLD) == []
    twice = {"samples/a_1.json": sample(1), "samples/a_2.json": sample(2, None), "header.json": header(2)}
    path = log(tmp_path / "y.eval", twice)
    result = dragoman.score(path, GOLD)
    assert result["dates.exact.f1"] == 0.5
    assert result["dates.exact"]["spread"]["high"] == 1.0


@pytest.mark.parametrize(
    ("members", "code", "says"),
    [
        ({"samples/a.json": sample()}, "E202", "did not end"),
        ({"header.json": {"eval": {"model": "m"}}}, "E202", "another task"),
        ({"header.json": []}, "E202", "another task"),
        ({"header.json": header(resources=1), "samples/a.json": []}, "E202", "no sample"),
        ({"header.json": header(), "samples/a.json": sample(5)}, "E202", "no sample"),
    ],
)
def test_what_is_no_log_of_the_task_is_said(tmp_path, members, code, says):
    with pytest.raises(DragomanError) as caught:
        inspect_log.read(log(tmp_path / "x.eval", members))
    (problem,) = caught.value.problems
    assert problem.code == code
    assert says in problem.what
    assert problem.file.endswith("x.eval")


@pytest.mark.parametrize("data", [b"", b"nothing", b"PK\x03\x04" + b"x" * 40])
def test_a_damaged_log_is_no_traceback(tmp_path, data):
    path = tmp_path / "x.eval"
    path.write_bytes(data)
    with pytest.raises(DragomanError) as caught:
        dragoman.score(path, GOLD)
    assert caught.value.problems[0].code == "E107"


def test_every_byte_may_be_wrong(tmp_path):
    members = {"samples/a.json": sample(), "header.json": header()}
    whole = log(tmp_path / "x.eval", members, packed=True).read_bytes()
    path = tmp_path / "y.eval"
    codes = set()
    for at in range(0, len(whole), 3):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        try:
            inspect_log.read(path)
        except DragomanError as cause:
            codes.add(cause.problems[0].code)
    assert {"E107"} <= codes <= {"E106", "E107", "E202"}


def test_a_file_that_unpacks_into_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(inspect_log, "MAX_MEMBER", 100)
    for packed in (False, True):
        path = log(tmp_path / f"{packed}.eval", {"header.json": ["x"] * 1000}, packed)
        with pytest.raises(DragomanError) as caught:
            inspect_log.read(path)
        assert caught.value.problems[0].code == "E106"


def test_a_file_of_very_many_objects_is_refused_before_they_are_made(tmp_path):
    path = log(tmp_path / "many.eval", {"header.json": [[]] * (MAX_ITEMS + 1)}, packed=True)
    with pytest.raises(DragomanError, match=f"over {MAX_ITEMS:,} objects and lists"):
        inspect_log.read(path)
