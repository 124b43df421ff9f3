"""The Python door: what a notebook's first lines do, with whatever somebody has."""

import gzip
import json
import pickle
import subprocess
import sys
from functools import partial

import pyarrow.parquet as pq
import pytest
from sides import pair

import dragoman
from dragoman import json_text
from dragoman.measures import FScore, Measure, register, spans
from dragoman.measures.naming import measure
from dragoman.problems import DragomanError
from dragoman.reading import arrow_json
from dragoman.reading import lines as precise
from dragoman.reading.target import Target
from dragoman.scoring import result as results

GOLD, PRED = pair(7, 8)


def rows(data):
    return arrow_json.of_lines(precise.read(data, Target()).lines)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    where = tmp_path_factory.mktemp("door")
    for name, lines in (("gold", GOLD), ("pred", PRED)):
        data = json_text.lines(lines)
        (where / f"{name}.jsonl").write_bytes(data)
        (where / f"{name}.jsonl.gz").write_bytes(gzip.compress(data))
        pq.write_table(rows(data), where / f"{name}.parquet")
        (where / name).mkdir()
        for at in range(3):
            (where / name / f"{at}.jsonl").write_bytes(json_text.lines(lines[at::3]))
    return where


def lines_of(path):
    yield from map(json.loads, path.read_bytes().splitlines())


FORMS = {
    "a path": lambda folder, name: folder / f"{name}.jsonl",
    "a string": lambda folder, name: str(folder / f"{name}.jsonl"),
    "gzip": lambda folder, name: folder / f"{name}.jsonl.gz",
    "parquet": lambda folder, name: folder / f"{name}.parquet",
    "shards": lambda folder, name: folder / name,
    "bytes": lambda folder, name: (folder / f"{name}.jsonl").read_bytes(),
    "dictionaries": lambda folder, name: list(lines_of(folder / f"{name}.jsonl")),
    "a generator": lambda folder, name: lines_of(folder / f"{name}.jsonl"),
    "an Arrow table": lambda folder, name: rows((folder / f"{name}.jsonl").read_bytes()),
    "a Dataset": lambda folder, name: dataset(folder / f"{name}.parquet"),
}


def dataset(path):
    datasets = pytest.importorskip("datasets", reason="install the extra hub")
    return datasets.Dataset(pq.read_table(path))


def plain(result):
    return json_text.pretty([result.scores, result.slices, result.counts, result.coverage])


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_the_same_labels_scores_the_same(folder, form):
    expected = plain(dragoman.score(folder / "pred.jsonl", folder / "gold.jsonl", intervals=False))
    pred, gold = (FORMS[form](folder, name) for name in ("pred", "gold"))
    assert plain(dragoman.score(pred, gold, intervals=False)) == expected


@pytest.mark.parametrize("wrong", [7, None, object(), ["a", "b"], [1, 2], {"id": 1}, 3.5])
def test_what_is_none_of_these_is_a_numbered_error(wrong):
    with pytest.raises(DragomanError, match=r"E20[24]") as raised:
        dragoman.score(wrong, GOLD)
    assert raised.value.problems[0].hint


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"pred": "nowhere.jsonl"}, "E101"),
        ({"pred": PRED, "gold": "nowhere.jsonl"}, "E101"),
        ({"pred": PRED, "gold": GOLD, "measures": ["entities.strickt"]}, "E708"),
        ({"pred": PRED, "gold": GOLD, "measures": "entities.overlap(7)"}, "E708"),
        ({"pred": PRED, "gold": GOLD, "split": "test"}, "E702"),
        ({"pred": [], "split": "tset"}, "E702"),
        ({"pred": PRED, "gold": GOLD, "engine": "dask"}, "E851"),
        ({"pred": PRED, "gold": GOLD, "engine": "spark"}, "E851"),
    ],
)
def test_wrong_arguments_are_numbered_errors(arguments, code):
    with pytest.raises(DragomanError) as raised:
        dragoman.score(**arguments)
    assert raised.value.problems[0].code == code


def test_measures_by_name_by_value_or_one_by_itself(folder):
    several = dragoman.score(PRED, GOLD, measures=["entities.strict", measure("dates.value")], intervals=False)
    assert list(several) == ["entities.strict", "dates.value"]
    assert list(dragoman.score(PRED, GOLD, measures="entities.strict", intervals=False)) == ["entities.strict"]


def test_a_benchmark_is_gold_and_prediction(benchmark):
    result = dragoman.score(benchmark, benchmark, intervals=False)
    assert result["headline"] == 1.0
    assert dragoman.score(benchmark, split="dev", intervals=False)["entities.strict.f1"] == 1.0
    assert len(benchmark) == len(benchmark.documents) == len(list(benchmark))


def test_results_are_looked_up_by_name():
    result = dragoman.score(PRED, GOLD, intervals=False)
    f1 = result["entities.strict.f1"]
    assert 0 < f1 < 1
    assert result["entities.strict"]["f1"] == f1 == result["entities"]["strict"]["f1"]
    assert result["entities.strict.f1[type=GPE]"] == result.slices["entities.strict[type=GPE]"]["f1"]
    for wrong in ("entities.strickt", "entities.strict.f2", "entities.strict[type=NONE]", "x", "entities.strict.f1["):
        with pytest.raises(DragomanError, match="E708"):
            result[wrong]
    assert dragoman.score(PRED, GOLD, measures=["dates"], intervals=False)["dates.value.f1"] == result["dates.value.f1"]


def test_what_prints_is_short_and_what_the_terminal_shows(benchmark, folder, capsys, monkeypatch):
    result = dragoman.score(folder / "pred.jsonl", folder / "gold.jsonl")
    comparison = dragoman.compare(result, result)
    for value in (benchmark, result, comparison):
        assert len(repr(value)) < 8000
        assert "<table>" in value._repr_html_()
    assert "entities.strict" in repr(result)
    monkeypatch.setattr(
        "sys.argv", ["dragoman", "score", str(folder / "pred.jsonl"), "--reference", str(folder / "gold.jsonl")]
    )
    monkeypatch.setenv("COLUMNS", "100")
    from dragoman.cli import main

    with pytest.raises(SystemExit):
        main()
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        line.split() for line in repr(result).splitlines()
    ]


def test_hostile_names_stay_text_in_a_notebook():
    result = dragoman.score(PRED, GOLD, system="<script>x</script>\x1b[31m", intervals=False)
    assert "<script>" not in result._repr_html_()
    assert "\x1b" not in result._repr_html_() + repr(result)


def test_tables_slice_by_what_was_asked_for():
    result = dragoman.score(PRED, GOLD, by=["type"], intervals=False)
    assert any(row[0] == "entities.strict[type=GPE]" for row in result.table().rows)
    assert not any("[" in row[0] for row in result.table(by=()).rows)


def test_results_are_saved_read_compared_and_pickled(tmp_path):
    one, two = (dragoman.score(lines, GOLD, system=name) for name, lines in (("a", PRED), ("b", GOLD)))
    one.save(tmp_path / "a.json")
    two.save(tmp_path / "b.json")
    assert results.read(tmp_path / "a.json") == one
    compared = dragoman.compare(tmp_path / "a.json", str(tmp_path / "b.json"), measures=["entities.strict"])
    assert compared == dragoman.compare(one, two, measures=["entities.strict"])
    assert pickle.loads(pickle.dumps(one)) == one
    assert json.loads(json_text.pretty(one)) == one.to_dict()
    ((pair, difference, *_),) = compared.contrast_table().rows
    contrast = compared.contrasts["entities.strict"][0]
    assert (pair, float(difference)) == ("a – b", pytest.approx(contrast.difference, abs=5e-4))
    assert len(compared.table("entities.strict").rows) == 2
    with pytest.raises(DragomanError, match="E708"):
        compared.contrast_table("dates.value")
    compared.save(tmp_path / "c.json")
    assert json.loads((tmp_path / "c.json").read_bytes()) == compared.to_dict()


def test_intersection_over_union_is_a_measure_with_a_parameter():
    gold = [{"id": "d", "entities": [{"start": 0, "end": 10, "type": "A"}, {"start": 20, "end": 30, "type": "A"}]}]
    pred = [{"id": "d", "entities": [{"start": 0, "end": 5, "type": "A"}, {"start": 21, "end": 30, "type": "B"}]}]
    expected = {"0.5": 1.0, "0.51": 0.5, "0.9": 0.5, "0.91": 0.0}
    for threshold, f1 in expected.items():
        name = f"entities.overlap({threshold})"
        result = dragoman.score(pred, gold, measures=[name], intervals=False)
        assert result[f"{name}.f1"] == f1, name
        assert str(measure(name)) == name
        assert pickle.loads(pickle.dumps(measure(name))) == measure(name)


def test_a_measure_from_outside_is_taken_by_every_door():
    mine = Measure("dates.mine", partial(spans.exact, layer="dates"), FScore(), "Same span.", "this test")
    assert register(mine) is measure("dates.mine")
    gold = [{"id": "d", "dates": [{"start": 0, "end": 4, "type": "DATE"}]}]
    assert dragoman.score(gold, gold, measures=["dates.mine"])["dates.mine.f1"] == 1.0
    assert dragoman.score(gold, gold, measures=[mine])["dates.mine.f1[type=DATE]"] == 1.0
    assert hash(mine) == hash(measure("dates.mine"))
    with pytest.raises(DragomanError, match="E708"):
        register(Measure("dates.value", mine.match, FScore(), "", ""))


def test_a_measure_from_outside_pickles_into_a_process_that_has_not_seen_it(tmp_path):
    (tmp_path / "mine.py").write_text(
        "from dragoman.measures import FScore, Measure, register, spans\n"
        "def match(pair):\n    return spans.exact(pair, 'dates')\n"
        "measure = register(Measure('dates.own', match, FScore(), 'Same span.', 'a test'))\n"
    )
    dump = "import mine, pickle, sys; sys.stdout.buffer.write(pickle.dumps(mine.measure))"
    load = "import pickle, sys; print(pickle.loads(sys.stdin.buffer.read()))"
    data = subprocess.run([sys.executable, "-c", dump], cwd=tmp_path, capture_output=True, check=True).stdout
    printed = subprocess.run([sys.executable, "-c", load], cwd=tmp_path, input=data, capture_output=True, check=True)
    assert printed.stdout.decode().strip() == "dates.own"


def test_validate_takes_the_same_forms(folder):
    assert [problem.code for problem in dragoman.validate(PRED, GOLD)] == []
    wrong = [{"id": PRED[0]["id"], "entities": [{"start": 5, "end": 2}]}]
    assert [problem.code for problem in dragoman.validate(wrong, GOLD)] == ["E402"]
    assert dragoman.validate(folder / "pred", folder / "gold") == []


def test_help_fits_a_screen():
    assert len(dragoman.score.__doc__.splitlines()) < 45
    assert ">>>" in dragoman.score.__doc__


def test_a_function_is_run_scored_and_reported(benchmark, tmp_path):
    def predict(document):
        return {"entities": [{"start": 0, "end": 2, "type": "PER"}], "dates": []} if document.text else None

    run = dragoman.run(predict, tmp_path / "run", data=benchmark)
    assert "43 documents answered" in repr(run)
    assert dragoman.score(run, split="dev", intervals=False).coverage.missing == 0
    assert dragoman.report(run, split="dev", out=tmp_path / "page.html").stat().st_size > 10_000
    again = dragoman.run(predict, tmp_path / "run", data=benchmark).to_dict()
    assert again == run.to_dict() | {"kept": 43, "asked": 0}
    for wrong, code in ((7, "E801"), ("nothing", "E801")):
        with pytest.raises(DragomanError, match=code):
            dragoman.run(wrong, tmp_path / "wrong")


def test_labels_are_converted_there_and_back(benchmark, tmp_path):
    benchmark.save(tmp_path / "gold.jsonl")
    texts = {document.id: document.text for document in benchmark}
    made = dragoman.convert(tmp_path / "gold.jsonl", "spacy", texts=texts)
    assert made.documents == len(benchmark)
    assert not made.paths
    assert {problem.code for problem in made.problems} == {"W905"}
    dragoman.convert(tmp_path / "gold.jsonl", "spacy", texts=texts, out=tmp_path / "gold.spacy.jsonl")
    back = dragoman.convert(tmp_path / "gold.spacy.jsonl", read="spacy", texts=texts, out=tmp_path / "back.jsonl")
    assert [str(path) for path in back.paths] == back.to_dict()["files"] == [str(tmp_path / "back.jsonl")]
    result = dragoman.score(tmp_path / "back.jsonl", benchmark, measures=["entities.strict"], intervals=False)
    assert result["entities.strict.f1"] > 0.5
    with pytest.raises(DragomanError, match="E209"):
        dragoman.convert(tmp_path / "gold.jsonl", "nonsense")
