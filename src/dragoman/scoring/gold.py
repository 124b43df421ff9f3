"""Gold: of a benchmark, or from any file in the form of a submission."""

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
    """Gold labels, with metadata of the documents.

    Attributes:
        annotations: the gold labels; ``annotations.has(layer)`` says which documents have gold.
        data: description of the data in results.
        target: what submissions are checked against; lines of documents that are not scored are checked and ignored.
        facets: by facet, such as the language, the value of each document.
        read_as: recognised format of a file of another tool; empty for a submission.
        conversion: messages on what was lost or repaired in converting such a file.

    """

    annotations: Annotations
    data: results.Data
    target: Target
    facets: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict)
    read_as: str = ""
    conversion: Sequence[str] = ()


def default_split(benchmark: Benchmark) -> str:
    """Return the default split for scoring: ``test``, or the last one."""
    return HEADLINE_SPLIT if HEADLINE_SPLIT in benchmark.splits else benchmark.splits[-1]


def from_benchmark(benchmark: Benchmark, split: str) -> Gold:
    """Make gold of a split of a benchmark.

    Raises:
        DragomanError: E702 for an unknown split, E703 if no document of the split has gold, E760 if the gold is
            withheld.

    """
    benchmark.split(split)  # raises for an unknown split
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
    """Make gold of a split for validation, with whatever labels it has, possibly none.

    Raises:
        DragomanError: E702 for an unknown split.

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
    """Raise if the gold of a split is withheld; the hint says where to submit predictions.

    Raises:
        DragomanError: E760.

    """
    if benchmark.withheld is not None and benchmark.withholds(split):
        submit = benchmark.withheld.submit
        what = f"the gold of the split {split!r} of {benchmark.name} {benchmark.version} is withheld."
        hint = f"Send predictions to: {submit}." if submit else "Ask its organisers where to send predictions."
        raise error("E760", what, f"{hint} `dragoman validate` checks them here.")


def reference(value: Any, name: str = "reference") -> Gold:
    """Make gold from labels in the form of a submission, with any label set, with or without texts.

    A document whose line lacks a layer's key has no gold for that layer.

    Args:
        value: anything that :meth:`dragoman.reading.source.Source.of` accepts.
        name: name for a value without a name of its own.

    Raises:
        DragomanError: with all errors in the data; E703 if there are no labels.

    """
    source = Source.of(value, name)
    with source.parsing() as parsed:
        return from_parsed(parsed, source)


def from_parsed(parsed: list[Future[Parsed]], source: Source, rules: Target | None = None) -> Gold:
    """Make gold from parsed files; see :func:`reference`.

    Args:
        parsed: the files.
        source: where they come from.
        rules: a target without documents, with the policies for quotes and unknown fields.

    """
    reading = read_shards(parsed, rules or Target())
    annotations = reading.checked()
    if not annotations.present.any():
        raise no_labels(source)
    texts = {doc: text for doc, text in zip(annotations.documents, annotations.texts, strict=True) if text is not None}
    return Gold(
        annotations,
        # Sorted, so that the result does not depend on the order of the file; counts have the same order.
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
    """Make error E703 for gold without any labels."""
    hint = "A reference has documents with entities, dates or claims."
    return error("E703", "the reference holds no labels.", hint, file=str(source.path or source.name))
