"""A chat model as a system: ``chat:MODEL`` at any endpoint that speaks OpenAI's chat completions.

The address comes from ``--base-url`` or ``OPENAI_BASE_URL``, the key from ``OPENAI_API_KEY`` and from nowhere else;
neither is written anywhere. The client waits and asks again when the server is busy or fails or the connection is lost.
"""

from __future__ import annotations

import importlib
import os
import re
from typing import Any

from dragoman import benchmark as benchmarks
from dragoman import files
from dragoman.problems import error
from dragoman.redaction import redact, register, register_address
from dragoman.schema.records import Document
from dragoman.schema.system_card import SystemCard
from dragoman.systems import answers, pieces
from dragoman.systems import prompt as prompts
from dragoman.systems.completion import read
from dragoman.systems.prompt import Prompt
from dragoman.systems.protocol import Chat, Options, Reply, System, SystemFailure, Unreachable
from dragoman.systems.provenance import Code

RETRIES = 6
"""Times that the client asks again, waiting longer each time or as long as the server says."""
MAX_CONNECT = 10.0
"""Seconds in which a server has to take the connection."""
BYTES_PER_TOKEN = 3
"""Bytes of UTF-8 that count as a token where the server does not count: of Korean and Arabic a token has fewer
characters than of English, and each of these has more bytes."""
OWN = ("model", "messages", "stream", "n")
"""Parameters of a request that nobody else can set: the answer is read as one message of one model."""
_KEY = "Set OPENAI_API_KEY to a key that may use this model."
_HINTS = {
    401: _KEY,
    403: _KEY,
    404: "Check the name of the model, and --base-url, which mostly ends in /v1.",
    429: "The server takes no more for now: run again later, it goes on.",
    500: "See what the server says of it in its log; then run again: it goes on.",
}
"""What to do about an answer that another document would get as well, by its status; 500 stands for those above."""
_TOO_LATE = 599
"""Status that stands for an answer that did not come in time; no server gives it."""
_TOO_LONG = re.compile(r"context|too long|too many tokens|maximum.{0,20}(?:length|tokens)", re.IGNORECASE)


def load(rest: str, options: Options) -> System:
    """Make the system of ``chat:MODEL``.

    Raises:
        DragomanError: E801 when the client is not installed, no address is given, or address or key are none; E206
            for a parameter or a piece that cannot be; as :func:`dragoman.systems.prompt.make`.

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
    prompt = make_prompt(options)
    parameters = parameters_of(chat, prompt)
    client = _client(openai, address, options.timeout)
    once = client.with_options(max_retries=0)
    answers_at_all = True

    def ask(document: Document) -> Reply:
        nonlocal answers_at_all
        messages = prompt.messages(document)
        try:
            # Where nobody answered the document before, this one is asked about but once.
            response = (client if answers_at_all else once).chat.completions.with_raw_response.create(
                model=rest, messages=messages, extra_body=parameters
            )
        except openai.OpenAIError as cause:
            failure = _failure(openai, cause)
            answers_at_all = not isinstance(failure, Unreachable)
            raise failure from None
        answers_at_all = True
        limit = parameters.get("max_tokens", parameters.get("max_completion_tokens"))
        try:
            return _counted(read(response.http_response.content, prompt.layers, limit), messages)
        except SystemFailure as failure:
            failure.reply = None if failure.reply is None else _counted(failure.reply, messages)
            raise

    def given(document: Document) -> Any:
        parts = [prompt.messages(piece) for _, piece in pieces.cut(document, chat.pieces)]
        return {"model": rest, "messages": parts, "parameters": parameters}

    return System(
        lambda document: _in_pieces(document, chat.pieces, ask),
        options.card or _card(rest, prompt, parameters),
        close=client.close,
        code=Code({"answers": str(answers.REVISION)}, ("the model behind its name",)),
        given=given,
        layers=prompt.layers,
        seen=prompt.sources,
        prompt={**prompt.parts(), "sha256": prompt.sha256, "parameters": parameters},
    )


def make_prompt(options: Options) -> Prompt:
    """Make the prompt that a chat model is given.

    Raises:
        DragomanError: E206 for a layer, or pieces, that cannot be; as :func:`dragoman.files.read_text`.

    """
    chat = options.chat
    if chat.pieces is not None and chat.pieces < pieces.MIN_LENGTH:
        hint = f"Give {pieces.MIN_LENGTH} characters or more."
        raise error("E206", f"a piece cannot have {chat.pieces} characters.", hint, path="pieces")
    held = options.benchmark or benchmarks.load()
    return prompts.make(held, chat.layers, count=chat.examples, most=chat.characters, own=chat.prompt)


def parameters_of(chat: Chat, prompt: Prompt) -> dict[str, Any]:
    """Say what a request holds besides model and messages; what is None is left out.

    Raises:
        DragomanError: E206 for a parameter that is not anybody's to set.

    """
    refused = [name for name in chat.parameters if name in OWN]
    if refused:
        what = f"the parameter {refused[0]} cannot be set."
        raise error("E206", what, "Leave it out.", path="parameters")
    form: dict[str, Any] | None = None if chat.form == "text" else {"type": chat.form}
    if chat.form == "json_schema":
        made = answers.schema(prompt.layers, prompt.label_sets)
        form = {"type": chat.form, "json_schema": {"name": "labels", "strict": True, "schema": made}}
    usual = {
        "temperature": chat.temperature,
        "seed": chat.seed,
        "max_tokens": chat.max_tokens,
        "response_format": form,
    }
    return {name: value for name, value in (usual | dict(chat.parameters)).items() if value is not None}


def _in_pieces(document: Document, longest: int | None, ask: Any) -> Reply:
    """Ask about each piece of a document, and put the answers together; where one fails, the document does."""
    cut = pieces.cut(document, longest)
    if len(cut) == 1 and cut[0][0] == 0 and cut[0][1] is document:
        whole: Reply = ask(document)
        return whole
    replies: list[Reply] = []
    for number, (_, piece) in enumerate(cut, 1):
        try:
            replies.append(ask(piece))
        except SystemFailure as failure:
            failure.reply = _together([*replies, failure.reply or Reply(None)])
            failure.args = (f"piece {number} of {len(cut)}: {failure}",)
            raise
    labels = pieces.join(document, [(*one, reply.labels or {}) for one, reply in zip(cut, replies, strict=True)])
    return _together(replies)._replace(labels=labels)


def _together(replies: list[Reply]) -> Reply:
    """Add up what came of several requests: all that was answered, and what it cost."""
    return Reply(
        None,
        "\n".join(reply.raw for reply in replies if reply.raw is not None) or None,
        (sum(reply.tokens[0] for reply in replies), sum(reply.tokens[1] for reply in replies)),
        any(reply.estimated for reply in replies),
        tuple(repair for reply in replies for repair in reply.repairs),
        tuple(problem for reply in replies for problem in reply.problems),
    )


def _counted(reply: Reply, messages: list[dict[str, str]]) -> Reply:
    """Estimate the tokens, where the server did not count them."""
    if any(reply.tokens):
        return reply
    sizes = (len(files.canonical_json(messages)), len((reply.raw or "").encode("utf-8", "replace")))
    read_, written = (-(-size // BYTES_PER_TOKEN) for size in sizes)
    return reply._replace(tokens=(read_, written), estimated=True)


def _client(openai: Any, address: str, timeout: float) -> Any:
    key = os.environ.get("OPENAI_API_KEY", "").strip() or "none"
    if not key.isascii() or not key.isprintable():
        raise error("E801", "OPENAI_API_KEY holds characters that no key has.", "Copy it again.")
    register(key)
    try:
        register_address(address)
        limits = openai.Timeout(timeout, connect=min(timeout, MAX_CONNECT))
        http = _once(openai)(base_url=address, timeout=limits)
        return openai.OpenAI(base_url=address, api_key=key, timeout=limits, max_retries=RETRIES, http_client=http)
    except Exception as cause:  # noqa: BLE001 - whatever the client thinks of the address
        what = f"the client does not take the address of the endpoint: {redact(str(cause))[:200]}."
        raise error("E801", what, "Write it as in http://127.0.0.1:8080/v1.") from None


def _once(openai: Any) -> Any:
    """Make a client of HTTP in which an answer that does not come in time is waited for once.

    The client of the protocol would ask again as for a lost connection, and wait for a model that is too
    slow :data:`RETRIES` times more; a response that forbids it stands for the answer that did not come.
    """

    class Http(openai.DefaultHttpxClient):  # type: ignore[misc]
        def send(self, request: Any, **options: Any) -> Any:
            try:
                return super().send(request, **options)
            except Exception as cause:
                if type(cause).__name__ != "ReadTimeout":
                    raise
                library = importlib.import_module(type(cause).__module__.partition(".")[0])
                return library.Response(_TOO_LATE, headers={"x-should-retry": "false"}, request=request)

    return Http


def _failure(openai: Any, cause: Any) -> SystemFailure:
    """Say what the client gave up at; the body of the answer is kept, and no header or key is in the message."""
    why = f"{type(cause).__name__}: {redact(str(cause))[:500]}"
    if isinstance(cause, openai.APIStatusError) and cause.status_code == _TOO_LATE:
        return SystemFailure("no answer in time: allow more (--timeout), or ask for less (--max-tokens, --pieces)")
    if isinstance(cause, openai.APIStatusError):
        body = cause.response.content.decode("utf-8", "backslashreplace")
        reply = Reply(None, body)
        hint = _HINTS.get(cause.status_code, _HINTS[500] if cause.status_code >= 500 else "")
        if hint:
            return Unreachable(why, hint, reply)
        bare = str(cause) == f"Error code: {cause.status_code}" and body.strip()
        why += f": {redact(body)[:300]}" if bare else ""
        longer = " (too long for the context? cut the document: --pieces)" if _TOO_LONG.search(body) else ""
        return SystemFailure(why + longer, reply)
    if isinstance(cause, openai.APIConnectionError):
        return Unreachable(why, "Check --base-url and that the server runs there; then run again: it goes on.")
    return SystemFailure(why)


def _card(model: str, prompt: Prompt, parameters: dict[str, Any]) -> SystemCard:
    asked = {name: value for name, value in parameters.items() if name != "response_format"}
    form = parameters.get("response_format", {"type": "text"}).get("type")
    how = ", ".join(
        [
            *(f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}" for name, value in asked.items()),
            str(form),
        ]
    )
    shown = f"examples from {', '.join(prompt.sources)}" if prompt.sources else "no examples"
    return SystemCard(
        name=f"chat:{model}"[-120:],
        training_data=f"unknown; prompt {prompt.name} ({prompt.sha256[:12]}): {shown}; {how}",
        layers=[*prompt.layers],  # type: ignore[list-item]
        resources=["text", "dev"] if prompt.sources else ["text"],
    )
