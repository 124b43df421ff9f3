"""Validate an answer label by label: each invalid label is dropped and reported, and the others are kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from dragoman import json_text
from dragoman.reading.read import read_bytes
from dragoman.redaction import plain, redact
from dragoman.schema.layers import LAYERS
from dragoman.schema.submission import PredictedClaimant, SpanObject

if TYPE_CHECKING:
    from dragoman.problems import Problem
    from dragoman.reading.target import Target
    from dragoman.schema.records import Document, Record

MAX_DEPTH = 100
"""Maximum nesting of lists and objects in an answer; deeper JSON may not be readable."""
MAX_ROUNDS = 50
"""Maximum rounds of validation, since other labels may refer to those that were dropped."""
_PLACE = re.compile(r"(\w+)(?:\[(\d+)\])?")
_INNER = {"content": SpanObject, "cue": SpanObject, "claimants": PredictedClaimant}
"""Record types of the objects inside a label, by field."""


class UnusableError(Exception):
    """An answer that cannot be a line of a submission."""


class Valid(NamedTuple):
    """The valid part of an answer.

    Attributes:
        labels: the valid labels, by layer.
        problems: messages on what was dropped, with its code and its path in the answer.
        left_out: number of labels that were dropped.
        fields: number of unknown fields that were dropped from labels.

    """

    labels: dict[str, Any]
    problems: tuple[str, ...] = ()
    left_out: int = 0
    fields: int = 0


def valid(labels: Any, document: Document, target: Target) -> Valid:
    """Return the valid part of an answer about a document.

    An unknown field is dropped from its label; a label that is invalid, or refers to one that was dropped, is dropped,
    and so is a layer that is not a list.

    Raises:
        UnusableError: it cannot be a line of a submission, or no part of it is valid; the message gives the reason.

    """
    line = _line(labels, document)
    found = _errors(line, target)
    if not found:
        return Valid(labels)
    records = {layer.name: layer.predicted for layer in LAYERS}
    answer = {name: value for name, value in labels.items() if name not in records}
    fields: list[str] = []
    kept: dict[str, Any] = {
        name: [_known(item, records[name], f"{name}[{at}]", fields) for at, item in enumerate(value)]
        if isinstance(value, list)
        else value
        for name, value in labels.items()
        if name in records
    }
    places = {name: list(range(len(value))) for name, value in kept.items() if isinstance(value, list)}
    given = sum(map(len, places.values()))
    problems = [plain(f"{path}: there is no such field; it is left out.") for path in fields]
    for _ in range(MAX_ROUNDS):
        line = _line({**answer, **kept}, document)
        found = _errors(line, target)
        if not found:
            break
        problems += [_leave_out(problem, kept, places) for problem in found]
        for name, indices in places.items():
            kept[name] = [each for index, each in enumerate(kept[name]) if indices[index] >= 0]
            places[name] = [index for index in indices if index >= 0]
    else:
        raise UnusableError(problems[0])
    left = sum(map(len, places.values()))
    if not kept or (given and not left):
        raise UnusableError("; ".join(problems[:20]))
    return Valid({**answer, **kept}, tuple(problems), given - left, len(fields))


def _errors(line: bytes, target: Target) -> list[Problem]:
    return [problem for problem in read_bytes(line, target).problems if problem.severity == "error"]


def _leave_out(problem: Problem, kept: dict[str, Any], places: dict[str, list[int]]) -> str:
    """Mark the label that a problem is in as dropped, or drop its layer; return a message with the answer's path."""
    match = _PLACE.match(problem.path)
    if match is None or match[1] not in kept:  # the whole answer, or a key that is not a layer
        raise UnusableError(plain(str(problem)))
    layer, index = match[1], match[2]
    if index is None or layer not in places:
        del kept[layer]
        places.pop(layer, None)
        return plain(str(problem))
    at = int(index)
    first = places[layer][at]
    number = first if first >= 0 else -1 - first  # negative: marked for another problem of the same label
    places[layer][at] = -1 - number
    path = f"{layer}[{number}]{problem.path[match.end() :]}"
    return plain(f"{problem.code} {path}: {problem.what} {problem.hint}".strip())


def _known(item: Any, record: type[Record], path: str, unknown: list[str]) -> Any:
    """Return an object without the fields that its record type does not have; add their paths to ``unknown``."""
    if not isinstance(item, dict):
        return item
    made = {}
    for key, value in item.items():
        if key not in record.__struct_fields__:
            unknown.append(f"{path}[{key!r}]"[:200])
        elif key in _INNER and isinstance(value, list):
            places = enumerate(value)
            made[key] = [_known(inner, _INNER[key], f"{path}.{key}[{at}]", unknown) for at, inner in places]
        else:
            made[key] = value
    return made


def _line(labels: Any, document: Document) -> bytes:
    """Write labels as a line of a submission, as bytes."""
    if not isinstance(labels, dict):
        raise UnusableError(f"the answer is no dict and not None, but of the type {type(labels).__name__}")
    if labels.get("id", document.id) != document.id:
        raise UnusableError(f"the answer is for {redact(repr(labels['id']))[:200]}")
    try:
        line = json_text.canonical({**labels, "id": document.id})
    except Exception as cause:
        why = f"the answer cannot be written as JSON: {type(cause).__name__}: {message(cause)}"
        raise UnusableError(why) from cause
    if json_text.depth(line) > MAX_DEPTH:
        raise UnusableError(f"the answer is nested more than {MAX_DEPTH} deep")
    text = line.decode()
    if redact(text) != text:
        raise UnusableError("the answer repeats a secret, such as the key of its endpoint")
    return line


def message(cause: BaseException) -> str:
    """Return the message of an exception, without secrets and at most 2,000 characters long."""
    try:
        return plain(str(cause))[:2000]
    except Exception:  # noqa: BLE001 - even ``str`` of a system's exception may raise
        return "(its message cannot be read)"
