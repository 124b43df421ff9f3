"""A chat model as a system: ``chat:MODEL`` at any endpoint that speaks OpenAI's chat completions.

The address comes from ``--base-url`` or ``OPENAI_BASE_URL``, the key from ``OPENAI_API_KEY`` and from nowhere else;
neither is written anywhere. The client waits and asks again when the server is busy or fails or the connection is lost.
"""

from __future__ import annotations

import os
import secrets
from importlib import resources
from typing import Any

import msgspec
import regex

from dragoman import benchmark
from dragoman.problems import error
from dragoman.schema.records import Document
from dragoman.schema.system_card import SystemCard
from dragoman.systems import answers
from dragoman.systems.protocol import Options, Reply, System, SystemFailure

EXAMPLES_SPLIT = "dev"
"""The only split that examples are taken from."""
RETRIES = 6
"""Times that the client asks again, waiting longer each time or as long as the server says."""


def load(rest: str, options: Options) -> System:
    """Make the system of ``chat:MODEL``.

    Raises:
        DragomanError: E801 when the client is not installed or no address is given.

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
    client: Any = openai.OpenAI(
        base_url=address,
        api_key=os.environ.get("OPENAI_API_KEY", "none"),
        timeout=options.timeout,
        max_retries=RETRIES,
    )
    examples = _examples(chat.examples)
    instructions = (resources.files("dragoman.systems") / "prompts" / "chat.md").read_text("utf-8")

    def predict(document: Document) -> Reply:
        try:
            completion = client.chat.completions.create(
                model=rest,
                messages=messages(instructions, examples, document),
                temperature=chat.temperature,
                seed=chat.seed,
                max_tokens=chat.max_tokens,
                response_format=_form(chat.form),
            )
        except openai.OpenAIError as cause:
            # The message of the server, without the request: no header or key is in it.
            raise SystemFailure(f"{type(cause).__name__}: {str(cause)[:500]}") from None
        usage = completion.usage
        tokens = (usage.prompt_tokens, usage.completion_tokens) if usage else (0, 0)
        raw = completion.choices[0].message.content or "" if completion.choices else ""
        reply = Reply(None, raw, tokens)
        if completion.choices and completion.choices[0].finish_reason == "length":
            raise SystemFailure(f"the answer was cut off at {chat.max_tokens} tokens", reply)
        return reply._replace(labels=parse(raw, reply))

    return System(predict, options.card or _card(rest, options), close=client.close)


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


def parse(raw: str, reply: Reply | None = None) -> dict[str, Any]:
    """Read an answer, also out of a fenced block.

    Raises:
        SystemFailure: when it is no JSON object, with the answer as it was given.

    """
    fenced = regex.search(r"```(?:json)?\s*(\{.*\})\s*```", raw, regex.DOTALL, timeout=5)
    text = fenced[1] if fenced else raw
    try:
        found = msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError as cause:
        raise SystemFailure(f"the answer is no JSON object: {cause}", reply) from cause
    return {layer: found[layer] for layer in msgspec.structs.asdict(answers.Answer([], [], [])) if layer in found}


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
