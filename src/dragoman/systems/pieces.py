"""Cut documents that are too long for a model's context into pieces, and join the answers about the pieces.

A piece ends at the end of a line where that is possible, else of a sentence, else of a word. Quotes of a piece become
quotes of the document: the words as they are in its text, with their occurrence number in the whole document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from dragoman.text import locate_quotes, quote_of

if TYPE_CHECKING:
    from dragoman.schema.records import Document

MIN_LENGTH = 20
"""Minimum length of a piece, in characters: a shorter one hardly holds a sentence."""
_ENDS = tuple(map(re.compile, (r"\n", r"[.!?؟。…]+[\s\"'”’»》)]*\s", r"\s")))


def cut(document: Document, longest: int | None) -> list[tuple[int, Document]]:
    """Cut a document into pieces.

    Args:
        document: any document.
        longest: maximum length of a piece, in code points, or None not to cut.

    Returns:
        Pairs of offset, in code points, and piece. A piece has the id and the other fields of the document, with a part
        of its text.

    """
    if longest is None or len(document.text) <= longest:
        return [(0, document)]
    return [
        (start, msgspec.structs.replace(document, text=document.text[start:end]))
        for start, end in _spans(document.text, longest)
    ]


def _spans(text: str, longest: int) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(text):
        end = _end(text, start, start + longest)
        if text[start:end].strip():
            yield start, end
        start = end


def _end(text: str, start: int, most: int) -> int:
    if most >= len(text) or text[most] == "\n":
        return min(most, len(text))
    for pattern in _ENDS:
        ends = [match.end() for match in pattern.finditer(text, start, most)]
        if ends and ends[-1] > start + (most - start) // 3:  # a scrap of a line or sentence would be too short a piece
            return ends[-1]
    return most


def join(document: Document, answers: Sequence[tuple[int, Document, dict[str, Any]]]) -> dict[str, Any]:
    """Join the answers about the pieces of a document.

    Args:
        document: the document.
        answers: offset, piece and labels by layer, for each piece that was answered.

    Returns:
        Labels by layer, with quotes of the document; ids get a prefix with the number of the piece to be unique. A
        quote that is not found in its piece is left unchanged.

    """
    joined: dict[str, Any] = {}
    for number, (offset, piece, answer) in enumerate(answers, 1):
        places = locate_quotes(piece.text, set(_quotes(answer)))
        for layer, labels in answer.items():
            kept = joined.setdefault(layer, [])
            if isinstance(labels, list) and isinstance(kept, list):
                kept += [_moved(label, document, offset, places, f"p{number}.") for label in labels]
            else:
                joined[layer] = labels  # of the wrong type: reported when the labels are validated
    return joined


def _quotes(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("quote"), str):
            yield value["quote"]
        for inner in value.values():
            yield from _quotes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _quotes(inner)


def _moved(value: Any, document: Document, offset: int, places: dict[str, Any], prefix: str) -> Any:
    if isinstance(value, list):
        return [_moved(inner, document, offset, places, prefix) for inner in value]
    if not isinstance(value, dict):
        return value
    moved = {key: _moved(inner, document, offset, places, prefix) for key, inner in value.items()}
    for name in ("id", "mention", "parent"):
        if isinstance(moved.get(name), str):
            moved[name] = prefix + moved[name]
    quote, occurrence = value.get("quote"), value.get("occurrence")
    if isinstance(quote, str) and (occurrence is None or isinstance(occurrence, int)):
        place = places[quote].place(occurrence)
        if place is not None:
            moved["quote"], moved["occurrence"] = quote_of(document.text, place[0] + offset, place[1] + offset)
    return moved
