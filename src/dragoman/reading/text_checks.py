"""The texts of the documents, and spans and surfaces checked against them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dragoman.reading.fallback import Fallback

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dragoman.reading.arrow_rows import Rows

    Ints = NDArray[np.int64]

MAX_OFFSET = 2**31 - 1
"""Largest offset, where no text is known; places of items then fit 64 bits together with their documents."""


class Texts:
    """The texts that spans are checked against.

    Args:
        texts: text of each document, None where it is not known.
        nowhere: as for :func:`build`.

    """

    def __init__(self, texts: list[str | None], *, nowhere: bool) -> None:
        self.texts = texts
        self.nowhere = nowhere
        self.lengths = np.array([MAX_OFFSET if text is None else len(text) for text in texts], np.int64)

    def check(self, starts: Ints, ends: Ints, docs: Ints) -> None:
        """Fallback spans that are empty or out of range."""
        wrong = ends > self.lengths[docs]
        if self.nowhere:
            wrong &= starts <= self.lengths[docs]
        if (wrong | (starts < 0) | (ends <= starts)).any():
            raise Fallback("span")

    def check_surfaces(self, rows: Rows, starts: Ints, ends: Ints, docs: Ints) -> None:
        """Fallback surfaces that are not those of the text, and quotes, for which the columns have no place."""
        for name in ("quote", "occurrence"):
            column = rows.field(name)
            if column is not None and column.null_count < len(rows):
                raise Fallback("quote")
        surfaces = rows.field("text")
        if surfaces is None or surfaces.null_count == len(rows):
            return
        spans = zip(docs.tolist(), starts.tolist(), ends.tolist(), surfaces.to_pylist(), strict=True)
        for doc, start, end, surface in spans:
            text = self.texts[doc]
            if surface is not None and text is not None and text[start:end] != surface:
                raise Fallback("surface")
