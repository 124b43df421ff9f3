"""A chat model as a system: ``chat:MODEL`` at any endpoint that speaks OpenAI's chat completions.

The address comes from ``--base-url`` or ``OPENAI_BASE_URL``, the key from ``OPENAI_API_KEY`` and from nowhere else;
neither is written anywhere. The client waits and asks again when the server is busy or fails or the connection is lost.
"""

from __future__ import annotations

import os
import secrets
from importlib import resources
from typing import Any
from urllib.parse import urlsplit

import msgspec

from dragoman import benchmark
from dragoman.problems import error
from dragoman.redaction import redact, register
from dragoman.schema.records import Document
from dragoman.schema.system_card import SystemCard
from dragoman.systems import answers
from dragoman.systems.completion import read
from dragoman.systems.protocol import Options, Reply, System, SystemFailure, Unreachable

EXAMPLES_SPLIT = "dev"
"""The only split that examples are taken from."""
RETRIES = 6
"""Times that the client asks again, waiting longer each time or as long as the server says."""
MAX_CONNECT = 10.0
"""Seconds in which a server has to take the connection."""
_KEY = "Set OPENAI_API_KEY to a key that may use this model."
_HINTS = {
    401: _KEY,
    403: _KEY,
    404: "Check the name of the model, and --base-url, which mostly ends in /v1.",
    429: "The server takes no more for now: run again later, it goes on.",
    500: "See what the server says of it in its log; then run again: it goes on.",
}
"""What to do about an answer that another document would get as well, by its status; 500 stands for those above."""


def load(rest: str, options: Options) -> System:
    """Make the system of ``chat:MODEL``.

    Raises:
        DragomanError: E801 when the client is not installed, no address is given, or address or key are none.

    """
    try:
        import openai  # noqa: PLC0415 - an extra
    except ImportError as cause:
        raise error("E801", "the client is not installed.", "Install dragoman[llm].") from cause
    chat = options.chat
    address = chat.base_url or os.environ.get("OPENAI_BASE_URL")
    if not rest or not address:
        hint = "Give chat:MODEL, and the address by --base-url or OPENAI_BASE_URL."
        raise error("E801", "there is no model or no address of an endpoint.", hint)
    client = _client(openai, address, options.timeout)
    once = client.with_options(max_retries=0)
    examples = _examples(chat.examples)
    instructions = (resources.files("dragoman.systems") / "prompts" / "chat.md").read_text("utf-8")
    answers_at_all = True

    def predict(document: Document) -> Reply:
        nonlocal answers_at_all
        try:
            # Where nobody answered the document before, this one is asked about but once.
            response = (client if answers_at_all else once).chat.completions.with_raw_response.create(
                model=rest,
                messages=messages(instructions, examples, document),
                temperature=chat.temperature,
                seed=chat.seed,
                max_tokens=chat.max_tokens,
                response_format=_form(chat.form),
            )
        except openai.OpenAIError as cause:
            failure = _failure(openai, cause)
            answers_at_all = not isinstance(failure, Unreachable)
            raise failure from None
        answers_at_all = True
        return read(response.http_response.content, chat.max_tokens)

    return System(predict, options.card or _card(rest, options), close=client.close)


def _client(openai: Any, address: str, timeout: float) -> Any:
    key = os.environ.get("OPENAI_API_KEY", "").strip() or "none"
    if not key.isascii() or not key.isprintable():
        raise error("E801", "OPENAI_API_KEY holds characters that no key has.", "Copy it again.")
    register(key)
    try:
        register(urlsplit(address).password)
        limits = openai.Timeout(timeout, connect=min(timeout, MAX_CONNECT))
        return openai.OpenAI(base_url=address, api_key=key, timeout=limits, max_retries=RETRIES)
    except Exception as cause:  # noqa: BLE001 - whatever the client thinks of the address
        what = f"the client does not take the address of the endpoint: {redact(str(cause))[:200]}."
        raise error("E801", what, "Write it as in http://127.0.0.1:8080/v1.") from None


def _failure(openai: Any, cause: Any) -> SystemFailure:
    """Say what the client gave up at; the body of the answer is kept, and no header or key is in the message."""
    why = f"{type(cause).__name__}: {redact(str(cause))[:500]}"
    if isinstance(cause, openai.APIStatusError):
        reply = Reply(None, cause.response.content.decode("utf-8", "backslashreplace"))
        hint = _HINTS.get(cause.status_code, _HINTS[500] if cause.status_code >= 500 else "")
        return Unreachable(why, hint, reply) if hint else SystemFailure(why, reply)
    reached = isinstance(cause, openai.APITimeoutError) and type(cause.__cause__).__name__ != "ConnectTimeout"
    if isinstance(cause, openai.APIConnectionError) and not reached:
        return Unreachable(why, "Check --base-url and that the server runs there; then run again: it goes on.")
    return SystemFailure(why)


def messages(instructions: str, examples: dict[str, list[Document]], document: Document) -> list[dict[str, str]]:
    """Write the prompt: instructions, examples of the document's language as turns of a talk, then the document."""
    talk = [{"role": "system", "content": instructions}]
    for example in examples.get(document.language, []):
        if example.id != document.id:
            talk.append({"role": "user", "content": shown(example)})
            talk.append({"role": "assistant", "content": msgspec.json.encode(answers.gold(example)).decode()})
    return [*talk, {"role": "user", "content": shown(document)}]


def shown(document: Document) -> str:
    """Put a document between marks that its text cannot contain."""
    mark = _mark(document.text)
    time = document.published or "unknown"
    return f"Document time: {time}\nLanguage: {document.language}\n<{mark}>\n{document.text}\n</{mark}>"


def _mark(text: str) -> str:
    mark = "document"
    while mark in text:
        mark = f"document-{secrets.token_hex(4)}"
    return mark


def _examples(count: int) -> dict[str, list[Document]]:
    """Give the shortest documents of dev with labels in all layers that have any, by language."""
    made: dict[str, list[Document]] = {}
    rich = [d for d in benchmark.load().split(EXAMPLES_SPLIT) if d.entities and d.claims]
    for document in sorted(rich, key=lambda d: len(d.text)):
        of_language = made.setdefault(document.language, [])
        if len(of_language) < count:
            of_language.append(document)
    return made


def _form(form: str) -> dict[str, Any]:
    if form == "json_schema":
        return {"type": form, "json_schema": {"name": "labels", "strict": True, "schema": answers.schema()}}
    return {"type": form}


def _card(model: str, options: Options) -> SystemCard:
    chat = options.chat
    how = (
        f"temperature {chat.temperature:g}, seed {chat.seed}, {chat.examples} examples a language from dev, {chat.form}"
    )
    return SystemCard(name=f"chat:{model}"[-120:], training_data=f"unknown; prompt: {how}")
