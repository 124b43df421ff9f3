"""A real language model behind a real server: SmolLM2 135M by llama.cpp. It is bad at this; that it runs is what
counts."""

import json

import llama_server
import pytest

import dragoman
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
    chat = Chat(endpoint, examples=1, max_tokens=64, layers=LAYERS)
    seen = prompt.make(benchmark, LAYERS, count=1).sources
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
