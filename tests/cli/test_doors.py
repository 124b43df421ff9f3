"""Standard input, references, quotes and unknown fields on the command line."""

import io
import json

import pytest

from dragoman.cli import main

GOLD = {"id": "a", "text": "Kim met Kim.", "entities": [{"start": at, "end": at + 3, "type": "PER"} for at in (0, 8)]}
PRED = {"id": "a", "entities": [{"quote": "Kim", "type": "PER", "sure": 1}, {"quote": "Kim", "type": "PER"}]}


@pytest.fixture
def cli(monkeypatch, capsys, tmp_path):
    """Run a command with the predictions on its standard input; the reference is a file."""
    (tmp_path / "gold.jsonl").write_text(json.dumps(GOLD))

    def call(*arguments):
        monkeypatch.setattr("sys.argv", ["dragoman", *map(str, arguments)])
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(json.dumps(PRED).encode())))
        try:
            main()
        except SystemExit as end:
            return end.code or 0, *capsys.readouterr()
        return 0, *capsys.readouterr()

    return call


def test_standard_input_in_score_validate_report_and_convert(cli, tmp_path):
    gold, plain = tmp_path / "gold.jsonl", ("--ignore-unknown-fields",)
    code, out, _ = cli("score", "-", "--reference", gold, "--json", *plain)
    result = json.loads(out)
    assert code == 0
    assert result["scores"]["entities"]["strict"]["f1"] == 1.0
    assert result["system"]["name"] == "standard input"
    assert (result["quotes"], result["coverage"]["unknown_fields"]) == ("in-order", {"entities.sure": 1})
    code, _, err = cli("validate", "-", "--reference", gold, *plain)
    assert code == 0
    assert "W911" in err
    code, _, _ = cli("report", "-", "--reference", gold, "--out", tmp_path / "page.html", *plain)
    assert code == 0
    code, _, err = cli("convert", "-", "--no-texts", "--out", tmp_path / "x.jsonl", *plain)
    assert (code, "E404" in err) == (1, True)  # quotes need a text, and none is given
    assert not (tmp_path / "x.jsonl").exists()


def test_policies_and_wrong_usage(cli, tmp_path):
    gold = tmp_path / "gold.jsonl"
    code, out, _ = cli("score", "-", "--reference", gold, "--ignore-unknown-fields", "--quotes", "first")
    assert code == 0
    assert "(first): 2 exact, 1 too often" in out
    assert cli("score", "-", "--reference", gold, "--quotes", "last")[0] == 2
    assert cli("score", "-", "--reference", "-")[0] == 1
    assert cli("score", "-", "--reference", gold)[0] == 1
    assert cli("validate", "-", "--reference", gold, "--split", "test")[0] == 2
    assert cli("validate", "-", "--reference", gold, "--data", tmp_path)[0] == 2
    assert cli("validate", "-", "--split", "nowhere")[0] == 1


COLUMNS = "Kim\tB-PER\tB-PER\nmet\tO\tO\nLee\tB-PER\tO\n"  # gold and predicted: one of two found


def test_two_columns_of_one_file_go_into_every_door(cli, tmp_path):
    (tmp_path / "both.conll").write_text(COLUMNS)
    both = (tmp_path / "both.conll", "--columns", "form=1,gold=2,pred=3")
    code, out, _ = cli("score", *both, "--json", "--no-intervals")
    assert (code, json.loads(out)["scores"]["entities"]["strict"]["recall"]) == (0, 0.5)
    code, out, _ = cli("validate", *both, "--json")
    assert (code, json.loads(out)["coverage"]["layers"]["entities"]) == (0, 1)
    code, _, _ = cli("report", *both, "--out", tmp_path / "page.html", "--mistakes", tmp_path / "mistakes.json")
    assert code == 0
    (mistake,) = json.loads((tmp_path / "mistakes.json").read_text())
    assert (mistake["kind"], mistake["words"]) == ("missed", "Lee")
    code, _, _ = cli("convert", *both[:2], "form=1,tag=2", "--no-texts", "--out", tmp_path / "gold.jsonl")
    assert code == 0
    assert len(json.loads((tmp_path / "gold.jsonl").read_text())["entities"]) == 2


@pytest.mark.parametrize("command", ["score", "validate", "report"])
def test_what_must_be_told_of_a_file_is_told_in_every_door(cli, tmp_path, command):
    """Tags that are numbers, a format asked for by name, an id: what the content does not say."""
    rows = {"tokens": ["Kim", "met", "Lee"], "ner_tags": [1, 0, 1]}
    (tmp_path / "rows").write_text(json.dumps(rows))
    out = ("--out", tmp_path / "page.html") if command == "report" else ()
    told = ("--from", "hf", "--labels", "O,B-PER", "--document", "a")
    reference = ("--reference", tmp_path / "rows", "--reference-from", "hf")
    assert cli(command, tmp_path / "rows", *told, *reference, *out)[0] == 0
    code, _, err = cli(command, tmp_path / "rows", *reference, *out)
    assert (code, "E501" in err, "--labels" in err) == (1, True, True)
    code, _, err = cli(command, tmp_path / "rows", *told[2:], *reference[:2], "--from", "brat", *out)
    assert code == 1
