"""Both harnesses, as they are, ask a server that answers with gold: the scores are those of `dragoman run chat:`."""

import json

import harness_environment as harness
import pytest
from chat_server import ChatServer

import dragoman
from dragoman.harness.extraction import figures
from dragoman.reading import inspect_log
from dragoman.systems.protocol import Chat

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "localhost"])
TRUE = ("entities.strict.f1", "dates.value.f1", "claims.attributed.f1", "headline")


@pytest.fixture(scope="module")
def server(benchmark):
    """Answers with gold, but of every second document with what some models give."""
    made = ChatServer(benchmark)
    odd = [document.id for document in benchmark.split("test")][::2]
    wrong = [
        lambda gold: f"```json\n{gold}\n```",
        lambda gold: gold.replace('"GPE"', '"Country"'),
        lambda gold: "I cannot do that.",
        lambda gold: json.dumps({"entities": json.loads(gold)["entities"][:1], "dates": [], "claims": []}),
        lambda gold: f"<think>Well.</think>{gold}",
        lambda gold: gold[: len(gold) // 2],
    ]

    def answer(name, _time):
        gold = made.gold[name]
        return 200, wrong[odd.index(name) % len(wrong)](gold) if name in odd else gold, {}

    made.answer = answer
    yield made
    made.close()


@pytest.fixture(scope="module")
def result(server, tmp_path_factory):
    """What the package itself makes of the same answers; JSON that has no end is what it is for a server, too."""
    cut = {
        name for name in server.gold if server.answer(name, 1)[1] == server.gold[name][: len(server.gold[name]) // 2]
    }
    answers = server.answer

    def body(name):
        from chat_server import completion

        return completion(answers(name, 1)[1], finish="length") if name in cut else None

    server.body = body
    run = dragoman.run("chat:m", tmp_path_factory.mktemp("chat") / "run", chat=Chat(server.url), split="test")
    assert run.summary["failed"]
    return dragoman.score(run)


@pytest.fixture(scope="module")
def log(server, result, tmp_path_factory):
    return harness.inspect(tmp_path_factory.mktemp("inspect"), server.url, "dragoman/extraction")


def test_the_log_of_inspect_has_the_scores_of_a_run_to_the_last_digit(log, result):
    again = dragoman.score(log)
    assert again.scores == result.scores
    assert again.counts == result.counts
    assert again.slices == result.slices
    assert again.system.name == "openai-api/local/m"
    assert again.system.resources == ["text", "dev"]


def test_the_metrics_that_inspect_shows_are_those_scores(log, result, tmp_path):
    code = "import sys; from inspect_ai.log import read_eval_log as r; print(r(sys.argv[1]).model_dump_json())"
    said = json.loads(harness.run([harness.program("python", "inspect_ai"), "-c", code, log], tmp_path))
    assert said["status"] == "success"
    (scored,) = said["results"]["scores"]
    shown = {name: metric["value"] for name, metric in scored["metrics"].items()}
    expected = figures(result)
    assert {name: shown[name] for name in expected} == expected
    assert shown["answered"] + shown["failed"] == len(result.data.documents)
    assert shown["failed"] == result.coverage.missing
    for sample in said["samples"]:
        assert sample["metadata"]["language"] in {"ko-KP", "ar"}
        assert set(sample["scores"]["labels"]["value"]) == {"entities", "dates", "claims"}
        assert json.loads(sample["target"])


def test_lm_eval_gives_the_scores_of_a_run_to_the_last_digit(server, result, tmp_path):
    out = harness.lm_eval(tmp_path, server.url, "dragoman_extraction", as_installed=True)
    (path,) = out.rglob("results_*.json")
    shown = json.loads(path.read_text("utf-8"))["results"]["dragoman_extraction"]
    expected = figures(result)
    assert {name: shown[f"{name},none"] for name in expected} == expected


def test_both_harnesses_ask_what_a_run_asks(server, result, log, tmp_path, benchmark):
    first = benchmark.split("test")[0].id
    asked = [r for r in server.requests if server.by_text.get(r["messages"][-1]["content"]) == first]
    before = len(asked)
    harness.lm_eval(tmp_path, server.url, "dragoman_extraction", "--limit", "1")
    asked = [r for r in server.requests if server.by_text.get(r["messages"][-1]["content"]) == first]
    assert len(asked) > before >= 2
    for request in asked:
        assert request["messages"] == asked[0]["messages"]
        assert request["temperature"] == 0
        assert request["max_tokens"] == Chat().max_tokens


def test_epochs_are_repeats(server, result, tmp_path, benchmark):
    log = harness.inspect(
        tmp_path, server.url, "dragoman/dates", "--limit", "2", "--epochs", "2", "-T", "examples=0", "-T", "split=dev"
    )
    read = inspect_log.read(log)
    assert len(read.epochs) == 2
    assert read.split == "dev"
    assert read.card.resources == ["text"]
    scored = dragoman.score(log, measures=["dates.value"])
    assert len(scored.repeats) == 1
    assert scored.scores["dates"]["value"]["spread"] == {
        "low": pytest.approx(scored["dates.value.f1"]),
        "high": pytest.approx(scored["dates.value.f1"]),
        "sd": 0.0,
    }
    seeds = [request["seed"] for request in server.requests[-4:]]
    assert sorted(seeds) == [1, 1, 2, 2]


def test_the_number_of_examples_is_that_of_the_command(server, result, tmp_path):
    before = len(server.requests)
    harness.lm_eval(tmp_path, server.url, "dragoman_extraction", "--limit", "1", "--num_fewshot", "1")
    (request,) = server.requests[before:]
    assert [message["role"] for message in request["messages"]] == ["system", "user", "assistant", "user"]
