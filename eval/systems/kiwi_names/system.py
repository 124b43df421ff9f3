"""Proper nouns of kiwipiepy's morphological analysis as entities of Korean documents.

What is a name is kiwipiepy's to say: each proper noun (NNP), and each run of nominal morphemes from one to a last one
in which a labelled name of `dev` ends too. The type of a name is the most frequent type of the names of `dev` with the
same last morpheme, else that of its names of one morpheme. Nothing else is used: this is what morphology alone gives.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from typing import Any, NamedTuple

import regex

import dragoman
from dragoman.schema.records import Document

_NOMINAL = frozenset({"NNP", "NNG", "XSN", "XPN", "SN", "SL", "NR", "XR"})


class Token(NamedTuple):
    """A morpheme and where it stands."""

    form: str
    tag: str
    start: int
    end: int


@cache
def _kiwi() -> Any:
    from kiwipiepy import Kiwi  # noqa: PLC0415 - the model is loaded when it is first needed

    return Kiwi(num_workers=1)


@cache
def _dev() -> list[Document]:
    return [document for document in dragoman.load().split("dev") if document.language.startswith("ko")]


def runs(text: str) -> Iterator[list[Token]]:
    """Find runs of nominal morphemes with nothing between them, line by line."""
    for line in regex.finditer(r"[^\r\n]+", text):
        run: list[Token] = []
        for item in _kiwi().tokenize(line.group()):
            token = Token(item.form, item.tag, line.start() + item.start, line.start() + item.start + item.len)
            if run and (token.tag not in _NOMINAL or token.start != run[-1].end):
                yield run
                run = []
            if token.tag in _NOMINAL and token.start < token.end:
                run.append(token)
        if run:
            yield run


class Types:
    """Types of names by their last morpheme."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self.endings: dict[str, Counter[str]] = {}
        single: Counter[str] = Counter()
        for entity in chain.from_iterable(document.entities for document in documents):
            if entity.form in {"NAM", "ABR"}:
                tokens = [token for run in runs(entity.text) for token in run]
                if tokens:
                    self.endings.setdefault(tokens[-1].form, Counter())[entity.type] += 1
                if len(tokens) == 1:
                    single[entity.type] += 1
        self.usual = _most(single) if single else "GPE"

    def of(self, ending: str) -> str:
        """Type of a name that ends so."""
        return _most(self.endings[ending]) if ending in self.endings else self.usual


def _most(counts: Counter[str]) -> str:
    return min(counts, key=lambda kind: (-counts[kind], kind))


@cache
def _types(left_out: str) -> Types:
    return Types(document for document in _dev() if document.id != left_out)


def predict(document: Document) -> dict[str, Any] | None:
    """Label the names of a Korean document; of a document of dev its own labels are not used."""
    if not document.language.startswith("ko"):
        return None
    types = _types(document.id if document.id in {d.id for d in _dev()} else "")
    found = {}
    for run in runs(document.text):
        for last, token in enumerate(run):
            proper = [i for i in range(last + 1) if run[i].tag == "NNP"]
            if token.tag == "NNP":
                found[token.start, token.end] = types.of(token.form)
            if proper and token.form in types.endings:
                found[run[proper[0]].start, token.end] = types.of(token.form)
    return {
        "entities": [
            {"start": start, "end": end, "type": kind, "form": "NAM"} for (start, end), kind in sorted(found.items())
        ]
    }
