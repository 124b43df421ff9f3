"""Parse the response body of a chat completion into a reply: the answer and its tokens.

Servers differ, so the body is parsed here and not by the client: ``content`` is a text, a list of parts or null; token
counts are numbers or strings; and instead of a completion there may be an HTML page, or an unrequested event stream.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from dragoman.redaction import redact
from dragoman.schema.layers import LAYER_NAMES
from dragoman.systems import answer_text, run_log
from dragoman.systems.protocol import Reply, SystemFailure
from dragoman.text import counted

CUT_OFF = frozenset({"length", "max_tokens", "model_length"})
"""Values of ``finish_reason``, in lower case, for a truncated answer."""
FILTERED = frozenset({"content_filter", "safety"})
"""Values of ``finish_reason``, in lower case, for an answer that the endpoint filtered."""
MAX_OBJECTS = 2**21
"""Maximum number of objects and lists of a body; eight members or strings count as one. Probabilities of twenty tokens
at each of 16,000 places are 656,000.
"""
_EVENTS = re.compile(r"\s*(?:data|event|id|retry)?:")
_LINES = re.compile(r"\r\n|\n|\r")


def read(body: bytes, layers: Sequence[str] = LAYER_NAMES, limit: Any = None) -> Reply:
    """Parse the response body of a chat completion.

    Args:
        body: the body of a response with a status of success.
        layers: names of the requested layers.
        limit: the request's limit of completion tokens, for the message on a truncated answer; None without a limit.

    Returns:
        The labels of the answer, its text, its tokens (0 if the server does not count them) and the repairs.

    Raises:
        SystemFailure: there is no usable answer; its reply has the text of the answer, or the whole body without one,
            and the tokens.

    """
    text = body.decode("utf-8", "backslashreplace").removeprefix("\ufeff")
    reply = Reply(None, text)
    if max(body.count(b"{") + body.count(b"["), body.count(b",") // 8) > MAX_OBJECTS:
        what = f"the answer has more than {MAX_OBJECTS:,} objects and lists, or as much else: ask for less"
        raise SystemFailure(what, reply)
    try:
        # ``json`` accepts lone surrogates: they are reported when the answer is validated.
        completion = _streamed(text) if _EVENTS.match(text) else json.loads(text)
    except (ValueError, RecursionError):
        raise SystemFailure(f"the endpoint gives {_of_no_json(body)}", reply) from None
    if not isinstance(completion, dict):
        raise SystemFailure("the endpoint gives no object, as a chat completion is", reply)
    reply = reply._replace(tokens=_tokens(completion.get("usage")))
    choice = _first(completion.get("choices"))
    message = choice.get("message") or choice.get("delta")
    content = _text(message.get("content") if isinstance(message, dict) else choice.get("text"))
    if content:
        reply = reply._replace(raw=content)
    broken = choice and (choice.get("error") or completion.get("error"))
    if broken:
        raise SystemFailure(f"the endpoint says that the answer failed: {redact(str(broken))[:500]}", reply)
    reason = str(choice.get("finish_reason")).lower()
    if not content and reason not in CUT_OFF | FILTERED:
        raise SystemFailure(_why_nothing(completion, choice), reply)
    reply = reply._replace(parts=((content, reason),))
    return read_text(content or "", reason, layers, limit, reply)


def read_text(text: str, reason: str, layers: Sequence[str], limit: Any, reply: Reply) -> Reply:
    """Parse the text of an answer.

    Args:
        text: the model's output.
        reason: ``finish_reason`` of the completion, in lower case.
        layers: names of the requested layers.
        limit: as in :func:`read`.
        reply: the reply so far, without labels.

    Returns:
        The reply with the labels, the repairs and the problems.

    Raises:
        SystemFailure: there is no usable answer.

    """
    if reason in CUT_OFF:
        where = "where the context of the model ends" if limit is None else f"at {counted(limit, 'token')}"
        raise SystemFailure(f"the answer was cut off {where}: allow more, or cut the document (--pieces)", reply)
    if reason in FILTERED:
        raise SystemFailure("the answer was filtered by the endpoint", reply)
    if not text:
        raise SystemFailure("the answer is empty", reply)
    try:
        answer = answer_text.read(text, layers)
    except (ValueError, TimeoutError, RecursionError) as cause:
        raise SystemFailure(str(cause) or "the answer cannot be read", reply) from None
    return reply._replace(labels=answer.labels, repairs=answer.repairs, problems=answer.problems)


def _of_no_json(body: bytes) -> str:
    if not body.strip():
        return "nothing"
    try:
        body.decode()
    except UnicodeDecodeError as cause:
        return f"no JSON, as a chat completion is: byte {cause.start} is no UTF-8"
    return "no JSON, as a chat completion is"


def _why_nothing(completion: dict[str, Any], choice: dict[str, Any]) -> str:
    message = choice.get("message") or choice.get("delta")
    said: dict[str, Any] = message if isinstance(message, dict) else {}
    if said.get("refusal"):
        return "the model refuses"
    if said.get("tool_calls") or said.get("function_call"):
        return "the answer is empty: the model calls a tool"
    if said.get("reasoning_content") or said.get("reasoning"):
        return "the answer is empty: the model has done nothing but think"
    if choice:
        return "the answer is empty"
    what = completion.get("error") or completion.get("detail") or completion.get("message")
    return "the endpoint gives no answer" + (f": {redact(str(what))[:500]}" if what else "")


def _first(choices: Any) -> dict[str, Any]:
    """Return choice 0, which need not come first if a server returns several; else the first."""
    given = [choice for choice in choices if isinstance(choice, dict)] if isinstance(choices, list) else []
    return next((choice for choice in given if choice.get("index") == 0), given[0] if given else {})


def _streamed(text: str) -> dict[str, Any]:
    """Assemble a completion from server-sent events.

    Raises:
        ValueError: an event is not a JSON object.

    """
    made: dict[str, Any] = {}
    message: dict[str, Any] = {}
    reason = None
    for line in _LINES.split(text):
        data = line.removeprefix("data:").strip()
        if not line.startswith("data:") or data in {"", "[DONE]"}:
            continue
        event = json.loads(data)
        if not isinstance(event, dict):
            raise ValueError("an event is no object")  # noqa: TRY004 - the same exception as for invalid JSON
        made |= {name: event[name] for name in ("usage", "error") if event.get(name)}
        choice = _first(event.get("choices"))
        if choice.get("index", 0) != 0:  # a chunk of another answer
            continue
        delta = choice.get("delta") or choice.get("message")
        for name, value in delta.items() if isinstance(delta, dict) else ():
            old = message.get(name)
            both = (isinstance(old, str) and isinstance(value, str)) or (
                isinstance(old, list) and isinstance(value, list)
            )
            message[name] = old + value if both else value or old
        reason = choice.get("finish_reason") or reason
    return {**made, "choices": [{"message": message, "finish_reason": reason}] if message else []}


def _text(content: Any) -> str | None:
    """Return the text of a message; for a list of parts, that of all text parts joined."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return None
    parts = [part.get("text") if isinstance(part, dict) else part for part in content]
    return "".join(part for part in parts if isinstance(part, str))


def _tokens(usage: Any) -> tuple[int, int]:
    if not isinstance(usage, dict):
        return 0, 0
    names = (("prompt_tokens", "input_tokens"), ("completion_tokens", "output_tokens"))
    read_, written = run_log.tokens([usage.get(usual, usage.get(other)) for usual, other in names])
    (total, _) = run_log.tokens([usage.get("total_tokens")])
    return read_ or max(total - written, 0), written
