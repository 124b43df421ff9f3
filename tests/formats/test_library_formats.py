"""Files that the tools' own libraries write: spaCy's DocBin and Doc.to_json, and XMI of dkpro-cassis."""

from __future__ import annotations

import json
import zlib

import pytest

from dragoman.formats import spacy_docbin, spacy_json, uima_xmi
from dragoman.formats.outcome import Options

TEXT = "Rana 😀 saw New Cairo in May."


@pytest.fixture(scope="module")
def doc():
    spacy = pytest.importorskip("spacy")
    made = spacy.blank("en")(TEXT)
    made.set_ents([made.char_span(0, 4, label="PER", kb_id="Q1"), made.char_span(11, 20, label="LOC")])
    made.spans["more"] = [made.char_span(15, 20, label="LOC"), made.char_span(24, 27, label="DATE")]
    return made


def spans(line):
    return sorted((s.start, s.end, s.type) for s in (line.entities or []) + (line.dates or []))


EXPECTED = [(0, 4, "PER"), (11, 20, "LOC"), (15, 20, "LOC"), (24, 27, "DATE")]


def test_spacy_writes_and_we_read(doc):
    from spacy.tokens import DocBin

    data = DocBin(docs=[doc], store_user_data=True).to_bytes()
    [line] = spacy_docbin.read(data).checked()
    assert line.text == TEXT
    assert [span for span in spans(line) if span != (0, 4, "PER")] == EXPECTED[1:]
    [again] = spacy_json.read(json.dumps(doc.to_json()).encode()).checked()
    assert spans(again) == EXPECTED


def test_we_write_and_spacy_reads(doc):
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    [line] = spacy_json.read(json.dumps(doc.to_json()).encode(), Options(documents=("d1",))).checked()
    written = spacy_docbin.write([line], {"d1": TEXT}).files["submission.spacy"]
    [made] = DocBin().from_bytes(written).get_docs(Vocab())
    assert made.text == TEXT
    assert [(e.start_char, e.end_char, e.label_) for e in made.ents] == [
        (0, 4, "PER"),
        (11, 20, "LOC"),
        (24, 27, "DATE"),
    ]
    assert [line.id for line in spacy_docbin.read(written).checked()] == ["d1"]


@pytest.mark.parametrize(
    "data", [b"", b"x\x9c", b"x\x9cjunk", zlib.compress(b"\x81\xa5attrs\xc0"), zlib.compress(b"{}")]
)
def test_a_damaged_docbin_is_one_problem(data):
    pytest.importorskip("spacy")
    converted = spacy_docbin.read(data)
    assert [problem.code for problem in converted.problems] == ["E209"]


def test_a_docbin_is_bounded():
    converted = spacy_docbin.read(zlib.compress(b"\0" * (2**26 + 1)))
    assert [problem.code for problem in converted.problems] == ["E106"]


def named(cassis):
    types = cassis.TypeSystem()
    types.create_type(name=TOKEN, supertypeName="uima.tcas.Annotation")
    entity = types.create_type(name=NAMED, supertypeName="uima.tcas.Annotation")
    for feature in ("value", "identifier"):
        types.create_feature(entity, feature, "uima.cas.String")
    return types


def system(cassis):
    types = named(cassis)
    mark = types.create_type(name="my.Mark", supertypeName="uima.tcas.Annotation")
    types.create_feature(mark, "label", "uima.cas.String")
    return types


def cas_of(cassis, types, *spans_):
    cas = cassis.Cas(typesystem=types)
    cas.sofa_string = TEXT
    for name, start, end, fields in spans_:
        cas.add(types.get_type(name)(begin=start, end=end, **fields))
    return cas


NAMED = "de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity"
TOKEN = "de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Token"


@pytest.mark.parametrize("beside", [True, False], ids=["typesystem", "alone"])
def test_cassis_writes_and_we_read(beside):
    cassis = pytest.importorskip("cassis")
    types = system(cassis)
    cas = cas_of(
        cassis,
        types,
        (NAMED, 0, 4, {"value": "PER", "identifier": "Q1"}),
        (NAMED, 11, 20, {"value": "LOC"}),
        (TOKEN, 0, 4, {}),
        ("my.Mark", 5, 6, {"label": "x"}),
    )
    given = {"TypeSystem.xml": types.to_xml().encode()} if beside else {}
    converted = uima_xmi.read(cas.to_xmi().encode(), Options(beside=given))
    [line] = converted.checked()
    assert line.text == TEXT
    # The emoji is two units in the file, and one code point here.
    assert [(span.start, span.end, span.type, span.entity_ids) for span in line.entities] == [
        (0, 4, "PER", ["Q1"]),
        (11, 20, "LOC", None),
    ]
    assert converted.losses == {"annotations of other layers": 2}


def test_types_of_ones_own_are_labels():
    cassis = pytest.importorskip("cassis")
    types = system(cassis)
    cas = cas_of(cassis, types, ("my.Mark", 0, 4, {"label": "PER"}), ("my.Mark", 11, 20, {}), (TOKEN, 0, 4, {}))
    [line] = uima_xmi.read(cas.to_xmi().encode(), Options(beside={"TypeSystem.xml": types.to_xml().encode()})).checked()
    assert spans(line) == [(0, 4, "PER"), (11, 20, "Mark")]


def test_a_type_system_that_lacks_a_type_is_a_counted_loss():
    cassis = pytest.importorskip("cassis")
    types = system(cassis)
    cas = cas_of(cassis, types, ("my.Mark", 0, 4, {"label": "PER"}), (NAMED, 11, 20, {"value": "LOC"}))
    other = named(cassis).to_xml().encode()
    converted = uima_xmi.read(cas.to_xmi().encode(), Options(beside={"TypeSystem.xml": other}))
    assert spans(converted.checked()[0]) == [(11, 20, "LOC")]
    assert converted.losses == {"annotations whose type is not in the type system": 1}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<x/>",
        b"<xmi:XMI",
        b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
        b'<xmi:XMI xmlns:xmi="http://www.omg.org/XMI"/>',
    ],
)
def test_a_damaged_xmi_is_a_problem(data):
    pytest.importorskip("cassis")
    converted = uima_xmi.read(data)
    assert converted.lines == []
    assert {problem.code for problem in converted.problems} == {"E209"}
