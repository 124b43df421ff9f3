"""Files: read within bounds and checked to the byte, written whole or not at all."""

from __future__ import annotations

import errno
import gzip
import io
import os
import signal
import subprocess
import sys
import textwrap
import threading
import tracemalloc
import zlib

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dragoman import compression, files, json_text, utf8
from dragoman.problems import DragomanError


def codes(call, *args, **kwargs):
    """Codes of the problems that a call raises; none where it succeeds. Anything else that it raises fails the test."""
    try:
        call(*args, **kwargs)
    except DragomanError as cause:
        return [found.code for found in cause.problems]
    return []


def problem(call, *args, **kwargs):
    with pytest.raises(DragomanError) as caught:
        call(*args, **kwargs)
    assert len(caught.value.problems) == 1
    return caught.value.problems[0]


def saved(tmp_path, data, name="in.txt"):
    path = tmp_path / name
    path.write_bytes(data)
    return path


# --- reading


@given(data=st.binary(max_size=200))
@example(data=b"\x1f")
@example(data=b"")
def test_plain_and_packed_read_the_same(data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("read")
    assert files.read_bytes(saved(folder, gzip.compress(data))) == data
    if compression.kind(data) is None:
        assert files.read_bytes(saved(folder, data)) == data


def test_a_pipe_is_read(tmp_path):
    reading, writing = os.pipe()
    os.write(writing, gzip.compress(b"abc"))
    os.close(writing)
    try:
        assert files.read_bytes(f"/dev/fd/{reading}") == b"abc"
    finally:
        os.close(reading)


@pytest.mark.parametrize("path", ["missing", ".", "a\0b", "x" * 5000, "missing/\ud800"])
def test_what_cannot_be_opened_is_e101(tmp_path, path):
    found = problem(files.read_bytes, f"{tmp_path}/{path}")
    assert (found.code, found.file) == ("E101", f"{tmp_path}/{path}")


def test_standard_input_over_the_limit_says_what_to_do(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"a" * 10)))
    over = problem(files.read_bytes, "-", limit=9)
    assert (over.code, over.file, "to a file" in over.hint) == ("E106", "", True)


def test_the_limit_is_on_what_is_read(tmp_path):
    path = saved(tmp_path, b"a" * 10)
    assert files.read_bytes(path, limit=10) == b"a" * 10
    assert problem(files.read_bytes, path, limit=9).code == "E106"


def test_a_gzip_bomb_stops_at_the_limit(tmp_path):
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(bytes(2**20)) for _ in range(256)) + packer.flush()
    assert len(bomb) < 2**19
    path = saved(tmp_path, bomb)
    tracemalloc.start()
    try:
        assert problem(files.read_bytes, path, limit=2**20).code == "E106"
        assert tracemalloc.get_traced_memory()[1] < 2**23
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("end", [2, 5, 11, 30, -9, -5, -1])
def test_a_truncated_gzip_is_e107(tmp_path, end):
    packed = gzip.compress(bytes(range(256)) * 4)
    assert problem(files.read_bytes, saved(tmp_path, packed[:end])).code == "E107"


@given(at=st.integers(0, 200), flip=st.integers(1, 255))
def test_a_damaged_gzip_is_noticed(at, flip, tmp_path_factory):
    whole = os.urandom(150)
    packed = bytearray(gzip.compress(whole))
    packed[10 + at % (len(packed) - 10)] ^= flip
    path = saved(tmp_path_factory.mktemp("gzip"), bytes(packed))
    assert codes(files.read_bytes, path) == ["E107"] or files.read_bytes(path) == whole


def test_rubbish_after_a_gzip_is_e107(tmp_path):
    assert problem(files.read_bytes, saved(tmp_path, gzip.compress(b"a") + b"rest")).code == "E107"


# --- text


@pytest.mark.parametrize(
    ("data", "code", "line", "byte"),
    [
        (b"\xef\xbb\xbfabc", "E103", 1, 0),
        ("조선".encode("utf-16"), "E103", 1, 0),
        ("\ufeffab".encode("utf-16-be"), "E103", 1, 0),
        ("ab\n".encode("utf-16-le"), "E103", 1, 0),
        ("ab\n".encode("utf-16-be"), "E103", 1, 0),
        ("\ufeffab".encode("utf-32-le"), "E103", 1, 0),
        (b"ab\ncd\0ef", "E104", 2, 5),
        (b"\0", "E104", 1, 0),
        (b"ab\n\xffcd", "E102", 2, 3),
        (b"ab\n\n\xec\xa1", "E102", 3, 4),
        (b"\xed\xa0\x80", "E102", 1, 0),
        (b"ok\xc0\xaf", "E102", 1, 2),
        (b"\xf5", "E102", 1, 0),
    ],
)
def test_text_that_is_none_names_line_and_byte(data, code, line, byte):
    found = problem(utf8.check_text, data, "in.txt")
    assert (found.code, found.file, found.line, found.byte) == (code, "in.txt", line, byte)


@given(
    good=st.text(alphabet="aé가😀\n", max_size=40),
    bad=st.sampled_from([b"\xff", b"\x80", b"\xec\xa1", b"\xf0\x9f\x98"]),
)
@pytest.mark.parametrize("chunk", [1, 2, 3, 5, 2**20])
def test_the_first_bad_byte_is_exact_whatever_the_chunks(monkeypatch_chunk, chunk, good, bad):
    monkeypatch_chunk(chunk)
    data = good.encode() + bad + b"\n" + good.encode()
    with pytest.raises(UnicodeDecodeError) as caught:
        data.decode()
    found = problem(utf8.check_text, data)
    assert (found.code, found.byte) == ("E102", caught.value.start)
    assert found.line == data[: found.byte].count(b"\n") + 1
    utf8.check_text(good.encode())


@pytest.fixture(scope="module")
def monkeypatch_chunk():
    with pytest.MonkeyPatch.context() as patch:
        yield lambda chunk: patch.setattr(files, "_CHUNK", chunk)


@given(st.binary(max_size=60))
def test_any_bytes_are_text_or_a_numbered_problem(data):
    found = codes(utf8.check_text, data, max_line=20)
    if found:
        assert found[0] in {"E102", "E103", "E104", "E105"}
        assert 0 <= problem(utf8.check_text, data, max_line=20).byte < len(data)
    else:
        assert "\0" not in data.decode()


def test_an_overlong_line_is_named():
    data = b"ab\n" + b"c" * 11 + b"\nd"
    found = problem(utf8.check_text, data, max_line=10)
    assert (found.code, found.line, found.byte) == ("E105", 2, 3)
    utf8.check_text(data, max_line=11)
    assert problem(utf8.check_text, b"a\nbbb", max_line=2).byte == 2


def test_text_is_read_as_it_is(tmp_path):
    for text in ("a\r\nb\rc\n", "e\u0301\u200f", "", "\ufdd0", "조선\u2028"):
        assert files.read_text(saved(tmp_path, text.encode())) == text


# --- TOML and JSON


@pytest.mark.parametrize("data", [b"a = ", b"a = 1\na = 2", b"[[x]", b"a = " + b"[" * 5000, b"a = " + b"1" * 5000])
def test_bad_toml_is_e207(tmp_path, data):
    assert problem(files.read_toml, saved(tmp_path, data)).code == "E207"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "E201"),
        (b"{", "E201"),
        (b'{"a": NaN}', "E201"),
        (b'{"a": ' + b"[" * 100_000, "E202"),
        (b"[]", "E202"),
        (b'{"a": "x"}', "E202"),
    ],
)
def test_bad_json_is_numbered(data, code):
    found = problem(json_text.decode, data, dict[str, int], "in.json", 7)
    assert (found.code, found.file, found.line) == (code, "in.json", 7)


@pytest.mark.parametrize(("data", "code"), [(b"[" * 100_000, "E201"), (b'"\xff"', "E102"), (b"[1e999]", "E202")])
def test_bad_json_of_any_type_is_numbered(data, code):
    assert problem(json_text.decode, data, object).code == code


def test_a_wrong_type_names_its_path():
    class Inner(msgspec.Struct):
        a: list[int]

    assert problem(json_text.decode, b'{"a": [1, "x"]}', Inner).path == "a[1]"


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)),
    max_leaves=8,
)


@given(json_values)
def test_json_is_the_same_bytes_for_the_same_content(value):
    canonical, pretty = json_text.canonical(value), json_text.pretty(value)
    assert b"\n" not in canonical
    assert pretty.endswith(b"\n")
    assert json_text.canonical(msgspec.json.decode(pretty)) == canonical
    assert json_text.pretty(msgspec.json.decode(canonical)) == pretty
    assert msgspec.json.decode(json_text.table(value)) == msgspec.json.decode(canonical)
    assert json_text.lines([value, value]) == (canonical + b"\n") * 2


def test_lists_of_numbers_are_on_one_line():
    value = {"rows": [[1, -2], [0.5, 1e300]], "text": "[\n 1,\n 2\n]", "none": [], "names": ["a", "1"]}
    written = json_text.table(value)
    assert b"  [1, -2],\n  [0.5, 1e300]\n" in written
    assert b'"names": [\n  "a",\n  "1"\n ]' in written
    assert msgspec.json.decode(written) == value


def test_keys_are_sorted_at_every_depth():
    assert json_text.canonical({"b": {"d": 1, "c": 2}, "a": "é"}) == '{"a":"é","b":{"c":2,"d":1}}'.encode()


# --- writing


def test_writing_says_whether_anything_was_written(tmp_path):
    path = tmp_path / "new" / "out.json"
    assert files.write(path, b"one")
    before = path.stat().st_mtime_ns
    assert not files.write(path, b"one")
    assert path.stat().st_mtime_ns == before
    assert files.write(path, b"two")
    assert path.read_bytes() == b"two"
    assert [entry.name for entry in path.parent.iterdir()] == ["out.json"]
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_name_of_the_longest_length_is_written(tmp_path):
    for name in ("x" * 255, "😀" * 63):
        assert files.write(tmp_path / name, b"")


def test_a_link_is_replaced_and_not_followed(tmp_path):
    secret = saved(tmp_path, b"same", "secret")
    (tmp_path / "out").symlink_to(secret)
    assert files.write(tmp_path / "out", b"same")
    assert files.write(tmp_path / "out", b"other")
    assert secret.read_bytes() == b"same"
    assert not (tmp_path / "out").is_symlink()


def test_a_device_is_written_into_and_not_replaced(tmp_path):
    # Through links of our own: were they replaced, the machine would keep its devices.
    full, nothing = tmp_path / "full", tmp_path / "null"
    full.symlink_to("/dev/full")
    nothing.symlink_to("/dev/null")
    assert problem(files.write, full, b"x").code == "E108"
    assert files.write(nothing, b"x")
    assert sorted(tmp_path.iterdir()) == [full, nothing]
    assert all(path.is_symlink() for path in (full, nothing))


def test_a_pipe_is_written_into(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    assert files.write(pipe, b"through")
    assert os.read(reading, 100) == b"through"
    os.close(reading)
    assert pipe.is_fifo()


@pytest.mark.parametrize("path", ["folder", "file/below", "a\0b", "x" * 300])
def test_what_cannot_be_written_is_e108_and_leaves_nothing(tmp_path, path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"")
    assert problem(files.write, f"{tmp_path}/{path}", b"data").code == "E108"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["file", "folder"]


@pytest.mark.parametrize("failing", ["fsync", "fdopen"])
def test_a_full_disk_changes_nothing(tmp_path, monkeypatch, failing):
    path = saved(tmp_path, b"old")
    real = getattr(os, failing)

    def full(handle, *_):
        if failing == "fdopen":
            os.close(handle)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, failing, full)
    found = problem(files.write, path, b"new")
    monkeypatch.setattr(os, failing, real)
    assert found.code == "E108"
    assert "No space left" in found.what
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["in.txt"]


def test_an_interrupt_leaves_no_rubbish(tmp_path, monkeypatch):
    path = saved(tmp_path, b"old")

    def interrupted(_handle):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        files.write(path, b"new")
    assert [entry.name for entry in tmp_path.iterdir()] == ["in.txt"]
    assert path.read_bytes() == b"old"


@pytest.mark.parametrize("content", [b"new", b"old"])
@pytest.mark.parametrize("moment", ["fsync", "replace"])
def test_killed_at_any_moment_the_old_file_stands(tmp_path, moment, content):
    path = saved(tmp_path, b"old")
    script = f"""
        import os, pathlib, signal, sys
        from dragoman import compression, files, json_text
        def die(*_):
            os.kill(os.getpid(), signal.SIGKILL)
        if {moment!r} == "fsync":
            os.fsync = die
        else:
            pathlib.Path.replace = die
        files.write(sys.argv[1], b"new" * 100_000)
    """
    run = subprocess.run([sys.executable, "-c", textwrap.dedent(script), str(path)], check=False)
    assert run.returncode == -signal.SIGKILL
    assert path.read_bytes() == b"old"
    (part,) = (each for each in tmp_path.iterdir() if each != path)
    assert files.is_part(part)
    files.write(path, content)
    assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


def test_what_was_killed_goes_with_the_next_write_also_where_nothing_is_to_be_written(tmp_path):
    path = saved(tmp_path, b"old")
    part = tmp_path / f".write-{files.sha256(b'in.txt')[:16]}.part"
    part.write_bytes(b"left")
    assert not files.write(path, b"old")
    assert list(tmp_path.iterdir()) == [path]


def test_others_and_parts_go_together_and_a_write_under_way_goes_on(tmp_path, monkeypatch):
    for name in ("a.html", "b.html", ".write-half.part"):
        saved(tmp_path, b"", name)
    real = os.fsync

    def meanwhile(handle):
        files.remove_others(tmp_path, "*.html", [tmp_path / "a.html"])
        real(handle)

    monkeypatch.setattr(os, "fsync", meanwhile)
    assert files.write(tmp_path / "c.txt", b"c")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.html", "c.txt"]


def test_two_writers_of_one_file_leave_it_whole(tmp_path):
    path, contents = tmp_path / "out", [bytes([65 + at]) * 100_000 for at in range(4)]

    def write(at):
        for _ in range(20):
            files.write(path, contents[at])

    threads = [threading.Thread(target=write, args=[at]) for at in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_bytes() in contents
    assert list(tmp_path.iterdir()) == [path]


def test_a_message_says_what_was_not_changed_and_of_a_device_nothing(tmp_path):
    (tmp_path / "full").symlink_to("/dev/full")
    (tmp_path / "folder").mkdir()
    assert "as it was" not in problem(files.write, tmp_path / "full", b"x").hint
    assert "this file is as it was" in problem(files.write, tmp_path / "folder", b"x").hint


# --- files of folders that somebody else made


def test_a_pipe_is_refused_where_a_file_has_to_be(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, "/dev/null"):
        assert problem(files.read_regular, path).code == "E101"
    assert problem(files.read_regular, tmp_path / "none").code == "E101"
    path = saved(tmp_path, gzip.compress(b"x"))
    assert files.read_regular(path) == path.read_bytes()
    assert problem(files.read_regular, path, limit=3).code == "E106"


def test_the_limit_is_not_asked_for_at_once(tmp_path):
    code = "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31))\n"
    code += "from dragoman import compression, files, json_text; sys.stdout.buffer.write(files.read_bytes(sys.argv[1]))"
    for data in (b"abc", gzip.compress(b"abc")):
        path = saved(tmp_path, data)
        assert subprocess.run([sys.executable, "-c", code, path], check=True, capture_output=True).stdout == b"abc"


# --- names


@pytest.mark.parametrize("name", ["000.json", "a-b_c", "조선.toml", "...", "a b"])
def test_a_plain_name_is_a_child(tmp_path, name):
    assert files.child(tmp_path, name) == tmp_path / name


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "..", "../x", "/etc", "a/b", "a\\b", "C:x", "a\0b", "a\nb", "a\x7f", "a\x85b"),
        "\u202etxt.exe",
        "\ud800",
        *("x" * 201, "a*", "a?", "\u200b", "\u2028"),
    ],
)
def test_a_name_that_leads_elsewhere_or_hides_is_e304(tmp_path, name):
    found = problem(files.child, tmp_path, name)
    assert found.code == "E304"
    assert str(found).isprintable()


@given(st.text(alphabet=st.characters(), max_size=20))
def test_a_child_is_always_directly_below(name):
    root = files.Path("/some/folder")
    if codes(files.child, root, name):
        assert codes(files.child, root, name) == ["E304"]
    else:
        assert files.child(root, name).parent == root
        assert os.path.normpath(files.child(root, name)) == str(files.child(root, name))


def test_a_loop_of_links_is_resolved_as_far_as_it_goes(tmp_path):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert files.resolved(tmp_path / "loop" / ".." / "loop").parent == tmp_path.resolve()


def test_very_many_objects_are_refused_before_they_are_made(tmp_path, monkeypatch):
    path = tmp_path / "result.json"
    path.write_bytes(b'{"a": [' + b"[],[1]," * 100 + b"0]}")
    assert len(files.read_json(path, dict)["a"]) == 201
    monkeypatch.setattr(files, "MAX_DECODED", 20_000)
    assert problem(files.read_json, path, dict).code == "E106"


def test_the_lines_of_a_file_may_be_as_many_as_its_bytes():
    """Looking for long lines takes steps of the longest one, not one a line."""
    data = b"\n" * 5 + b"ab\n" * 3 + b"abc\n"
    utf8.check_text(data, max_line=3)
    with pytest.raises(DragomanError) as cause:
        utf8.check_text(data + b"\nabcd\n", max_line=3)
    assert (cause.value.problems[0].code, cause.value.problems[0].line) == ("E105", 11)
