"""mishtar: chunks of temporal expressions and of persons' names in Arabic, as it marks them.

It gives neither types nor values of dates: they count as spans alone. Its chunks are runs of words of its own tokens,
which are found again in the text one after another; marks at their ends are cut off. Its places (`myplace`) end with
a TypeError and are left out.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from dragoman.schema.records import Document
from dragoman.systems.loading import beside

shared = beside(__file__, "..", "gazetteer.py")


@cache
def _chunkers() -> tuple[Any, Any]:
    from mishtar.mynamed import myNamed  # noqa: PLC0415 - its lists are long
    from mishtar.mytemped import myTemped  # noqa: PLC0415

    return myTemped(), myNamed()


def predict(document: Document) -> dict[str, Any] | None:
    """Label the dates and persons of an Arabic document."""
    if document.language != "ar":
        return None
    from pyarabic.araby import strip_tashkeel, tokenize  # noqa: PLC0415

    words = tokenize(document.text)
    places, at = [(0, 0)], 0
    for word in words:
        start = document.text.find(word.strip(), at)
        at = start + len(word.strip()) if start >= 0 else at
        places.append((start, at))
    # It looks at the first letter of each word, and at the word before one: there must be both.
    words = [".", *(word if strip_tashkeel(word) else "." for word in words)]
    dates, names = (
        [
            shared.trimmed(document.text, places[first][0], places[last][1])
            for first, last in chunker.detect_positions(words)
        ]
        for chunker in _chunkers()
    )
    return {
        "dates": [{"start": start, "end": end} for start, end in dates if 0 <= start < end],
        "entities": [
            {"start": start, "end": end, "type": "PER", "form": "NAM"} for start, end in names if 0 <= start < end
        ],
    }
