"""A chat model as a system: ``chat:MODEL`` at any endpoint with OpenAI's chat completions API.

The address comes from ``--base-url`` or ``OPENAI_BASE_URL``, the key only from ``OPENAI_API_KEY``; neither is written
to any file. The client retries with backoff if the server is busy or fails, or if the connection is lost.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import re
import threading
import time
from collections.abc import Iterator, Sequence
from functools import cache, partial
from typing import Any

from dragoman import benchmark as benchmarks
from dragoman import json_text
from dragoman.http_clients import tls_context, with_body, within
from dragoman.problems import DragomanError, error
from dragoman.redaction import redact, register, register_address
from dragoman.redirects import check_redirect
from dragoman.schema.records import Document
from dragoman.schema.system_card import SystemCard
from dragoman.systems import answers, pieces
from dragoman.systems import prompt as prompts
from dragoman.systems.completion import read, read_text
from dragoman.systems.prompt import Prompt
from dragoman.systems.protocol import Chat, Options, Part, Reply, System, SystemFailure, Unreachable
from dragoman.systems.provenance import Code

RETRIES = 6
"""Retries of a request, with exponential backoff or the delay that the server asks for."""
MAX_CONNECT = 10.0
"""Timeout of a connection attempt, in seconds."""
BYTES_PER_TOKEN = 3
"""Bytes of UTF-8 per token, to estimate tokens that the server does not count. In Korean and Arabic a token has fewer
characters than in English, and each character has more bytes, so bytes vary less by language than characters do."""
OWN = ("model", "messages", "stream", "n")
"""Parameters of a request that users cannot set: the answer is read as one message of one model."""
_KEY = "Set OPENAI_API_KEY to a key that may use this model."
_NAME = "Check the name of the model, and --base-url, which mostly ends in /v1."
_HINTS = {
    401: _KEY,
    402: "See to the account: the endpoint wants to be paid.",
    403: _KEY,
    404: _NAME,
    405: _NAME,
    429: "The server takes no more for now: run again later, it goes on.",
    500: "See what the server says of it in its log; then run again: it goes on.",
}
"""Hints for HTTP statuses that any other document would get as well; 500 is for all statuses from there on."""
_NOBODY = "Check --base-url and that the server runs there; then run again: it goes on."
_BROKEN = {
    "DecodingError": "What the server, or a proxy, says of the encoding of its answers is wrong: correct that.",
    "TooManyRedirects": "Give the address that it is redirected to in the end: --base-url.",
    "RemoteProtocolError": "See what the server says of it in its log; then run again: it goes on.",
    "ReadError": "See what the server says of it in its log; then run again: it goes on.",
}
"""Hints for connections that were made and failed before the answer, by type of exception."""
MAX_BODY = 2**27
"""Maximum bytes of a response body, also when it is decompressed."""
_PIECE = 2**10
"""Bytes of a compressed body that are decompressed at a time."""
NOT_TAKEN = "dragoman"
"""Extension of the response that replaces an answer which is too late or too large; its value says why."""
LATE = "no answer in time: allow more (--timeout), or ask for less (--max-tokens, --pieces)"
LARGE = f"the answer has more than {MAX_BODY:,} bytes: ask for less (--max-tokens, --pieces)"
_TOO_LARGE = 413
_TOO_LONG = re.compile(r"context|too long|too many tokens|maximum.{0,20}(?:length|tokens)", re.IGNORECASE)


def load(rest: str, options: Options) -> System:
    """Make the system of ``chat:MODEL``.

    Raises:
        DragomanError: E801 if the client is not installed, or if the address or the key is missing or invalid; E206 for
            an invalid parameter or length of pieces; as :func:`dragoman.systems.prompt.make`.

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
    client = _Client(openai, address, options.timeout)
    limit = parameters.get("max_tokens", parameters.get("max_completion_tokens"))
    answers_at_all = True

    def ask(document: Document) -> Reply:
        nonlocal answers_at_all
        messages = prompt.messages(document)
        try:
            # If the endpoint was unreachable for the document before, do not retry this one.
            asked = client.opened() if answers_at_all else client.opened().with_options(max_retries=0)
            response = asked.chat.completions.with_raw_response.create(
                model=rest, messages=messages, extra_body=parameters
            )
        except openai.OpenAIError as cause:
            failure = _failure(openai, cause)
            answers_at_all = not isinstance(failure, Unreachable)
            raise failure from None
        answers_at_all = True
        try:
            return _counted(read(response.http_response.content, prompt.layers, limit), messages)
        except SystemFailure as failure:
            failure.reply = None if failure.reply is None else _counted(failure.reply, messages)
            raise

    def given(document: Document) -> Any:
        parts = [prompt.messages(piece) for _, piece in pieces.cut(document, chat.pieces)]
        return {"model": rest, "messages": parts, "parameters": parameters}

    def reread(document: Document, parts: Sequence[Part]) -> Reply:
        left = iter(parts)

        def read_part(_: Document) -> Reply:
            text, reason = next(left, (None, None))
            if text is None or reason is None:
                raise SystemFailure("the answer does not stand in the log")
            return read_text(text, reason, prompt.layers, limit, Reply(None, text, parts=((text, reason),)))

        return _in_pieces(document, chat.pieces, read_part)

    return System(
        lambda document: _in_pieces(document, chat.pieces, ask),
        options.card or _card(rest, prompt, parameters),
        close=client.close,
        code=Code({}, ("the model behind its name",), reading={"answers": str(answers.REVISION)}),
        reread=reread,
        given=given,
        layers=prompt.layers,
        seen=prompt.sources,
        prompt={**prompt.parts(), "sha256": prompt.sha256, "parameters": parameters},
    )


def make_prompt(options: Options) -> Prompt:
    """Build the prompt of a chat model.

    Raises:
        DragomanError: E206 for an unknown layer or too short pieces; as :func:`dragoman.files.read_text`.

    """
    chat = options.chat
    if chat.pieces is not None and chat.pieces < pieces.MIN_LENGTH:
        hint = f"Give {pieces.MIN_LENGTH} characters or more."
        raise error("E206", f"a piece cannot have {chat.pieces} characters.", hint, path="pieces")
    held = options.benchmark or benchmarks.load()
    return prompts.make(held, chat.layers, count=chat.examples, most=chat.characters, own=chat.prompt)


def parameters_of(chat: Chat, prompt: Prompt) -> dict[str, Any]:
    """Return the parameters of a request other than model and messages; those that are None are omitted.

    Raises:
        DragomanError: E206 for a parameter in :data:`OWN`.

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
    """Query the model about each piece of a document, and join the answers.

    A piece that fails is reported, and the labels of the others are kept.

    Raises:
        SystemFailure: all pieces failed.
        Unreachable: the endpoint was unreachable for one piece; it would be for the next.

    """
    cut = pieces.cut(document, longest)
    if len(cut) == 1 and cut[0][0] == 0 and cut[0][1] is document:
        whole: Reply = ask(document)
        return whole
    replies: list[Reply] = []
    failures: list[str] = []
    for number, (start, piece) in enumerate(cut, 1):
        try:
            replies.append(ask(piece))
        except SystemFailure as failure:
            why = f"piece {number} of {len(cut)} (characters {start} to {start + len(piece.text)}): {failure}"
            replies.append((failure.reply or Reply(None))._replace(labels=None))
            failures.append(why)
            if isinstance(failure, Unreachable) or len(failures) == len(cut):
                failure.args = (why,)
                failure.reply = _together(replies, failures[:-1])
                raise
    answered = [(*one, reply.labels) for one, reply in zip(cut, replies, strict=True) if reply.labels is not None]
    return _together(replies, failures)._replace(labels=pieces.join(document, answered), failed_pieces=len(failures))


def _together(replies: Sequence[Reply], failures: Sequence[str]) -> Reply:
    """Combine the replies to several requests: raw answers, failures and tokens."""
    return Reply(
        None,
        "\n".join(reply.raw for reply in replies if reply.raw is not None) or None,
        (sum(reply.tokens[0] for reply in replies), sum(reply.tokens[1] for reply in replies)),
        any(reply.estimated for reply in replies),
        tuple(repair for reply in replies for repair in reply.repairs),
        (*failures, *(problem for reply in replies for problem in reply.problems)),
        parts=tuple(part for reply in replies for part in reply.parts or ((None, None),)),
    )


def _counted(reply: Reply, messages: list[dict[str, str]]) -> Reply:
    """Estimate the prompt or completion tokens if the server did not count them."""
    read_, written = reply.tokens
    if read_ and (written or not reply.raw):
        return reply
    sizes = (len(json_text.canonical(messages)), len((reply.raw or "").encode("utf-8", "replace")))
    about = [-(-size // BYTES_PER_TOKEN) for size in sizes]
    return reply._replace(tokens=(read_ or about[0], written or about[1]), estimated=True)


class _Client:
    """The ``openai`` client; closed after a run and opened again for the next one."""

    def __init__(self, openai: Any, address: str, timeout: float) -> None:
        self._openai, self._address, self._timeout = openai, address, timeout
        self._lock = threading.Lock()
        self._open: Any = _client(openai, address, timeout)

    def opened(self) -> Any:
        with self._lock:
            if self._open is None:
                self._open = _client(self._openai, self._address, self._timeout)
            return self._open

    def close(self) -> None:
        with self._lock:
            if self._open is not None:
                self._open.close()
            self._open = None


def _client(openai: Any, address: str, timeout: float) -> Any:
    key = os.environ.get("OPENAI_API_KEY", "").strip() or "none"
    if not key.isascii() or not key.isprintable():
        raise error("E801", "OPENAI_API_KEY holds characters that no key has.", "Copy it again.")
    register(key)
    try:
        register_address(address)
        limits = openai.Timeout(timeout, connect=min(timeout, MAX_CONNECT))
        hooks = {"response": [lambda response: check_redirect(response, "--base-url")]}
        http = _once(openai, timeout)(
            base_url=address, timeout=limits, event_hooks=hooks, verify=tls_context(_library(openai))
        )
        return openai.OpenAI(base_url=address, api_key=key, timeout=limits, max_retries=RETRIES, http_client=http)
    except Exception as cause:  # noqa: BLE001 - the client raises various errors on an address
        what = f"the client does not take the address of the endpoint: {redact(str(cause))[:200]}."
        raise error("E801", what, "Write it as in http://127.0.0.1:8080/v1.") from None


@cache
def _library(openai: Any) -> Any:
    """Return the HTTP library of the ``openai`` client: httpx, or its successor."""
    packages = (base.__module__.partition(".")[0] for base in openai.DefaultHttpxClient.__mro__)
    return importlib.import_module(next(name for name in packages if name != openai.__name__))


def _once(openai: Any, timeout: float) -> Any:
    """Create the class of an HTTP client that enforces the timeout on the whole answer, and does not retry after it.

    The ``openai`` client would retry a timeout like a lost connection, and wait for a slow model
    :data:`RETRIES` times more; a response that forbids retries replaces the missing answer. That client would also
    wait forever for a server that sends its answer in small parts, and lose the part received of an answer that breaks
    off: bodies are read here.
    """
    library = _library(openai)

    class Http(openai.DefaultHttpxClient):  # type: ignore[misc]
        def send(self, request: Any, *, stream: bool = False, **options: Any) -> Any:
            del stream  # an answer is read as a whole
            deadline, body = time.monotonic() + timeout, bytearray()
            try:
                # Bound here: super() without arguments cannot be called in a lambda.
                begin = partial(super().send, request, stream=True, **options)
                response = within(timeout, begin, lambda: library.ReadTimeout("its head does not end"))
                request = response.request
                with contextlib.closing(response):
                    for part in response.iter_raw():
                        body += part
                        if time.monotonic() > deadline:
                            return _not_taken(library, request, body, LATE)
                        if len(body) > MAX_BODY:
                            return _not_taken(library, request, body, LARGE)
                plain = _decoded(library, response.headers, body)
                if plain is None:
                    return _not_taken(library, request, body, LARGE)
                return with_body(response, plain)
            except library.ReadTimeout:
                return _not_taken(library, request, body, LATE)
            except DragomanError as cause:
                return _not_taken(library, request, body, cause)
            except library.HTTPError as cause:
                cause.received = bytes(body)
                raise

    return Http


def _decoded(library: Any, headers: Any, body: bytearray) -> bytes | None:
    """Decompress a body piece by piece; None if it becomes too large."""
    if "content-encoding" not in headers:
        return bytes(body)

    class Pieces(library.SyncByteStream):  # type: ignore[misc]
        def __iter__(self) -> Iterator[bytes]:
            return (bytes(body[at : at + _PIECE]) for at in range(0, len(body), _PIECE))

    plain = bytearray()
    for part in library.Response(200, headers=headers, stream=Pieces()).iter_bytes():
        plain += part
        if len(plain) > MAX_BODY:
            return None
    return bytes(plain)


def _not_taken(library: Any, request: Any, body: bytearray, why: str | DragomanError) -> Any:
    """Build the response that replaces an answer that is too late, too large or refused, with the part received."""
    extensions = {NOT_TAKEN: why}
    headers = {"x-should-retry": "false"}
    return library.Response(599, headers=headers, content=bytes(body), request=request, extensions=extensions)


def _failure(openai: Any, cause: Any) -> SystemFailure:
    """Describe the client's error; the body of the answer is kept, and no header or key is in the message."""
    why = f"{type(cause).__name__}: {redact(str(cause))[:500]}"
    if isinstance(cause, openai.APIStatusError):
        return _refused(cause, why)
    if isinstance(cause, openai.APIConnectionError):
        below = cause.__cause__
        received = getattr(below, "received", b"")
        reply = Reply(None, _text(received)) if received else None
        kinds = {each.__name__ for each in type(below).__mro__}
        hint = next((hint for kind, hint in _BROKEN.items() if kind in kinds), _NOBODY)
        said = f" ({type(below).__name__}: {redact(str(below))[:300]})" if below is not None else ""
        return Unreachable(f"{why}{said}.", hint, reply)
    return SystemFailure(why)


def _refused(cause: Any, why: str) -> SystemFailure:
    """Turn an HTTP error status into a failure with a hint."""
    status, body = cause.status_code, _text(cause.response.content)
    not_taken = cause.response.extensions.get(NOT_TAKEN)
    if isinstance(not_taken, DragomanError):
        (problem,) = not_taken.problems
        return Unreachable(f"{problem.code}: {problem.what}", problem.hint)
    if not_taken:
        return SystemFailure(str(not_taken), Reply(None, body or None))
    reply = Reply(None, body)
    hint = _HINTS.get(status, _HINTS[500] if status >= 500 else "")
    if hint:
        return Unreachable(why, hint, reply)
    bare = str(cause) == f"Error code: {status}" and body.strip()
    why += f": {redact(body)[:300]}" if bare else ""
    longer = status == _TOO_LARGE or _TOO_LONG.search(body)
    return SystemFailure(why + (" (too long for the context? cut the document: --pieces)" if longer else ""), reply)


def _text(body: bytes) -> str:
    return body.decode("utf-8", "backslashreplace")


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
