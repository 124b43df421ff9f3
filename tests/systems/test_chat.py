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
        self.body = lambda name: None  # a whole body in the place of a completion
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
                data = data if (body := server.body(name)) is None else body
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


def nothing_secret(folder):
    return not any(KEY[:12].lower() in path.read_text(encoding="utf-8").lower() for path in folder.rglob("*"))


def completion(message, **more):
    usage = {"prompt_tokens": "7", "completion_tokens": 3.0, "total_tokens": None}
    choice = {"index": 0, "finish_reason": "stop", "message": message} | more
    return json.dumps({"choices": [choice], "usage": usage}).encode()


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
    assert nothing_secret(tmp_path)
    for path in tmp_path.iterdir():
        assert server.url not in path.read_text(encoding="utf-8")
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


ECHO = f"{'x' * 490} {KEY} Bearer%20{KEY.upper()}"


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (200, ECHO),
        (200, json.dumps({"entities": [{"quote": KEY, "type": "ORG"}]})),
        (200, json.dumps({"entities": [], KEY: 1})),
        (400, ECHO),
        (401, ECHO),
        (422, KEY),
    ],
)
def test_a_key_that_the_server_repeats_is_neither_written_nor_printed(benchmark, server, tmp_path, status, said):
    server.answer = lambda *_: (status, said, {"X-Key": KEY, "Set-Cookie": KEY})
    summary = run(system(server), benchmark, tmp_path, quietly)
    assert summary["failed"] or KEY in json.loads(said)  # a field that is none of an answer is left out
    assert nothing_secret(tmp_path)
    assert KEY[:12] not in json.dumps(summary)
    assert "[secret]" in (tmp_path / "log.jsonl").read_text("utf-8")


def test_a_key_in_a_page_or_in_headers_that_are_none_is_not_written(benchmark, server, tmp_path):
    server.body = lambda _: f"<html>{KEY}".encode()
    run(system(server), benchmark, tmp_path, quietly)
    assert nothing_secret(tmp_path)
    assert all(entry["raw"] == "<html>[secret]" for entry in entries(tmp_path).values())


@pytest.mark.parametrize("key", ["a key\nof two lines", "schlüssel-schlüssel"])
def test_a_key_that_cannot_be_one_is_said_and_not_shown(server, monkeypatch, key):
    monkeypatch.setenv("OPENAI_API_KEY", key)
    with pytest.raises(DragomanError, match="E801") as caught:
        system(server)
    assert key not in str(caught.value)


@pytest.mark.parametrize("address", ["http://[", "http://x:y"])
def test_an_address_that_is_none_is_said(address):
    with pytest.raises(DragomanError, match="E801"):
        load("chat:m", Options(timeout=5.0, chat=Chat(base_url=address)))


@pytest.mark.parametrize(
    ("body", "raw", "why", "tokens"),
    [
        (b"<html>Bad gateway</html>", "<html>Bad gateway</html>", "no JSON", []),
        (b"\xff\xfe", "\\xff\\xfe", "no JSON", []),
        (b"[" * 100_000, "[" * 100_000, "no JSON", []),
        (b"[]", "[]", "no object", []),
        (b"{}", "{}", "no answer", []),
        (b'{"choices": [null]}', '{"choices": [null]}', "no answer", []),
        (b'{"choices": {"a": 1}, "usage": 1}', '{"choices": {"a": 1}, "usage": 1}', "no answer", []),
        (completion({"content": None}), None, "empty", [7, 3]),
        (completion(None), None, "empty", [7, 3]),
        (completion({"content": None, "refusal": "no"}), None, "refuses", [7, 3]),
        (completion({"content": "{"}, finish_reason="content_filter"), "{", "filtered", [7, 3]),
        (completion({"content": "\ud800"}), "\\ud800", "no JSON object", [7, 3]),
        (completion({"content": '{"dates": ["\ud800"]}'}), '{"dates": ["\\ud800"]}', "no JSON object", [7, 3]),
        (completion({"content": '{"dates": ["\\ud800"]}'}), '{"dates": ["\\ud800"]}', "no JSON object", [7, 3]),
        (
            completion({"content": '{"dates": ' + "[" * 900 + "]" * 900 + "}"}),
            '{"dates": ' + "[" * 900 + "]" * 900 + "}",
            "deep",
            [7, 3],
        ),
        (completion({"content": ["{", 1, {"text": "}"}, {"type": "image"}]}), "{}", None, [7, 3]),
        (completion({"content": "{}"}).replace(b'"7"', b"-5").replace(b"3.0", b"1e999"), "{}", None, []),
        (completion({"content": "{}"}).replace(b'"7"', b"9" * 5000), None, "no JSON", []),
        (completion({"content": "{}"}).replace(b'"7"', b"null").replace(b"null}", b"12}"), "{}", None, [9, 3]),
    ],
)
def test_whatever_the_endpoint_answers_it_is_kept_and_what_it_cost(benchmark, server, tmp_path, body, raw, why, tokens):
    server.body = lambda _: body
    summary = run(system(server), benchmark, tmp_path, quietly)
    assert len(summary["failed"]) == (len(benchmark.documents) if why else 0)
    for entry in entries(tmp_path).values():
        assert entry["raw"] == (body.decode() if raw is None else raw)
        assert entry["tokens"] == tokens
        assert (why in entry["problems"][0]) if why else entry["status"] == "answered"
    run(system(server), benchmark, tmp_path, quietly)  # its log can be read again


@pytest.mark.parametrize("amount", [float("nan"), float("inf"), -1.0])
@pytest.mark.parametrize("place", range(3))
def test_a_budget_that_is_no_amount_is_refused(benchmark, server, tmp_path, amount, place):
    most, *prices = [amount if place == at else 1.0 for at in range(3)]
    with pytest.raises(DragomanError, match="E206"):
        run(system(server), benchmark, tmp_path, quietly, budget=Budget(most, tuple(prices)))
    assert server.requests == []


@pytest.mark.parametrize("jobs", [1, 3])
@pytest.mark.parametrize(("status", "what"), [(401, "OPENAI_API_KEY"), (404, "--base-url"), (503, "its log")])
def test_an_endpoint_that_refuses_everything_ends_the_run(benchmark, server, tmp_path, monkeypatch, status, what, jobs):
    monkeypatch.setattr(chat, "RETRIES", 0)
    server.answer = lambda *_: (status, "no", {})
    summary = run(system(server), benchmark, tmp_path, quietly, jobs=jobs)
    assert what in summary["stopped"]
    assert 3 <= len(summary["failed"]) <= 3 + jobs
    assert len(summary["not_asked"]) == len(benchmark.documents) - len(summary["failed"])
    server.answer = lambda name, _: (200, server.gold[name], {})
    summary = run(system(server), benchmark, tmp_path, quietly)
    assert summary["documents"] == len(benchmark.documents)
    assert "stopped" not in summary


def test_what_failed_is_asked_about_last(benchmark, server, tmp_path, monkeypatch):
    monkeypatch.setattr(chat, "RETRIES", 0)
    poison = [document.id for document in benchmark.documents[:3]]
    server.answer = lambda name, _: (500, "no", {}) if name in poison else (200, server.gold[name], {})
    assert run(system(server), benchmark, tmp_path, quietly)["documents"] == 0
    summary = run(system(server), benchmark, tmp_path, quietly)
    assert summary["failed"] == poison
    assert summary["not_asked"] == []


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
        len(run(system(server), benchmark, tmp_path, quietly, on_tokens=lambda t: sums.append(tuple(t)))["failed"])
        == count
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
    assert "--base-url" in summary["stopped"]
    assert len(summary["failed"]) == 3
    assert len(summary["not_asked"]) == len(benchmark.documents) - 3


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
