"""The labels in what a model wrote: JSON, however it is wrapped, with each repair named.

Only what is around the object, and its syntax, is repaired. Another root, another key, or no object at all is a failure
that says what was found: nothing is taken for an empty answer, and none without an end for a whole one.
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
"""Names of repairs: thoughts before the answer, a fenced block, words around it, JSON that was repaired (by
json-repair), layers in an object each, a layer that is not in it, a key that is no layer, a field that no label has."""
MAX_SYNTAX = 2**20
"""Characters of the longest answer whose syntax is repaired."""
_THOUGHTS = regex.compile(r"\A.*</(?:think|thinking|reasoning)>", regex.DOTALL | regex.IGNORECASE)
_OPEN_THOUGHT = regex.compile(r"\A\s*<(?:think|thinking|reasoning)>", regex.IGNORECASE)
_STRING = regex.compile(r'"(?:[^"\\]|\\.)*(?:"|\Z)', regex.DOTALL)
_FENCE = regex.compile(r"(?:```|~~~)[ \t]*\w*[ \t]*\r?\n?(.*?)(?:```|~~~|\Z)", regex.DOTALL)


class Answer(NamedTuple):
    """An answer that was read.

    Attributes:
        labels: the layers that were asked for and are in it.
        repairs: names of what was repaired, in order, of :data:`REPAIRS`.
        problems: in words, what was left out or is not there.

    """

    labels: dict[str, Any]
    repairs: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def read(text: str, layers: Sequence[str]) -> Answer:
    r"""Read the answer of a model.

    Args:
        text: what it wrote.
        layers: what it was asked for.

    Raises:
        ValueError: there is no object in it with any of the layers; with words that say what there is.

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
    # What was meant is most probably what stands in plain JSON, and else the first thing that looks like some.
    raise ValueError(_why(first[0] if first else None, rest, layers))


def unfinished(text: str) -> bool:
    """Whether the JSON in a text has no end.

    Example:
        >>> unfinished('{"dates": [{"quote": "1 M'), unfinished('{"dates": []}'), unfinished("I cannot.")
        (True, False, False)

    """
    brackets = Counter(_STRING.sub("", text[max(text.find("{"), 0) :]))
    return "{" in text and brackets["{"] + brackets["["] > brackets["}"] + brackets["]"]


def _said_twice(keys: set[str]) -> list[str]:
    return [f"the key {redact(shown(key))} stands twice in an object: the last one is read" for key in sorted(keys)]


def _values(text: str, twice: set[str]) -> Iterator[tuple[Any, list[str]]]:
    """Yield all that could be the answer, the likeliest first, with the repairs that it needs.

    Keys that stand twice in an object are added to ``twice``.
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
            yield from ((value, ["fence", "syntax"]) for value in _mended(block))
    start, end = whole.find("{"), whole.rfind("}") + 1
    if 0 <= start < end:
        around = ["prose"] if whole[:start].strip() or whole[end:].strip() else []
        yield from ((value, [*around, "syntax"]) for value in _mended(whole[start:end]))


_NOTHING = object()


def _decoder(twice: set[str]) -> json.JSONDecoder:
    """Make a reader of JSON that takes no NaN and no Infinity, which JSON does not have, and notes keys that recur."""

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
    """Yield the objects that stand in a text as whole JSON, the longest first."""
    made, at, tries = list[tuple[int, Any]](), text.find("{"), 0
    while at >= 0 and tries < 100:
        tries += 1
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            if at == 0:  # all of it is one object with a mistake: what is inside of that is no answer
                return
            at = text.find("{", at + 1)
            continue
        made.append((at - end, value))
        at = text.find("{", end)
    yield from (value for _, value in sorted(made, key=lambda one: one[0]))


def _mended(text: str) -> Iterator[Any]:
    """Correct the syntax of JSON that has an end: trailing commas, single quotes, comments."""
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
    """Put layers together that stand in an object each; name what is in another object as well, and is not read."""
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
    if missing and others:  # one may be the other by another name: nothing is taken for empty
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
