"""A chat model as a system, against a server of our own that speaks the protocol with canned answers."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec
import pytest

from dragoman import scoring
from dragoman.problems import DragomanError
from dragoman.schema.submission import PredictedClaim, PredictedClaimant, PredictedDate, PredictedEntity
from dragoman.systems import answers, chat
from dragoman.systems.loading import load
from dragoman.systems.protocol import Chat, Options
from dragoman.systems.run import Budget, run

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "localhost"])
KEY = "a-key-that-must-not-be-seen"


def quietly(items, _what):
    return items


class Server:
    """Answers by ``answer(document id, how often it was asked)``: a status with a text, and headers."""

    def __init__(self, benchmark):
        self.asked, self.requests, self.headers = {}, [], []
        self.answer = lambda name, time: (200, self.gold[name], {})
        self.finish = "stop"
        self.gold = {d.id: msgspec.json.encode(answers.gold(d)).decode() for d in benchmark.documents}
        self.by_text = {d.text: d.id for d in benchmark.documents}
        self.lock = threading.Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                text = body["messages"][-1]["content"].split("\n", 3)[3].rpartition("\n")[0]
                name = server.by_text[text]
                with server.lock:
                    server.asked[name] = time = server.asked.get(name, 0) + 1
                    server.requests.append(body)
                    server.headers.append({key.lower(): value for key, value in self.headers.items()})
                status, said, headers = server.answer(name, time)
                message = {"role": "assistant", "content": said}
                choice = {"index": 0, "finish_reason": server.finish, "message": message}
                usage = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}
                good = {"id": "x", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice]}
                data = json.dumps(good | {"usage": usage} if status == 200 else {"error": {"message": said}}).encode()
                self.send_response(status)
                for key, value in {"Content-Type": "application/json", **headers}.items():
                    self.send_header(key, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}/v1"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()


@pytest.fixture
def server(benchmark, monkeypatch):
    made = Server(benchmark)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    yield made
    made.http.shutdown()
    made.http.server_close()


def system(server, **chat_options):
    return load("chat:canned", Options(timeout=5.0, chat=Chat(base_url=server.url, **chat_options)))


def entries(folder):
    return {e["id"]: e for e in map(json.loads, (folder / "log.jsonl").read_text(encoding="utf-8").splitlines())}


def test_answers_as_quotes_are_found_and_gold_scores_one(benchmark, split, server, tmp_path):
    summary = run(system(server), benchmark, tmp_path, quietly, jobs=4)
    assert summary["failed"] == []
    assert summary["tokens"] == [1000 * len(benchmark.documents), 100 * len(benchmark.documents)]
    result = scoring.score(tmp_path / "predictions.jsonl", benchmark, split=split, intervals=False)
    assert result.scores["entities"]["strict"]["f1"] == 1
    assert result.scores["dates"]["value"]["f1"] == 1
    assert result.scores["claims"]["attributed"]["f1"] > 0.95  # IMPLICIT has no ids in this form


def test_nothing_secret_is_written_and_raw_answers_are_kept(benchmark, server, tmp_path):
    run(system(server), benchmark, tmp_path, quietly, jobs=4)
    assert all(header["authorization"] == f"Bearer {KEY}" for header in server.headers)
    for path in tmp_path.iterdir():
        text = path.read_text(encoding="utf-8")
        assert KEY not in text
        assert server.url not in text
    assert {name: e["raw"] for name, e in entries(tmp_path).items()} == server.gold


def test_the_request_holds_what_was_asked_for(benchmark, server, tmp_path):
    run(system(server, temperature=0.5, seed=7, max_tokens=99), benchmark, tmp_path, quietly)
    request = server.requests[0]
    assert (request["temperature"], request["seed"], request["max_tokens"]) == (0.5, 7, 99)
    assert request["response_format"]["json_schema"]["schema"]["required"] == ["entities", "dates", "claims"]
    card = (tmp_path / "system.toml").read_text(encoding="utf-8")
    assert "temperature 0.5, seed 7" in card


def test_examples_come_from_dev_and_never_from_the_document_itself(benchmark, server, tmp_path):
    run(system(server, examples=10), benchmark, tmp_path, quietly, jobs=4)
    test_texts = [d.text for d in benchmark.split("test")]
    told = 0
    for request in server.requests:
        *before, last = request["messages"]
        assert not any(text in m["content"] for text in test_texts for m in before)
        assert last["content"] not in [m["content"] for m in before]
        told += len(before) > 1
    assert told


@pytest.mark.parametrize(
    ("wrap", "good"),
    [
        ("{}", True),
        ("```json\n{}\n```", True),
        ("Here it is:\n```\n{}\n```\nDone.", True),
        ("I cannot do that. {}"[:17], False),
        ("[{}]", False),
        ("", False),
    ],
)
def test_what_is_no_json_fails_on_its_document_and_is_kept(benchmark, server, tmp_path, wrap, good):
    bad = benchmark.documents[0].id
    server.answer = lambda name, _: (
        200,
        wrap.replace("{}", server.gold[name]) if name == bad else server.gold[name],
        {},
    )
    summary = run(system(server), benchmark, tmp_path, quietly, jobs=4)
    assert summary["failed"] == ([] if good else [bad])
    assert entries(tmp_path)[bad]["raw"] == wrap.replace("{}", server.gold[bad])


def test_an_answer_that_was_cut_off_says_so(benchmark, server, tmp_path):
    server.finish = "length"
    summary = run(system(server, max_tokens=5), benchmark, tmp_path, quietly, jobs=4)
    assert len(summary["failed"]) == len(benchmark.documents)
    assert "cut off at 5 tokens" in summary["why"][0]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_server_is_asked_again(benchmark, server, tmp_path, status):
    busy = benchmark.documents[1].id
    wait = {"Retry-After-Ms": "1"}
    server.answer = lambda name, time: (
        (status, "later", wait) if name == busy and time < 4 else (200, server.gold[name], {})
    )
    summary = run(system(server), benchmark, tmp_path, quietly, jobs=4)
    assert summary["failed"] == []
    assert server.asked[busy] == 4


def test_a_refusal_fails_without_showing_the_key_and_a_second_run_mends_it(benchmark, server, tmp_path):
    refused = benchmark.documents[1].id
    server.answer = lambda name, _: (401, "no", {}) if name == refused else (200, server.gold[name], {})
    summary = run(system(server), benchmark, tmp_path, quietly, jobs=4)
    assert summary["failed"] == [refused]
    assert "AuthenticationError" in summary["why"][0]
    assert KEY not in summary["why"][0]
    server.answer = lambda name, _: (200, server.gold[name], {})
    before = len(server.requests)
    assert run(system(server), benchmark, tmp_path, quietly)["failed"] == []
    assert len(server.requests) == before + 1


def test_a_budget_stops_and_a_larger_one_goes_on(benchmark, server, tmp_path):
    prices = (1000.0, 0.0)  # one a document, at 1,000 tokens read
    summary = run(system(server), benchmark, tmp_path, quietly, budget=Budget(5.0, prices))
    assert summary["documents"] == 5
    assert len(summary["not_asked"]) == len(benchmark.documents) - 5
    summary = run(system(server), benchmark, tmp_path, quietly, budget=Budget(1000.0, prices))
    assert summary["not_asked"] == []
    assert sum(server.asked.values()) == len(benchmark.documents)


def test_what_a_failed_answer_cost_stays_spent(benchmark, server, tmp_path):
    server.answer = lambda *_: (200, "no JSON", {})
    count, sums = len(benchmark.documents), []
    assert (
        len(run(system(server), benchmark, tmp_path, quietly, told=lambda t: sums.append(tuple(t)))["failed"]) == count
    )
    assert sums == [(1000 * n, 100 * n) for n in range(1, count + 1)]
    spent = Budget(1.5 * count, (1000.0, 0.0))
    summary = run(system(server), benchmark, tmp_path, quietly, budget=spent)
    assert summary["tokens"][0] == 1000 * -(-3 * count // 2)


def test_no_server_is_said(benchmark, server, tmp_path, monkeypatch):
    monkeypatch.setattr(chat, "RETRIES", 0)
    server.http.shutdown()
    server.http.server_close()
    summary = run(system(server), benchmark, tmp_path, quietly)
    assert "APIConnectionError" in summary["why"][0]


@pytest.mark.parametrize("name", ["chat:", "chat:model"])
def test_without_model_or_address_it_says_what_is_missing(name, monkeypatch):
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    with pytest.raises(DragomanError, match="base-url"):
        load(name)


def test_a_text_cannot_close_its_own_marks(benchmark):
    document = msgspec.structs.replace(benchmark.documents[0], text="a </document> b")
    shown = chat.shown(document)
    assert shown.count("</document>") == 1
    assert shown.splitlines()[2] != "<document>"


def test_the_form_of_answers_is_part_of_the_form_of_submissions():
    for said, predicted in (
        (answers.SaidEntity, PredictedEntity),
        (answers.SaidDate, PredictedDate),
        (answers.SaidClaim, PredictedClaim),
        (answers.SaidClaimant, PredictedClaimant),
    ):
        assert set(said.__struct_fields__) <= set(predicted.__struct_fields__)
