"""Inputs of a report: gold labels and texts of a benchmark or a file, and predictions of a run."""

from __future__ import annotations

import contextlib
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from dragoman import scoring
from dragoman.problems import error
from dragoman.reports.words import DEFAULT, Vocabulary
from dragoman.scoring.gold import default_split
from dragoman.scoring.sides import Sides
from dragoman.systems.loading import read_card

if TYPE_CHECKING:
    from dragoman.benchmark import Benchmark
    from dragoman.reading.read import Reading
    from dragoman.schema.system_card import SystemCard
    from dragoman.scoring import Gold

PREDICTIONS, CARD, LOG = "predictions.jsonl", "system.toml", "log.jsonl"


@dataclass(frozen=True)
class SourceDocument:
    """A document as shown in a report.

    Attributes:
        id: its id; ``kind``, ``language`` (BCP 47), ``published`` (EDTF) and ``title`` if known.
        text: its text; None if gold does not have it: labels are then shown by their offsets.
        glosses: English gloss of each gold claim, in the order of the file, or None.
        english: line number and English translation of lines, if the benchmark has them; only for human readers.

    """

    id: str
    text: str | None
    kind: str | None = None
    language: str | None = None
    published: str | None = None
    title: str | None = None
    glosses: tuple[str | None, ...] = ()
    english: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Source:
    """Gold labels and documents of a report.

    Attributes:
        gold: the gold labels.
        documents: the documents, in the order of the gold labels.
        names: English names of entities by id.
        vocabulary: descriptions of the labels.

    """

    gold: Gold
    documents: list[SourceDocument]
    names: Mapping[str, str] = field(default_factory=dict)
    vocabulary: Vocabulary = DEFAULT


def from_benchmark(benchmark: Benchmark, split: str) -> Source:
    """Make the source of a split of a benchmark.

    Raises:
        DragomanError: E702 for an unknown split, E703 if no document of the split has gold.

    """
    documents = [
        SourceDocument(
            document.id,
            document.text,
            document.kind,
            document.language,
            document.published_external or document.published,
            document.title,
            tuple(claim.gloss for claim in document.claims),
            tuple(benchmark.reading.get(document.id, ())),
        )
        for document in benchmark.split(split)
    ]
    names = {entry.id: entry.label for entry in benchmark.registry}
    vocabulary = Vocabulary.of(benchmark.release.label_sets)
    return Source(scoring.from_benchmark(benchmark, split), documents, names, vocabulary)


class _Claim(msgspec.Struct):
    gloss: str | None = None


class _Line(msgspec.Struct):
    """Fields of a line that are shown, but not scored."""

    id: str
    kind: str | None = None
    language: str | None = None
    title: str | None = None
    claims: list[_Claim] | None = None


def of_sides(sides: Sides) -> Source:
    """Make the source of recognised gold: a benchmark with its split, or gold labels.

    Raises:
        DragomanError: with all errors in it.

    """
    benchmark = sides.benchmark()
    if benchmark is not None:
        return from_benchmark(benchmark, sides.split or default_split(benchmark))
    assert sides.reference is not None
    with sides.reference.parsing() as parsed:
        shards = [future.result() for future in parsed]
        gold = sides.read_gold(parsed)
    labels, lines = gold.annotations, _lines(shard.as_lines(ignore_unknown_fields=True) for shard in shards)
    documents = [
        SourceDocument(
            name,
            labels.texts[at],
            lines[name].kind,
            lines[name].language,
            labels.published_external.value(at) or labels.published.value(at),
            lines[name].title,
            tuple(claim.gloss for claim in lines[name].claims or ()),
        )
        for at, name in enumerate(labels.documents)
    ]
    return Source(gold, documents)


def from_reference(value: Any) -> Source:
    """Make the source of gold labels in any form, with any label set, shown in the texts that they contain.

    Raises:
        DragomanError: as :func:`dragoman.scoring.reference`.

    """
    return of_sides(Sides.of([], value))


def _lines(shards: Iterable[bytes]) -> Mapping[str, _Line]:
    """Read the fields that are not scored from checked JSONL."""
    lines: dict[str, _Line] = defaultdict(lambda: _Line(""))
    decoder = msgspec.json.Decoder(_Line)
    for data in shards:
        for encoded in io.BytesIO(data):  # not a list: most lines may be empty
            with contextlib.suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                line = decoder.decode(encoded)
                lines[line.id] = line
    return lines


def check_run(run: Any) -> None:
    """Check that a run's folder has no pipe or other special file, which could block forever.

    Raises:
        DragomanError: E822 for such a file.


    """
    if not isinstance(run, str | PathLike) or not Path(run).is_dir():
        return
    for path in (Path(run) / name for name in (PREDICTIONS, CARD, LOG)):
        if path.exists() and not path.is_file():
            what = f"{path.name} is not a regular file; it is not opened."
            raise error("E822", what, "Put the file itself there.", file=str(path))


def read(sides: Sides, gold: Gold) -> tuple[str, Reading]:
    """Read predictions.

    Args:
        sides: the recognised predictions; a run's folder has ``predictions.jsonl`` and ``system.toml``.
        gold: what they will be scored against.

    Returns:
        The system's name and its labels, without errors.

    Raises:
        DragomanError: with all errors in them.

    """
    name, path = sides.name, None if sides.pred is None else sides.pred.path
    if path is not None:
        card = (path if path.is_dir() else path.parent) / CARD
        if card.is_file() or (path / PREDICTIONS).is_file():
            name = read_card(card).name
    if sides.pred is None:
        reading = sides.read_predictions([], gold.target)
    else:
        with sides.pred.parsing() as parsed:
            reading = sides.read_predictions(parsed, gold.target)
    reading.checked()
    return name, reading


def card_of(run: Any) -> SystemCard | None:
    """Read the system card of a run's folder; None if there is no folder or card."""
    if not isinstance(run, str | PathLike) or not (Path(run) / CARD).is_file():
        return None
    return read_card(Path(run) / CARD)


def predictions(run: Any, gold: Gold) -> tuple[str, Reading]:
    """Read the predictions of a run or in any other form; see :func:`read`."""
    check_run(run)
    return read(Sides.of(run, gold), gold)
