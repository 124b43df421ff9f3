"""What is scored against: gold of a benchmark, or any file in the form of a submission."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dragoman.annotations import Annotations
from dragoman.problems import error
from dragoman.reading.parsing import Parsed, parse_bytes, parse_file
from dragoman.reading.read import read_parsed
from dragoman.reading.target import Target
from dragoman.schema import result as results

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dragoman.benchmark import Benchmark

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Gold:
    """What is scored against: labels, and what is known of the documents.

    Attributes:
        annotations: the gold labels; ``annotations.has(layer)`` says which documents have gold.
        data: how the result names the data.
        target: what submissions are read against; lines of documents that are not scored are checked and left aside.
        facets: values by which documents are sliced, such as the language, one a document.

    """

    annotations: Annotations
    data: results.Data
    target: Target
    facets: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict)


def from_benchmark(benchmark: Benchmark, split: str) -> Gold:
    """Gold of a split of a benchmark.

    Raises:
        DragomanError: E702 unknown split, E703 when no document of the split has gold.

    """
    documents = benchmark.split(split)
    annotations = benchmark.gold(split)
    if not annotations.present.any():
        others = [name for name in benchmark.splits if any(d.layers_annotated for d in benchmark.split(name))]
        hint = f"Splits with gold: {', '.join(others) or 'none'}."
        raise error(
            "E703", f"no document of the split {split!r} of {benchmark.name} {benchmark.version} has gold.", hint
        )
    names = [document.id for document in documents]
    return Gold(
        annotations,
        results.Data(benchmark.name, benchmark.version, benchmark.fingerprint, split, names),
        benchmark.target(),
        {
            "language": tuple(document.language for document in documents),
            "kind": tuple(document.kind for document in documents),
            "page": tuple(document.page for document in documents),
        },
    )


def from_file(path: Path | str) -> Gold:
    """Gold from a file in the form of a submission; see :func:`from_bytes`."""
    return from_parsed(parse_file(path))


def from_bytes(data: bytes, name: str = "") -> Gold:
    """Gold from JSONL in the form of a submission, with any labels, with texts or without.

    A document whose line lacks a layer's key has no gold for that layer.

    Raises:
        DragomanError: for everything that is wrong with the data; E703 when it holds no labels.

    """
    return from_parsed(parse_bytes(data, name))


def from_parsed(parsed: Parsed) -> Gold:
    """Gold from a file that was parsed already; see :func:`from_bytes`."""
    annotations = read_parsed(parsed, Target()).checked()
    if not annotations.present.any():
        hint = "A reference has documents with entities, dates or claims."
        raise error("E703", "the reference holds no labels.", hint, file=parsed.name)
    texts = {doc: text for doc, text in zip(annotations.documents, annotations.texts, strict=True) if text is not None}
    return Gold(
        annotations,
        results.Data("reference", None, parsed.sha256, None, list(annotations.documents)),
        Target(documents=annotations.documents, texts=texts),
    )
