"""Answers of various servers and models, each with the expected outcome.

``respond(gold)`` builds the answer from the correct one (JSON): a status and a body. ``why`` is part of the error, None
if the answer is usable; ``raw`` is what the log has to contain, if that is not the whole body.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass

from chat_server import completion


@dataclass(frozen=True)
class Bad:
    """One answer and its expected outcome."""

    name: str
    respond: Callable
    why: str | None = None
    raw: Callable | None = None
    repairs: tuple = ()
    stops: bool = False


def said(name, write, why=None, repairs=()):
    """An unusual text by the model."""
    return Bad(name, lambda gold: (200, completion(write(gold))), why, write, repairs)


def body(name, write, why, status=200, stops=False):
    """An unusual response body, which is logged unchanged."""
    return Bad(name, lambda gold: (status, write(gold)), why, stops=stops)


def _bare(**fields):
    return lambda gold: json.dumps({"choices": [{"index": 0, **fields}]}).encode()


def _choices(*choices):
    return json.dumps({"choices": choices}).encode()


def _events(*events):
    """A body of server-sent events after a comment, which servers send to keep the connection open."""
    said = "".join(f"data: {json.dumps(event, ensure_ascii=False)}\r\n\r\n" for event in events)
    return f": ping\r\n\r\n{said}data: [DONE]\r\n\r\n".encode()


def _delta(content, finish=None, index=0):
    return {"choices": [{"index": index, "delta": {"content": content}, "finish_reason": finish}]}


def _with_key(gold, key, value):
    return json.dumps({**json.loads(gold), key: value})


def _without(gold, key):
    return json.dumps({name: value for name, value in json.loads(gold).items() if name != key})


BAD = [
    # Usable texts by the model.
    said("plain", lambda gold: gold),
    said("byte order mark", lambda gold: "\ufeff" + gold),
    said("thoughts", lambda gold: f'<think>Is it {{"entities": 1}}?</think>\n{gold}', repairs=("thinking",)),
    said("thoughts without their beginning", lambda gold: f"so it is.</think>{gold}", repairs=("thinking",)),
    said("prose around it", lambda gold: f"Here is {{it}}:\n{gold}\nDone.", repairs=("prose",)),
    said("fence", lambda gold: f"```json\n{gold}\n```", repairs=("fence",)),
    said("fence in capitals", lambda gold: f"```JSON\n{gold}\n```", repairs=("fence",)),
    said("fence without a name, in prose", lambda gold: f"Here:\n```\n{gold}\n```\nOk.", repairs=("fence",)),
    said("fence that is not closed", lambda gold: f"```json\n{gold}", repairs=("fence",)),
    said("fence of tildes", lambda gold: f"~~~\n{gold}\n~~~", repairs=("fence",)),
    said("thoughts and fence", lambda gold: f"<think>x</think>```json\n{gold}```", repairs=("thinking", "fence")),
    said("trailing comma", lambda gold: gold[:-1] + ",}", repairs=("syntax",)),
    said("trailing comma in a fence", lambda gold: f"```json\n{gold[:-1]},}}\n```", repairs=("fence", "syntax")),
    said("last bracket missing", lambda gold: "x " + gold[:-1] + ",}", repairs=("prose", "syntax")),
    said("twice", lambda gold: gold + gold, repairs=("prose",)),
    said("one layer less", lambda gold: _without(gold, "dates"), repairs=("missing layer",)),
    said("one key more", lambda gold: _with_key(gold, "notes", "none"), repairs=("other key",)),
    Bad(
        "content in parts",
        lambda gold: (200, completion([{"type": "text", "text": gold[:9]}, gold[9:], {"type": "image"}, 1])),
        raw=lambda gold: gold,
    ),
    Bad(
        "stream of events",
        lambda gold: (200, _events(_delta(""), _delta(gold[:9]), _delta("no", index=1), _delta(gold[9:], "stop"))),
        raw=lambda gold: gold,
    ),
    Bad(
        "several choices, number 0 last",
        lambda gold: (200, _choices({"index": 1, "message": {"content": "no"}}, {"index": 0, "text": gold})),
        raw=lambda gold: gold,
    ),
    Bad(
        "delta in the place of a message",
        lambda gold: (200, _bare(delta={"content": gold})(gold)),
        raw=lambda gold: gold,
    ),
    Bad("text in the place of a message", lambda gold: (200, _bare(text=gold)(gold)), raw=lambda gold: gold),
    # Unusable texts by the model.
    said("list", lambda gold: f"[{gold}]", "is a list"),
    said("another root", lambda gold: f'{{"result": {gold}}}', "the keys 'result'"),
    said("another root, broken", lambda gold: f'{{"result": {gold},}}', "the keys 'result'"),
    said("another key", lambda gold: gold.replace('"entities"', '"Entities"'), "has no entities, and keys"),
    said("one other key", lambda gold: '{"Entities": []}', "the keys 'Entities'"),
    said("error", lambda gold: '{"error": "too hard"}', "the keys 'error'"),
    said("empty object", lambda gold: "{}", "has no keys"),
    said("number", lambda gold: "42", "the answer is '42'"),
    said("null", lambda gold: "null", "begins with 'null'"),
    said("NaN", lambda gold: '{"dates": NaN, "entities": null, "claims": null}', "E202", ("syntax", "missing layer")),
    said("markup", lambda gold: gold.replace('"', "&quot;"), "begins with '{&quot;"),
    said("table", lambda gold: "| quote | type |\n|---|---|\n| a | PER |", "begins with '| quote"),
    said("lines of labels", lambda gold: '{"quote": "a"}\n{"quote": "b"}', "the keys 'quote'"),
    said("text of JSON in JSON", json.dumps, "the answer is '{"),
    said("prose", lambda gold: "I cannot label this.", "begins with 'I cannot label this.'"),
    said("thoughts alone", lambda gold: "<think>hm", "still thinking"),
    said("lone surrogate", lambda gold: '{"dates": ["\\ud800"]}', "cannot be written as JSON", ("missing layer",)),
    said(
        "deep", lambda gold: '{"dates": ' + "[" * 900 + "]" * 900 + "}", "nested more than 100 deep", ("missing layer",)
    ),
    said(
        "layer that is no list",
        lambda gold: '{"dates": "none", "entities": null, "claims": null}',
        "E202",
        ("missing layer",),
    ),
    said("labels that are all wrong", lambda gold: '{"dates": [{"type": "DATE"}, 1]}', "E406", ("missing layer",)),
    # Behaviour of the server.
    Bad(
        "cut off",
        lambda gold: (200, completion(gold[:20], finish="length")),
        "cut off at 16,384",
        lambda gold: gold[:20],
    ),
    *(
        Bad(
            f"cut off: {said}", lambda gold, said=said: (200, completion(gold[:-9], finish=said)), why, lambda g: g[:-9]
        )
        for said, why in (
            ("max_tokens", "cut off at"),
            ("MAX_TOKENS", "cut off at"),
            ("stop", "no end"),
            (None, "no end"),
        )
    ),
    Bad(
        "stream of events that ends early",
        lambda gold: (200, _events(_delta(gold[:40]))),
        "no end",
        lambda gold: gold[:40],
    ),
    Bad(
        "stream of events that was cut off",
        lambda gold: (200, _events(_delta(gold[:40]), _delta("", "length"))),
        "cut off at 16,384",
        lambda gold: gold[:40],
    ),
    Bad(
        "stream of events with an error in it",
        lambda gold: (200, _events(_delta(gold), {"error": {"message": "overloaded"}})),
        "that the answer failed: {'message': 'overloaded'}",
        lambda gold: gold,
    ),
    Bad(
        "answer with an error beside it",
        lambda gold: (200, _choices({"error": "gave up", "message": {"content": gold}})),
        "that the answer failed: gave up",
        lambda gold: gold,
    ),
    Bad(
        "filtered",
        lambda gold: (200, completion(gold[:20], finish="content_filter")),
        "filtered",
        lambda gold: gold[:20],
    ),
    body("empty", lambda gold: completion(""), "the answer is empty"),
    body("no content", lambda gold: completion(None), "the answer is empty"),
    body("refusal", lambda gold: completion(None, refusal="no"), "the model refuses"),
    body("tool call", lambda gold: completion(None, tool_calls=[{"id": "1"}]), "calls a tool"),
    body("function call", lambda gold: completion(None, function_call={"name": "f"}), "calls a tool"),
    body("reasoning alone", lambda gold: completion("", reasoning_content="hm"), "nothing but think"),
    body("no choices", lambda gold: b'{"choices": []}', "gives no answer"),
    body("choices that are none", lambda gold: b'{"choices": {"a": 1}, "usage": 7}', "gives no answer"),
    body(
        "error with a good status",
        lambda gold: b'{"error": {"message": "busy"}}',
        "gives no answer: {'message': 'busy'}",
    ),
    body("page of HTML", lambda gold: b"<html>Bad gateway</html>", "no JSON"),
    body("stream of nothing", lambda gold: b'data: {"choices": []}\n\ndata: [DONE]\n\n', "gives no answer"),
    body("stream of no events", lambda gold: b"data: {\n\n", "no JSON"),
    body("detail", lambda gold: b'{"detail": "no such model"}', "gives no answer: no such model"),
    body("list as a body", lambda gold: b"[]", "no object"),
    body("bytes that are no text", lambda gold: b"\xff\xfe", "byte 0 is no UTF-8"),
    body("letter cut in two", lambda gold: b'{"a": "' + "김".encode()[:2] + b'"}', "is no UTF-8"),
    body("nothing at all", lambda gold: b"", "gives nothing"),
    body("too long for the context", lambda gold: b'{"error": "exceeds the context size"}', "--pieces", 400),
    body("not acceptable", lambda gold: b"no", "UnprocessableEntityError", 422),
    body("not acceptable, in detail", lambda gold: b'{"detail": ["seed"]}', 'code: 422: {"detail": ["seed"]}', 422),
    body("page of HTML with 502", lambda gold: b"<html>no</html>", "InternalServerError", 502, stops=True),
    body("too large", lambda gold: b'{"error": "large"}', "--pieces", 413),
    body("unpaid", lambda gold: b'{"error": "no credit"}', "wants to be paid", 402, stops=True),
    body("method that is none", lambda gold: b"no", "--base-url", 405, stops=True),
    body("status that is none", lambda gold: b"odd", "InternalServerError", 599, stops=True),
    body("wrong key", lambda gold: b"{}", "AuthenticationError", 401, stops=True),
    body("unknown model", lambda gold: b'{"error": "no model"}', "NotFoundError", 404, stops=True),
]
"""All cases."""
