"""Files of other tools that are made to hurt: a numbered problem before memory is taken, whatever the format."""

import json
import subprocess
import sys
import zlib

import msgspec
import numpy as np
import pytest
from format_cases import read_path

from dragoman.formats import format_files, registry
from dragoman.formats.item_bounds import MAX_ITEMS, MAX_ROWS, items_in
from dragoman.formats.spacy_docbin import MAX_TOKENS
from dragoman.problems import DragomanError

READ = """
import json, resource, sys
from pathlib import Path
import dragoman.formats.pipeline, dragoman.formats.spacy_docbin, dragoman.reading.foreign
from dragoman.reading.labelled_file import LabelledFile
from dragoman.reading.parsing import parse_file
from dragoman.reading.read import read_parsed
from dragoman.reading.target import Target
try:
    import cassis
except ImportError:
    pass
said = {}
for path, name in json.loads(sys.argv[1]):
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + 2**28 + 2**26, resource.RLIM_INFINITY))
    parsed = parse_file(path, LabelledFile(path, format=name))
    said[Path(path).name] = [problem.code for problem in read_parsed(parsed, Target()).problems]
print(json.dumps(said))
"""
CAS = b'<xmi:XMI xmlns:xmi="http://www.omg.org/XMI" xmi:version="2.0">'
# What a file begins with, what is repeated in it, and how it ends.
MANY = {
    "doccano": (b'{"id":1,"text":"abc","label":[', b'[0,1,"A"],', b'[0,1,"A"]]}\n'),
    "prodigy": (b'{"text":"abc","spans":[', b"{},", b"{}]}\n"),
    "label-studio": (b'[{"id":1,"data":{"text":"abc"},"annotations":[{"result":[', b"{},", b"{}]}]}]\n"),
    "tuples": (b'[["abc",{"entities":[', b"[],", b"[]]}]]"),
    "pipeline": (b"[[", b"{},", b"{}]]"),
    "spacy": (b'{"text":"abc","ents":[', b"{},", b"{}]}"),
    "hf": (b'{"id":"d","tokens":[', b'"a",' * 4, b'"a"],"ner_tags":[]}\n'),
    "gliner": (b'{"tokenized_text":[', b'"a",' * 4, b'"a"],"ner":[]}\n'),
    "timeml": (b"<TimeML><TEXT>", b"<a/>", b"</TEXT></TimeML>"),
    "xmi": (CAS, b"<a/>", b"</xmi:XMI>"),
    "webanno": (b"#FORMAT=WebAnno TSV 3.2\n#T_SP=webanno.custom.NE|value\n", b"1-1\t0-1\ta\tPER\n", b"\n"),
    "brat": (b"", b"T1\tPER 0 1\ta\n", b""),
    "conll": (b"", b"a O\n", b"\n"),
}
DEEP = {
    "doccano": b'{"text":' + b"[" * 100_000,
    "prodigy": b'{"text":"a","spans":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "label-studio": b"[" * 100_000 + b"]" * 100_000,
    "timeml": b"<TimeML>" + b"<a>" * 100_000,
    "xmi": CAS + b"<a>" * 100_000,
}
ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">%s]>' % b"".join(
    b'<!ENTITY %c "%s">' % (name, b"&%c;" % (name - 1) * 10) for name in range(ord("b"), ord("k"))
)


def many_tokens():
    """A DocBin that says it has more tokens than are read."""
    tokens = pytest.importorskip("spacy.tokens")
    made = msgspec.msgpack.decode(zlib.decompress(tokens.DocBin(attrs=["ORTH"]).to_bytes()))
    made["lengths"] = np.array([1, MAX_TOKENS], np.int32).tobytes()
    return zlib.compress(msgspec.msgpack.encode(made))


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """Codes of the problems of each file, read by one process that may take 320 MB more for each."""
    if not sys.platform.startswith("linux"):
        pytest.skip("a bound on memory needs Linux")
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "brat.txt").write_text("abc")
    files = {
        name: head + unit * ((MAX_ROWS if name == "conll" else MAX_ITEMS) + 1) + tail
        for name, (head, unit, tail) in MANY.items()
    }
    files |= {f"{name}.deep": data for name, data in DEEP.items()}
    files["docbin"] = many_tokens()
    files["timeml.entities"] = ENTITIES + b"<TimeML><TEXT>&j;</TEXT></TimeML>"
    files["xmi.entities"] = ENTITIES + CAS + b"&j;</xmi:XMI>"
    for name, data in files.items():
        (folder / name).write_bytes(data)
    given = json.dumps([(str(folder / name), name.partition(".")[0]) for name in files])
    run = subprocess.run([sys.executable, "-c", READ, given], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-3000:]
    return json.loads(run.stdout)


@pytest.mark.parametrize("name", [*MANY, "docbin"])
def test_what_is_too_much_is_refused_before_objects_are_made(said, name):
    assert said[name] == ["E106"]


def test_deep_nesting_and_entities_are_refused(said):
    assert {name: codes[0] for name, codes in said.items() if "." in name} == {
        **{f"{name}.deep": "E201" for name in ("doccano", "prodigy", "label-studio")},
        **dict.fromkeys(("timeml.deep", "xmi.deep", "timeml.entities", "xmi.entities"), "E209"),
    }


def test_files_of_a_folder_have_a_limit_together(tmp_path, monkeypatch):
    (tmp_path / "sub").mkdir()
    for name in "ab":
        (tmp_path / "sub" / f"{name}.conll").write_text("Kim B-PER\n" * 20)
    monkeypatch.setattr(format_files, "MAX_ROWS", 30)
    assert [problem.code for problem in read_path(registry.named("conll"), tmp_path / "sub").problems] == ["E106"]
    monkeypatch.setattr(format_files, "MAX_BYTES", 300)
    with pytest.raises(DragomanError, match="E106"):
        read_path(registry.named("conll"), tmp_path / "sub")


@pytest.mark.parametrize(
    ("data", "number", "kind"),
    [
        (b"", 1, "lines"),
        (b"\xef\xbb\xbf [1,2,3,4,5,6,7,8,9]", 2, "objects and lists"),
        (b" <a><b/></a>", 3, "tags"),
        (b"a O\nb O\n", 3, "lines"),
    ],
)
def test_items_are_counted_by_their_signs(data, number, kind):
    assert items_in(data) == (number, kind)
