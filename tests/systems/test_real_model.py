"""A real language model behind a real server: SmolLM2 135M by llama.cpp. It is bad at this; that it runs is what
counts."""

import json

import harness_environment as harness
import llama_server
import pytest

import dragoman
from dragoman.harness.extraction import Extraction, figures
from dragoman.reading import inspect_log
from dragoman.systems import prompt
from dragoman.systems.protocol import Chat

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "localhost"])
LAYERS = ("dates",)


@pytest.fixture(scope="module")
def endpoint():
    interpreter = llama_server.python()
    if interpreter is None:
        pytest.skip("there is no model server: make harness")
    with llama_server.serving(interpreter) as url:
        yield url


def test_two_documents_are_asked_about_and_whatever_comes_back_is_kept_and_scored(endpoint, benchmark, tmp_path):
    chat = Chat(endpoint, examples=0, max_tokens=24, layers=LAYERS)
    seen = prompt.make(benchmark, LAYERS, count=0).sources
    documents = sorted((d for d in benchmark.split("dev") if d.id not in seen), key=lambda d: len(d.text))
    chosen = [document.id for document in documents[:2]]
    run = dragoman.run("chat:smollm2", tmp_path / "run", chat=chat, only=chosen, timeout=300)
    summary = run.summary
    assert summary["asked"] == 2
    assert "stopped" not in summary
    log = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text("utf-8").splitlines()]
    assert {entry["id"] for entry in log} == set(chosen)
    assert all(entry["raw"] and min(entry["tokens"]) > 0 and not entry["estimated"] for entry in log)
    again = dragoman.run("chat:smollm2", tmp_path / "run", chat=chat, only=chosen, timeout=300).summary
    assert again["kept"] == 2 - len(summary["failed"])
    result = dragoman.score(run, split="dev", measures=["dates"], intervals=False)
    assert result.coverage.documents == len(benchmark.split("dev"))


def test_inspect_asks_it_and_its_log_is_scored_as_its_answers_are(endpoint, benchmark, tmp_path):
    arguments = ("-T", "examples=0", "--limit", "2", "--max-tokens", "24")
    log = harness.inspect(tmp_path, endpoint, "dragoman/dates", *arguments)
    code = "import sys; from inspect_ai.log import read_eval_log as r; print(r(sys.argv[1]).model_dump_json())"
    said = json.loads(harness.run([harness.program("python", "inspect_ai"), "-c", code, log], tmp_path))
    asked = Extraction.of(benchmark, layers=LAYERS, examples=0)
    lines = []
    for sample in said["samples"]:
        (choice,) = sample["output"]["choices"]
        assert choice["message"]["content"]
        reason = "length" if choice["stop_reason"] == "max_tokens" else "stop"
        entry = asked.answer(sample["id"], choice["message"]["content"], reason)
        lines += [] if entry.answer is None else [{"id": sample["id"], **entry.answer}]
    assert len(said["samples"]) == 2
    assert inspect_log.read(log).epochs == [lines]
    shown = {name: metric["value"] for name, metric in said["results"]["scores"][0]["metrics"].items()}
    expected = figures(asked.score([lines], [sample["id"] for sample in said["samples"]]))
    assert {name: shown.get(name) for name in expected} == expected
    assert dragoman.score(log, measures=["dates"]).scores == dragoman.score(lines, measures=["dates"]).scores


def test_lm_eval_asks_it_and_gives_the_scores_of_its_answers(endpoint, benchmark, tmp_path):
    form = json.dumps({"form": "json_schema"})
    arguments = ("--num_fewshot", "0", "--limit", "2", "--gen_kwargs", "max_gen_toks=24", "--metadata", form)
    out = harness.lm_eval(tmp_path, endpoint, "dragoman_dates", *arguments)
    (path,) = out.rglob("results_*.json")
    (samples,) = out.rglob("samples_*.jsonl")
    answers = [json.loads(line) for line in samples.read_text("utf-8").splitlines()]
    asked = Extraction.of(benchmark, layers=LAYERS, examples=0)
    lines = []
    for each in answers:
        text = each["resps"][0][0]
        entry = asked.answer(each["doc"]["id"], text, "stop")
        lines += [] if entry.answer is None else [{"id": each["doc"]["id"], **entry.answer}]
    assert len(answers) == 2
    shown = json.loads(path.read_text("utf-8"))["results"]["dragoman_dates"]
    for name, score in figures(asked.score([lines], [each["doc"]["id"] for each in answers])).items():
        assert shown[f"{name},none"] == (pytest.approx(float("nan"), nan_ok=True) if score is None else score)
