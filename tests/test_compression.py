"""Compressed files read as plain ones do; what is cut off, or would fill the memory, is refused."""

import bz2
import gzip
import io
import lzma
import tracemalloc
import zipfile

import pytest
import zstandard

import dragoman
from dragoman import compression, files
from dragoman.problems import DragomanError
from dragoman.reading.shards import shards_of


def zipped(data, *more):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("folder/", b"")
        archive.writestr("__MACOSX/folder/._pred.jsonl", b"what a Mac adds")
        for at, content in enumerate((data, *more)):
            archive.writestr(f"folder/{at}.jsonl", content)
    return made.getvalue()


PACK = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": lambda data: zstandard.ZstdCompressor().compress(data),
    "zip": zipped,
}
GOLD = b'{"entities":[{"end":3,"start":0,"type":"PER"}],"id":"a"}\n'


def refused(call, *arguments, **options):
    with pytest.raises(DragomanError) as raised:
        call(*arguments, **options)
    (problem,) = raised.value.problems
    return problem


@pytest.mark.parametrize("kind", PACK)
def test_every_door_reads_what_is_compressed(kind, tmp_path):
    packed = PACK[kind](GOLD)
    assert compression.kind(packed) == kind
    (tmp_path / "packed").write_bytes(packed)
    for form in (tmp_path / "packed", packed):
        result = dragoman.score(form, form, measures=["entities.strict"], intervals=False)
        assert result["entities.strict.f1"] == 1.0
        assert dragoman.validate(form, GOLD) == []
    assert dragoman.convert(tmp_path / "packed").files["submission.jsonl"] == GOLD


@pytest.mark.parametrize("kind", PACK)
def test_what_is_cut_off_is_refused(kind, tmp_path):
    packed = PACK[kind](bytes(range(256)) * 40)
    for end in (len(packed) // 2, len(packed) - 1):
        (tmp_path / "cut").write_bytes(packed[:end])
        assert refused(files.read_bytes, tmp_path / "cut").code == "E107"
        assert refused(files.unpacked, packed[:end]).code == "E107"


@pytest.mark.parametrize("kind", PACK)
def test_what_would_fill_the_memory_is_refused_before_it_does(kind, tmp_path):
    (tmp_path / "bomb").write_bytes(PACK[kind](bytes(2**26)))
    tracemalloc.start()
    try:
        assert refused(files.read_bytes, tmp_path / "bomb", limit=2**20).code == "E106"
        assert tracemalloc.get_traced_memory()[1] < 3 * 2**24
    finally:
        tracemalloc.stop()


def test_frames_and_streams_after_each_other_are_one_file(tmp_path):
    for kind in ("gzip", "bzip2", "xz", "zstd"):
        (tmp_path / kind).write_bytes(PACK[kind](b"one\n") + PACK[kind](b"two\n"))
        assert files.read_bytes(tmp_path / kind) == b"one\ntwo\n"


def test_an_archive_of_several_files_is_named_and_not_guessed_at(tmp_path):
    (tmp_path / "two.zip").write_bytes(zipped(GOLD, GOLD))
    problem = refused(dragoman.score, tmp_path / "two.zip", GOLD)
    assert "zip archive of 2 files" in problem.what
    assert "Unpack" in problem.hint
    locked = bytearray(zipped(GOLD))
    locked[locked.rindex(b"PK\1\2") + 8] |= 1  # the flag of an encrypted file
    assert refused(files.unpacked, bytes(locked)).code == "E107"


def test_without_zstandard_the_extra_is_named(monkeypatch, tmp_path):
    (tmp_path / "pred.jsonl.zst").write_bytes(PACK["zstd"](GOLD))
    monkeypatch.setitem(__import__("sys").modules, "zstandard", None)
    problem = refused(files.read_bytes, tmp_path / "pred.jsonl.zst")
    assert "dragoman[formats]" in problem.hint


def test_compressed_shards_are_shards(tmp_path):
    for suffix, kind in ((".bz2", "bzip2"), (".xz", "xz"), (".zst", "zstd"), (".gz", "gzip")):
        (tmp_path / f"{kind}.jsonl{suffix}").write_bytes(PACK[kind](GOLD.replace(b'"a"', f'"{kind}"'.encode())))
    assert len(shards_of(tmp_path)) == 4
    assert dragoman.score(tmp_path, tmp_path, measures=["entities.strict"], intervals=False).coverage.documents == 4


def test_standard_input_is_read_once(monkeypatch):
    def given():
        return io.TextIOWrapper(io.BytesIO(PACK["xz"](GOLD)))

    for call in (
        lambda: dragoman.score("-", GOLD, intervals=False)["entities.strict.f1"] == 1.0,
        lambda: dragoman.score(GOLD, "-", intervals=False)["entities.strict.f1"] == 1.0,
        lambda: dragoman.validate("-", GOLD) == [],
        lambda: dragoman.convert("-").files["submission.jsonl"] == GOLD,
    ):
        monkeypatch.setattr("sys.stdin", given())
        assert call()
    assert refused(dragoman.score, "-", "-").code == "E202"
