"""Files of other tools through the doors: score, validate, convert, report. All samples are made up."""

from __future__ import annotations

import json
import subprocess
import sys
import unicodedata

import pytest
from format_cases import ORDERED, WRITTEN

import dragoman
from dragoman import DragomanError, LabelledFile
from dragoman.formats.format_files import write_path
from dragoman.formats.registry import FORMATS
from dragoman.schema.submission import PredictedEntity, Submission
from dragoman.scoring.converting import convert

TEXTS = {"a": "Rana met Amin in Cairo.", "b": "Nothing happened in Oslo."}
GOLD = [
    {
        "id": "a",
        "text": TEXTS["a"],
        "entities": [
            {"start": 0, "end": 4, "type": "PER"},
            {"start": 9, "end": 13, "type": "PER"},
            {"start": 17, "end": 22, "type": "LOC"},
        ],
    },
    {"id": "b", "text": TEXTS["b"], "entities": [{"start": 20, "end": 24, "type": "LOC"}]},
]
# One of two people, and both places: precision 1, recall 3/4.
PRED = [
    Submission("a", entities=[PredictedEntity(0, 4, type="PER"), PredictedEntity(17, 22, type="LOC")]),
    Submission("b", entities=[PredictedEntity(20, 24, type="LOC")]),
]
HELD = [name for name in WRITTEN if "entities" in FORMATS[name].holds]


@pytest.fixture
def place(tmp_path):
    def put(name, lines=PRED):
        """A file, or a folder of the format's files."""
        written = FORMATS[name].write(lines, TEXTS)
        folder = tmp_path / name
        folder.mkdir()
        return folder if FORMATS[name].single else write_path(written, folder / "labels")[0]

    def put_all(name, lines=PRED):
        where = put(name, lines)
        if FORMATS[name].single:
            write_path(FORMATS[name].write(lines, TEXTS), where)
        return where

    return put_all


@pytest.mark.parametrize("name", HELD)
def test_predictions_of_any_format_are_scored_and_named(name, place):
    path = place(name)
    pred = LabelledFile(path, documents=("a", "b")) if name in ORDERED else path
    result = dragoman.score(pred, GOLD, measures=["entities.strict"], intervals=False)
    assert (result["entities.strict.precision"], result["entities.strict.recall"]) == (1.0, 0.75)
    assert result.coverage.read_as == {"pred": f"{name} ({FORMATS[name].title})"}
    assert f"predictions read as {name}" in result.text()


@pytest.mark.parametrize("name", [name for name in HELD if name not in ORDERED])
def test_gold_of_any_format_scores_1_against_itself(name, place):
    path = place(
        name, [Submission(line["id"], entities=[PredictedEntity(**e) for e in line["entities"]]) for line in GOLD]
    )
    result = dragoman.score(path, path, measures=["entities.strict"], intervals=False)
    assert result["entities.strict.f1"] == 1.0
    assert set(result.coverage.read_as) == {"gold", "pred"}


@pytest.mark.parametrize("name", HELD)
def test_what_is_converted_validates(name, place, tmp_path):
    out = tmp_path / "back.jsonl"
    documents = ("a", "b") if name in ORDERED else ()
    convert(place(name), out=out, documents=documents, texts=TEXTS)
    assert [problem for problem in dragoman.validate(out, GOLD) if problem.severity == "error"] == []
    result = dragoman.score(out, GOLD, measures=["entities.strict"], intervals=False)
    assert result["entities.strict.recall"] == 0.75


def test_a_document_is_told_by_its_text_and_that_is_said(tmp_path):
    rows = [{"id": number, "text": TEXTS[name], "label": []} for number, name in ((8, "b"), (9, "a"))]
    rows[1]["label"] = [[0, 4, "PER"]]
    path = tmp_path / "export.json"
    path.write_text("\n".join(json.dumps(row) for row in rows))
    result = dragoman.score(path, GOLD, measures=["entities.strict"], intervals=False)
    assert (result["entities.strict.precision"], result.coverage.missing) == (1.0, 0)
    assert [note[:4] for note in result.coverage.conversion] == ["W906"]


def test_two_columns_of_a_file_are_scored_against_each_other(tmp_path):
    path = tmp_path / "out.txt"
    path.write_text("Rana NNP B-PER B-PER\nmet VBD O O\nAmin NNP B-PER O\nin IN O O\nCairo NNP B-LOC B-ORG\n")
    with pytest.raises(DragomanError, match="E221"):
        dragoman.score(path, GOLD)
    both = LabelledFile(path, columns="form=1,gold=3,pred=4")
    result = dragoman.score(both, measures=["entities.strict", "entities.exact"], intervals=False)
    # Of three gold entities one is right; of two predicted ones, one; by span alone both are.
    assert (result["entities.strict.precision"], result["entities.strict.recall"]) == (1 / 2, 1 / 3)
    assert (result["entities.exact.precision"], result["entities.exact.recall"]) == (1.0, 2 / 3)


def test_labels_against_a_closed_set_name_the_document(tmp_path):
    path = tmp_path / "x.bio"
    path.write_text("# newdoc id = nowhere\nRana B-PER\n")
    problems = dragoman.validate(path)
    assert [problem.code for problem in problems if problem.severity == "error"] == ["E301"]
    assert problems[0].path.startswith("nowhere")
    assert problems[0].line == 0


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\0", b"a,b,c\n1,2,3\n", b"<!DOCTYPE html>\n<p>\n</p>\n" * 9])
@pytest.mark.parametrize("door", ["score", "reference", "validate", "convert", "report"])
def test_a_wrong_kind_of_file_is_one_problem_at_every_door(data, door, tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_bytes(data)
    doors = {
        "score": lambda: dragoman.score(path, GOLD),
        "reference": lambda: dragoman.score(GOLD, path),
        "convert": lambda: convert(path),
        "report": lambda: dragoman.report(path, out=tmp_path / "r.html"),
    }
    if door == "validate":
        problems = dragoman.validate(path, GOLD)
    else:
        with pytest.raises(DragomanError) as raised:
            doors[door]()
        problems = raised.value.problems
    assert [problem.code for problem in problems] == ["E220"]
    assert not (tmp_path / "r.html").exists()


def test_a_cluster_says_that_it_reads_submissions(tmp_path):
    from dragoman.scoring import dask

    path = tmp_path / "x.bio"
    path.write_text("Rana B-PER\n")
    assert [problem.code for problem in dask.parse(str(path)).problems] == ["E851"]


def test_bytes_are_converted_too():
    made = convert(LabelledFile(b"Rana B-PER\n").path)
    assert made.documents == 1


def test_a_submission_imports_no_format(tmp_path):
    path = tmp_path / "quotes.jsonl"
    path.write_text(json.dumps({"id": "a", "text": "Rana", "entities": [{"quote": "Rana", "type": "PER"}]}))
    code = (
        f"import sys, dragoman; dragoman.score({str(path)!r}, {str(path)!r}, intervals=False); "
        "print([name for name in sys.modules if name.startswith('dragoman.formats.') and 'conll' in name])"
    )
    shown = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert shown.strip() == "[]"


def test_a_folder_of_something_else_is_named(tmp_path):
    (tmp_path / "notes.md").write_text("x")
    with pytest.raises(DragomanError, match=r"E852.*notes\.md"):
        dragoman.score(tmp_path, GOLD)


def test_predictions_of_a_run_are_of_no_other_format(tmp_path):
    (tmp_path / "predictions.jsonl").write_text("Rana B-PER\n")
    assert [problem.code for problem in dragoman.validate(tmp_path, GOLD)] == ["E201"]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.ann", "T1\tPER 0 4\tRana\nA1\tId T1 \x07\n"),
        ("a.tml", "<TEXT><TIMEX3 tid='&#9;'>May</TIMEX3></TEXT>"),
        ("a.conll", "# newdoc id = a\x01b\nRana B-PER\n"),
        ("a.json", '{"id": "a\\u0007", "text": "Rana", "ents": [{"start": 0, "end": 4, "label": "PER"}]}'),
        ("a.json", json.dumps({"text": "Rana", "ents": [{"start": 0, "end": 4, "label": "P", "kb_id": "\n"}]})),
    ],
)  # fmt: skip
def test_ids_that_validate_refuses_are_not_written(name, data, tmp_path):
    path, out = tmp_path / name, tmp_path / "out.jsonl"
    path.write_text(data)
    with pytest.raises(DragomanError) as raised:
        convert(path, out=out)
    assert all(problem.severity == "error" for problem in raised.value.problems)
    assert not out.exists()


@pytest.mark.parametrize(
    ("text", "cause"),
    [("Rana came.\r\nAmin\r\nleft.\r\n", "carriage returns"), ("\ufeffRana came. Amin left.", "byte order mark")],
)
def test_brat_names_what_moves_its_offsets(text, cause, tmp_path):
    (tmp_path / "d.txt").write_bytes(text.encode())
    (tmp_path / "d.ann").write_text("T1\tPER 0 4\tRana\nT2\tPER 11 15\tAmin\n")
    with pytest.raises(DragomanError) as raised:
        convert(tmp_path / "d.ann")
    [problem] = raised.value.problems
    assert problem.code == "E403"
    assert cause in problem.what
    assert "--clean-text" in problem.hint
    [line] = convert(tmp_path / "d.ann", clean_text=True).files["submission.jsonl"].splitlines()
    assert [entity["text"] for entity in json.loads(line)["entities"]] == ["Rana", "Amin"]


def test_brat_finds_a_text_whose_name_is_decomposed(tmp_path):
    name = "평양"
    (tmp_path / f"{unicodedata.normalize('NFC', name)}.ann").write_text("T1\tPER 0 4\tRana\n")
    (tmp_path / f"{unicodedata.normalize('NFD', name)}.txt").write_text("Rana came.")
    [line] = convert(tmp_path).files["submission.jsonl"].splitlines()
    assert json.loads(line)["text"] == "Rana came."


def test_brat_without_a_text_says_so_and_checks_lengths(tmp_path):
    (tmp_path / "d.ann").write_text("T1\tPER 0 4\tRana\nT2\tORG 5 8;20 23\tthe BBC\n")
    made = convert(tmp_path / "d.ann")
    assert [problem.code for problem in made.problems] == ["W906", "W905"]
    (tmp_path / "d.ann").write_text("T1\tPER 0 40\tRana\n")
    with pytest.raises(DragomanError, match="E403"):
        convert(tmp_path / "d.ann")


def test_words_with_labels_are_found_in_their_order(tmp_path):
    path = tmp_path / "answer.jsonl"
    words = [{"text": word, "label": label} for word, label in (("Rana", "PER"), ("Amin", "PER"), ("Cairo", "LOC"))]
    path.write_text(json.dumps({"id": "a", "text": TEXTS["a"], "entities": words}))
    result = dragoman.score(path, GOLD, measures=["entities.strict"], intervals=False)
    assert result["entities.strict.precision"] == 1.0
    assert result.coverage.quotes == {"exact": 3}


def test_a_report_lies_over_a_folder_of_another_tool(place, tmp_path):
    gold = tmp_path / "gold.jsonl"
    gold.write_text("".join(json.dumps(line) + "\n" for line in GOLD))
    page = dragoman.report(place("brat"), gold, out=tmp_path / "r.html")
    assert "Amin" in page.read_text()
    other = dragoman.report(gold, tmp_path / "brat", out=tmp_path / "s.html")
    assert "Amin" in other.read_text()


def test_rows_of_datasets_with_tokens_and_class_labels():
    datasets = pytest.importorskip("datasets")
    names = datasets.ClassLabel(names=["O", "B-PER", "I-PER"])
    features = {"id": datasets.Value("string"), "tokens": datasets.List(datasets.Value("string"))}
    rows = {"id": ["0"], "tokens": [["Rana", "met", "Amin", "Bo"]], "ner_tags": [[1, 0, 1, 2]]}
    given = datasets.Dataset.from_dict(rows, features=datasets.Features({**features, "ner_tags": datasets.List(names)}))
    gold = [{"id": "0", "entities": [{"start": 0, "end": 4, "type": "PER"}, {"start": 9, "end": 16, "type": "PER"}]}]
    result = dragoman.score(given, gold, measures=["entities.strict"], intervals=False)
    assert result["entities.strict.f1"] == 1.0


def test_a_folder_of_another_tools_files_is_a_benchmark(place, tmp_path):
    """What goes into `score` as gold goes into `load` too, where its texts are there."""
    gold = [{"id": "d1", "text": "Rana met Sami.", "entities": [{"start": 0, "end": 4, "type": "PER"}]}]
    for name in ("brat", "timeml", "webanno"):
        out = tmp_path / name
        out.mkdir()
        dragoman.convert(gold, to=name, out=out)
        benchmark = dragoman.load(out)
        assert [document.id for document in benchmark] == ["d1"]
        assert dragoman.score(gold, benchmark, intervals=False)["entities.strict.f1"] in (1.0, None)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "x.txt").write_text("Rana met Sami.")
    with pytest.raises(DragomanError, match="E701"):
        dragoman.load(tmp_path / "other")


@pytest.mark.parametrize("name", ["pipeline", "brat"])
def test_a_document_without_a_name_that_is_known_is_told_by_option(name):
    """Neither has a text to be told by in one file alone, so the option is named, and does it."""
    text = "Rana met Sami."
    gold = [{"id": "d1", "text": text, "entities": [{"start": 0, "end": 4, "type": "PER"}]}]
    data = next(iter(dragoman.convert(gold, to=name).files.values()))
    with pytest.raises(DragomanError, match=r"E301.*--document"):
        dragoman.score(data, gold)
    how = dragoman.LabelledFile(data, documents=["d1"])
    assert dragoman.score(how, gold, intervals=False)["entities.strict.f1"] == 1.0


def test_a_reference_that_names_no_document_says_the_option_too():
    data = b"Rana B-PER\nmet O\n"
    pred = [{"id": "d1", "entities": [{"start": 0, "end": 4, "type": "PER"}]}]
    with pytest.raises(DragomanError, match=r"E301.*The reference does not name its documents.*--document"):
        dragoman.score(pred, data)
    with pytest.raises(DragomanError, match=r"E301(?!.*--document.*--document)"):
        dragoman.score(dragoman.LabelledFile(b"T1\tPER 0 4\tRana\n", "brat"), data)
    how = dragoman.LabelledFile(data, documents=["d1"])
    assert dragoman.score(pred, how, intervals=False)["entities.strict.f1"] == 1.0
