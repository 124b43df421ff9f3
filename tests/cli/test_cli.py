"""The command line as people meet it: exit codes, JSON, and never a traceback."""

import json
import os
import subprocess
import sys
import tempfile

import pytest
import record

import dragoman as dragoman_package
from dragoman.cli import main


def dragoman(*arguments, **options):
    command = [sys.executable, "-c", "from dragoman.cli import main; main()", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def test_gold_scores_one(split):
    done = dragoman("score", "--gold", "--split", split, "--json")
    assert done.returncode == 0, done.stderr
    scores = json.loads(done.stdout)["scores"]
    assert scores["entities"]["strict"]["f1"] == scores["claims"]["attributed"]["f1"] == 1.0


def test_the_table_shows_every_measure(split):
    done = dragoman("score", "--gold", "--split", split)
    assert "entities.strict" in done.stdout
    assert "claims.attributed" in done.stdout
    assert not done.stderr


def test_an_empty_file_scores_zero(tmp_path, split):
    (tmp_path / "p.jsonl").write_text("")
    done = dragoman("score", tmp_path / "p.jsonl", "--split", split, "--json")
    assert json.loads(done.stdout)["scores"]["entities"]["strict"]["f1"] == 0.0


HOSTILE = {
    "not utf-8": (b'{"id": "\xff"}\n', "E102"),
    "byte order mark": (b'\xef\xbb\xbf{"id": "000.article-1"}\n', "E103"),
    "utf-16": ('{"id": "000.article-1"}\n'.encode("utf-16"), "E103"),
    "nul": (b'{"id": "a\x00"}\n', "E104"),
    "truncated gzip": (b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab", "E107"),
    "not json": (b"{'id': 1}\n", "E201"),
    "nan": (b'{"id": "000.article-1", "entities": [{"start": NaN, "end": 1}]}\n', "E201"),
    "nested": (b'{"id": ' + b"[" * 100_000 + b"\n", "E201"),
    "wrong type": (b'{"id": "000.article-1", "entities": {}}\n', "E202"),
    "unknown field": (b'{"id": "000.article-1", "entites": []}\n', "E203"),
    "no id": (b'{"entities": []}\n', "E204"),
    "unknown document": (b'{"id": "000.article-9"}\n', "E301"),
    "repeated document": (b'{"id": "000.article-1"}\n{"id": "000.article-1"}\n', "E302"),
    "out of range": (b'{"id": "000.article-1", "entities": [{"start": 0, "end": 999999}]}\n', "E401"),
    "reversed": (b'{"id": "000.article-1", "entities": [{"start": 4, "end": 2}]}\n', "E402"),
    "surface": (b'{"id": "000.article-1", "entities": [{"start": 0, "end": 2, "text": "ab"}]}\n', "E403"),
    "label": (b'{"id": "000.article-1", "entities": [{"start": 0, "end": 2, "type": "PERSON"}]}\n', "E501"),
    "value": (b'{"id": "000.article-1", "dates": [{"start": 0, "end": 2, "value": "2024-6-1"}]}\n', "E502"),
    "dangling": (b'{"id": "000.article-1", "claims": [{"content": [[0, 2]], "parent": "c9"}]}\n', "E601"),
    "circle": (
        (
            b'{"id": "000.article-1", "claims": [{"id": "a", "content": [[0, 2]], "parent": "b"}, '
            b'{"id": "b", "content": [[0, 2]], "parent": "a"}]}\n'
        ),
        "E602",
    ),
}


APART = {"not utf-8", "truncated gzip", "nested"}
"""Files that are given to a process of its own; the others are read in this one, which takes less time."""


@pytest.mark.parametrize("name", list(HOSTILE))
@pytest.mark.parametrize("command", ["validate", "score"])
def test_hostile_files_get_a_number_and_no_traceback(name, command, tmp_path, split):
    data, code = HOSTILE[name]
    (tmp_path / "p.jsonl").write_bytes(data)
    words = [command, tmp_path / "p.jsonl", *(["--split", split] if command == "score" else []), "--json"]
    if name in APART:
        done = dragoman(*words)
        assert "Traceback" not in done.stderr
        returned, printed = done.returncode, done.stdout
    else:
        returned, printed = record.command(*words)
    assert returned == 1
    found = json.loads(printed)["problems"]
    assert code in {problem["code"] for problem in found}
    assert all(problem["file"] for problem in found)


def test_all_errors_are_said_at_once(tmp_path):
    lines = [data for data, code in HOSTILE.values() if code in {"E301", "E401", "E402", "E501"}]
    (tmp_path / "p.jsonl").write_bytes(b"".join(lines))
    found = json.loads(dragoman("validate", tmp_path / "p.jsonl", "--json").stdout)["problems"]
    assert {"E301", "E302", "E401", "E402", "E501"} <= {problem["code"] for problem in found}


def test_control_and_bidi_characters_do_not_reach_the_terminal(tmp_path):
    (tmp_path / "p.jsonl").write_text('{"id": "\\u001b[31m\\u202e"}\n', encoding="utf-8")
    done = dragoman("validate", tmp_path / "p.jsonl")
    assert "\x1b" not in done.stderr
    assert "\u202e" not in done.stderr
    assert "E304" in done.stderr  # an id that cannot be seen is no id


@pytest.mark.parametrize(
    "arguments",
    [["score"], ["score", "p.jsonl", "--gold"], ["nothing"], ["score", "--gold", "--reference", "a", "--data", "b"]],
)
def test_wrong_usage_is_exit_code_two(arguments):
    assert dragoman(*arguments).returncode == 2


def test_a_missing_file_and_a_missing_benchmark(tmp_path, split):
    assert "E101" in dragoman("score", tmp_path / "none.jsonl", "--split", split).stderr
    assert "E701" in dragoman("info", "--data", tmp_path).stderr


TOO_LONG = "z" * 300


@pytest.mark.parametrize(
    "make",
    [
        lambda: dragoman_package.score(TOO_LONG),
        lambda: dragoman_package.score([], TOO_LONG),
        lambda: dragoman_package.validate(f"{TOO_LONG}.eval"),
        lambda: dragoman_package.load(TOO_LONG),
    ],
)
def test_a_path_that_the_system_does_not_look_up_is_said(make):
    with pytest.raises(dragoman_package.DragomanError, match=r"E101.*too long"):
        make()


def test_without_memory_it_is_said(monkeypatch, capsys):
    def wants(*_, **__):
        raise MemoryError

    monkeypatch.setattr("dragoman.files.read_bytes", wants)
    monkeypatch.setattr(sys, "argv", ["dragoman", "compare", "a.json", "b.json"])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 1
    assert "E106: there is not enough memory" in capsys.readouterr().err


def test_so_it_is_by_a_command_wherever_it_is_looked_up(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["dragoman", "verify", TOO_LONG])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 1
    assert "E101" in capsys.readouterr().err


def test_without_a_place_for_temporary_files_it_is_said(monkeypatch, capsys, tmp_path):
    """As on a full disk: Python looks for a folder in which it can write."""
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: [str(tmp_path / "none")])
    monkeypatch.setattr(sys, "argv", ["dragoman", "perturb", "typographic-quotes", "--out", str(tmp_path / "out")])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 1
    assert "E108: No usable temporary directory" in capsys.readouterr().err
    assert not any(path.suffix for path in (tmp_path / "out").rglob("*"))


def test_info_and_schema(tmp_path):
    measures = json.loads(dragoman("info", "--measures", "--json").stdout)
    assert all(measure["definition"] and measure["source"] for measure in measures)
    assert json.loads(dragoman("info", "--json").stdout)["splits"]
    schema = json.loads(dragoman("schema").stdout)
    assert {"submission", "result", "gold", "row-documents"} <= set(schema)
    assert "E501" in dragoman("schema", "nothing").stderr


def test_a_result_is_written_whole(tmp_path, split):
    out = tmp_path / "result.json"
    assert dragoman("score", "--gold", "--split", split, "--out", out).returncode == 0
    assert json.loads(out.read_text(encoding="utf-8"))["schema_version"]


def test_version():
    import dragoman as package

    assert dragoman("--version").stdout.strip() == package.__version__


def test_convert_there_and_back(tmp_path, benchmark, split):
    lines = [{"id": d.id, "entities": [{"start": 0, "end": 2, "type": "ORG"}]} for d in benchmark.split(split)]
    source = tmp_path / "p.jsonl"
    source.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    assert dragoman("convert", source, "--to", "brat", "--out", tmp_path / "brat").returncode == 0
    done = dragoman("convert", tmp_path / "brat", "--from", "brat", "--out", tmp_path / "back.jsonl", "--json")
    assert json.loads(done.stdout)["documents"] == len(lines)
    scores = [
        json.loads(dragoman("score", path, "--split", split, "--no-intervals", "--json").stdout)["scores"]["entities"]
        for path in (source, tmp_path / "back.jsonl")
    ]
    assert scores[0] == scores[1]


def test_convert_says_what_a_format_cannot_hold(tmp_path, benchmark):
    line = {"id": benchmark.documents[0].id, "dates": [{"start": 0, "end": 2, "type": "DATE", "value": "2024"}]}
    (tmp_path / "p.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    done = dragoman("convert", tmp_path / "p.jsonl", "--to", "conll", "--out", tmp_path / "p.conll")
    assert "W905" in done.stderr
    assert "E" in dragoman("convert", tmp_path / "p.jsonl", "--to", "nothing", "--out", tmp_path / "x").stderr


def test_every_measure_is_named_in_the_list_for_people():
    from dragoman.measures.catalogue import MEASURES

    shown = dragoman("info", "--measures").stdout
    assert all(f"{measure.name} " in shown and measure.source in shown for measure in MEASURES)


def test_a_layer_is_not_attempted_whichever_split_its_documents_are_in(tmp_path, benchmark):
    other = next(d for d in benchmark.split("dev") if d.entities)
    (tmp_path / "p.jsonl").write_text(json.dumps({"id": other.id, "entities": []}) + "\n")
    scores = json.loads(dragoman("score", tmp_path / "p.jsonl", "--no-intervals", "--json").stdout)["scores"]
    assert scores["entities"]["strict"]["f1"] == 0.0
    assert scores["claims"]["content"] is None
    assert scores["headline"] is None


def test_an_empty_file_is_warned_of(tmp_path):
    (tmp_path / "p.jsonl").write_text("")
    assert "W902" in dragoman("validate", tmp_path / "p.jsonl").stderr


@pytest.mark.parametrize("module", ["typer", "msgspec"])
def test_interrupted_while_it_loads_it_says_nothing(tmp_path, monkeypatch, module):
    (tmp_path / f"{module}.py").write_text("raise KeyboardInterrupt\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    done = dragoman("info")
    assert (done.returncode, done.stderr) == (130, "")


def test_the_folder_of_a_run_is_scored_by_its_predictions_and_an_empty_one_is_refused(tmp_path):
    (tmp_path / "predictions.jsonl").write_bytes(b"")
    done = dragoman("score", tmp_path, "--no-intervals")
    assert done.returncode == 0
    assert "documents left out: they score as empty" in done.stdout
    (tmp_path / "predictions.jsonl").unlink()
    done = dragoman("score", tmp_path)
    assert done.returncode == 1
    assert "E852" in done.stderr
