"""`dragoman gold`: the gold with its texts in any format, and what a format cannot hold."""

import json

import pytest

import dragoman
from dragoman.cli import main
from dragoman.formats.tokenizers import cutter
from dragoman.problems import DragomanError


def cli(monkeypatch, capsys, *arguments):
    monkeypatch.setattr("sys.argv", ["dragoman", *map(str, arguments)])
    try:
        main()
        code = 0
    except SystemExit as end:
        code = end.code or 0
    return code, *capsys.readouterr()


def test_gold_as_jsonl_is_lossless_and_has_texts(monkeypatch, capsys, tmp_path, benchmark, split):
    out = tmp_path / "gold.jsonl"
    code, printed, problems = cli(monkeypatch, capsys, "gold", "--split", split, "--out", out)
    assert (code, problems) == (0, "")
    assert f"documents: {len(benchmark.split(split))}" in printed
    lines = [json.loads(line) for line in out.read_bytes().splitlines()]
    assert [line["text"] for line in lines] == [document.text for document in benchmark.split(split)]
    assert {line["language"] for line in lines} == {document.language for document in benchmark.split(split)}
    assert dragoman.score(out, split=split, intervals=False)["headline"] == 1.0
    assert dragoman.score(out, out, intervals=False)["claims.attributed.f1"] == 1.0


def test_all_splits_without_a_split_and_the_same_in_python(monkeypatch, capsys, tmp_path, benchmark):
    code, printed, _ = cli(monkeypatch, capsys, "gold", "--out", tmp_path / "gold.jsonl", "--json")
    assert code == 0
    assert json.loads(printed)["documents"] == len(benchmark)
    benchmark.save(tmp_path / "saved.jsonl")
    made = benchmark.to("jsonl").files["submission.jsonl"]
    assert made == (tmp_path / "gold.jsonl").read_bytes()
    assert dragoman.score(tmp_path / "saved.jsonl", made, intervals=False)["entities.strict.f1"] == 1.0


@pytest.mark.parametrize("form", ["conll", "spacy"])
def test_a_lossy_form_counts_its_losses_and_scores_them(monkeypatch, capsys, tmp_path, form, benchmark, split):
    out = tmp_path / f"gold.{form}"
    code, _, problems = cli(monkeypatch, capsys, "gold", "--split", split, "--to", form, "--out", out)
    assert code == 0
    assert "W905" in problems
    assert "items of claims" in problems
    texts = {document.id: document.text for document in benchmark}
    back = dragoman.convert(out, read=form, texts=texts, out=tmp_path / "back.jsonl")
    result = dragoman.score(back.paths[0], benchmark, split=split, intervals=False)
    assert result["entities.strict.precision"] == 1.0
    lost = {p.what for p in benchmark.to(form, split=split).problems}
    nested = [what for what in lost if "nested" in what or "do not begin" in what]
    gone = sum(int(what.rpartition("(")[2].rstrip(").").replace(",", "")) for what in nested)
    counts = result.counts["entities.strict"]
    columns = dict(zip(counts.columns, map(sum, zip(*counts.rows, strict=True)), strict=True))
    dates = sum(len(document.dates) for document in benchmark.split(split))
    assert 0 <= columns["gold"] - columns["predicted"] <= gone <= columns["gold"] - columns["predicted"] + dates


def test_documents_that_nobody_annotated_are_no_training_data(benchmark, split):
    bare = {d.id for d in benchmark if not d.layers_annotated}
    made = benchmark.to("conll")
    assert made.documents == len(benchmark) - len(bare)
    if bare:
        assert f"nobody annotated ({len(bare)})" in made.problems[0].what
    assert benchmark.to("jsonl").documents == len(benchmark)


def test_a_tokenizer_cuts_the_texts(benchmark, split):
    whole = benchmark.to("conll", split=split, tokenizer=lambda text: [(i, i + 2) for i in range(0, len(text) - 1, 2)])
    rows = [line.split("\t") for line in whole.files["submission.conll"].decode().splitlines() if "\t" in line]
    assert {int(row[2]) - int(row[1]) for row in rows} <= {1, 2}
    characters = benchmark.to("conll", split=split, characters=True).problems
    words = benchmark.to("conll", split=split).problems
    count = {name: sum("do not begin" in p.what for p in found) for name, found in (("c", characters), ("w", words))}
    assert count["c"] == 0  # every span begins and ends with a character
    assert count["w"] == 1


def test_tokenizers_of_other_libraries():
    spacy = pytest.importorskip("spacy", reason="install the extra spacy")
    tokenizers = pytest.importorskip("tokenizers", reason="install the extra hf")
    transformers = pytest.importorskip("transformers", reason="install the extra hf")
    text = "Kim met  김정은."
    expected = [(0, 3), (4, 7), (9, 12), (12, 13)]
    assert cutter(spacy.blank("en"))(text) == expected
    words = tokenizers.Tokenizer(tokenizers.models.WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
    words.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    assert cutter(words)(text) == expected
    fast = transformers.PreTrainedTokenizerFast(tokenizer_object=words, unk_token="[UNK]")
    assert cutter(fast)(text) == expected
    # Bytes of one character are one token, and white space is no part of one.
    assert cutter(lambda _: [(0, 4), (9, 10), (9, 10), (9, 12), (13, 13)])(text) == [(0, 3), (9, 12)]


@pytest.mark.parametrize("tokenizer", [7, "/no/such/tokenizer", lambda _: [(5, 6), (0, 1)], lambda _: [7]])
def test_what_is_no_tokenizer_is_a_numbered_error(benchmark, split, tokenizer):
    with pytest.raises(DragomanError, match="E209"):
        benchmark.to("conll", split=split, tokenizer=tokenizer)


def test_wrong_usage(monkeypatch, capsys, tmp_path):
    out = tmp_path / "x"
    assert cli(monkeypatch, capsys, "gold", "--out", out, "--split", "nowhere")[0] == 1
    assert cli(monkeypatch, capsys, "gold", "--out", out, "--to", "nothing")[0] == 1
    assert cli(monkeypatch, capsys, "gold", "--out", out, "--characters", "--tokenizer", "x")[0] == 2
    assert not out.exists()
