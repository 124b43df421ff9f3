"""Files that the tools' own libraries write: spaCy's DocBin and Doc.to_json, and XMI of dkpro-cassis."""

from __future__ import annotations

import json
import zlib

import pytest

from dragoman.formats import spacy_docbin, spacy_json, uima_xmi
from dragoman.formats.outcome import Options
from dragoman.formats.registry import recognise
from dragoman.problems import DragomanError

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


def labelled_doc(spacy, ents=(), **groups):
    made = spacy.blank("en").make_doc("Rana met Sami in Cairo.")
    made.ents = [made.char_span(*each) for each in ents]
    for name, spans_ in groups.items():
        made.spans[name] = [made.char_span(*each) for each in spans_]
    return made


def packed(docs, **options):
    tokens = pytest.importorskip("spacy.tokens")
    store = tokens.DocBin(**options)
    for each in docs:
        store.add(each)
    return store.to_bytes()


RANA, BOTH, SAMI = (0, 4, "PER"), (0, 13, "GROUP"), (9, 13, "PER")


@pytest.mark.parametrize(
    ("groups", "layers", "expected", "losses", "codes"),
    [
        ({"sc": [RANA, BOTH]}, (), [RANA, BOTH], {}, []),
        ({"a": [RANA], "b": [SAMI]}, (), [RANA, SAMI], {}, ["W906"]),
        ({"a": [RANA], "b": [SAMI]}, ("b",), [SAMI], {"spans of other groups": 1}, ["W905"]),
        ({"ents": [SAMI], "a": [RANA]}, ("ents",), [SAMI], {"spans of other groups": 1}, ["W905"]),
        ({"a": [RANA], "b": []}, (), [RANA], {}, []),
        ({"a": [RANA]}, ("x",), [], {}, ["E209"]),
    ],
)
def test_groups_of_spans_are_read_together_and_it_is_said_or_they_are_chosen(groups, layers, expected, losses, codes):
    spacy = pytest.importorskip("spacy")
    made = labelled_doc(spacy, **groups)
    forms = (spacy_docbin, packed([made])), (spacy_json, json.dumps(made.to_json()).encode())
    for module, data in forms:
        converted = module.read(data, Options(span_layers=layers))
        assert [problem.code for problem in converted.problems] == codes
        assert [found for line in converted.lines for found in spans(line)] == expected
        assert converted.losses == losses


def test_several_documents_ids_of_entities_and_a_docbin_of_spacy_2():
    spacy = pytest.importorskip("spacy")
    known, other = labelled_doc(spacy, [RANA]), labelled_doc(spacy, [SAMI])
    known.ents = [spacy.tokens.Span(known, 0, 1, label="PER", kb_id="Q1")]
    data = packed([known, other], store_user_data=True)
    one, two = spacy_docbin.read(data).checked()
    assert (spans(one), one.entities[0].entity_ids, spans(two)) == ([RANA], ["Q1"], [SAMI])
    fields = spacy.util.srsly.msgpack_loads(zlib.decompress(data))
    old = {key: value for key, value in fields.items() if key not in ("version", "flags", "span_groups", "user_data")}
    again = zlib.compress(spacy.util.srsly.msgpack_dumps(old))
    assert recognise(again).name == "docbin"
    assert [spans(line) for line in spacy_docbin.read(again).checked()] == [[RANA], [SAMI]]


def test_a_docbin_without_the_attributes_of_entities_is_refused():
    spacy = pytest.importorskip("spacy")
    data = packed([labelled_doc(spacy, [RANA])], attrs=["ORTH", "SPACY"])
    (problem,) = spacy_docbin.read(data).problems
    assert (problem.code, "ENT_IOB" in problem.hint) == ("E204", True)
    kept = spacy_docbin.read(packed([labelled_doc(spacy, sc=[SAMI])], attrs=["ORTH", "SPACY"]))
    assert spans(kept.checked()[0]) == [SAMI]


def test_training_data_of_spacy_2_is_named_with_the_way_to_a_docbin():
    with pytest.raises(DragomanError, match=r"E220.*spaCy 2.*spacy convert"):
        recognise(b'[{"id": 0, "paragraphs": [{"raw": "a", "sentences": []}]}]')


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


def read_xmi(cas, types, **options):
    """Read what cassis writes, with its type system beside it and without it: the same."""
    given = {"TypeSystem.xml": types.to_xml().encode()}
    one, other = (uima_xmi.read(cas.to_xmi().encode(), Options(beside=files, **options)) for files in (given, {}))
    assert one.lines == other.lines
    return one


def of_my_own(cassis):
    """A type system as INCEpTION has it for layers of one's own, and a type below that of named entities."""
    types = named(cassis)
    span = types.create_type(name="custom.Span", supertypeName="uima.tcas.Annotation")
    for feature, kind in (("category", "String"), ("note", "String"), ("score", "Float")):
        types.create_feature(span, feature, f"uima.cas.{kind}")
    types.create_type(name="my.ner.Person", supertypeName=NAMED)
    return types


@pytest.mark.parametrize(
    ("layers", "expected", "losses"),
    [
        ((), [(0, 4, "Person")], {"annotations of other layers": 1}),
        (("Person", "Span"), [(0, 4, "Person"), (11, 20, "Span")], {"other features of spans": 3}),
        (
            ("custom.Span:category",),
            [(11, 20, "LOC")],
            {"annotations of other layers": 1, "other features of spans": 2},
        ),
        (("NamedEntity",), [(0, 4, "Person")], {"annotations of other layers": 1}),  # and what is below it
    ],
)
def test_types_are_chosen_by_option_and_the_feature_that_is_the_label(layers, expected, losses):
    cassis = pytest.importorskip("cassis")
    types = of_my_own(cassis)
    whole = {"category": "LOC", "note": "n", "score": 0.5}
    cas = cas_of(cassis, types, ("my.ner.Person", 0, 4, {}), ("custom.Span", 11, 20, whole))
    converted = uima_xmi.read(
        cas.to_xmi().encode(), Options(beside={"TypeSystem.xml": types.to_xml().encode()}, span_layers=layers)
    )
    assert spans(converted.checked()[0]) == expected
    assert converted.losses == losses


@pytest.mark.parametrize(("wanted", "hint"), [("Nope", "custom.Span"), ("Span:nope", "category, note, score")])
def test_a_type_or_a_feature_that_is_not_there_is_named_with_those_that_are(wanted, hint):
    cassis = pytest.importorskip("cassis")
    types = of_my_own(cassis)
    cas = cas_of(cassis, types, ("custom.Span", 0, 4, {"category": "x", "note": "y", "score": 1.0}))
    (problem,) = read_xmi(cas, types, span_layers=(wanted,)).problems
    assert (problem.code, hint in problem.hint) == ("E209", True)


def test_views_other_than_the_first_are_counted_and_one_alone_is_read():
    cassis = pytest.importorskip("cassis")
    types = of_my_own(cassis)
    cas = cas_of(cassis, types, (NAMED, 0, 4, {"value": "PER"}))
    view = cas.create_view("translation")
    view.sofa_string = "another text"
    view.add(types.get_type(NAMED)(begin=0, end=7, value="LOC"))
    converted = read_xmi(cas, types)
    assert spans(converted.checked()[0]) == [(0, 4, "PER")]
    assert converted.losses == {"annotations of other views": 1}

    alone = cassis.Cas(typesystem=types)
    view = alone.create_view("text")
    view.sofa_string = TEXT
    view.add(types.get_type(NAMED)(begin=0, end=4, value="PER"))
    converted = read_xmi(alone, types)
    assert spans(converted.checked()[0]) == [(0, 4, "PER")]
    assert [problem.code for problem in converted.problems] == ["W906"]

    alone.create_view("translation").sofa_string = "another text"
    assert [problem.code for problem in read_xmi(alone, types).problems] == ["E221"]
    assert [problem.code for problem in read_xmi(cassis.Cas(typesystem=types), types).problems] == ["E209"]


def test_an_annotation_of_no_characters_is_a_counted_loss():
    cassis = pytest.importorskip("cassis")
    types = of_my_own(cassis)
    converted = read_xmi(cas_of(cassis, types, (NAMED, 0, 4, {"value": "PER"}), (NAMED, 5, 5, {"value": "X"})), types)
    assert spans(converted.checked()[0]) == [(0, 4, "PER")]
    assert converted.losses == {"annotations of no characters": 1}


def test_a_cas_in_json_is_named_with_the_form_that_is_read():
    cassis = pytest.importorskip("cassis")
    types = of_my_own(cassis)
    data = cas_of(cassis, types, (NAMED, 0, 4, {"value": "PER"})).to_json().encode()
    with pytest.raises(DragomanError, match=r"E220.*UIMA CAS in JSON.*XMI"):
        recognise(data, "x.json")


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
