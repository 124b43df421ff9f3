"""An endpoint's chat completion as a reply: whatever it is, what was answered and what it cost come out of it.

Servers differ, so that the body is read here and not by the client: ``content`` is a text, a list of parts or null;
counts of tokens are numbers or strings; and in the place of a completion there may be a page of HTML.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from dragoman.redaction import redact
from dragoman.schema.layers import LAYER_NAMES
from dragoman.systems import answer_text, run_log
from dragoman.systems.protocol import Reply, SystemFailure


def read(body: bytes, layers: Sequence[str] = LAYER_NAMES, limit: Any = None) -> Reply:
    """Read the body of a completion.

    Args:
        body: of a response with a good status.
        layers: what was asked for.
        limit: tokens that the answer was limited to, for the message where it was cut off; None where there was none.

    Returns:
        The labels of the answer, its text, its tokens (0 where the server does not count) and what was repaired.

    Raises:
        SystemFailure: where there is no answer that can be used; with the text of the answer, or the whole body
            where there is none, and the tokens.

    """
    text = body.decode("utf-8", "backslashreplace").removeprefix("\ufeff")
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
    content = _text(message.get("content") if isinstance(message, dict) else choice.get("text"))
    if content:
        reply = reply._replace(raw=content)
    reason = choice.get("finish_reason")
    if not content and reason not in {"length", "content_filter"}:
        raise SystemFailure(_why_nothing(completion, choice), reply)
    return read_text(content or "", reason, layers, limit, reply)


def read_text(text: str, reason: Any, layers: Sequence[str], limit: Any, reply: Reply) -> Reply:
    """Read the text of an answer.

    Args:
        text: what the model wrote.
        reason: why it stopped, as a completion's ``finish_reason`` has it.
        layers: what was asked for.
        limit: as in :func:`read`.
        reply: what is known of the answer besides its labels.

    Returns:
        The reply with the labels.

    Raises:
        SystemFailure: where there is no answer that can be used.

    """
    if reason == "length":
        where = "where the context of the model ends" if limit is None else f"at {limit} tokens"
        raise SystemFailure(f"the answer was cut off {where}: allow more, or cut the document (--pieces)", reply)
    if reason == "content_filter":
        raise SystemFailure("the answer was filtered by the endpoint", reply)
    if not text:
        raise SystemFailure("the answer is empty", reply)
    try:
        answer = answer_text.read(text, layers)
    except (ValueError, TimeoutError, RecursionError) as cause:
        raise SystemFailure(str(cause) or "the answer cannot be read", reply) from None
    return reply._replace(labels=answer.labels, repairs=answer.repairs, problems=answer.problems)


def _why_nothing(completion: dict[str, Any], choice: dict[str, Any]) -> str:
    message = choice.get("message")
    said: dict[str, Any] = message if isinstance(message, dict) else {}
    if said.get("refusal"):
        return "the model refuses"
    if said.get("tool_calls"):
        return "the answer is empty: the model calls a tool"
    if said.get("reasoning_content") or said.get("reasoning"):
        return "the answer is empty: the model has done nothing but think"
    if choice:
        return "the answer is empty"
    what = completion.get("error")
    return "the endpoint gives no answer" + (f": {redact(str(what))[:500]}" if what else "")


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
