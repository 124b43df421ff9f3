"""A chat model as a system, against a server of our own that speaks the protocol with canned answers."""

import gzip
import json
import ssl
import threading

import msgspec
import pytest
from bad_answers import BAD
from chat_server import KEY, ChatServer, completion

from dragoman import http_clients, scoring
from dragoman.problems import DragomanError
from dragoman.schema.layers import LAYER_NAMES, by_name
from dragoman.schema.submission import PredictedClaimant, SpanObject
from dragoman.systems import answer_text, answers, chat, pieces, prompt
from dragoman.systems import completion as completion_reader
from dragoman.systems.budget import Budget
from dragoman.systems.loading import load, read_card
from dragoman.systems.protocol import Chat, Options, SystemFailure
from dragoman.systems.run import How, run
from dragoman.systems.selection import Selection

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "localhost"])


EMPTY = '{"entities": [], "dates": [], "claims": []}'


def quietly(items, _what):
    return items


@pytest.fixture
def server(benchmark, monkeypatch):
    made = ChatServer(benchmark)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    yield made
    made.close()


def system(server, **chat_options):
    chat = Chat(**{"base_url": server.url, "examples": 0, **chat_options})
    return load("chat:canned", Options(timeout=5.0, chat=chat, benchmark=server.benchmark))


def entries(folder):
    return {e["id"]: e for e in map(json.loads, (folder / "log.jsonl").read_text(encoding="utf-8").splitlines())}


def nothing_secret(folder):
    return not any(KEY[:12].lower() in path.read_text(encoding="utf-8").lower() for path in folder.rglob("*"))


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
    assert "temperature 0.5, seed 7, max_tokens 99" in card


def test_an_answer_that_does_not_come_in_time_is_waited_for_once(benchmark, server, tmp_path):
    late = threading.Event()
    server.body = lambda _: late.wait(20) and None
    asking = load("chat:canned", Options(timeout=0.3, chat=Chat(base_url=server.url, examples=0)))
    summary = run(asking, benchmark, tmp_path, quietly, how=How(selection=Selection(limit=4)))
    late.set()
    assert len(summary["failed"]) == 4  # a slow server is no dead one: all are asked about
    assert "stopped" not in summary
    assert "no answer in time" in summary["why"][0]
    assert sum(server.asked.values()) == 4


def test_documents_that_are_examples_are_named_not_asked_about_and_not_in_the_predictions(benchmark, server, tmp_path):
    asking = system(server, examples=2)
    dev = {document.id for document in benchmark.split("dev")}
    assert asking.seen
    assert set(asking.seen) < dev
    summary = run(asking, benchmark, tmp_path, quietly, jobs=4)
    assert summary["seen"] == list(asking.seen)
    assert not set(server.asked) & set(asking.seen)
    lines = (tmp_path / "predictions.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(benchmark.documents) - len(asking.seen)
    assert read_card(tmp_path / "system.toml").seen_dev  # so that the scorer gives it no score on dev
    made = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    assert made["seen"] == list(asking.seen)
    assert made["prompt"]["name"] == "dragoman-1"
    assert made["prompt"]["sha256"] == asking.prompt["sha256"]
    assert made["prompt"]["parameters"]["seed"] == 1


def test_the_prompt_of_a_document_holds_no_other_document_of_test(benchmark, server, tmp_path):
    run(system(server, examples=3), benchmark, tmp_path, quietly, jobs=4)
    test_texts = [d.text for d in benchmark.split("test")]
    for request in server.requests:
        *before, _last = request["messages"]
        assert len(before) > 1
        assert not any(text in message["content"] for text in test_texts for message in before)


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_whatever_an_endpoint_answers_is_kept_and_said(benchmark, server, tmp_path, monkeypatch, bad):
    monkeypatch.setattr(chat, "RETRIES", 0)
    three = [d for d in benchmark.split("dev") if d.claims and d.dates][:3]
    respond = {d.id: bad.respond(server.gold[d.id]) for d in three}
    server.answer = lambda name, _: (respond[name][0], "", {})
    server.body = lambda name: respond[name][1]
    only = Selection(only=tuple(d.id for d in three))
    summary = run(system(server), benchmark, tmp_path, quietly, how=How(selection=only))
    log = entries(tmp_path)
    assert set(log) == {d.id for d in three}
    assert len(summary["failed"]) == (0 if bad.why is None else len(three))
    assert ("stopped" in summary) == bad.stops
    for name, entry in log.items():
        whole = respond[name][1].decode("utf-8", "backslashreplace")
        raw = whole if bad.raw is None else bad.raw(server.gold[name])
        assert entry["raw"].encode() == raw.encode("utf-8", "backslashreplace")
        assert entry["repairs"] == list(bad.repairs)
        if bad.why is None:
            answer, gold = entry["answer"], json.loads(server.gold[name])
            assert answer == {layer: gold[layer] for layer in answer}
        else:
            assert bad.why in entry["problems"][0]
        counted = b'"prompt_tokens"' in respond[name][1]
        assert entry["estimated"] == (respond[name][0] == 200 and not counted)
        assert not counted or entry["tokens"] == [1000, 100]
    assert run(system(server), benchmark, tmp_path, quietly, how=How(selection=only))["asked"] == len(summary["failed"])


def test_there_are_forty_ways_and_more():
    assert len({bad.name for bad in BAD}) == len(BAD) >= 40


def test_valid_labels_are_kept_and_the_others_named(benchmark, server, tmp_path):
    document = next(d for d in benchmark.split("dev") if len(d.entities) > 5 and d.claims)
    gold = json.loads(server.gold[document.id])
    first, second, third, *others = gold["entities"]
    wrong = {**first, "type": "PLANET"}
    odd = {**second, "certainty": 0.9}
    server.gold[document.id] = json.dumps({**gold, "entities": [wrong, odd, third, *others, "?"]})
    only = Selection(only=(document.id,))
    summary = run(system(server), benchmark, tmp_path / "a", quietly, how=How(selection=only))
    entry = entries(tmp_path / "a")[document.id]
    assert summary["failed"] == []
    assert entry["answer"]["entities"] == [second, third, *others]
    assert summary["labels_left_out"] == 2 + len(gold["claims"]) - len(entry["answer"]["claims"])
    assert summary["repairs"] == {"unknown field": 1}
    named = "\n".join(entry["problems"])
    assert "entities[0].type: there is no label 'PLANET'" in named
    assert "entities[1]['certainty']" in named
    assert f"entities[{len(gold['entities'])}]: expected an object" in named
    strict = run(system(server), benchmark, tmp_path / "b", quietly, how=How(selection=only, strict=True))
    assert strict["failed"] == [document.id]
    again = run(system(server), benchmark, tmp_path / "a", quietly, how=How(selection=only, strict=True))
    assert again["failed"] == [document.id]


def test_parameters_are_added_and_left_out(benchmark, server, tmp_path):
    more = {"temperature": None, "max_tokens": None, "max_completion_tokens": 77, "reasoning_effort": "low"}
    server.finish = "length"
    asking = system(server, parameters=more, form="text")
    summary = run(asking, benchmark, tmp_path, quietly, how=How(selection=Selection(limit=1)))
    (request,) = server.requests
    assert set(request) == {"model", "messages", "seed", "max_completion_tokens", "reasoning_effort"}
    assert request["reasoning_effort"] == "low"
    assert "cut off at 77 tokens" in summary["why"][0]


@pytest.mark.parametrize("name", ["messages", "model", "stream", "n"])
def test_a_parameter_that_would_change_what_is_read_is_refused(server, name):
    with pytest.raises(DragomanError, match="E206"):
        system(server, parameters={name: 1})


def test_without_usage_tokens_are_estimated_and_a_budget_still_ends_the_run(benchmark, server, tmp_path):
    server.usage = None
    summary = run(system(server), benchmark, tmp_path, quietly, budget=Budget(0.02, (1.0, 1.0)))
    read, written = summary["tokens"]
    assert 0 < summary["documents"] < len(benchmark.documents)
    assert (read + written) / 1e6 >= 0.02
    assert "counts no tokens" in summary["notes"][0]
    rules = len(server.requests[0]["messages"][0]["content"])
    assert rules / 3 < entries(tmp_path)[benchmark.documents[0].id]["tokens"][0] < rules


def test_a_document_in_pieces_is_answered_as_a_whole(benchmark, server, tmp_path):
    document = next(d for d in benchmark.split("dev") if d.id.endswith("article-1") and d.text.count("\n") > 3)
    words = document.text.split()
    word = next(w for w in words if document.text.count(w) > 2 and len(w) > 3)
    server.answer = lambda name, time: (200, "", {})
    label = {"quote": word, "occurrence": 1, "type": "ORG", "form": "NAM", "entity_ids": []}

    def body(_name):
        piece = server.requests[-1]["messages"][-1]["content"]
        there = [{**label, "id": f"e{n}", "occurrence": n} for n in range(1, piece.count(word) + 1)]
        return completion(json.dumps({"entities": there}))

    server.body = body
    asking = system(server, pieces=300, layers=("entities",))
    how = How(selection=Selection(only=(document.id,)))
    summary = run(asking, benchmark, tmp_path, quietly, how=how)
    assert summary["failed"] == []
    (line,) = map(json.loads, (tmp_path / "predictions.jsonl").read_text("utf-8").splitlines())
    assert [e["occurrence"] for e in line["entities"]] == list(range(1, document.text.count(word) + 1))
    assert len({e["id"] for e in line["entities"]}) == len(line["entities"])
    assert len(server.requests) > 2
    assert summary["tokens"] == [1000 * len(server.requests), 100 * len(server.requests)]
    sent = [r["messages"][-1]["content"].split("\n", 3)[3].rpartition("\n")[0] for r in server.requests]
    assert max(map(len, sent)) <= 300
    assert "".join(sent) == document.text


@pytest.fixture
def long(benchmark):
    """A document of five pieces, and its selection."""
    document = max(benchmark.split("dev"), key=lambda d: len(d.text))
    assert len(pieces.cut(document, 500)) == 5
    return document, Selection(only=(document.id,))


def _first_word(server):
    """Answer with the first word of the piece that was asked about."""
    word = server.requests[-1]["messages"][-1]["content"].split("\n", 3)[3].split()[0]
    return json.dumps({"dates": [{"quote": word, "occurrence": 1, "type": "DATE", "value": "2020", "mod": None}]})


def test_a_piece_that_fails_is_named_and_counted_and_the_labels_of_the_others_are_kept(
    benchmark, server, long, tmp_path
):
    document, only = long
    server.body = lambda _: completion("no" if len(server.requests) == 2 else _first_word(server))

    asking = system(server, pieces=500, layers=("dates",))
    summary = run(asking, benchmark, tmp_path, quietly, how=How(selection=only))
    assert (summary["documents"], summary["failed"], summary["failed_pieces"]) == (1, [], 1)
    entry = entries(tmp_path)[document.id]
    (_, _), (start, second), *_ = pieces.cut(document, 500)
    assert len(entry["answer"]["dates"]) == 4
    assert entry["problems"][0].startswith(f"piece 2 of 5 (characters {start} to {start + len(second.text)}): ")
    assert (entry["failed_pieces"], entry["tokens"]) == (1, [5000, 500])
    assert entry["raw"].split("\n")[1] == "no"
    assert "piece 2 of 5" in summary["why"][0]
    # As what failed, it is asked about again; what there is stays where that gives nothing.
    server.body = lambda _: b"<html>busy</html>"
    again = run(asking, benchmark, tmp_path, quietly, how=How(selection=only))
    assert (again["kept"], again["asked"], again["documents"], again["failed_pieces"]) == (0, 1, 1, 1)
    server.body = lambda _: completion(_first_word(server))
    again = run(asking, benchmark, tmp_path, quietly, how=How(selection=only))
    assert (again["kept"], again["asked"], again["documents"], again["failed_pieces"]) == (0, 1, 1, 0)
    assert len(entries(tmp_path)[document.id]["answer"]["dates"]) == 5
    again = run(asking, benchmark, tmp_path, quietly, how=How(selection=only))
    assert (again["kept"], again["asked"]) == (1, 0)


def test_a_piece_that_fails_fails_its_document_where_one_wrong_label_does(benchmark, server, long, tmp_path):
    document, only = long
    server.body = lambda _: completion("no" if len(server.requests) == 2 else _first_word(server))
    asking = system(server, pieces=500, layers=("dates",))
    summary = run(asking, benchmark, tmp_path, quietly, how=How(selection=only, strict=True))
    assert (summary["failed"], summary["failed_pieces"]) == ([document.id], 0)
    assert "piece 2 of 5" in summary["why"][0]


def test_a_document_whose_pieces_all_fail_fails_and_names_each(benchmark, server, long, tmp_path):
    document, only = long
    server.body = lambda _: completion("no")
    asking = system(server, pieces=500, layers=("dates",))
    summary = run(asking, benchmark, tmp_path, quietly, how=How(selection=only))
    assert summary["failed"] == [document.id]
    entry = entries(tmp_path)[document.id]
    assert all(any(f"piece {number} of 5" in problem for problem in entry["problems"]) for number in range(1, 6))


def test_a_server_that_goes_away_between_pieces_fails_the_document(benchmark, server, long, tmp_path, monkeypatch):
    monkeypatch.setattr(chat, "RETRIES", 0)
    document, only = long
    server.answer = lambda *_: (200 if len(server.requests) == 1 else 401, '{"dates": []}', {})
    asking = system(server, pieces=500, layers=("dates",))
    summary = run(asking, benchmark, tmp_path, quietly, how=How(selection=only))
    assert summary["failed"] == [document.id]
    assert "piece 2 of 5" in summary["why"][0]
    assert len(server.requests) == 2
    assert entries(tmp_path)[document.id]["raw"].startswith('{"dates": []}\n')


def test_claims_alone_have_claimants_as_quotes_and_score(benchmark, split, server, tmp_path):
    server.gold = {d.id: json.dumps(answers.gold(d, ["claims"])) for d in benchmark.documents}
    summary = run(system(server, layers=("claims",)), benchmark, tmp_path, quietly, jobs=4)
    assert (summary["failed"], summary["labels_left_out"]) == ([], 0)
    result = scoring.score(tmp_path / "predictions.jsonl", benchmark, split=split, intervals=False)
    assert result.scores["claims"]["content"]["f1"] == 1
    assert result.scores["entities"]["strict"] is None


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
    some = How(selection=Selection(only=tuple(document.id for document in benchmark.documents[:6])))
    summary = run(system(server), benchmark, tmp_path, quietly, how=some)
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


def test_all_clients_check_certificates_and_names_of_hosts_by_one_context(server):
    openai = pytest.importorskip("openai", reason="install the extra `llm`")
    first, second = (chat._client(openai, server.url, 5.0)._client for _ in range(2))
    (context,) = {client._transport._pool._ssl_context for client in (first, second)}
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    first.close()
    second.close()


@pytest.mark.parametrize("address", ["http://[", "http://x:y"])
def test_an_address_that_is_none_is_said(address):
    with pytest.raises(DragomanError, match="E801"):
        load("chat:m", Options(timeout=5.0, chat=Chat(base_url=address)))


@pytest.mark.parametrize(
    ("usage", "tokens"),
    [
        ({"prompt_tokens": "7", "completion_tokens": 3.0, "total_tokens": None}, [7, 3]),
        ({"prompt_tokens": None, "completion_tokens": 3, "total_tokens": "12"}, [9, 3]),
        ({"prompt_tokens": -5, "completion_tokens": 3}, [None, 3]),
        ({"prompt_tokens": 7, "completion_tokens": "many"}, [7, None]),
    ],
)
def test_counts_of_tokens_are_read_as_servers_write_them(benchmark, server, tmp_path, usage, tokens):
    server.usage = usage
    run(system(server), benchmark, tmp_path, quietly, how=How(selection=Selection(limit=1)))
    (entry,) = entries(tmp_path).values()
    assert entry["estimated"] == (None in tokens)
    assert all(is_ == said or (said is None and is_ > 100) for is_, said in zip(entry["tokens"], tokens, strict=True))


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
    some = [document.id for document in benchmark.documents[:12]]
    how = How(jobs=jobs, selection=Selection(only=tuple(some)))
    summary = run(system(server), benchmark, tmp_path, quietly, how=how)
    assert what in summary["stopped"]
    assert 3 <= len(summary["failed"]) <= 3 + jobs
    assert len(summary["not_asked"]) == len(some) - len(summary["failed"])
    server.answer = lambda name, _: (200, server.gold[name], {})
    summary = run(system(server), benchmark, tmp_path, quietly, how=how)
    assert summary["documents"] == len(some)
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
    some = tuple(document.id for document in benchmark.documents[:6])
    busy = some[1]
    wait = {"Retry-After-Ms": "1"}
    server.answer = lambda name, time: (
        (status, "later", wait) if name == busy and time < 4 else (200, server.gold[name], {})
    )
    summary = run(system(server), benchmark, tmp_path, quietly, how=How(jobs=4, selection=Selection(only=some)))
    assert summary["failed"] == []
    assert summary["documents"] == len(some)
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


@pytest.mark.parametrize("longest", [None, 400])
def test_answers_are_read_again_and_not_asked_for_where_only_their_reader_changed(
    benchmark, server, tmp_path, monkeypatch, longest
):
    def asked():
        how = How(selection=Selection(split="dev", limit=4))
        return run(system(server, pieces=longest), benchmark, tmp_path, quietly, how=how)

    server.answer = lambda name, _: (200, json.dumps(json.loads(server.gold.get(name, EMPTY)), indent=1), {})
    with monkeypatch.context() as older:

        def refuse(*_):
            raise ValueError("a reader that takes nothing")

        older.setattr(answers, "REVISION", answers.REVISION - 1)
        older.setattr(answer_text, "read", refuse)
        before = asked()
    assert (before["documents"], len(before["failed"])) == (0, 4)
    times = dict(server.asked)
    after = asked()
    assert (after["kept"], after["asked"], after["reread"], after["failed"]) == (4, 0, 4, [])
    assert (server.asked, after["tokens"]) == (times, before["tokens"])
    assert not (tmp_path / "previous-1").exists()
    lines = [json.loads(line) for line in (tmp_path / "predictions.jsonl").read_text("utf-8").splitlines()]
    assert len(lines) == 4
    assert any(line["entities"] for line in lines)
    again = asked()
    assert (again["kept"], again["tokens"], "reread" in again) == (4, before["tokens"], False)


def test_what_does_not_stand_in_the_log_as_it_was_given_is_asked_for_again(benchmark, server, tmp_path, monkeypatch):
    how = How(selection=Selection(split="dev", limit=4))
    server.body = lambda name: b"<html>" if name == benchmark.split("dev")[0].id else None
    with monkeypatch.context() as older:
        older.setattr(answers, "REVISION", answers.REVISION - 1)
        run(system(server), benchmark, tmp_path, quietly, how=how)
    server.body = lambda _: None
    after = run(system(server), benchmark, tmp_path, quietly, how=how)
    assert (after["kept"], after["asked"], after["reread"], after["failed"]) == (3, 1, 3, [])


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
WHOLE = completion('{"entities": [], "dates": [], "claims": []}')


@pytest.mark.parametrize(
    ("response", "why", "raw"),
    [
        (HEAD + b"Content-Length: 999999\r\n\r\n" + WHOLE, "without sending complete message body", WHOLE),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n" + WHOLE[:5] + b"\r\n", "incomplete chunked", WHOLE[:5]),
        (HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(WHOLE) + WHOLE, "encoding of its", WHOLE),
        (b"hello", "RemoteProtocolError", None),
        (
            b"HTTP/1.1 308 On\r\nLocation: /v1/chat/completions\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            "TooManyRedirects",
            None,
        ),
    ],
)
def test_a_response_that_breaks_off_or_is_none_is_said_and_what_came_of_it_is_kept(
    benchmark, server, tmp_path, monkeypatch, response, why, raw
):
    monkeypatch.setattr(chat, "RETRIES", 0)
    server.raw = lambda _: [response]
    summary = run(system(server), benchmark, tmp_path, quietly, how=How(selection=Selection(limit=1)))
    assert why in summary["why"][0]
    (entry,) = entries(tmp_path).values()
    assert entry["raw"] == (None if raw is None else raw.decode())


def test_a_body_that_decompresses_to_too_much_is_not_taken(benchmark, server, tmp_path, monkeypatch):
    monkeypatch.setattr(chat, "MAX_BODY", 100_000)
    for size, why in ((90_000, None), (110_000, "the answer has more than")):
        body = gzip.compress(WHOLE.ljust(size))
        server.raw = lambda _, body=body: [HEAD + b"Content-Encoding: gzip\r\nConnection: close\r\n\r\n" + body]
        folder = tmp_path / str(size)
        summary = run(system(server), benchmark, folder, quietly, how=How(selection=Selection(limit=1)))
        assert (why in summary["why"][0]) if why else not summary["failed"]


def test_a_body_of_very_many_objects_is_refused_before_they_are_made(monkeypatch):
    monkeypatch.setattr(completion_reader, "MAX_OBJECTS", 10)
    assert completion_reader.read(WHOLE).labels == json.loads(EMPTY)
    for body in (b'{"choices": [' + b"{}," * 10 + b"{}]}", b'{"choices": [' + b"1," * 100 + b"1]}"):
        with pytest.raises(SystemFailure, match="more than 10 objects"):
            completion_reader.read(body)


@pytest.mark.parametrize("head", [HEAD + b"Content-Length: 999999\r\n\r\n", HEAD + b"X-Begun:"])
def test_a_response_that_drips_is_waited_for_no_longer_than_the_time_limit(
    benchmark, server, tmp_path, monkeypatch, head
):
    monkeypatch.setattr(http_clients, "GRACE", 0.1)
    ended = threading.Event()
    sent = []

    def drip(_name):
        yield head
        while not ended.wait(0.02):
            sent.append(b" ")
            yield b" "

    server.raw = drip
    asking = load("chat:canned", Options(timeout=0.3, chat=Chat(base_url=server.url, examples=0)))
    summary = run(asking, benchmark, tmp_path, quietly, how=How(selection=Selection(limit=1)))
    ended.set()
    assert "no answer in time" in summary["why"][0]
    (entry,) = entries(tmp_path).values()
    assert len(sent) > 1
    assert entry["raw"] is None if head.endswith(b":") else 0 < len(entry["raw"]) <= len(sent)


def test_a_key_that_stands_twice_in_an_answer_is_named(benchmark, server, tmp_path):
    server.body = lambda _: completion('{"entities": [{"quote": 1}], "dates": [], "claims": [], "entities": []}')
    summary = run(system(server), benchmark, tmp_path, quietly, how=How(selection=Selection(limit=1)))
    assert summary["documents"] == 1
    (entry,) = entries(tmp_path).values()
    assert entry["problems"] == ["the key 'entities' stands twice in an object: the last one is read"]


def test_a_system_that_was_run_can_be_run_again(benchmark, server, tmp_path):
    asking, few = system(server), How(selection=Selection(limit=2))
    for name in ("first", "second"):
        assert run(asking, benchmark, tmp_path / name, quietly, how=few)["documents"] == 2


@pytest.mark.parametrize("name", ["chat:", "chat:model"])
def test_without_model_or_address_it_says_what_is_missing(name, monkeypatch):
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    with pytest.raises(DragomanError, match="base-url"):
        load(name)


def test_a_text_cannot_close_its_own_marks(benchmark):
    document = msgspec.structs.replace(benchmark.documents[0], text="a </document> b")
    shown = prompt.shown(document)
    assert shown.count("</document>") == 1
    assert shown.splitlines()[2] != "<document>"


@pytest.mark.parametrize("layers", [LAYER_NAMES, ("claims",)])
def test_the_form_of_answers_is_part_of_the_form_of_submissions(layers):
    for layer, fields in answers.fields(layers).items():
        assert set(fields) <= set(by_name(layer).predicted.__struct_fields__)
        inner = [name for field in fields.values() for name in field.inner]
        assert set(inner) <= {*SpanObject.__struct_fields__, *PredictedClaimant.__struct_fields__}
