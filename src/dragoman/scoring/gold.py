"""What is scored against: gold of a benchmark, or any file in the form of a submission."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dragoman.annotations import Annotations
from dragoman.measures.catalogue import HEADLINE_SPLIT
from dragoman.problems import DragomanError, error
from dragoman.reading.source import Source, read_shards
from dragoman.reading.target import Target
from dragoman.schema import result_file as results
from dragoman.scoring.content_hash import content, fingerprint

if TYPE_CHECKING:
    from concurrent.futures import Future

    from dragoman.benchmark import Benchmark
    from dragoman.reading.parsing import Parsed
    from dragoman.reading.read import Reading


@dataclass(frozen=True)
class Gold:
    """What is scored against: labels, and what is known of the documents.

    Attributes:
        annotations: the gold labels; ``annotations.has(layer)`` says which documents have gold.
        data: how the result names the data.
        target: what submissions are read against; lines of documents that are not scored are checked and left aside.
        facets: values by which documents are sliced, such as the language, one a document.
        read_as: what a file of another tool was recognised as; empty for a submission.
        conversion: what was lost or repaired in reading such a file, in words.

    """

    annotations: Annotations
    data: results.Data
    target: Target
    facets: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict)
    read_as: str = ""
    conversion: Sequence[str] = ()


def default_split(benchmark: Benchmark) -> str:
    """Name the split that is scored where none is asked for: ``test``, or the last one."""
    return HEADLINE_SPLIT if HEADLINE_SPLIT in benchmark.splits else benchmark.splits[-1]


def from_benchmark(benchmark: Benchmark, split: str) -> Gold:
    """Gold of a split of a benchmark.

    Raises:
        DragomanError: E702 unknown split, E703 when no document of the split has gold, E760 when it is withheld.

    """
    benchmark.split(split)  # it is there
    check_open(benchmark, split)
    made = documents_of(benchmark, split)
    if not made.annotations.present.any():
        others = [name for name in benchmark.splits if any(d.layers_annotated for d in benchmark.split(name))]
        hint = f"Splits with gold: {', '.join(others) or 'none'}."
        raise error(
            "E703", f"no document of the split {split!r} of {benchmark.name} {benchmark.version} has gold.", hint
        )
    return made


def documents_of(benchmark: Benchmark, split: str) -> Gold:
    """Give the documents of a split with the labels that there are, which may be none: what is validated against.

    Raises:
        DragomanError: E702 for a split that is not there.

    """
    documents, annotations = benchmark.split(split), benchmark.gold(split)
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


def check_open(benchmark: Benchmark, split: str) -> None:
    """Refuse to score on a split whose gold is withheld, and say where predictions go.

    Raises:
        DragomanError: E760.

    """
    if benchmark.withheld is not None and benchmark.withholds(split):
        submit = benchmark.withheld.submit
        what = f"the gold of the split {split!r} of {benchmark.name} {benchmark.version} is withheld."
        hint = f"Send predictions to: {submit}." if submit else "Ask its keeper where predictions go."
        raise error("E760", what, f"{hint} `dragoman validate` checks them here.")


def reference(value: Any, name: str = "reference") -> Gold:
    """Gold from labels in the form of a submission, with any labels, with texts or without.

    A document whose line lacks a layer's key has no gold for that layer.

    Args:
        value: whatever :meth:`dragoman.reading.source.Source.of` takes.
        name: what to call it where it has no name of its own.

    Raises:
        DragomanError: for everything that is wrong with the data; E703 when it holds no labels.

    """
    source = Source.of(value, name)
    with source.parsing() as parsed:
        return from_parsed(parsed, source)


def from_parsed(parsed: list[Future[Parsed]], source: Source, rules: Target | None = None) -> Gold:
    """Gold from files that were parsed already; see :func:`reference`.

    Args:
        parsed: the files.
        source: where they come from.
        rules: a target without documents, for how quotes and unknown fields are read.

    """
    reading = read_shards(parsed, rules or Target())
    annotations = reading.checked()
    if not annotations.present.any():
        raise no_labels(source)
    texts = {doc: text for doc, text in zip(annotations.documents, annotations.texts, strict=True) if text is not None}
    return Gold(
        annotations,
        # Sorted, as the same data are the same in any order; counts are put into this order.
        results.Data(
            "reference",
            None,
            fingerprint([content(annotations)], len(annotations.documents)),
            None,
            sorted(annotations.documents),
        ),
        Target(documents=annotations.documents, texts=texts, advice=_advice(reading, source)),
        read_as=reading.read_as,
        conversion=reading.conversion,
    )


def _advice(reading: Reading, source: Source) -> str:
    """Say how documents are named that the reference does not name, whatever is not found among them."""
    if not reading.read_as or reading.annotations is None:
        return ""
    from dragoman.formats.line_builder import NUMBERED  # noqa: PLC0415 - a submission needs no format

    stem = Path(source.name).stem
    named_here = all(name == stem or NUMBERED.fullmatch(name) for name in reading.annotations.documents)
    return "The reference does not name its documents: say which they are with --document." if named_here else ""


def no_labels(source: Source) -> DragomanError:
    """Make the error for a reference without any labels."""
    hint = "A reference has documents with entities, dates or claims."
    return error("E703", "the reference holds no labels.", hint, file=str(source.path or source.name))
