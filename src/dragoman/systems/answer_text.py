"""Extract the labels from a model's answer: JSON, however it is wrapped, with every repair recorded.

Only the text around the object, and its syntax, are repaired. Another root, another key, or no object at all is an
error whose message says what was found: nothing is read as an empty answer, and no truncated answer as a complete one.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import regex

from dragoman.problems import shown
from dragoman.redaction import redact

REPAIRS = ("thinking", "fence", "prose", "syntax", "several objects", "missing layer", "other key", "unknown field")
"""Names of repairs: reasoning before the answer, a fenced code block, text around it, JSON syntax that was repaired (by
json-repair), one object per layer, a layer that is missing, a key that is no layer, a field that no label has."""
MAX_SYNTAX = 2**20
"""Characters of the longest answer whose syntax is repaired."""
_THOUGHTS = regex.compile(r"\A.*</(?:think|thinking|reasoning)>", regex.DOTALL | regex.IGNORECASE)
_OPEN_THOUGHT = regex.compile(r"\A\s*<(?:think|thinking|reasoning)>", regex.IGNORECASE)
_STRING = regex.compile(r'"(?:[^"\\]|\\.)*(?:"|\Z)', regex.DOTALL)
_FENCE = regex.compile(r"(?:```|~~~)[ \t]*\w*[ \t]*\r?\n?(.*?)(?:```|~~~|\Z)", regex.DOTALL)


class Answer(NamedTuple):
    """A parsed answer.

    Attributes:
        labels: the requested layers that it contains.
        repairs: names of the repairs, in the order in which they were made; see :data:`REPAIRS`.
        problems: messages on what was discarded or is missing.

    """

    labels: dict[str, Any]
    repairs: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def read(text: str, layers: Sequence[str]) -> Answer:
    r"""Parse the answer of a model.

    Args:
        text: the model's output.
        layers: names of the requested layers.

    Raises:
        ValueError: the text contains no object with any of the layers; the message says what it contains.

    Example:
        >>> read('Sure: ```JSON\n{"dates": [],}\n```', ["dates"])
        Answer(labels={'dates': []}, repairs=('fence', 'syntax'), problems=())

    """
    rest, repairs, twice = text.lstrip("\ufeff"), [], set[str]()
    thoughts = _THOUGHTS.match(rest, timeout=5)
    if thoughts:
        rest = rest[thoughts.end() :]
        repairs.append("thinking")
    elif _OPEN_THOUGHT.match(rest):
        raise ValueError("the model was still thinking when it stopped: there is no answer")
    first: tuple[Any, list[str]] | None = None
    values = _values(rest, twice)
    for value, how in values:
        if isinstance(value, dict) and any(layer in value for layer in layers):
            others = [other for other, same in values if same == how and isinstance(other, dict) and other != value]
            answer = _of(*_joined(value, others, layers), [*repairs, *how])
            return answer._replace(problems=(*answer.problems, *_said_twice(twice)))
        if isinstance(value, dict) or "syntax" not in how:  # prose is easily repaired into a list
            first = first or (value, how)
    if (first is None or first[1] == ["prose"]) and unfinished(rest):
        raise ValueError("the answer has no end: it was cut off, though nothing else says so")
    # The intended answer is most probably the one in plain JSON, else the first thing that looks like JSON.
    raise ValueError(_why(first[0] if first else None, rest, layers))


def unfinished(text: str) -> bool:
    """Whether the JSON in a text is truncated: more brackets are opened than closed.

    Example:
        >>> unfinished('{"dates": [{"quote": "1 M'), unfinished('{"dates": []}'), unfinished("I cannot.")
        (True, False, False)

    """
    brackets = Counter(_STRING.sub("", text[max(text.find("{"), 0) :]))
    return "{" in text and brackets["{"] + brackets["["] > brackets["}"] + brackets["]"]


def _said_twice(keys: set[str]) -> list[str]:
    return [f"the key {redact(shown(key))} stands twice in an object: the last one is read" for key in sorted(keys)]


def _values(text: str, twice: set[str]) -> Iterator[tuple[Any, list[str]]]:
    """Yield all candidates for the answer, the likeliest first, each with the repairs that it needs.

    Keys that an object has twice are added to ``twice``.
    """
    decoder = _decoder(twice)
    whole = text.strip()
    if (value := _decoded(whole, decoder)) is not _NOTHING:
        yield value, []
        return
    fenced = [block.strip() for block in _FENCE.findall(whole, timeout=5) if block.strip()]
    for block in reversed(fenced):
        if (value := _decoded(block, decoder)) is not _NOTHING:
            yield value, ["fence"]
    yield from ((value, ["prose"]) for value in _within(whole, decoder))
    for block in reversed(fenced):
        if block.startswith(("{", "[")):
            yield from ((value, ["fence", "syntax"]) for value in _repaired(block))
    start, end = whole.find("{"), whole.rfind("}") + 1
    if 0 <= start < end:
        around = ["prose"] if whole[:start].strip() or whole[end:].strip() else []
        yield from ((value, [*around, "syntax"]) for value in _repaired(whole[start:end]))


_NOTHING = object()


def _decoder(twice: set[str]) -> json.JSONDecoder:
    """Create a JSON decoder that rejects NaN and Infinity, which are not JSON, and records duplicate keys."""

    def of_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) < len(pairs):
            twice.update(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        return made

    def refused(name: str) -> Any:
        raise ValueError(f"{name} is no JSON")

    return json.JSONDecoder(object_pairs_hook=of_pairs, parse_constant=refused)


def _decoded(text: str, decoder: json.JSONDecoder) -> Any:
    try:
        return decoder.decode(text)
    except (ValueError, RecursionError):
        return _NOTHING


def _within(text: str, decoder: json.JSONDecoder) -> Iterator[Any]:
    """Yield the complete JSON objects in a text, the longest first."""
    made, at, tries = list[tuple[int, Any]](), text.find("{"), 0
    while at >= 0 and tries < 100:
        tries += 1
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            if at == 0:  # the whole text is one object with an error: an object inside it is no answer
                return
            at = text.find("{", at + 1)
            continue
        made.append((at - end, value))
        at = text.find("{", end)
    yield from (value for _, value in sorted(made, key=lambda one: one[0]))


def _repaired(text: str) -> Iterator[Any]:
    """Repair the syntax of JSON that is not truncated: trailing commas, single quotes, comments."""
    try:
        import json_repair  # noqa: PLC0415 - an extra
    except ImportError:
        return
    if len(text) > MAX_SYNTAX or unfinished(text):
        return
    try:
        value = json_repair.loads(text, skip_json_loads=True)
    except (ValueError, RecursionError):
        return
    if isinstance(value, dict | list) and value:
        yield value


def _joined(
    value: dict[str, Any], others: Sequence[dict[str, Any]], layers: Sequence[str]
) -> tuple[dict[str, Any], Sequence[str], list[str], list[str]]:
    """Merge layers that are in one object each; report a layer that another object has as well and that is not read."""
    made, names, problems = dict(value), list[str](), list[str]()
    for other in others:
        has = [layer for layer in layers if layer in other]
        if has and not any(layer in made for layer in has):
            made |= {layer: other[layer] for layer in has}
            names = ["several objects"]
        elif has:
            problems.append(f"the answer has a further object with {', '.join(has)}, which is not read")
    return made, layers, names, problems


def _of(
    value: Mapping[str, Any], layers: Sequence[str], joined: list[str], more: list[str], repairs: list[str]
) -> Answer:
    labels = {layer: value[layer] for layer in layers if value.get(layer) is not None}
    missing = [layer for layer in layers if layer not in labels]
    others = [str(key) for key in value if key not in layers]
    if missing and others:  # the other key may be a misnamed layer: do not read the layer as empty
        raise ValueError(
            f"the answer has no {' and no '.join(missing)}, and keys that were not asked for: {_listed(others)}"
        )
    problems = more + [f"the answer has no {layer}" for layer in missing]
    problems += [f"the answer has a key that was not asked for: {redact(shown(key))}" for key in others]
    names = repairs + joined + (["missing layer"] if missing else []) + (["other key"] if others else [])
    return Answer(labels, tuple(names), tuple(problems))


def _why(value: Any, text: str, layers: Sequence[str]) -> str:
    asked = f"an object with {', '.join(layers)} was asked for"
    if isinstance(value, dict):
        return f"the answer has {'the keys ' + _listed(value) if value else 'no keys'}; {asked}"
    if isinstance(value, list):
        return f"the answer is a list; {asked}"
    if value is not None:
        return f"the answer is {redact(shown(str(value)))}; {asked}"
    begins = redact(shown(text.strip()[:80])) if text.strip() else "nothing"
    return f"the answer is no JSON object: it begins with {begins}; {asked}"


def _listed(keys: Any) -> str:
    return ", ".join(redact(shown(str(key))) for key in list(keys)[:5])
