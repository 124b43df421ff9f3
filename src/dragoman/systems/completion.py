"""An endpoint's chat completion as a reply: whatever it is, what was answered and what it cost come out of it.

Servers differ, so that the body is read here and not by the client: ``content`` is a text, a list of parts or null;
counts of tokens are numbers or strings; and in the place of a completion there may be a page of HTML.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec
import regex

from dragoman.systems import answers, run_log
from dragoman.systems.protocol import Reply, SystemFailure


def read(body: bytes, max_tokens: int = 0) -> Reply:
    """Read the body of a completion.

    Args:
        body: of a response with a good status.
        max_tokens: what the answer was limited to, for the message where it was cut off.

    Returns:
        The labels of the answer, its text and its tokens.

    Raises:
        SystemFailure: where there is no answer that can be used; with the text of the answer, or the whole body
            where there is none, and the tokens.

    """
    text = body.decode("utf-8", "backslashreplace")
    reply = Reply(None, text)
    try:
        completion = json.loads(text)  # which takes lone surrogates: what is wrong with the answer is said later
    except (ValueError, RecursionError):
        raise SystemFailure("the endpoint gives no JSON, as a chat completion is", reply) from None
    if not isinstance(completion, dict):
        raise SystemFailure("the endpoint gives no object, as a chat completion is", reply)
    reply = reply._replace(tokens=_tokens(completion.get("usage")))
    choice = _first(completion.get("choices"))
    message = choice.get("message")
    content = _text(message.get("content")) if isinstance(message, dict) else None
    if content is not None:
        reply = reply._replace(raw=content)
    reason = choice.get("finish_reason")
    if reason == "length":
        raise SystemFailure(f"the answer was cut off at {max_tokens} tokens", reply)
    if reason == "content_filter":
        raise SystemFailure("the answer was filtered by the endpoint", reply)
    if not content:
        refused = isinstance(message, dict) and message.get("refusal")
        why = "the model refuses" if refused else "the answer is empty" if choice else "the endpoint gives no answer"
        raise SystemFailure(why, reply)
    return reply._replace(labels=parse(content, reply))


def _first(choices: Any) -> dict[str, Any]:
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, dict) else {}


def _text(content: Any) -> str | None:
    """Text of a message; of a list of parts that of all parts of text."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return None
    parts = [part.get("text") if isinstance(part, dict) else part for part in content]
    return "".join(part for part in parts if isinstance(part, str))


def _tokens(usage: Any) -> tuple[int, int]:
    if not isinstance(usage, dict):
        return 0, 0
    read_, written = run_log.tokens([usage.get("prompt_tokens"), usage.get("completion_tokens")])
    (total, _) = run_log.tokens([usage.get("total_tokens")])
    return read_ or max(total - written, 0), written


def parse(raw: str, reply: Reply | None = None) -> dict[str, Any]:
    """Read an answer, also out of a fenced block.

    Raises:
        SystemFailure: when it is no JSON object, with the answer as it was given.

    """
    try:
        fenced = regex.search(r"```(?:json)?\s*(\{.*\})\s*```", raw, regex.DOTALL, timeout=5)
        answer = msgspec.json.decode(fenced[1] if fenced else raw, type=dict[str, Any])
    except (ValueError, RecursionError, TimeoutError) as cause:  # ValueError: a lone surrogate, too
        raise SystemFailure(f"the answer is no JSON object: {cause}", reply) from cause
    return {layer: answer[layer] for layer in msgspec.structs.asdict(answers.Answer([], [], [])) if layer in answer}
