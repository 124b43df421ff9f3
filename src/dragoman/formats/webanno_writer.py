"""Writer for WebAnno TSV 3; the mapping is described in :mod:`dragoman.formats.webanno`."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

from dragoman.formats import plain_spans, tokens
from dragoman.problems import Diagnostics

NAMED_ENTITY = "de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity"
HEAD = f"#FORMAT=WebAnno TSV 3.3\n#T_SP={NAMED_ENTITY}|identifier|value\n"
_SPECIAL = re.compile(r"[\\\[\]|_;*]|->")
_CONTROLS = {"\t": "\\t", "\n": "\\n", "\r": "\\r", "\b": "\\b", "\f": "\\f"}


class _Mention(NamedTuple):
    start: int
    end: int
    features: tuple[str, str]
    number: int


class Sheet:
    """Writes one document: sentences, and a row for each token, or part of one, with its annotations.

    A sentence is a line of the text, with any blank lines that follow; lines that share a span are one sentence. A span
    that begins or ends within a token gets a row for that part of it.
    """

    def __init__(self, document: plain_spans.Document, diagnostics: Diagnostics) -> None:
        self.text = document.text or ""
        self.cut = tokens.words(self.text)
        self.starts = [start for start, _ in self.cut]
        self.ends = [end for _, end in self.cut]
        self.units = [0, *accumulate(1 + (char > "\uffff") for char in self.text)]
        found = [made for _, span in document.spans if (made := self._mention(span, diagnostics)) is not None]
        found.sort(key=lambda mention: (mention.start, -mention.end))
        self.mentions = [mention._replace(number=number) for number, mention in enumerate(found, start=1)]

    def _mention(self, span: Any, diagnostics: Diagnostics) -> _Mention | None:
        start, end, label = plain_spans.labelled(span)
        first, last = self._covered(start, end)
        if first >= last or start < self.starts[first] or end > self.ends[last - 1]:
            diagnostics.lose("spans that do not begin and end where tokens do")
            return None
        ids = getattr(span, "entity_ids", None) or []
        diagnostics.lose("mentions with several entity ids", int(len(ids) > 1))
        diagnostics.lose("types and ids that are empty", (label == "") + (ids == [""]))
        identifier = ids[0] if len(ids) == 1 else ""
        return _Mention(start, end, (_value(identifier), _value(label or "")), 0)

    def _covered(self, start: int, end: int) -> tuple[int, int]:
        """Return the range of tokens that overlap a span."""
        return bisect_right(self.ends, start), bisect_left(self.starts, end)

    def write(self) -> str:
        """Write the document."""
        return HEAD + "".join(
            f"\n\n{text}{''.join(self._rows(number, *bounds))}"
            for number, (text, bounds) in enumerate(self._sentences(), start=1)
        )

    def _sentences(self) -> Iterator[tuple[str, tuple[int, int]]]:
        """Yield the text of each sentence, as lines of the file, and the range of its tokens."""
        begin = first = 0
        for last in range(1, len(self.cut) + 1):
            at = len(self.text) if last == len(self.cut) else self._break(last)
            if at >= 0:
                yield _text(self.text[begin:at]), (first, last)
                begin, first = at + 1, last
        if not self.cut:
            yield _text(self.text), (0, 0)

    def _break(self, token: int) -> int:
        """Return the offset of the line feed that ends a sentence before a token, or -1."""
        at = self.text.rfind("\n", self.ends[token - 1], self.starts[token])
        return -1 if any(mention.start < at < mention.end for mention in self.mentions) else at

    def _rows(self, sentence: int, first: int, last: int) -> Iterator[str]:
        rows: dict[tuple[int, int, int], list[_Mention]] = {(at, *self.cut[at]): [] for at in range(first, last)}
        for mention in self.mentions:
            for at in range(*self._covered(mention.start, mention.end)):
                if first <= at < last:
                    part = max(mention.start, self.starts[at]), min(mention.end, self.ends[at])
                    rows.setdefault((at, *part), []).append(mention)
        parts: dict[int, int] = {}
        for (at, start, end), here in sorted(
            rows.items(), key=lambda row: (row[0][0], row[0][1:] != self.cut[row[0][0]])
        ):
            name = f"{sentence}-{at - first + 1}"
            if (start, end) != self.cut[at]:
                parts[at] = parts.get(at, 0) + 1
                name += f".{parts[at]}"
            cells = (self._cell(here, feature) for feature in (0, 1))
            place = f"{self.units[start]}-{self.units[end]}"
            yield "\t".join((name, place, _escaped(self.text[start:end]), *cells)) + "\t\n"

    def _cell(self, mentions: Sequence[_Mention], feature: int) -> str:
        """Format a feature of the spans in a row, each with its number unless it is the only one and has no
        other row.
        """
        said = []
        for mention in mentions:
            first, last = self._covered(mention.start, mention.end)
            alone = len(mentions) == 1 and last - first == 1
            said.append(mention.features[feature] + ("" if alone else f"[{mention.number}]"))
        return "|".join(said) or "_"


def _value(value: str) -> str:
    return _escaped(value) or "*"


def _text(sentence: str) -> str:
    return "".join(f"#Text={_escaped(line)}\n" for line in sentence.split("\n"))


def _escaped(said: str) -> str:
    marked = _SPECIAL.sub(lambda match: f"\\{match.group()}", said)
    return "".join(_CONTROLS.get(char, char) for char in marked)
