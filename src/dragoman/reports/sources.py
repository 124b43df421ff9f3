"""What a report is made from: gold labels and texts of a benchmark or a reference file, and predictions of a run."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from dragoman import files, scoring
from dragoman.problems import error
from dragoman.reading.read import read_file
from dragoman.reading.shards import holds_shards
from dragoman.systems.loading import read_card

if TYPE_CHECKING:
    from dragoman.annotations import Annotations
    from dragoman.benchmark import Benchmark
    from dragoman.scoring import Gold

PREDICTIONS, CARD = "predictions.jsonl", "system.toml"


@dataclass(frozen=True)
class SourceDocument:
    """A document as the reader of a report sees it.

    Attributes:
        id: its id; ``kind``, ``language`` (BCP 47), ``published`` (EDTF) and ``title`` where they are known.
        text: None where the reference does not have it: its labels are then shown by their offsets.
        glosses: what each gold claim says in English, in the order of the file, where somebody wrote it.

    """

    id: str
    text: str | None
    kind: str | None = None
    language: str | None = None
    published: str | None = None
    title: str | None = None
    glosses: tuple[str | None, ...] = ()


@dataclass(frozen=True)
class Source:
    """What predictions are scored against, and what a report shows of it.

    Attributes:
        gold: the gold labels.
        documents: the documents, in the order of the gold labels.
        names: English names of entities, by id.

    """

    gold: Gold
    documents: list[SourceDocument]
    names: Mapping[str, str] = field(default_factory=dict)


def from_benchmark(benchmark: Benchmark, split: str) -> Source:
    """Take a split of a benchmark.

    Raises:
        DragomanError: E702 unknown split, E703 when no document of the split has gold.

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
        )
        for document in benchmark.split(split)
    ]
    names = {entry.id: entry.names.en[0] for entry in benchmark.registry if entry.names.en}
    return Source(scoring.from_benchmark(benchmark, split), documents, names)


class _Claim(msgspec.Struct):
    gloss: str | None = None


class _Line(msgspec.Struct):
    """Fields of a line that are shown and not scored."""

    id: str
    kind: str | None = None
    language: str | None = None
    title: str | None = None
    claims: list[_Claim] | None = None


def from_reference(path: Path) -> Source:
    """Take a file in the form of a submission or of another tool; labels are shown in the texts that it holds.

    Raises:
        DragomanError: as :func:`dragoman.scoring.reference`.

    """
    plain = path.is_file() or path.is_dir()  # what is neither can be read only once
    data = b"" if path.is_dir() else files.read_bytes(path)
    gold = scoring.reference(path if plain else data, str(path))
    labels, lines = gold.annotations, _lines(data)
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


def _lines(data: bytes) -> Mapping[str, _Line]:
    """Read the fields that are not scored from JSONL that was checked; parquet rows give none, and only labels show."""
    lines: dict[str, _Line] = defaultdict(lambda: _Line(""))
    decoder = msgspec.json.Decoder(_Line)
    for encoded in data.split(b"\n"):
        with contextlib.suppress(msgspec.DecodeError):
            line = decoder.decode(encoded)
            lines[line.id] = line
    return lines


def predictions(run: Path, gold: Gold) -> tuple[str, Annotations]:
    """Read predictions.

    Args:
        run: a run's folder, with ``predictions.jsonl`` and ``system.toml``, or a file or folder of predictions.
        gold: what they will be scored against.

    Returns:
        The system's name and its labels, on the documents of the gold labels and in their order.

    Raises:
        DragomanError: for everything that is wrong with them; E822 for a file of a run's folder that is a pipe or
            another special file, which could block for ever.

    """
    is_run = run.is_dir() and ((run / PREDICTIONS).exists() or (run / CARD).exists() or holds_shards(run))
    folder, file = (run, run / PREDICTIONS) if is_run else (run.parent, run)
    card = folder / CARD
    if is_run:
        for path in (file, card):
            if path.exists() and not path.is_file():
                what = f"{path.name} is not a regular file; it is not opened."
                raise error("E822", what, "Put the file itself there.", file=str(path))
    pred = read_file(file, gold.target).checked().of(gold.annotations.documents)
    return read_card(card).name if card.is_file() or is_run else file.name, pred
