"""The table, files and folders; and bytes from anywhere, which are never more than a list of problems."""

from __future__ import annotations

import subprocess
import sys

import msgspec
import pytest
from format_cases import ORDERED, WRITTEN, read_path
from hypothesis import given
from hypothesis import strategies as st

from dragoman.formats import format_files, registry
from dragoman.formats.outcome import Options, Written
from dragoman.formats.registry import FORMATS
from dragoman.problems import CATALOGUE, DragomanError
from dragoman.schema.submission import PredictedClaim, PredictedClaimant, PredictedEntity, Submission

LINES = [
    Submission(id="a", entities=[PredictedEntity(0, 2, type="LOC", id="T1")]),
    Submission(id="b", entities=[]),
]
TEXTS = {"a": "평양 😀\r\n", "b": "القاهرة"}


@pytest.mark.parametrize("name", WRITTEN)
def test_a_folder_and_back(name, tmp_path):
    format_ = FORMATS[name]
    paths = format_files.write_path(
        format_.write(LINES, TEXTS), tmp_path if format_.single else tmp_path / f"x{format_.suffixes[0]}"
    )
    assert all(path.parent == tmp_path for path in paths)
    assert format_files.gather(tmp_path).format is format_, "it is recognised"
    options = Options(texts=TEXTS, documents=() if name not in ORDERED else ("a", "b"))
    converted = read_path(format_, tmp_path, options)
    assert [line.id for line in converted.checked()] == ["a", "b"]
    if "entities" in format_.holds:
        assert [[(e.start, e.end, e.type) for e in line.entities] for line in converted.lines] == [[(0, 2, "LOC")], []]


def test_the_text_beside_is_read_as_it_is(tmp_path):
    text = "\ufeff평양\r\n"
    format_files.write_path(FORMATS["brat"].write([LINES[0]], {"a": text}), tmp_path)
    [line] = read_path(FORMATS["brat"], tmp_path / "a.ann").checked()
    assert line.text == text
    with pytest.raises(DragomanError, match="E403"):
        read_path(FORMATS["brat"], tmp_path, Options(texts={"a": "other"})).checked()
    (tmp_path / "a.txt").write_bytes(b"\xff")
    with pytest.raises(DragomanError, match="E102"):
        read_path(FORMATS["brat"], tmp_path).checked()


def test_links_and_empty_folders_are_refused(tmp_path):
    with pytest.raises(DragomanError, match="E101"):
        read_path(FORMATS["brat"], tmp_path)
    with pytest.raises(DragomanError, match="E101"):
        read_path(FORMATS["brat"], tmp_path / "none.ann")
    (tmp_path / "a.ann").write_text("")
    (tmp_path / "a.txt").symlink_to("/etc/hostname")
    with pytest.raises(DragomanError, match="E304"):
        read_path(FORMATS["brat"], tmp_path)
    (tmp_path / "b.ann").symlink_to(tmp_path / "a.ann")
    (tmp_path / "a.txt").unlink()
    with pytest.raises(DragomanError, match="E304"):
        read_path(FORMATS["brat"], tmp_path)


def test_names_never_leave_the_folder(tmp_path):
    with pytest.raises(DragomanError, match="E304"):
        format_files.write_path(Written({"../x": b"", "y": b""}), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(DragomanError, match="E204"):
        format_files.write_path(FORMATS["brat"].write(LINES, {}), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_one_bad_file_spoils_all_and_is_named():
    converted = format_files.read_files(FORMATS["timeml"], {"a.tml": b"<d/>", "b.tml": b"<d>"})
    assert [(problem.code, problem.file) for problem in converted.problems] == [("E209", "b.tml")]
    assert converted.lines == []
    twice = {"x/a.ann": b"", "y/a.ann": b""}
    assert [problem.code for problem in format_files.read_files(FORMATS["brat"], twice).problems] == ["E302"]


def test_lines_are_written_as_a_submission():
    claim = PredictedClaim(content=[(0, 2)], claimants=[PredictedClaimant(role="MENTION", mention="T1")])
    line = Submission(id="a", entities=[PredictedEntity(0, 2, type="LOC", id="T1")], dates=[], claims=[claim])
    data = format_files.jsonl([line, Submission(id="b")])
    assert data.decode() == (
        '{"claims":[{"claimants":[{"mention":"T1","role":"MENTION"}],"content":[[0,2]]}],"dates":[],'
        '"entities":[{"end":2,"id":"T1","start":0,"type":"LOC"}],"id":"a"}\n{"id":"b"}\n'
    )
    assert msgspec.json.decode(data.split(b"\n")[0], type=Submission) == line


def test_formats_are_found_by_name():
    assert registry.named("conll") is FORMATS["conll"]
    with pytest.raises(DragomanError, match="conll, brat, spacy, docbin, tuples, pipeline"):
        registry.named("CoNLL")


fragments = st.sampled_from(
    [
        *(
            "T1\tPER 0 1\ta\n",
            "T1",
            "\t",
            "\n",
            " ",
            "0",
            "1",
            "A1\tId T1 x\n",
            "R1\tCue Arg1:T1 Arg2:T1\n",
            "E1\tClaim:T1\n",
        ),
        *(
            "a B-X\n",
            "a\tI-X\n",
            "# newdoc id = a\n",
            "# global.columns = FORM START END TAG\n",
            "-DOCSTART-\n",
            "E-X",
            "é",
        ),
        *(
            "[",
            "]",
            "{",
            "}",
            '"text":"a"',
            '"ents":',
            '"start":',
            '"end":',
            ",",
            ":",
            "null",
            '"entity":"B-X"',
            "1e400",
        ),
        *(
            "<d>",
            "</d>",
            "<TEXT>",
            "</TEXT>",
            '<TIMEX3 tid="t1">',
            "</TIMEX3>",
            "&amp;",
            "<!DOCTYPE d [",
            "]>",
            "평",
            "😀",
        ),
        *("T1\tClaim 0 1;1 2\taa\n", "N1\tReference T1 a:b\n", '[{"entity_group":"X","start":0,"end":1}]', "²"),
    ]
)
junk = st.one_of(st.binary(max_size=60), st.lists(fragments, max_size=14).map(lambda parts: "".join(parts).encode()))


@pytest.mark.parametrize("name", FORMATS)
@given(data=junk, text=st.none() | st.just("a 평\n"))
def test_bytes_from_anywhere_are_never_more_than_problems(name, data, text):
    options = Options(texts={} if text is None else {"document": text})
    converted = FORMATS[name].read(data, options)
    failed = any(problem.severity == "error" for problem in converted.problems)
    assert not (failed and converted.lines)
    assert all(problem.code in CATALOGUE for problem in converted.problems)
    for line in converted.lines:
        known = options.texts.get(line.id, line.text)
        for span in (*(line.entities or []), *(line.dates or [])):
            assert 0 <= span.start < span.end
            assert known is None or span.text == known[span.start : span.end]
    if FORMATS[name].write is not None:
        FORMATS[name].write(converted.lines, options.texts)


def test_importing_is_light():
    code = (
        "import sys, dragoman.formats.registry; "
        "print([name for name in ('numpy', 'pyarrow', 'scipy', 'spacy', 'transformers') if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert shown.strip() == "[]"
