"""What is valid of an answer: each wrong label is left out and named, and the others are kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from dragoman import files
from dragoman.reading.read import read_bytes
from dragoman.redaction import plain, redact
from dragoman.schema.layers import LAYERS
from dragoman.schema.submission import PredictedClaimant, SpanObject

if TYPE_CHECKING:
    from dragoman.problems import Problem
    from dragoman.reading.target import Target
    from dragoman.schema.records import Document, Record

MAX_DEPTH = 100
"""Lists and objects inside each other in an answer; what is deeper may not be read again."""
MAX_ROUNDS = 50
"""Times that labels are checked again, since others may refer to those that were left out."""
_PLACE = re.compile(r"(\w+)(?:\[(\d+)\])?")
_INNER = {"content": SpanObject, "cue": SpanObject, "claimants": PredictedClaimant}
"""Records of the objects inside a label, by field."""


class UnusableError(Exception):
    """An answer that cannot be a line of a submission."""


class Valid(NamedTuple):
    """What is valid of an answer.

    Attributes:
        labels: the layers, with the labels that are valid.
        problems: in words, what was left out, with its number and its place in the answer.
        left_out: labels that were left out.
        fields: fields that no label has, which were left out of labels that are kept.

    """

    labels: dict[str, Any]
    problems: tuple[str, ...] = ()
    left_out: int = 0
    fields: int = 0


def valid(labels: Any, document: Document, target: Target) -> Valid:
    """Find what is valid of an answer about a document.

    A field that no label has is left out of its label; a label that is wrong, or refers to one that is left out, is
    left out, and so is a layer that is no list.

    Raises:
        UnusableError: it cannot be a line of a submission, or nothing that it holds is valid; with the reason.

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
    """Mark the label that a problem is in, or leave its layer out; say what is wrong, by its place in the answer."""
    match = _PLACE.match(problem.path)
    if match is None or match[1] not in kept:  # the answer as a whole, or a key that is no layer
        raise UnusableError(plain(str(problem)))
    layer, index = match[1], match[2]
    if index is None or layer not in places:
        del kept[layer]
        places.pop(layer, None)
        return plain(str(problem))
    at = int(index)
    first = places[layer][at]
    number = first if first >= 0 else -1 - first  # marked by another problem of the same label
    places[layer][at] = -1 - number
    path = f"{layer}[{number}]{problem.path[match.end() :]}"
    return plain(f"{problem.code} {path}: {problem.what} {problem.hint}".strip())


def _known(item: Any, record: type[Record], path: str, unknown: list[str]) -> Any:
    """Leave the fields that a record does not have out of an object, and name them."""
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
    """Write labels as a line of a submission."""
    if not isinstance(labels, dict):
        raise UnusableError(f"the answer is no dict and not None, but of the type {type(labels).__name__}")
    if labels.get("id", document.id) != document.id:
        raise UnusableError(f"the answer is for {redact(repr(labels['id']))[:200]}")
    try:
        line = files.canonical_json({**labels, "id": document.id})
    except Exception as cause:
        why = f"the answer cannot be written as JSON: {type(cause).__name__}: {message(cause)}"
        raise UnusableError(why) from cause
    if files.depth(line) > MAX_DEPTH:
        raise UnusableError(f"the answer is nested more than {MAX_DEPTH} deep")
    text = line.decode()
    if redact(text) != text:
        raise UnusableError("the answer repeats a secret, such as the key of its endpoint")
    return line


def message(cause: BaseException) -> str:
    """Return the message of an exception of anybody's, without secrets."""
    try:
        return plain(str(cause))[:2000]
    except Exception:  # noqa: BLE001 - an exception of the system's own
        return "(its message cannot be read)"
