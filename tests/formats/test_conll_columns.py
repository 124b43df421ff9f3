"""Columns as they are published: comments, numbers, several columns of tags, characters. All samples are made up."""

from __future__ import annotations

import json

import pytest

import dragoman
from dragoman.formats import conll, tagging
from dragoman.formats.outcome import Options
from dragoman.formats.registry import FORMATS, recognise
from dragoman.problems import DragomanError


def read(data, **options):
    return conll.read(data if isinstance(data, bytes) else data.encode(), Options(**options))


def found(data, **options):
    lines = read(data, **options).checked()
    return [
        (line.text, [(line.text[span.start : span.end], span.type) for span in line.entities or []]) for line in lines
    ]


def codes(data, **options):
    """Numbers and lines of the errors."""
    return [(problem.code, problem.line) for problem in read(data, **options).problems if problem.severity == "error"]


@pytest.mark.parametrize(
    "head",
    [
        "# converted on a Tuesday by hand\n",
        "# doc 4\tsource=none\n",
        "#\thttp://example.org/page [2021-01-02]\n",
        "## set-a\n## b\n##\tone token a line\n",
        "# global settings, four words more\n\n# and again\n",
        "# sent_id = 9\n",
    ],
)
@pytest.mark.parametrize("body", ["Rana B-PER\nsaw O\nCairo B-LOC\n", "Rana\tx\tB-PER\nsaw\ty\tO\nCairo\tz\tB-LOC\n"])
def test_comments_stand_anywhere_and_are_counted(head, body):
    expected = [("Rana saw Cairo", [("Rana", "PER"), ("Cairo", "LOC")])]
    assert found(head + body) == expected
    assert found(body + "\n" + head) == expected
    assert read(head + body).losses == {"comments": head.count("#") - head.count("##")}


def test_documents_of_ontonotes_have_names_and_brackets():
    rows = [
        ("bc/x", "0", "0", "In", "IN", "(TOP(PP*", "-", "-", "-", "-", "*", "-"),
        ("bc/x", "0", "1", "New", "NNP", "(NP*", "-", "-", "-", "-", "(GPE*", "(4"),
        ("bc/x", "0", "2", "York", "NNP", "*))", "-", "-", "-", "-", "*)", "4)"),
        ("bc/x", "0", "3", "Kim", "NNP", "*", "-", "-", "-", "-", "(PERSON)", "(1)"),
    ]
    sentence = "".join("   ".join(row) + "\n" for row in rows)
    wider = "".join("   ".join((*row[:11], "*", row[11])) + "\n" for row in rows)
    data = f"#begin document (bc/x); part 000\n{sentence}\n{wider}\n#end document\n#begin document (bc/x); part 001\n"
    converted = read(data + sentence + "\n#end document\n")
    assert [line.id for line in converted.checked()] == ["bc/x.part-000", "bc/x.part-001"]
    once = [("New York", "GPE"), ("Kim", "PERSON")]
    assert found(data + sentence) == [("In New York Kim In New York Kim", once * 2), ("In New York Kim", once)]
    assert converted.losses == {}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_in_three_ways(end):
    data = end.join(["Rana B-PER", "saw O", "", "Cairo B-LOC", ""])
    assert found(data) == [("Rana saw Cairo", [("Rana", "PER"), ("Cairo", "LOC")])]


@pytest.mark.parametrize("char", ["\x0b", "\x0c", "\x1c", "\x1f", "\x07"])
def test_a_control_character_is_named(char):
    problems = read(f"Rana B-PER{char}saw O\nCairo B-LOC\n").problems
    assert [(problem.code, problem.line) for problem in problems] == [("E209", 1)]
    assert f"U+{ord(char):04X}" in problems[0].what


@pytest.mark.parametrize("char", ["\x85", "\u2028", "\u2029"])
def test_another_line_end_is_named_where_the_row_does_not_fit(char):
    problems = read(f"Cairo B-LOC\nRana B-PER{char}saw O\n").problems
    assert f"U+{ord(char):04X}" in problems[0].what


@pytest.mark.parametrize("blank", [" ", "\u00a0", "\u3000", "\u200b", "\ufeff", "\u200f \u2009"])
def test_blanks_around_a_tag_are_cut_with_a_note(blank):
    for row in (f"Rana\tB-PER{blank}\nAmin\tI-PER\n", f"Rana\tB-PER\nAmin\t{blank}I-PER\n"):
        converted = read(row)
        assert [(span.type, span.text) for span in converted.checked()[0].entities] == [("PER", "Rana Amin")]
        assert [problem.code for problem in converted.problems] == ["W906"]


@pytest.mark.parametrize("space", ["\u00a0", "\u202f", "\u2009", "\u3000"])
def test_only_blank_and_tab_part_cells(space):
    assert found(f"12{space}500 B-MONEY\nfr I-MONEY\n") == [(f"12{space}500 fr", [(f"12{space}500 fr", "MONEY")])]


@pytest.mark.parametrize("mark", [" ", "\t"])
def test_a_hash_with_the_cells_of_a_token_is_one(mark):
    assert found(f"#cairo{mark}B-TAG\nis{mark}O\n#{mark}B-SYM\n") == [
        ("#cairo is #", [("#cairo", "TAG"), ("#", "SYM")])
    ]
    assert codes(f"is{mark}O\n#cairo{mark}TAG\n") == [("E209", 2)]
    converted = read(f"#cairo\nis{mark}O\n")
    assert converted.losses == {"comments": 1}


def test_a_file_of_hashes_alone():
    assert found("#a B-TAG\n#b O\n") == [("#a #b", [("#a", "TAG")])]


def test_the_first_column_may_number_the_tokens():
    text = "# text = Rana's Cairo.\n"
    body = "1\tRana\tB-PER\t-\tx\n2\t's\tO\t-\tx\n3\tCairo\tB-LOC\t-\tx\n4\t.\tO\t-\tx\n"
    assert found(text + body) == [("Rana's Cairo.", [("Rana", "PER"), ("Cairo", "LOC")])]
    assert found(body) == [("Rana 's Cairo .", [("Rana", "PER"), ("Cairo", "LOC")])]
    [note] = read(body).problems
    assert (note.code, "column 2" in note.what, "column 3" in note.what) == ("W906", True, True)
    assert codes("# text = Rana and Cairo.\n" + body) == [("E404", 3)]
    # A column of numbers that do not count is no number: it is the token.
    assert found("7 x O\n8 x B-NUM\n") == [("7 8", [("8", "NUM")])]


def test_rows_may_be_longer_where_the_columns_asked_for_are_there():
    body = "1\tRana\tB-PER\n2\tsaw\tO\t-\tann\n3\tCairo\tB-LOC\tx\n"
    assert codes(body) == [("E209", 2), ("E209", 3)]
    assert found(body, columns=("form=2", "tag=3")) == [("Rana saw Cairo", [("Rana", "PER"), ("Cairo", "LOC")])]
    assert codes(body + "4\tx\n", columns=("form=2", "tag=3")) == [("E209", 4)]


def test_conllu_has_its_tags_in_misc_and_words_of_several_tokens():
    rows = [
        "# newdoc id = d1",
        "# text = Vamos al Cairo.",
        "1\tVamos\t_\tVERB\t_\t_\t0\troot\t_\tNER=O",
        "2-3\tal\t_\t_\t_\t_\t_\t_\t_\t_",
        "2\ta\t_\tADP\t_\t_\t4\tcase\t_\tNER=O",
        "3\tel\t_\tDET\t_\t_\t4\tdet\t_\tLang=es|NER=B-LOC",
        "4\tCairo\t_\tPROPN\t_\t_\t1\tobl\t_\tSpaceAfter=No|NER=I-LOC",
        "4.1\tx\t_\tX\t_\t_\t_\t_\t_\t_",
        "5\t.\t_\tPUNCT\t_\t_\t1\tpunct\t_\t_",
        "",
    ]
    data = "\n".join(rows)
    assert found(data) == [("Vamos al Cairo.", [("al Cairo", "LOC")])]
    assert read(data).losses == {"tokens that are not in the text": 1}
    without = "\n".join(row for row in rows if not row.startswith("# text"))
    assert found(without) == [("Vamos al Cairo.", [("al Cairo", "LOC")])]


@pytest.mark.parametrize("tags", ["B-LOC M-LOC E-LOC S-PER", "B-LOC M-LOC E-LOC W-PER", "B-LOC I-LOC L-LOC U-PER"])
def test_bmes_and_its_kin(tags):
    data = "".join(f"{form} {tag}\n" for form, tag in zip("上海市王", tags.split(), strict=True))
    assert found(data) == [("上海市王", [("上海市", "LOC"), ("王", "PER")])]


def test_rows_of_characters_are_joined_without_blanks():
    data = "이\tB-PS\n씨\tI-PS\n \tO\n집\tO\n"
    assert found(data) == [("이씨 집", [("이씨", "PS")])]
    assert [problem.code for problem in read(data).problems] == ["W906"]
    assert found(data, characters=False)[0][0] == "이 씨   집"
    assert found("이\tB-PS\n씨\tI-PS\n", characters=True) == [("이씨", [("이씨", "PS")])]
    assert found("이\tB-PS\n씨\tI-PS\n") == [("이 씨", [("이 씨", "PS")])]


TWO = "Rana B-PER O\nsaw O O\nCairo B-LOC B-LOC\n"


def test_two_columns_of_tags_are_not_chosen_between():
    [problem] = read(TWO).problems
    assert problem.code == "E221"
    assert "form=1,gold=2,pred=3" in problem.hint
    assert found(TWO, columns=("form=1", "tag=2"))[0][1] == [("Rana", "PER"), ("Cairo", "LOC")]
    assert found(TWO, columns=("form=1", "tag=3"))[0][1] == [("Cairo", "LOC")]
    assert codes(TWO, columns=("form=1", "gold=2", "pred=3")) == [("E221", 0)]
    # Nothing in the last column, something in the one before: not silently nothing.
    assert codes("Rana B-PER O\nsaw O O\n") == [("E221", 0)]
    # Chunks and names have no label in common.
    assert found("Rana NNP B-NP B-PER\nsaw VBD B-VP O\n") == [("Rana saw", [("Rana", "PER")])]
    assert found("Rana NNP B-NP O\nsaw VBD B-VP O\n") == [("Rana saw", [])]


def test_nested_tags_are_read_from_several_columns():
    data = "1\tCairo\tB-ORG\tB-LOC\n2\tUniversity\tI-ORG\tO\n"
    assert codes(data.replace("B-LOC", "B-ORG")) == [("E221", 0)]
    assert found(data, columns=("form=2", "tag=3", "tag=4")) == [
        ("Cairo University", [("Cairo", "LOC"), ("Cairo University", "ORG")])
    ]


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        (("form=1",), "E209"),
        (("tag=2",), "E209"),
        (("form=0", "tag=2"), "E209"),
        (("form=x", "tag=2"), "E209"),
        (("form=1", "colour=2", "tag=3"), "E209"),
        (("form=1", "tag=99999999999999999999"), "E209"),
    ],
)
def test_names_of_columns_that_cannot_be(columns, code):
    assert [problem.code for problem in read(TWO, columns=columns).problems] == [code]


def test_a_document_is_told_by_its_text():
    known = {"a": "Rana saw Cairo.", "b": "Nothing here."}
    data = "-DOCSTART- -X- O\n\nNothing O\nhere O\n. O\n\n-DOCSTART- -X- O\n\nRana B-PER\nsaw O\nCairo O\n. O\n"
    converted = read(data, texts=known)
    assert [line.id for line in converted.checked()] == ["b", "a"]
    assert [problem.code for problem in converted.problems] == ["W906"]


def test_rows_may_have_one_tag_or_several():
    # A label continues by itself: the inner place lies in the organisation, and is one with its neighbour.
    data = "bank B-ORG\nof I-ORG\nNew I-ORG B-LOC\nCairo I-ORG I-LOC\nsaid O\n\nRana B-PER\n"
    assert found(data) == [
        ("bank of New Cairo said Rana", [("bank of New Cairo", "ORG"), ("New Cairo", "LOC"), ("Rana", "PER")])
    ]
    assert [problem.code for problem in read(data).problems] == ["W906"]
    assert codes("bank B-ORG\nof I-ORG\nNew York I-ORG\n") == [("E209", 3)]
    twice = "union B-ORG\nof I-ORG\nbank I-ORG B-ORG\nstaff I-ORG I-ORG\n"
    assert found(twice)[0][1] == [("union of bank staff", "ORG"), ("bank staff", "ORG")]


def test_two_columns_of_other_labels_are_never_chosen_in_silence():
    data = b"Kim\tB-PER\tB-ORG\nIl\tI-PER\tI-ORG\nU\tO\tI-ORG\n"
    converted = conll.read(data, Options())
    (problem,) = [problem for problem in converted.problems if problem.code == "W906"]
    assert "column 3; column 2 holds tags, too" in problem.what
    assert "form=1,tag=2,tag=3" in problem.hint
    chunks = b"Kim\tNNP\tB-NP\tB-PER\nmet\tVBD\tB-VP\tO\n"  # CoNLL-2003
    assert conll.read(chunks, Options()).problems == ()


def test_rows_of_one_tag_or_several_may_begin_with_several():
    data = b"Kim B-PERS B-ORG\nIl I-PERS I-ORG\nU I-ORG\n\nx O\n"
    [line] = conll.read(data, Options()).checked()
    assert {(span.text, span.type) for span in line.entities} == {("Kim Il", "PERS"), ("Kim Il U", "ORG")}


def spelled(form, tags):
    """Rows whose tags ``B-PER`` are written in another way."""
    return "".join(
        f"{word}\t{form(tag)}\n" for word, tag in zip(["Kim", "Il", "met", "Oslo", "there"], tags, strict=True)
    )


WORDS = ["Kim", "Il", "met", "Oslo", "there"]
TAGS = ["B-PER", "I-PER", "O", "B-LOC", "O"]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (lambda tag: tag.replace("-", "_"), "written as B_PER"),
        (lambda tag: "-".join(reversed(tag.split("-"))), "written as PER-B"),
        (lambda tag: tag.lower() if tag == "O" else tag[0].lower() + tag[1:], "written as b-PER"),
        (lambda tag: tag.partition("-")[2] or "O", "types without B or I"),
    ],
)
def test_tags_in_another_spelling_are_read_and_it_is_said(form, said):
    data = spelled(form, TAGS).encode()
    assert recognise(data) is FORMATS["conll"]  # by its content alone
    rows = [{"tokens": WORDS, "ner_tags": [form(tag) for tag in TAGS]}]
    for given in (data, json.dumps(rows).encode()):
        made = dragoman.convert(given, texts={})
        (line,) = made.files["submission.jsonl"].splitlines()
        found = [(entity["text"], entity["type"]) for entity in json.loads(line)["entities"]]
        assert found == [("Kim Il", "PER"), ("Oslo", "LOC")]
        assert [problem.code for problem in made.problems if said in problem.what] == ["W906"]


def test_neighbours_of_one_type_without_b_are_one_span_and_of_two_types_are_two():
    data = b"Kim\tPER\nLee\tPER\nOslo\tLOC\nis\tO\nbig\tO\n"
    (line,) = dragoman.convert(data, texts={}).files["submission.jsonl"].splitlines()
    assert [entity["text"] for entity in json.loads(line)["entities"]] == ["Kim Lee", "Oslo"]


@pytest.mark.parametrize(
    "rows",
    [
        "Kim\tNNP\nmet\tVBD\nOslo\tNNP\n",  # parts of speech: no O
        "a\tO\nb\tPER\nc\tX-PER\nd\tO-PER\n",
        "Kim\tPER\nmet\tO\nOslo\tB-LOC\n",  # half and half
        "Kim\tB_PER\nmet\tO\nOslo\tB-LOC\n",
        "".join(f"w{at}\tword{at}\n" for at in range(80)) + "x\tO\n" * 80,  # more types than anybody has
    ],
)
def test_a_column_that_may_be_something_else_is_not_taken_for_types(rows):
    assert tagging.spelling([row.split("\t")[1] for row in rows.splitlines()]) is None
    with pytest.raises(DragomanError, match=r"E209|E220"):
        dragoman.convert(rows.encode(), texts={})


def test_columns_named_by_option_may_hold_types_without_b_and_i():
    data = b"Kim\tNNP\tPER\tx\nmet\tVBD\tO\ty\nOslo\tNNP\tLOC\tz\n"
    (line,) = dragoman.convert(data, columns="form=1,tag=3", texts={}).files["submission.jsonl"].splitlines()
    assert [entity["type"] for entity in json.loads(line)["entities"]] == ["PER", "LOC"]


def test_convert_does_what_a_labelled_file_says_and_its_own_options_go_before():
    data = b"Kim\tB-PER\tB-ORG\nmet\tO\tO\nOslo\tB-LOC\tB-GPE\n"
    how = dragoman.LabelledFile(data, columns="form=1,tag=2", documents=["a"])

    def types(made):
        (line,) = made.files["submission.jsonl"].splitlines()
        return json.loads(line)["id"], [entity["type"] for entity in json.loads(line)["entities"]]

    assert types(dragoman.convert(how, texts={})) == ("a", ["PER", "LOC"])
    assert types(dragoman.convert(how, columns="form=1,tag=3", documents=["b"], texts={})) == ("b", ["ORG", "GPE"])
