"""What a report lays labels over: the documents of a benchmark, or those of any reference."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from dragoman import files, scoring

if TYPE_CHECKING:
    from dragoman.benchmark import Benchmark
    from dragoman.scoring import Gold


@dataclass(frozen=True)
class Shown:
    """A document as a reader is shown it.

    Attributes:
        id: its id; ``kind``, ``language`` (BCP 47), ``published`` (EDTF) and ``title`` where they are known.
        text: None where the reference does not have it: its labels are then known by their offsets alone.
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
class Subject:
    """What is scored against, and how it is shown.

    Attributes:
        gold: the labels.
        documents: the documents, in the order of the labels.
        names: English names of entities, by id.

    """

    gold: Gold
    documents: list[Shown]
    names: Mapping[str, str] = field(default_factory=dict)


def of_benchmark(benchmark: Benchmark, split: str) -> Subject:
    """Show a split of a benchmark.

    Raises:
        DragomanError: E702 unknown split, E703 when no document of the split has gold.

    """
    documents = [
        Shown(
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
    return Subject(scoring.from_benchmark(benchmark, split), documents, names)


class _Claim(msgspec.Struct):
    gloss: str | None = None


class _Line(msgspec.Struct):
    """What a line tells a reader besides what is scored."""

    id: str
    kind: str | None = None
    language: str | None = None
    title: str | None = None
    claims: list[_Claim] | None = None


def of_reference(path: Path) -> Subject:
    """Show a file in the form of a submission, with any labels; labels lie over the texts that it holds.

    Raises:
        DragomanError: as :func:`dragoman.scoring.reference`.

    """
    data = files.read_bytes(path)
    gold = scoring.reference(data, str(path))
    labels, lines = gold.annotations, _lines(data)
    documents = [
        Shown(
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
    return Subject(gold, documents)


def _lines(data: bytes) -> Mapping[str, _Line]:
    """Read what is not scored from JSONL that was checked; of rows in parquet only the labels are shown."""
    found: dict[str, _Line] = defaultdict(lambda: _Line(""))
    decoder = msgspec.json.Decoder(_Line)
    for each in data.split(b"\n"):
        with contextlib.suppress(msgspec.DecodeError):
            line = decoder.decode(each)
            found[line.id] = line
    return found
