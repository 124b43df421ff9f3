"""A file is recognised by what is in it; where nothing or more than one format fits, one problem says so."""

from __future__ import annotations

import json
import pickle
import zipfile
from io import BytesIO

import pytest
from format_cases import WRITTEN

import dragoman
from dragoman.formats import registry
from dragoman.formats.registry import FORMATS, Format, recognise
from dragoman.problems import DragomanError
from dragoman.schema.submission import PredictedDate, PredictedEntity, Submission

LINES = [
    Submission(
        "a", entities=[PredictedEntity(0, 4, type="PER")], dates=[PredictedDate(14, 17, type="DATE", value="XXXX-05")]
    )
]
TEXTS = {"a": "Rana came on 1 May."}


def written(name):
    files = FORMATS[name].write(LINES, TEXTS).files
    return next(data for key, data in files.items() if key.endswith(FORMATS[name].suffixes) and key != "TypeSystem.xml")


@pytest.mark.parametrize("name", WRITTEN)
def test_what_is_written_is_recognised_whatever_it_is_called(name):
    for called in ("", "x", "x.txt", "x.json", "x.jsonl", "x.conll"):
        assert recognise(written(name), called).name == name


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"#FORMAT=WebAnno TSV 3.3\n#T_SP=A|x\n\n#Text=a\n1-1\t0-1\ta\t_\n", "webanno"),
        (b"T1\tPER 0 4\tRana\nA1\tForm T1 NAM\n#1\tAnnotatorNotes T1\tx\n", "brat"),
        (b"# a comment\n\nRana B-PER\nsaw O\n", "conll"),
        (b"-DOCSTART- -X- O O\n\nRana NNP B-NP B-PER\n", "conll"),
        (b"[ O\nRana B-PER\n] O\n", "conll"),
        (b"< O\nRana B-PER\n> O\n", "conll"),
        (b"<TEXT>in <TIMEX3 tid='t1'>May</TIMEX3></TEXT>", "timeml"),
        (b'[{"entity_group": "PER", "score": 0.9, "word": "a", "start": 0, "end": 1}]', "pipeline"),
        (b'[[], [{"entity": "B-PER", "score": 0.9, "word": "a", "index": 1, "start": 0, "end": 1}]]', "pipeline"),
        (b'[{"start": 0, "end": 1, "text": "a", "label": "person", "score": 0.9}]', "gliner"),
        (b'[{"text": "a", "label": "person"}]', "gliner"),
        (b'{"text": "a", "entities": []}', "gliner"),
        (b'{"tokenized_text": ["a"], "ner": [[0, 0, "X"]]}', "gliner"),
        (b'{"id": 1, "text": "a", "label": []}', "doccano"),
        (b'{"id": 1, "text": "a", "entities": [], "relations": []}', "doccano"),
        (b'{"text": "a", "spans": [], "answer": "accept"}', "prodigy"),
        (b'{"text": "a", "_task_hash": 1, "answer": "accept"}', "prodigy"),
        (b'{"text": "a", "ents": [], "tokens": []}', "spacy"),
        (b'["a", {"entities": []}]', "tuples"),
        (b'{"words": ["a"], "labels": ["O"]}', "hf"),
        (b'{"id": 1, "data": {"x": "a"}, "predictions": []}', "label-studio"),
    ],
)
def test_kin_are_recognised(data, name):
    assert recognise(data).name == name


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b'{"id": "a"}',
        b'{"id": "a", "entities": [{"start": 0, "end": 1, "label": "PER"}]}',
        b'{"id": "a", "entities": [',
        b'junk\n{"id": "a"}\n',
        b'{"id": "a", "colour": 1}',
        b'{"id": "a\0"}',
        b"null",
        b"[1, 2, 3]",
        b'[{"id": "a"}]',
        b"\xed\xa0\x80",
        '{"id": "a"}'.encode("utf-16"),
    ],
)
def test_what_is_meant_as_a_submission_is_left_to_its_reader(data):
    assert recognise(data) is None


def zipped():
    data = BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("a", "b")
    return data.getvalue()


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "PNG"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "JPEG"),
        (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
        (b'{\n "document": "a",\n "entities": [],\n "dates": [],\n "claims": []\n}\n', "annotations/"),
        (b'{\n "page": "000",\n "segments": [],\n "documents": []\n}\n', "curated page"),
        (b'{"id": "a", "raw": "{}", "status": "ok", "hash": "0"}\n', "log of a run"),
        (b'{\n "counts": {},\n "scores": {},\n "signature": ""\n}\n', "a result"),
        (b'[\n {\n  "id": "asean",\n  "names": [],\n  "wikidata": "Q7768"\n }\n]\n', "registry"),
        (b"<!doctype html>\n<html><body>Not found</body></html>", "HTML"),
        (b"\n<HTML><head/></HTML>", "HTML"),
        (b"<?xml version='1.0'?><rss/>", "XML"),
        (b"id,start,end,type\na,0,4,PER\na,5,9,LOC\n", "CSV"),
        (b"id;start;end\na;0;4\n", "CSV"),
        (zipped(), "ZIP"),
        (b"SQLite format 3\0", "SQLite"),
        (b"GGUF\3\0\0\0", "GGUF"),
        (b"\x93NUMPY\1\0", "NumPy"),
        (bytes(range(256)) * 4, "binary"),
        (json.dumps({"cells": [], "nbformat": 4}).encode(), "Jupyter"),
        (b"[1,\n2]", "JSON list"),
        (b"Rana came to Cairo.\nIt was May.\n", "no format"),
        *((pickle.dumps({"a": 1}, protocol), "pickle") for protocol in (2, 3, 4, 5)),
    ],
)
def test_a_wrong_kind_of_file_is_one_problem_that_names_it(data, word):
    with pytest.raises(DragomanError) as raised:
        recognise(data, "x.jsonl")
    [problem] = raised.value.problems
    assert (problem.code, problem.file) == ("E220", "x.jsonl")
    assert word in problem.what


def test_where_two_formats_fit_both_are_named():
    conll = FORMATS["conll"]
    registry.register(Format(*conll[:0], "twin", *conll[1:]))
    try:
        with pytest.raises(DragomanError, match=r"E221.*conll or twin.*--from conll or --from twin"):
            recognise(b"Rana B-PER\n")
    finally:
        registry._FORMATS.pop("twin")


@pytest.mark.parametrize("name", ["conll", "brat"])
def test_an_empty_file_is_of_the_format_that_its_name_says(name):
    assert recognise(b"", f"x{FORMATS[name].suffixes[0]}").name == name


BASE = "Kim\tB-PER\nIl\tI-PER\nmet\tO\nOslo\tB-LOC\n"


@pytest.mark.parametrize(
    ("data", "what", "hint"),
    [
        (BASE.replace("\t", ","), "separated by commas", "tabs"),
        (BASE.replace("\t", ";"), "separated by semicolons", "tabs"),
        (BASE.replace("\t", "|"), "separated by vertical bars", "tabs"),
        (BASE.replace("\t", "\u00a0"), "a space of another kind", "tabs"),
        ("word,ner\n" + BASE.replace("\t", ","), "separated by commas", "tabs"),
        ("word\tner\nKim\tB-PER\nmet\tO\n", "below a header", "first row"),
        ("B-PER\tKim\nI-PER\tIl\nO\tmet\n", "the tag first", "--columns form=2,tag=1"),
        ("Kim\tB-PER|B-ORG\nU\tI-ORG\n", "several tags in a cell", "form=1,tag=2,tag=3"),
        ("Kim\tB_PER\nIl\tPER-I\nmet\to\n", "another form", "B-PER"),
    ],
)
def test_rows_that_are_nearly_tokens_with_tags_are_told_what_they_lack(data, what, hint):
    with pytest.raises(DragomanError) as refused:
        recognise(data.encode())
    (problem,) = refused.value.problems
    assert (problem.code, what in problem.what, hint in problem.hint) == ("E220", True, True), problem


def test_hostile_rows_are_looked_at_in_no_time():
    row = "a " + "B-x|" * 10_000 + " z\n"
    with pytest.raises(DragomanError, match="E220"):
        recognise((row * 3).encode())
    short = "a " + "B-x|" * 200 + " z\n"
    with pytest.raises(DragomanError, match="E220"):
        recognise((short * 3).encode())


def test_whoever_names_columns_says_that_there_are_some():
    data = b"B-PER\tKim\nI-PER\tIl\nO\tmet\n"
    made = dragoman.convert(data, columns="form=2,tag=1", texts={}).files["submission.jsonl"]
    assert b'"text":"Kim Il","type":"PER"' in made
    lines = b'{"id":"a","text":"Kim","entities":[]}\n'  # what is recognised stays what it is
    assert dragoman.convert(lines, columns="form=2,tag=1", texts={}).documents == 1
