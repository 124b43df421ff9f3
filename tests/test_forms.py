"""Gold in every lossless form that the project gives out, in every door: it scores 1, and nothing is wrong with it."""

import io
from pathlib import Path

import msgspec
import pyarrow.parquet as pq
import pytest
from hub_server import TOKEN, Hub, Repo

import dragoman
from dragoman import json_text
from dragoman.authoring import release_folder
from dragoman.problems import DragomanError
from dragoman.release import hub, source_root
from dragoman.systems.run_folder import run

ROOT = Path(__file__).resolve().parents[1]
HEADS = ("entities.strict.f1", "entities.linked.f1", "dates.value.f1", "claims.attributed.f1", "claims.chain.accuracy")


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    out = tmp_path_factory.mktemp("release")
    release_folder.write(source_root.assemble(ROOT), ROOT, out)
    return out


@pytest.fixture(scope="module")
def gold_files(release, benchmark, split, tmp_path_factory):
    """The split that has gold, as files."""
    out = tmp_path_factory.mktemp("gold")
    benchmark.to("jsonl", out / "gold.jsonl", split=split)
    dataset(release, split, out).to_parquet(str(out / "numbers.parquet"))
    dataset(release, split, out).to_json(str(out / "numbers.jsonl"), force_ascii=False)
    (out / "shards").mkdir()
    for at, line in enumerate((out / "gold.jsonl").read_bytes().splitlines(keepends=True)):
        with (out / "shards" / f"{at % 3}.jsonl").open("ab") as shard:
            shard.write(line)
    return out


def dataset(release, split, cache):
    datasets = pytest.importorskip("datasets", reason="install the extra hub")
    datasets.disable_progress_bars()
    return datasets.load_dataset(str(release), split=split, cache_dir=str(cache / "cache"))


def streamed(release, split):
    return pytest.importorskip("datasets").load_dataset(str(release), split=split, streaming=True)


# Each takes the release folder, the files above, the split and the benchmark.
FORMS = {
    "rows of load_dataset": lambda r, f, s, b: list(dataset(r, s, f)),
    "a Dataset": lambda r, f, s, b: dataset(r, s, f),
    "a shuffled Dataset": lambda r, f, s, b: dataset(r, s, f).shuffle(seed=1),
    "a streamed Dataset": lambda r, f, s, b: streamed(r, s),
    "a DatasetDict": lambda r, f, s, b: pytest.importorskip("datasets").DatasetDict({"x": dataset(r, s, f)}),
    "an Arrow table": lambda r, f, s, b: pq.read_table(r / "data" / "documents" / f"{s}.parquet"),
    "a Dataset's table": lambda r, f, s, b: dataset(r, s, f).data.table,
    "parquet of the release": lambda r, f, s, b: r / "data" / "documents" / f"{s}.parquet",
    "parquet of a Dataset": lambda r, f, s, b: f / "numbers.parquet",
    "JSONL of a Dataset": lambda r, f, s, b: f / "numbers.jsonl",
    "JSONL": lambda r, f, s, b: f / "gold.jsonl",
    "bytes": lambda r, f, s, b: (f / "gold.jsonl").read_bytes(),
    "shards": lambda r, f, s, b: f / "shards",
    "documents": lambda r, f, s, b: b.split(s),
    "lines": lambda r, f, s, b: b.gold_lines(s),
    "dictionaries": lambda r, f, s, b: msgspec.to_builtins(b.split(s)),
    "a benchmark": lambda r, f, s, b: b,
    "a folder of a release": lambda r, f, s, b: r,
    "its path as a string": lambda r, f, s, b: str(r),
}


@pytest.fixture(scope="module")
def made(release, gold_files, split, benchmark):
    return {form: make(release, gold_files, split, benchmark) for form, make in FORMS.items()}


@pytest.mark.parametrize("form", FORMS)
def test_gold_scores_1_on_either_side_and_nothing_is_wrong_with_it(made, form, benchmark, split):
    given = made[form]
    for pred, gold in ((given, benchmark), (benchmark, given), (given, given)):
        result = dragoman.score(pred, gold, intervals=False)
        assert [result[head] for head in HEADS] == [1.0] * len(HEADS)
        assert result.coverage.documents == len(benchmark.split(split))
        assert [p for p in dragoman.validate(pred, gold, split=None) if p.severity == "error" or p.code == "W901"] == []
    assert dragoman.score(given, benchmark, split=split, intervals=False)["headline"] == 1.0


@pytest.mark.parametrize("form", FORMS)
def test_gold_is_converted_and_comes_back(made, form, benchmark, split):
    made_of = made[form]
    back = dragoman.convert(made_of, texts={})
    again = dragoman.score(back.files["submission.jsonl"], benchmark, split=split, intervals=False)
    assert again["headline"] == 1.0
    # Into a format that is lossy, the loss is the same from whatever form.
    lossy = dragoman.convert(made_of, "conll", texts={d.id: d.text for d in benchmark}).problems
    assert {problem.code for problem in lossy} == {"W905"}


@pytest.mark.parametrize("form", FORMS)
def test_gold_is_reported_without_a_mistake(made, form, split, tmp_path):
    given = made[form]
    page = dragoman.report(given, given, out=tmp_path / "page.html").read_text("utf-8")
    assert "There are no errors." in page
    assert "로씨야" in page  # the texts came with the gold


@pytest.mark.parametrize("form", FORMS)
def test_a_system_runs_on_gold(made, form, tmp_path, split):
    asked = []

    def predict(document):
        asked.append(document)
        return {"entities": []}

    done = run(predict, tmp_path / "run", data=made[form])
    assert len(asked) == done.summary["documents"]
    assert all(document.text and not document.entities for document in asked)
    result = dragoman.score(done, made[form], intervals=False)
    assert result["entities.strict.recall"] == 0.0
    assert result.coverage.missing == 0


@pytest.mark.allow_hosts(["127.0.0.1", "localhost"])
def test_a_release_on_the_hub_is_gold_in_every_door(release, benchmark, split, tmp_path, monkeypatch):
    library = pytest.importorskip("huggingface_hub", reason="install the extra `hub`")
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    tagged = f"org/data@v{benchmark.version}"
    with Hub() as server:
        repo = server.repos.setdefault("org/data", Repo())
        repo.commit({p.relative_to(release).as_posix(): p.read_bytes() for p in release.rglob("*") if p.is_file()})
        repo.tags[f"v{benchmark.version}"] = repo.main
        fetch = hub.fetch
        monkeypatch.setattr(hub, "fetch", lambda where: fetch(where, cache=tmp_path / "hub", endpoint=server.url))
        for name in ("org/data", tagged):
            lines = benchmark.gold_lines(split)
            assert dragoman.score(benchmark, name, split=split, intervals=False)["headline"] == 1.0
            assert dragoman.validate(lines, name, split=split) == []
            wrong = [{"id": lines[0].id, "entities": [{"start": 3, "end": 1}]}]
            assert [problem.code for problem in dragoman.validate(wrong, name)] == ["E402"]
            page = dragoman.report(lines, name, out=tmp_path / "page.html")
            assert "There are no errors." in page.read_text("utf-8")
        assert dragoman.score(tagged, benchmark, intervals=False)["headline"] == 1.0
        assert dragoman.validate(tagged, benchmark, split=split) == []
        made = dragoman.convert(tagged, out=tmp_path / "made.jsonl")
        assert made.documents == sum(len(benchmark.split(name)) for name in benchmark.splits)
        assert dragoman.score(tmp_path / "made.jsonl", benchmark, split=split, intervals=False)["headline"] == 1.0
        library.close_session()


@pytest.mark.parametrize("door", [dragoman.convert, dragoman.score, dragoman.validate, dragoman.report])
def test_an_address_on_the_hub_without_a_version_is_no_prediction_and_the_version_is_asked_for(door, tmp_path):
    more = {"out": tmp_path / "page.html"} if door is dragoman.report else {}
    with pytest.raises(DragomanError) as refused:
        door("org/data", **more)
    (problem,) = refused.value.problems
    assert (problem.code, "org/data@v1.0.0" in problem.hint) == ("E101", True)


def test_a_release_without_texts_is_named_with_the_way_to_put_them_back(benchmark, split, tmp_path):
    release_folder.write_standoff(source_root.assemble(ROOT), ROOT, tmp_path / "bare")
    rows = tmp_path / "bare" / "rows" / "documents" / f"{split}.jsonl"
    for bare, code in ((rows, "E202"), (tmp_path / "bare", "E701")):
        for pred, gold in ((bare, benchmark), (benchmark, bare)):
            with pytest.raises(DragomanError, match=code) as refused:
                dragoman.score(pred, gold)
            assert "dragoman rehydrate" in refused.value.problems[0].hint


def test_numbers_without_names_are_refused_with_the_way_to_names():
    rows = [{"id": "a", "entities": [{"start": 0, "end": 3, "type": 4}]}]
    with pytest.raises(DragomanError) as refused:
        dragoman.score(rows, rows)
    (problem,) = refused.value.problems
    assert problem.code == "E202"
    assert "Dataset" in problem.hint


def test_rows_of_a_configuration_of_labels_are_named(release, tmp_path):
    datasets = pytest.importorskip("datasets")
    rows = datasets.load_dataset(str(release), "entities", split="test", cache_dir=str(tmp_path))
    problems = dragoman.validate(rows.select(range(2)))
    assert [problem.code for problem in problems] == ["E202", "E202"]
    assert "`documents`" in problems[0].hint


@pytest.mark.parametrize("language", ["ko-KP", "en", None])
def test_a_reference_has_its_documents_languages(language):
    """A Korean particle is no part of a name in Korean; in English it is a letter like any other."""
    text = "최선희가 말하였다."
    given = {} if language is None else {"language": language}
    gold = [{"id": "a", "text": text, **given, "entities": [{"start": 0, "end": 3, "type": "PER"}]}]
    pred = [{"id": "a", "entities": [{"start": 0, "end": 4, "type": "PER"}]}]
    expected = 0.0 if language == "en" else 1.0
    two = [*gold, {"id": "b", "text": "x", "entities": []}]
    for reference in (gold, two, json_text.lines(gold)):
        result = dragoman.score(pred, reference, measures=["entities.clitic"], intervals=False)
        assert result["entities.clitic.f1"] == expected


def test_languages_come_through_shards(tmp_path):
    text = "최선희가 말하였다."
    for side, end in (("gold", 3), ("pred", 4)):
        (tmp_path / side).mkdir()
        for name, tag in (("a", "ko"), ("b", "en")):
            entity = {"start": 0, "end": end, "type": "PER"}
            line = {"id": name, "text": text, "language": tag, "entities": [entity]}
            (tmp_path / side / f"{name}.jsonl").write_bytes(json_text.lines([line]))
    result = dragoman.score(tmp_path / "pred", tmp_path / "gold", measures=["entities.clitic"], intervals=False)
    assert result["entities.clitic.f1"] == 0.5  # the Korean one of two: 2·1 / (2 + 2)


def test_what_is_no_json_is_a_numbered_error():
    numpy = pytest.importorskip("numpy")
    good = [{"id": "a", "entities": [{"start": numpy.int64(0), "end": numpy.int32(3), "type": "PER"}]}]
    assert dragoman.score(good, good, intervals=False)["entities.strict.f1"] == 1.0
    for wrong in ([{"id": "a", "entities": io.BytesIO()}], [{1: "a"}], [{"id": object()}]):
        with pytest.raises(DragomanError, match=r"E20[24]"):
            dragoman.score(wrong, good)


@pytest.mark.parametrize("form", ["annotations/gold", "annotations/gold/{}.json", "corpus/documents", "annotations"])
def test_the_sources_of_gold_are_named_with_the_command_to_use(form, benchmark, split, tmp_path):
    where = ROOT / form.format(benchmark.split(split)[0].id)
    doors = (
        lambda: dragoman.score(where),
        lambda: dragoman.score(benchmark, where),
        lambda: dragoman.convert(where),
        lambda: dragoman.report(where, out=tmp_path / "page.html"),
    )
    if form == "annotations":  # a folder of folders
        with pytest.raises(DragomanError, match="E852"):
            doors[0]()
        return
    for door in doors:
        with pytest.raises(DragomanError, match="E220") as refused:
            door()
        assert "dragoman gold --data" in refused.value.problems[0].hint
    (problem,) = dragoman.validate(where)
    assert problem.code == "E220"


@pytest.mark.parametrize("form", [form for form in FORMS if form not in {"JSONL", "shards", "parquet of the release"}])
def test_a_cluster_takes_files_and_says_what_to_do_with_any_other_form(made, form, gold_files):
    if form in {"parquet of a Dataset", "JSONL of a Dataset"}:
        return
    with pytest.raises(DragomanError, match="E851") as refused:
        dragoman.score(made[form], gold_files / "gold.jsonl", engine="dask")
    assert "dragoman gold --out" in refused.value.problems[0].hint
