"""WebAnno TSV 3: layers, several tokens, stacked annotations, UTF-16 offsets, escapes. The samples are made up."""

from __future__ import annotations

import pytest

from dragoman.formats import webanno
from dragoman.formats.outcome import Options
from dragoman.schema.submission import PredictedEntity, Submission

HEAD = "#FORMAT=WebAnno TSV 3.3\n"
NAMED = "#T_SP=de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity|identifier|value\n"
POS = "#T_SP=de.tudarmstadt.ukp.dkpro.core.api.lexmorph.type.pos.POS|PosValue\n"


def read(data, **options):
    return webanno.read(data.encode(), Options(**options))


def found(line):
    return [(span.text, span.type, span.entity_ids) for span in line.entities]


def test_annotations_of_several_tokens_and_two_layers():
    rows = (
        "#Text=New Cairo, Rana said.\n"
        "1-1\t0-3\tNew\tADJ\thttp://x/Q85[1]|*[2]\tLOC[1]|ORG[2]\t\n"
        "1-2\t4-9\tCairo\tPROPN\thttp://x/Q85[1]\tLOC[1]\t\n"
        "1-3\t9-10\t,\t_\t_\t_\t\n"
        "1-4\t11-15\tRana\tPROPN\t*\tPER\t\n"
        "1-5\t16-20\tsaid\t_\t_\t_\t\n"
        "1-6\t20-21\t.\t_\t_\t_\t\n"
    )
    converted = read(HEAD + POS + NAMED + "\n\n" + rows)
    [line] = converted.checked()
    assert line.text == "New Cairo, Rana said."
    assert found(line) == [("New", "ORG", None), ("New Cairo", "LOC", ["http://x/Q85"]), ("Rana", "PER", None)]
    assert converted.losses == {"other layers": 1}


def test_sentences_stand_where_their_offsets_say_in_utf16():
    rows = (
        "#Text=😀 Rana.\n1-1\t0-2\t😀\t_\n1-2\t3-7\tRana\tPER\n1-3\t7-8\t.\t_\n\n#Text=Cairo\n2-1\t10-15\tCairo\tLOC\n"
    )
    [line] = read(HEAD + "#T_SP=webanno.custom.Ner|value\n\n\n" + rows).checked()
    assert line.text == "😀 Rana.\n Cairo"
    assert [(span.start, span.end, span.type) for span in line.entities] == [(2, 6, "PER"), (9, 14, "LOC")]


def test_neighbours_without_numbers_are_two_and_parts_of_tokens_are_read():
    rows = "#Text=Rana Amin-Cairo\n1-1\t0-4\tRana\tPER\n1-2\t5-15\tAmin-Cairo\tPER\n1-2.1\t10-15\tCairo\tLOC\\|X\n"
    [line] = read(HEAD + "#T_SP=webanno.custom.Ner|value\n\n" + rows).checked()
    assert [(span.text, span.type) for span in line.entities] == [
        ("Rana", "PER"),
        ("Amin-Cairo", "PER"),
        ("Cairo", "LOC|X"),
    ]


def test_a_layer_without_features_and_escapes():
    rows = "#Text=a\\tb\n1-1\t0-1\ta\t*\n1-2\t2-3\tb\t_\n"
    [line] = read(HEAD + "#T_SP=webanno.custom.Mark\n\n" + rows).checked()
    assert line.text == "a\tb"
    assert found(line) == [("a", None, None)]


SLOTS = (
    "#T_SP=custom.Frame|name|ROLE_custom.Frame:args_custom.FrameArgsLink|custom.Lu\n"
    "#T_CH=coref.type.CoreferenceLink|referenceRelation|referenceType\n"
    "#T_RL=custom.Dep|kind|BT_custom.Frame\n"
    "#T_SP=custom.Person|\n"
    "#T_SP=custom.Place|kind|note\n\n\n"
    "#Text=Rana met Sami in Cairo\n"
    "1-1\t0-4\tRana\t_\t_\t_\t*->1-1\tname[1]\t_\t_\t*\t_\t_\t\n"
    "1-2\t5-8\tmet\tMeet\targ0;arg1\t1-1;1-3\t_\t_\tdep\t1-1\t_\t_\t_\t\n"
    "1-3\t9-13\tSami\t_\t_\t_\t*->1-2\tname[1]\t_\t_\t*[2]\t_\t_\t\n"
    "1-4\t14-16\tin\t_\t_\t_\t_\t_\t_\t_\t_\t_\t_\t\n"
    "1-5\t17-22\tCairo\t_\t_\t_\t_\t_\t_\t_\t_\tcity\\\\|a\\|b|\\_\t*|*\t\n"
)


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        (("Person",), [("Rana", None), ("Sami", None)]),
        (("custom.Place",), [("Cairo", "_"), ("Cairo", "a|b"), ("Cairo", "city\\")]),
        (("Person", "Place:note"), [("Rana", "Person"), ("Sami", "Person"), *[("Cairo", "Place")] * 3]),
        (("Frame",), [("met", "Meet")]),
    ],
)
def test_layers_are_chosen_by_option_whatever_stands_between_them(layers, expected):
    """A slot has two columns, chains and relations as many as names; a bar after an escaped backslash parts values."""
    converted = read(HEAD + SLOTS, span_layers=layers)
    [line] = converted.checked()
    assert sorted(((span.text, span.type) for span in line.entities), key=str) == sorted(expected, key=str)
    assert converted.losses["other layers"] == 5 - len(layers)


@pytest.mark.parametrize(("wanted", "hint"), [("Nope", "custom.Frame, custom.Person"), ("Place:x", "kind, note")])
def test_a_layer_or_a_feature_that_is_not_there_is_named_with_those_that_are(wanted, hint):
    [problem] = read(HEAD + SLOTS, span_layers=(wanted,)).problems
    assert (problem.code, hint in problem.hint) == ("E209", True)
    [problem] = read(HEAD + SLOTS).problems
    assert (problem.code, "--layer custom.Frame" in problem.hint) == ("E221", True)


@pytest.mark.parametrize(
    ("body", "code", "line"),
    [
        ("#T_SP=A|x\n#T_SP=B|y\n\n#Text=a\n1-1\t0-1\ta\t_\t_\n", "E221", 0),
        ("#T_SP=A|x\n\n#Text=a\n1-1\t0\ta\t_\n", "E209", 5),
        ("#T_SP=A|x\n\n#Text=a\n1-1\t0-2\ta\t_\n", "E403", 5),
        ("#T_SP=A|x\n\n#Text=a\n1-1\t0-1\tb\t_\n", "E209", 5),
        ("#T_SP=A|x\n\n1-1\t0-1\tb\t_\n", "E209", 4),
    ],
)
def test_what_is_wrong_is_said(body, code, line):
    [problem, *_] = read(HEAD + body).problems
    assert (problem.code, problem.line) == (code, line)


def test_it_is_written_as_webanno_writes_it():
    """Several tokens and stacked spans have numbers, parts of tokens rows of their own, offsets are UTF-16 units."""
    text = "New Cairo, Rana-Amin\n\nsaid 😀 x\nover\nline_"
    entities = [
        PredictedEntity(0, 9, type="LOC", entity_ids=["Q|1"]),
        PredictedEntity(0, 3, type="[X]"),
        PredictedEntity(13, 15, type="PER"),
        PredictedEntity(27, 35),  # over the end of a line: a sentence of two lines
    ]
    written = webanno.write([Submission("a", entities=entities)], {"a": text})
    data = written.files["a.tsv"].decode()
    assert data.split("\n\n\n")[0].splitlines() == [*HEAD.splitlines(), *NAMED.splitlines()]
    assert "#Text=New Cairo, Rana-Amin\n#Text=\n" in data
    assert "1-1\t0-3\tNew\tQ\\|1[1]|*[2]\tLOC[1]|\\[X\\][2]\t\n" in data
    assert "1-4\t11-15\tRana\t_\t_\t\n1-4.1\t13-15\tna\t*\tPER\t\n" in data
    assert "#Text=said 😀 x\n#Text=over\n" in data
    assert "2-2\t27-29\t😀\t*[4]\t*[4]\t\n" in data
    assert "3-1\t37-42\tline\\_\t_\t_\t\n" in data
    [line] = read(data).checked()
    assert line.text == text
    assert [(span.start, span.end, span.type, span.entity_ids) for span in line.entities] == [
        (0, 3, "[X]", None),
        (0, 9, "LOC", ["Q|1"]),
        (13, 15, "PER", None),
        (27, 35, None, None),
    ]
    assert written.losses == {}
