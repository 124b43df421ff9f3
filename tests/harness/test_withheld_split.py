"""Both harnesses on a release whose gold of test is withheld: they ask as ever, and dev alone has scores."""

import json
import math
from pathlib import Path

import harness_environment as harness
import pytest
import withheld_release
from chat_server import ChatServer

import dragoman
from dragoman.harness.extraction import Extraction, figures
from dragoman.leaderboard.closed import withheld_gold
from dragoman.problems import DragomanError
from dragoman.systems.protocol import Chat

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "localhost"])
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return withheld_release.write(tmp_path_factory.mktemp("withheld"))


@pytest.fixture(scope="module")
def server(benchmark):
    """Answers with gold, as nobody could who has the public release alone; of one document with nothing of use."""
    made = ChatServer(benchmark)
    refused = benchmark.split("test")[0].id
    made.answer = lambda name, _time: (200, "I cannot do that." if name == refused else made.gold[name], {})
    yield made
    made.close()


def test_the_task_has_prompts_and_no_target(folder, benchmark):
    made, whole = Extraction.of(folder / "public"), Extraction.of(benchmark)
    assert (made.split, len(made.documents)) == ("test", 31)
    for document in made.documents:
        assert made.messages(document.id) == whole.messages(document.id)
        assert made.target(document.id) == {}
    assert set(made.figures([[]], [made.documents[0].id]).values()) == {None}
    with pytest.raises(DragomanError, match="E760"):
        made.score([[]], [made.documents[0].id])


def test_a_split_without_gold_that_is_not_withheld_is_refused_before_it_is_asked_about(benchmark, tmp_path):
    with pytest.raises(DragomanError, match="E702"):
        Extraction.of(benchmark, "validation")


def test_inspect_asks_about_test_and_its_log_is_a_submission(folder, server, tmp_path):
    """The keeper gets the scores out of the log that a run on the whole benchmark has."""
    data = folder / "public"
    log = harness.inspect(tmp_path, server.url, "dragoman/extraction", "-T", f"data={data}")
    run = dragoman.run("chat:m", tmp_path / "run", chat=Chat(server.url), data=data, split="test")
    (problem,) = dragoman.validate(log, data, split="test")
    assert problem.code == "W902"  # the document that got no answer of use
    gold, _ = withheld_gold(folder / "private")
    ours, theirs = (dragoman.score(each, gold, intervals=False) for each in (run.predictions, log))
    assert ours.counts == theirs.counts
    assert 0.9 < ours["headline"] < 1
    with pytest.raises(DragomanError, match="E760"):
        dragoman.score(log, dragoman.load(data))
    code = "import sys; from inspect_ai.log import read_eval_log as r; print(r(sys.argv[1]).model_dump_json())"
    said = json.loads(harness.run([harness.program("python", "inspect_ai"), "-c", code, log], tmp_path))
    assert said["status"] == "success"
    assert {sample["target"] for sample in said["samples"]} == {"{}"}
    shown = {name: metric["value"] for name, metric in said["results"]["scores"][0]["metrics"].items()}
    assert (shown.pop("answered"), shown.pop("failed")) == (30, 1)
    assert [name for name, value in shown.items() if value is not None and not math.isnan(value)] == []


def test_inspect_scores_dev_as_ever(folder, server, tmp_path, benchmark):
    options = ("-T", "split=dev", "-T", "examples=0", "--limit", "3")
    log = harness.inspect(tmp_path, server.url, "dragoman/extraction", "-T", f"data={folder / 'public'}", *options)
    assert (
        dragoman.score(log, folder / "public", split="dev").counts == dragoman.score(log, benchmark, split="dev").counts
    )


def test_lm_eval_asks_about_test_and_scores_dev(folder, server, tmp_path, benchmark):
    said = {"data": str(folder / "public")}
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    out = harness.lm_eval(tmp_path / "a", server.url, "dragoman_extraction", "--metadata", json.dumps(said))
    (path,) = out.rglob("results_*.json")
    shown = json.loads(path.read_text("utf-8"))["results"]["dragoman_extraction"]
    assert {name for name, value in shown.items() if name.endswith(".f1,none") and not math.isnan(value)} == set()
    samples = [json.loads(line) for line in next(out.rglob("samples_*.jsonl")).read_text("utf-8").splitlines()]
    assert len(samples) == 31
    dev = harness.lm_eval(
        tmp_path / "b",
        server.url,
        "dragoman_extraction",
        *("--metadata", json.dumps(said | {"split": "dev"}), "--num_fewshot", "0"),
    )
    (path,) = dev.rglob("results_*.json")
    shown = json.loads(path.read_text("utf-8"))["results"]["dragoman_extraction"]
    asked = Extraction.of(benchmark, "dev", examples=0)
    gold = [{"id": d.id, **asked.answer(d.id, server.gold[d.id]).answer} for d in asked.documents]
    expected = figures(asked.score([gold], [d.id for d in asked.documents]))
    # It has numbers alone: what is None, as an interval of what no resample changes, is NaN there.
    assert {name: None if math.isnan(value := shown[f"{name},none"]) else value for name in expected} == expected
